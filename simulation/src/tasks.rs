//! Work in progress, polled one await at a time in an order that the seed decides.
//!
//! Every call to the tables and to the queue is an await, so dropping a task after so many polls is a crash between two
//! awaits: whatever was written stays written, and nobody is told.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};

use runtime::BatchReply;
use testkit::Reply;

use crate::fates::Place;
use crate::rng::Rng;

/// How a task ended.
#[derive(Debug)]
pub enum Ending {
    /// A router replied.
    Reply(Reply),
    /// A worker reported its batch.
    Batch(BatchReply),
    /// Something without a reply worked, or why not.
    Done(Result<(), String>),
    /// It was killed.
    Crashed,
}

/// A handler at work.
pub type Handler = Pin<Box<dyn Future<Output = Ending>>>;

struct Flag(AtomicBool);

impl Wake for Flag {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// One task.
pub struct Task<T> {
    /// What it works for.
    pub what: T,
    handler: Handler,
    woken: Arc<Flag>,
    not_before_ms: i64,
    polls: u32,
    trouble: Trouble,
    /// It waits for somebody else to write one of these.
    held: Vec<Place>,
}

/// What befalls a task, by the number of its polls.
#[derive(Clone, Copy, Debug, Default)]
pub struct Trouble {
    /// It is killed after so many.
    pub crash_after: Option<u32>,
    /// It stops after so many, for so many milliseconds.
    pub stall: Option<(u32, i64)>,
}

/// All tasks.
pub struct Tasks<T>(Vec<Task<T>>);

impl<T> Default for Tasks<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

/// What a step came to.
pub enum Step<T> {
    /// A task ended.
    Ended(T, Ending),
    /// The task at this place went on.
    Went(usize),
    /// No task can go on before this instant; absent when none ever can by itself.
    Wait(Option<i64>),
}

impl<T> Tasks<T> {
    /// Takes up a task.
    pub fn add(&mut self, what: T, handler: Handler, trouble: Trouble) {
        let woken = Arc::new(Flag(AtomicBool::new(true)));
        self.0.push(Task {
            what,
            handler,
            woken,
            not_before_ms: i64::MIN,
            polls: 0,
            trouble,
            held: Vec::new(),
        });
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The task that went on last stops until one of these is written, or until then.
    pub fn hold(&mut self, at: usize, places: Vec<Place>, until_ms: i64) {
        let task = &mut self.0[at];
        (task.held, task.not_before_ms) = (places, until_ms);
    }

    /// These were written: whoever waited for one goes on.
    pub fn written(&mut self, places: &[Place], now_ms: i64) {
        for task in &mut self.0 {
            if task.held.iter().any(|place| places.contains(place)) {
                task.held.clear();
                task.not_before_ms = now_ms;
            }
        }
    }

    /// Takes them all away.
    pub fn take(&mut self) -> Vec<T> {
        std::mem::take(&mut self.0).into_iter().map(|task| task.what).collect()
    }

    /// Polls one of those that can go on.
    pub fn step(&mut self, now_ms: i64, rng: &mut Rng) -> Step<T> {
        let ready: Vec<usize> =
            (0..self.0.len()).filter(|at| self.0[*at].can_go_on(now_ms)).collect();
        if ready.is_empty() {
            let waiting = self.0.iter().filter(|task| task.woken.0.load(Ordering::Relaxed));
            return Step::Wait(waiting.map(|task| task.not_before_ms).min());
        }
        let at = *rng.pick(&ready);
        let task = &mut self.0[at];
        if task.trouble.crash_after == Some(task.polls) {
            return Step::Ended(self.0.swap_remove(at).what, Ending::Crashed);
        }
        task.polls += 1;
        task.held.clear();
        // A round trip takes some milliseconds, unless the task stops here.
        let stall = task.trouble.stall.filter(|(polls, _)| *polls == task.polls);
        task.not_before_ms = now_ms + stall.map_or_else(|| rng.between(0, 6), |(_, ms)| ms);
        task.woken.0.store(false, Ordering::Relaxed);
        let waker = Waker::from(Arc::clone(&task.woken));
        match task.handler.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Pending => {
                // Whatever a handler waits for lets others go first and wakes it: no timer, no other thread.
                let woken = task.woken.0.load(Ordering::Relaxed);
                assert!(woken, "a handler waits for something that the seed does not decide");
                Step::Went(at)
            }
            Poll::Ready(ending) => Step::Ended(self.0.swap_remove(at).what, ending),
        }
    }
}

impl<T> Task<T> {
    fn can_go_on(&self, now_ms: i64) -> bool {
        self.woken.0.load(Ordering::Relaxed) && self.not_before_ms <= now_ms
    }
}
