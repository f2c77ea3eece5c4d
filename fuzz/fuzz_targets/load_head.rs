//! `cargo fuzz run load_head`, or `npm run fuzz`.

#![no_main]

#[path = "../allocations.rs"]
mod allocations;
#[path = "../loading.rs"]
mod loading;

use libfuzzer_sys::{fuzz_mutator, fuzz_target, fuzzer_mutate};

#[global_allocator]
static ALLOCATOR: allocations::Counting = allocations::Counting;

fuzz_target!(|file: &[u8]| {
    loading::check(file);
});

// A file starts with the length of its header, and a change of that length alone is refused at the
// door: most changes are made to the header, or to the tensors, and the length put right.
fuzz_mutator!(|data: &mut [u8], size: usize, most: usize, seed: u32| {
    const PREFIX: usize = 8;
    let header = match data[..size].first_chunk::<PREFIX>() {
        Some(length) => usize::try_from(u64::from_le_bytes(*length)).ok().filter(|length| *length <= size - PREFIX),
        None => None,
    };
    let Some(header) = header.filter(|_| !seed.is_multiple_of(8)) else {
        return fuzzer_mutate(data, size, most);
    };
    let tensors = PREFIX + header;
    if seed.is_multiple_of(4) {
        return tensors + fuzzer_mutate(&mut data[tensors..], size - tensors, most - tensors);
    }
    let rest = data[tensors..size].to_vec();
    let changed = fuzzer_mutate(&mut data[PREFIX..], header, most - PREFIX - rest.len());
    data[..PREFIX].copy_from_slice(&(changed as u64).to_le_bytes());
    data[PREFIX + changed..][..rest.len()].copy_from_slice(&rest);
    PREFIX + changed + rest.len()
});
