//! The queue and the function: messages that become visible, instances that take one at a time.

use std::collections::BTreeMap;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Waker;

use anyhow::{Context, Result};
use aws_smithy_runtime_api::client::http::{HttpConnector, HttpConnectorFuture};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use futures::StreamExt;
use futures::future::{Either, select};
use futures::stream::FuturesUnordered;
use runtime::{Clock, SqsEvent, SqsMessage};
use sessions::queue::Queue;
use sessions::{billing_charge, billing_tick};
use web::Ctx;

use super::Assumptions;
use super::time::{Micros, Time};
use crate::aws::{Messages, config, sdk_config};

/// An invocation is ended after this long (`Timeout`).
const ENDED_AFTER: Micros = 50_000_000;

/// The queue and the function. A message that failed is not given again: it would come after the next tick.
pub struct Lambda {
    time: Time,
    assumed: Arc<Assumptions>,
    ctx: Ctx,
    queue: Queue,
    inbox: Inbox,
}

/// What the function did.
#[derive(Clone, Debug, Default)]
pub struct Worked {
    /// Invocations.
    pub messages: u64,
    /// Those that reported a failure.
    pub failed: u64,
    /// Requests to the queue: batches sent, messages received and deleted.
    pub requests: u64,
    /// Time of all instances.
    pub busy: Micros,
    /// Instances that were started.
    pub instances: u32,
}

/// The SDK's way to the queue: what is sent becomes visible a little later.
#[derive(Clone, Debug)]
struct Sent {
    messages: Arc<Messages>,
    inbox: Inbox,
    time: Time,
    visible_after: Micros,
}

impl HttpConnector for Sent {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let reply = self.messages.send(&request);
        let at = self.time.micros() + self.visible_after;
        let mut inbox = self.inbox.lock();
        inbox.worked.requests += 1;
        for body in self.messages.take() {
            inbox.add(at, body);
        }
        inbox.wake();
        HttpConnectorFuture::ready(reply)
    }
}

/// Messages by when they are visible. Cloning shares them.
#[derive(Clone, Debug, Default)]
struct Inbox(Arc<Mutex<Waiting>>);

#[derive(Debug, Default)]
struct Waiting {
    messages: BTreeMap<(Micros, u64), String>,
    number: u64,
    /// Messages that are being worked on: their workers may send more.
    open: u32,
    wakers: Vec<Waker>,
    worked: Worked,
}

impl Lambda {
    /// An empty queue and no instance.
    ///
    /// # Errors
    /// None.
    pub fn new(time: &Time, assumed: &Arc<Assumptions>) -> Result<Self> {
        let inbox = Inbox::default();
        let visible_after = assumed.message_us;
        let sent = Sent {
            messages: Arc::default(),
            inbox: inbox.clone(),
            time: time.clone(),
            visible_after,
        };
        let aws = sdk_config(sent);
        let config = config()?;
        let queue = Queue::new(aws_sdk_sqs::Client::new(&aws), &config.billing_queue_url);
        let dynamodb = aws_sdk_dynamodb::Client::new(&aws);
        let kms = aws_sdk_kms::Client::new(&aws);
        let ctx = Ctx::new(config, Arc::new(time.clone()), dynamodb, kms);
        let (time, assumed) = (time.clone(), assumed.clone());
        Ok(Self { time, assumed, ctx, queue, inbox })
    }

    /// One tick, and all that follows from it. `instance` makes a new instance's context.
    ///
    /// # Errors
    /// The tick fails, or somebody waits for ever.
    pub fn tick(&self, instances: u32, instance: impl Fn(&Ctx) -> Ctx) -> Result<Worked> {
        // The SDK's client of the queue wants to find a runtime, which has nothing to do.
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build()?;
        let _inside = runtime.enter();
        let begin = async {
            billing_tick::handle(&self.queue, self.time.now()).await?;
            let fleet: FuturesUnordered<_> =
                (0..instances).map(|number| self.instance(number, instance(&self.ctx))).collect();
            fleet.collect::<Vec<()>>().await;
            anyhow::Ok(())
        };
        self.time.run(begin).context("a worker waits for ever")??;
        Ok(self.inbox.lock().worked.clone())
    }

    /// One instance, from when Lambda gives its pollers more until there is nothing left.
    async fn instance(&self, number: u32, ctx: Ctx) {
        self.time.until(self.assumed.polls_from(number)).await;
        let mut started = false;
        while let Some(body) = self.next().await {
            if !started {
                started = true;
                self.inbox.lock().worked.instances += 1;
                self.time.sleep(self.assumed.cold_start_us).await;
            }
            let begin = self.time.micros();
            let message = SqsMessage { message_id: "0".into(), body };
            let event = SqsEvent { records: vec![message] };
            let work = pin!(billing_charge::handle(&ctx, &self.queue, event));
            let failed = match select(work, self.time.sleep(ENDED_AFTER)).await {
                Either::Left((reply, _)) => !reply.batch_item_failures.is_empty(),
                Either::Right(_) => true,
            };
            let mut inbox = self.inbox.lock();
            inbox.open -= 1;
            inbox.worked.messages += 1;
            inbox.worked.failed += u64::from(failed);
            inbox.worked.requests += 2;
            inbox.worked.busy += self.time.micros() - begin;
            inbox.wake();
        }
    }

    /// The next message, when it is visible; `None` when there will be none.
    async fn next(&self) -> Option<String> {
        loop {
            let at = {
                let mut inbox = self.inbox.lock();
                let (at, number) = match inbox.messages.keys().next() {
                    Some(first) => *first,
                    None if inbox.open == 0 => return None,
                    None => (Micros::MAX, 0),
                };
                if at <= self.time.micros() {
                    inbox.open += 1;
                    return inbox.messages.remove(&(at, number));
                }
                at
            };
            self.inbox.news(&self.time, at).await;
        }
    }
}

impl Inbox {
    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Ends at an instant, or when something changed before.
    async fn news(&self, time: &Time, at: Micros) {
        let mut asked = false;
        let changed = std::future::poll_fn(|context| {
            if asked {
                return std::task::Poll::Ready(());
            }
            asked = true;
            self.lock().wakers.push(context.waker().clone());
            std::task::Poll::Pending
        });
        if at == Micros::MAX {
            changed.await;
        } else {
            select(pin!(changed), time.until(at)).await;
        }
    }
}

impl Waiting {
    fn add(&mut self, at: Micros, body: String) {
        self.number += 1;
        self.messages.insert((at, self.number), body);
    }

    fn wake(&mut self) {
        self.wakers.drain(..).for_each(Waker::wake);
    }
}
