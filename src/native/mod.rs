//! The crate for Rust programs: a head on the CPU whose methods answer at once ([`CpuHead`]), and
//! scores, temperature and threshold over plain slices ([`slices`]). [`crate::metrics`] says how
//! well any scores do.
//!
//! What they answer is what the npm package answers in a page, and a head that one of them has
//! saved the other loads.

mod cpu_head;
pub mod slices;

pub use cpu_head::{CpuHead, FitReport};

/// What the CPU engine is asked is answered when it has been asked: its futures wait for nothing.
fn now<T>(future: impl Future<Output = T>) -> T {
    use std::{
        pin::pin,
        task::{Context, Poll, Waker},
    };

    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(answer) = future.as_mut().poll(&mut context) {
            return answer;
        }
    }
}
