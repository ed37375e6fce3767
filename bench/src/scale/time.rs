//! Virtual time: tasks that sleep until an instant, run in the order of those instants without waiting for any.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Wake, Waker};

use jiff::{SignedDuration, Timestamp};
use runtime::Clock;

/// Microseconds since the begin.
pub type Micros = u64;

/// The clock of a run. Cloning shares it.
#[derive(Clone, Debug)]
pub struct Time {
    begin: Timestamp,
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    now: Micros,
    sleepers: BinaryHeap<Reverse<(Micros, u64)>>,
    wakers: std::collections::HashMap<u64, Waker>,
    slept: u64,
}

/// Ends at its instant.
#[derive(Debug)]
pub struct Sleep {
    time: Time,
    until: Micros,
    number: Option<u64>,
}

impl Time {
    /// A clock that stands at `begin`.
    #[must_use]
    pub fn new(begin: Timestamp) -> Self {
        Self { begin, state: Arc::default() }
    }

    /// The present instant.
    #[must_use]
    pub fn micros(&self) -> Micros {
        self.lock().now
    }

    /// Sleeps until an instant; not at all if it has passed.
    #[must_use]
    pub fn until(&self, until: Micros) -> Sleep {
        Sleep { time: self.clone(), until, number: None }
    }

    /// Sleeps for a while.
    #[must_use]
    pub fn sleep(&self, micros: Micros) -> Sleep {
        self.until(self.micros().saturating_add(micros))
    }

    /// Runs a future to its end; when all of it sleeps, time moves on to the next instant. `None` if it waits for
    /// something that time does not bring.
    pub fn run<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        let woken = Arc::new(Woken(AtomicBool::new(true)));
        let waker = Waker::from(woken.clone());
        let mut context = Context::from_waker(&waker);
        let mut work = pin!(work);
        loop {
            while woken.0.swap(false, Ordering::Relaxed) {
                if let Poll::Ready(outcome) = work.as_mut().poll(&mut context) {
                    return Some(outcome);
                }
            }
            if !self.advance() {
                return None;
            }
        }
    }

    /// Moves on to the next instant for which somebody sleeps.
    fn advance(&self) -> bool {
        let mut state = self.lock();
        let Some(Reverse((next, _))) = state.sleepers.peek().copied() else { return false };
        state.now = next;
        let mut due = Vec::new();
        while let Some(Reverse((at, number))) = state.sleepers.peek().copied()
            && at == next
        {
            state.sleepers.pop();
            due.extend(state.wakers.remove(&number));
        }
        drop(state);
        due.into_iter().for_each(Waker::wake);
        true
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Clock for Time {
    fn now(&self) -> Timestamp {
        let micros = i64::try_from(self.micros()).unwrap_or(i64::MAX);
        self.begin + SignedDuration::from_micros(micros)
    }
}

impl Future for Sleep {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let this = self.get_mut();
        let mut state = this.time.lock();
        if state.now >= this.until {
            return Poll::Ready(());
        }
        let number = match this.number {
            Some(number) => number,
            None => {
                state.slept += 1;
                let number = state.slept;
                state.sleepers.push(Reverse((this.until, number)));
                number
            }
        };
        this.number = Some(number);
        state.wakers.insert(number, context.waker().clone());
        Poll::Pending
    }
}

struct Woken(AtomicBool);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::Time;
    use futures::StreamExt;
    use futures::stream::FuturesUnordered;

    #[test]
    fn sleepers_wake_in_order_and_nobody_waits() {
        let time = Time::new(jiff::Timestamp::UNIX_EPOCH);
        let order: FuturesUnordered<_> = [30, 10, 20, 3_600_000_000]
            .into_iter()
            .map(|micros| {
                let time = time.clone();
                async move {
                    time.sleep(micros).await;
                    time.sleep(5).await;
                    (micros, time.micros())
                }
            })
            .collect();
        let order: Vec<_> = time.run(order.collect()).unwrap();
        assert_eq!(order, [(10, 15), (20, 25), (30, 35), (3_600_000_000, 3_600_000_005)]);
        assert!(time.run(std::future::pending::<()>()).is_none());
    }
}
