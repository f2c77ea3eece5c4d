//! Work in pieces: what takes seconds on a CPU can stop between two of them, so that whoever drives
//! it lets a page paint, or ends it.
//!
//! In the CPU's file (the feature `sync`) functions are plain ones. The few that make statistics of
//! all training rows are asynchronous in every build: they await [`Pace::piece`] after some
//! milliseconds' work, which stops them once a turn is over. [`wait!`] calls a plain function from
//! such a one, [`paced!`] runs such a one to its end from a plain function.

use std::{
    cell::Cell,
    future::{Future, poll_fn},
    ops::Range,
    pin::Pin,
    rc::Rc,
    task::{Context, Poll, Waker},
};

/// How long a turn lasts before it ends with a piece: half a frame at 60 Hz, in milliseconds.
pub(crate) const TURN: f64 = 8.0;

/// Numbers that one pass goes through in a piece: a millisecond or so.
const NUMBERS: usize = 1 << 18;

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

/// When the turn began, or that there are none.
#[derive(Clone, Debug)]
pub struct Pace(Rc<Cell<f64>>);

impl Pace {
    /// Without a stop.
    pub fn unbroken() -> Self {
        Self(Rc::new(Cell::new(f64::INFINITY)))
    }

    /// Ends a piece of work. Waits for the next turn if this one is over, unless a plain function
    /// waits for the end of all.
    pub async fn piece(&self) {
        let is_over = self.0.get().is_finite() && AWAITED.get() == 0 && {
            let elapsed = now() - self.0.get();
            // A clock that was set back has no say.
            !(0.0..TURN).contains(&elapsed)
        };
        if is_over {
            // Until the next turn begins.
            self.0.set(f64::NAN);
        }
        let mut waits = is_over;
        poll_fn(|_| match std::mem::take(&mut waits) {
            true => Poll::Pending,
            false => Poll::Ready(()),
        })
        .await;
    }

    /// Works on so many items of so many numbers each, some of them in a piece.
    pub async fn each(&self, items: usize, numbers: usize, work: &mut dyn FnMut(Range<usize>)) {
        let at_a_time = (NUMBERS / numbers.max(1)).max(1);
        for first in (0..items).step_by(at_a_time) {
            work(first..items.min(first + at_a_time));
            self.piece().await;
        }
    }
}

/// Milliseconds since some time.
#[cfg(target_arch = "wasm32")]
pub(crate) fn now() -> f64 {
    js_sys::Date::now()
}

/// Milliseconds since some time.
#[cfg(not(target_arch = "wasm32"))]
pub(crate) fn now() -> f64 {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    now.map_or(0.0, |since| 1e3 * since.as_secs_f64())
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

    /// Goes on for a turn; what it came to, at the end. Not to be called again then.
    pub fn run(&mut self) -> Option<T> {
        self.pace.0.set(now());
        match self.work.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(outcome) => Some(outcome),
            Poll::Pending => None,
        }
    }

    /// The same of work that may wait for a device. While it does, the page has its turn: what
    /// follows is a new one.
    #[cfg(not(feature = "sync"))]
    pub async fn go_on(&mut self) -> Option<T> {
        poll_fn(|context| {
            self.pace.0.set(now());
            match self.work.as_mut().poll(context) {
                Poll::Ready(outcome) => Poll::Ready(Some(outcome)),
                Poll::Pending if self.pace.0.get().is_nan() => Poll::Ready(None),
                Poll::Pending => Poll::Pending,
            }
        })
        .await
    }

    /// The same of work that waits for nothing.
    #[cfg(feature = "sync")]
    pub fn go_on(&mut self) -> Option<T> {
        self.run()
    }
}

/// Runs work to its end, whatever its pace.
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
    use std::{thread::sleep, time::Duration};

    use super::*;

    fn piece() {
        sleep(Duration::from_millis(3));
    }

    #[test]
    fn work_stops_when_a_turn_is_over() {
        let done = Rc::new(Cell::new(0));
        let seen = done.clone();
        let mut work = Paced::new(|pace| async move {
            for _ in 0..20 {
                piece();
                done.set(done.get() + 1);
                pace.piece().await;
            }
            "done"
        });
        assert_eq!(work.run(), None);
        assert!((1..=3).contains(&seen.get()), "{} pieces in a turn", seen.get());
        let turns = std::iter::from_fn(|| Some(work.run())).take_while(Option::is_none).count();
        assert!(turns >= 5, "{turns}");
        assert_eq!(seen.get(), 20);
    }

    #[cfg(not(feature = "sync"))]
    #[test]
    fn a_turn_goes_on_after_a_wait_for_a_device() {
        let device = Rc::new(Cell::new(0));
        let asked = device.clone();
        let mut work = Paced::new(|pace| async move {
            for _ in 0..3 {
                piece();
                pace.piece().await;
                // Done at the third time of asking.
                poll_fn(|context| {
                    asked.set(asked.get() + 1);
                    context.waker().wake_by_ref();
                    if asked.get() % 3 == 0 { Poll::Ready(()) } else { Poll::Pending }
                })
                .await;
            }
            for _ in 0..4 {
                piece();
                pace.piece().await;
            }
            "done"
        });
        // Nine milliseconds of work, but each wait begins another turn.
        assert_eq!(pollster::block_on(work.go_on()), None);
        assert_eq!(device.get(), 9);
        assert_eq!(pollster::block_on(work.go_on()), Some("done"));
    }

    #[test]
    fn a_plain_function_within_runs_to_its_end() {
        let mut work = Paced::new(|pace| async move {
            finish(async {
                for _ in 0..5 {
                    piece();
                    pace.piece().await;
                }
            });
            pace.piece().await;
        });
        assert_eq!(work.run(), None);
        assert_eq!(work.run(), Some(()));
    }

    #[test]
    fn an_unbroken_pace_never_stops() {
        let pace = Pace::unbroken();
        let work = async {
            for _ in 0..5 {
                piece();
                pace.piece().await;
            }
        };
        finish(work);
    }
}
