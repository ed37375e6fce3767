//! Where a fake lets every other task go first.
//!
//! Not tokio's own `yield_now`: that wakes whenever the runtime gets round to it, which a simulation cannot repeat.

use std::pin::Pin;
use std::task::{Context, Poll};

/// Lets every other task go first, once.
#[derive(Debug, Default)]
pub struct Turn(bool);

impl Future for Turn {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        if std::mem::replace(&mut self.0, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    }
}
