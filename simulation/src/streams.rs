//! The streams of both tables: what was written, in order within a shard, to the consumers that number events and tell
//! sockets; late, again and again, and after too many tries set aside.

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::rc::Rc;

use aws_sdk_dynamodb::types::AttributeValue;
use realtime::{fan_out_money, fan_out_sessions};
use runtime::{BatchReply, StreamEvent, StreamImage, StreamRecord};
use serde_json::{Value, json};
use store::{Item, Key, Table};
use testkit::Changed;

use crate::cluster::INSTANCES;
use crate::mutations::Mutation;
use crate::tasks::Ending;
use crate::world::{Event, What, World};

/// Shards of a table's stream. An item's changes are all in one.
const SHARDS: u64 = 3;
/// Records of a batch, and how often one that fails is tried: as `template.yaml` says.
const BATCH: usize = 25;
const TRIES_MAX: u32 = 10;

/// Which shard of which table's stream.
pub type Place = (Table, u64);

/// A record of a stream.
#[derive(Clone, Debug)]
pub struct Written {
    place: Place,
    record: StreamRecord,
    session: String,
}

/// A shard of a stream: what was not consumed yet.
#[derive(Debug, Default)]
pub struct Shard {
    records: VecDeque<Written>,
    /// A consumer is at work, or will be.
    busy: bool,
    tries: u32,
}

/// All shards, and the sessions of which a record was set aside.
#[derive(Debug, Default)]
pub struct Streams {
    /// Whether this seed has them, and sockets. Telling costs as much as all the rest, so one seed in three does.
    pub(crate) flow: bool,
    shards: HashMap<Place, Shard>,
    pub(crate) set_aside: BTreeSet<String>,
}

impl Streams {
    /// Streams that flow, or do not.
    pub fn new(flow: bool) -> Self {
        Self { flow, ..Self::default() }
    }
}

/// The record of a change, if the filters of `template.yaml` let it through.
pub fn record(change: &Changed, number: u64) -> Option<Written> {
    let (pk, sk) = (change.key.pk.as_str(), change.key.sk.as_str());
    let (after, is_new) = (change.after.as_deref()?, change.before.is_none());
    let passes = match (change.table, pk.split_once('#')?.0) {
        (Table::App, "SESSION") => {
            sk == "SESSION" || is_new && sk.starts_with("MESSAGE#") || sk.starts_with("MARK#")
        }
        (Table::Ledger, "MEMBER") => {
            is_new && sk.starts_with("ENTRY#") || !is_new && sk == "WALLET"
        }
        _ => false,
    };
    let session = match change.table {
        Table::App => pk.trim_start_matches("SESSION#"),
        Table::Ledger => sk.split('#').nth(1).unwrap_or_default(),
    };
    let hash = pk.bytes().fold(7_u64, |hash, byte| hash.wrapping_mul(31).wrapping_add(byte.into()));
    passes.then(|| Written {
        place: (change.table, hash % SHARDS),
        record: StreamRecord {
            event_name: if is_new { "INSERT" } else { "MODIFY" }.into(),
            dynamodb: StreamImage {
                sequence_number: number.to_string(),
                new_image: Some(image(&change.key, after)),
            },
        },
        session: session.to_owned(),
    })
}

impl World {
    /// Something was written: its shard's consumer is called soon, or late.
    pub(crate) fn flow(&mut self, written: Written) {
        let place = written.place;
        let shard = self.streams.shards.entry(place).or_default();
        shard.records.push_back(written);
        if !std::mem::replace(&mut shard.busy, true) {
            self.consume_later(place);
        }
    }

    fn consume_later(&mut self, place: Place) {
        let late = self.shared.lock().strikes(|weather| weather.late);
        let wait = if late { self.rng.between(1_000, 200_000) } else { self.rng.between(50, 800) };
        self.after(wait, Event::Stream(place));
    }

    /// A consumer gets what is next in a shard.
    pub(crate) fn consume(&mut self, place: Place) {
        let most = 1 + self.rng.below(BATCH);
        let shard = self.streams.shards.entry(place).or_default();
        let records: Vec<_> =
            shard.records.iter().take(most).map(|one| one.record.clone()).collect();
        let count = records.len();
        let instance = self.rng.below(INSTANCES);
        let cluster = Rc::clone(&self.cluster);
        let handler = Box::pin(async move {
            let (app, event) = (&cluster.instances[instance].realtime, StreamEvent { records });
            let reply = match place.0 {
                Table::App => fan_out_sessions::handle(app, event).await,
                Table::Ledger => fan_out_money::handle(app, event).await,
            };
            reply.map_or_else(|error| Ending::Done(Err(error)), Ending::Batch)
        });
        self.start(What::Consume(place, count), handler);
    }

    /// A batch was consumed: all of it, up to the first failure, or nobody knows.
    pub(crate) fn consumed(&mut self, place: Place, count: usize, reply: Option<&BatchReply>) {
        let doubled = self.shared.lock().strikes(|weather| weather.duplicate);
        let Some(shard) = self.streams.shards.get_mut(&place) else { return };
        let failed = reply.and_then(|reply| reply.batch_item_failures.first());
        let number = |one: &Written| one.record.dynamodb.sequence_number.clone();
        let done = match (reply, failed) {
            (None, _) => 0,
            (Some(_), None) => count,
            (Some(_), Some(failure)) => {
                let at = shard.records.iter().position(|it| number(it) == failure.item_identifier);
                at.unwrap_or(0)
            }
        };
        let blind = self.shared.lock().mutation == Some(Mutation::SkipFailedRecords);
        let done = if blind && reply.is_some() { count } else { done };
        let done = if doubled { 0 } else { done };
        shard.records.drain(..done);
        shard.tries = if done > 0 { 0 } else { shard.tries + 1 };
        if shard.tries > TRIES_MAX {
            shard.tries = 0;
            self.streams.set_aside.extend(shard.records.pop_front().map(|it| it.session));
        }
        shard.busy = !shard.records.is_empty();
        if shard.busy {
            self.consume_later(place);
        }
    }

    /// Records that are older than an hour are set aside.
    pub(crate) fn trim_streams(&mut self) {
        for shard in self.streams.shards.values_mut() {
            self.streams.set_aside.extend(shard.records.drain(..).map(|it| it.session));
            (shard.busy, shard.tries) = (false, 0);
        }
        self.events.retain(|_, event| !matches!(event, Event::Stream(_)));
    }
}

/// An item in DynamoDB's JSON.
fn image(key: &Key, item: &Item) -> Value {
    let mut image: Value =
        item.iter().map(|(name, value)| (name.clone(), attribute(value))).collect();
    image["pk"] = json!({ "S": key.pk });
    image["sk"] = json!({ "S": key.sk });
    image
}

fn attribute(value: &AttributeValue) -> Value {
    match value {
        AttributeValue::S(text) => json!({ "S": text }),
        AttributeValue::N(number) => json!({ "N": number }),
        AttributeValue::Bool(truth) => json!({ "BOOL": truth }),
        AttributeValue::Null(_) => json!({ "NULL": true }),
        AttributeValue::L(list) => json!({ "L": list.iter().map(attribute).collect::<Vec<_>>() }),
        AttributeValue::M(map) => {
            let map: serde_json::Map<_, _> =
                map.iter().map(|(name, value)| (name.clone(), attribute(value))).collect();
            json!({ "M": map })
        }
        AttributeValue::Ss(set) => json!({ "SS": set }),
        other => panic!("no item of ours has {other:?}"),
    }
}
