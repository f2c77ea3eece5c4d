//! Work in pieces: what takes seconds on a CPU can stop between two of them, so that whoever drives
//! it lets a page paint, or ends it.
//!
//! In the CPU's file (the feature `sync`) functions are plain ones. The few that make statistics of
//! all training rows are asynchronous in every build: they await [`Pace::piece`] after some
//! milliseconds' work, which stops them once a turn's pieces are used up. [`wait!`] calls a plain
//! function from such a one, [`paced!`] runs such a one to its end from a plain function.

use std::{
    cell::Cell,
    future::{Future, poll_fn},
    pin::Pin,
    rc::Rc,
    task::{Context, Poll, Waker},
};

/// Calls a function that waits for the engine only where engines are waited for.
macro_rules! wait {
    ($call:expr) => {{
        #[cfg(feature = "sync")]
        let answer = $call;
        #[cfg(not(feature = "sync"))]
        let answer = $call.await;
        answer
    }};
}

/// Runs work in pieces to its end.
macro_rules! paced {
    ($work:expr) => {{
        #[cfg(feature = "sync")]
        let answer = $crate::pace::finish($work);
        #[cfg(not(feature = "sync"))]
        let answer = $work.await;
        answer
    }};
}

pub(crate) use {paced, wait};

thread_local! {
    /// Plain functions that wait for the end of some work.
    static AWAITED: Cell<usize> = const { Cell::new(0) };
}

/// How many pieces a turn has left.
#[derive(Clone, Debug)]
pub struct Pace(Rc<Cell<usize>>);

impl Pace {
    /// Without a stop.
    pub fn unbroken() -> Self {
        Self(Rc::new(Cell::new(usize::MAX)))
    }

    /// Ends a piece of work. Waits for the next turn if that was the last of this one, unless a plain
    /// function waits for the end of all.
    pub async fn piece(&self) {
        poll_fn(|_| match self.0.get() {
            0 if AWAITED.get() > 0 => Poll::Ready(()),
            0 => Poll::Pending,
            left => {
                self.0.set(if left == usize::MAX { left } else { left - 1 });
                Poll::Ready(())
            }
        })
        .await;
    }
}

/// Work under way.
pub struct Paced<T> {
    work: Pin<Box<dyn Future<Output = T>>>,
    pace: Pace,
}

impl<T> Paced<T> {
    /// Work that awaits this pace.
    pub fn new<F: Future<Output = T> + 'static>(work: impl FnOnce(Pace) -> F) -> Self {
        let pace = Pace(Rc::default());
        Self { work: Box::pin(work(pace.clone())), pace }
    }

    /// Goes on for so many pieces; what it came to, at the end. Not to be called again then.
    pub fn run(&mut self, pieces: usize) -> Option<T> {
        self.pace.0.set(pieces.max(1));
        match self.work.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(outcome) => Some(outcome),
            Poll::Pending => None,
        }
    }
}

/// Runs work to its end, whatever its pace.
#[cfg(any(test, feature = "sync"))]
pub fn finish<T>(work: impl Future<Output = T>) -> T {
    let mut work = std::pin::pin!(work);
    loop {
        AWAITED.set(AWAITED.get() + 1);
        let polled = work.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        AWAITED.set(AWAITED.get() - 1);
        if let Poll::Ready(outcome) = polled {
            return outcome;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_stops_after_a_turns_pieces() {
        let done = Rc::new(Cell::new(0));
        let seen = done.clone();
        let mut work = Paced::new(|pace| async move {
            for _ in 0..7 {
                done.set(done.get() + 1);
                pace.piece().await;
            }
            "done"
        });
        assert_eq!(work.run(3), None);
        assert_eq!(seen.get(), 4, "the fourth is made and waits");
        assert_eq!(work.run(2), None);
        assert_eq!(seen.get(), 6);
        assert_eq!(work.run(100), Some("done"));
    }

    #[test]
    fn a_plain_function_within_runs_to_its_end() {
        let mut work = Paced::new(|pace| async move {
            finish(async {
                for _ in 0..7 {
                    pace.piece().await;
                }
            });
            pace.piece().await;
        });
        assert_eq!(work.run(1), None);
        assert_eq!(work.run(1), Some(()));
    }

    #[test]
    fn an_unbroken_pace_never_stops() {
        let pace = Pace::unbroken();
        let work = async {
            for _ in 0..1000 {
                pace.piece().await;
            }
        };
        finish(work);
    }
}
