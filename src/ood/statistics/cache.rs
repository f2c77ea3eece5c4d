//! Values that are costly to make, kept up to a number of bytes.

/// Latest values by key; the oldest go when together they take more than the limit.
pub struct Cache<K, V> {
    entries: Vec<Entry<K, V>>,
    limit: usize,
}

struct Entry<K, V> {
    key: K,
    bytes: usize,
    value: V,
}

/// What an entry takes beside its value; it also bounds how many there are.
const ENTRY: usize = 1024;

impl<K: PartialEq, V: Clone> Cache<K, V> {
    /// Nothing yet, and so many bytes at most. A single value may take more.
    pub fn new(limit: usize) -> Self {
        Self { entries: Vec::new(), limit }
    }

    /// The value of a key.
    pub fn get(&self, key: &K) -> Option<V> {
        self.entries.iter().find(|entry| entry.key == *key).map(|entry| entry.value.clone())
    }

    /// Keeps a value that takes so many bytes, and answers it.
    pub fn keep(&mut self, key: K, bytes: usize, value: V) -> V {
        self.entries.push(Entry { key, bytes: bytes + ENTRY, value: value.clone() });
        while self.entries.len() > 1
            && self.entries.iter().map(|entry| entry.bytes).sum::<usize>() > self.limit
        {
            self.entries.remove(0);
        }
        value
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_values_go_when_the_bytes_run_out() {
        let mut cache = Cache::new(10 * ENTRY);
        for key in 0..8 {
            cache.keep(key, ENTRY, key);
        }
        assert_eq!((0..8).filter_map(|key| cache.get(&key)).collect::<Vec<_>>(), [3, 4, 5, 6, 7]);
        cache.keep(9, 100 * ENTRY, 9);
        assert_eq!((cache.get(&7), cache.get(&9)), (None, Some(9)));
    }
}
