//! Bugs to plant: each rewrites what the product asks of the tables or of the card processor, or says to a stream, in one
//! way that somebody could have written. The simulation finds each within 200 seeds: `tests/seeds.rs`.

use store::{Condition, Write, WriteKind};

use crate::people::number;

/// A planted bug.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Mutation {
    /// A lease does not ask whether its session is the open one; only the minute before fences it.
    IgnoreOpenSession,
    /// An entry may take another's place.
    ReplaceEntries,
    /// A session's write does not ask for the version that was read.
    IgnoreVersion,
    /// The clock starts without a lease.
    StartUnpaid,
    /// A lease is one minute longer in the wallet than in its entry.
    OffByOneMinute,
    /// The end of a session leaves the fence open.
    SkipFence,
    /// Leased minutes that never began do not come back.
    ForgetRelease,
    /// A settlement charges one minute more than began.
    SettleOneMore,
    /// A pause has no deadline.
    IgnoreGrace,
    /// The end frees nobody.
    KeepLocks,
    /// A card payment is credited without the mark of its event.
    CreditWithoutMark,
    /// An outcome that is unknown counts as done.
    SwallowUnknownOutcome,
    /// A settlement neither asks for the session's version nor for its own entry.
    SettleTwice,
    /// The end of a session does not ask for the last minute that it was decided on.
    CloseBlindly,
    /// A lease does not ask for the balance.
    IgnoreBalance,
    /// A lease does not ask whether spending is locked.
    IgnoreLock,
    /// A card refund does not ask for the balance that it was decided on.
    RefundBlindly,
    /// A lease is sent however late it is.
    LeaseLate,
    /// A payout does not ask whether it was held back meanwhile.
    IgnoreHold,
    /// A payout does not ask for the earnings that it was decided on.
    PayOutBlindly,
    /// A transfer's confirmation asks for nothing.
    ConfirmTwice,
    /// An earlier transfer is not looked for.
    TransferBlindly,
    /// Each try at the processor is a request of its own.
    NewKeyEachTry,
    /// An event takes its number whether or not it is free.
    NumberTwice,
    /// A consumer of a stream says that all is done, whatever failed.
    SkipFailedRecords,
}

impl Mutation {
    /// What becomes of a transaction; `None` if it stays as it is.
    #[must_use]
    pub fn rewrite(self, writes: &[Write]) -> Option<Vec<Write>> {
        let mut writes = writes.to_vec();
        match self {
            Self::IgnoreOpenSession => {
                let both = "open_session = :session AND leased_minute = :before";
                drop_from(&mut writes, "wallet", both, "leased_minute = :before");
                for write in &mut writes {
                    if let WriteKind::Update(update) = &mut write.kind
                        && update.expression.contains("REMOVE open_session")
                    {
                        update.expression = "REMOVE open_session".into();
                    }
                }
            }
            Self::ReplaceEntries => unconditional(&mut writes, "entry"),
            Self::IgnoreVersion => unconditional(&mut writes, "session"),
            Self::StartUnpaid => {
                let starts = writes.iter().any(|write| {
                    expression(write).contains("open_session = :session") && is(write, "wallet")
                }) && writes.iter().any(|write| is(write, "session"));
                writes.retain(|write| !starts || !(is(write, "wallet") || is(write, "entry")));
            }
            Self::OffByOneMinute => add(&mut writes, "wallet", ":last", 1),
            Self::SkipFence => {
                writes.retain(|write| !expression(write).contains("REMOVE open_session"));
            }
            Self::ForgetRelease => set(&mut writes, "wallet", ":released", 0),
            Self::SettleOneMore => settle_one_more(&mut writes),
            Self::IgnoreGrace => ignore_grace(&mut writes),
            Self::KeepLocks => {
                writes.retain(|write| {
                    !(matches!(write.kind, WriteKind::Delete(_)) && write.label.ends_with("_lock"))
                });
            }
            Self::CreditWithoutMark => {
                let credits = writes.iter().any(|write| is(write, "intent"));
                writes.retain(|write| !credits || !is(write, "event"));
            }
            Self::NumberTwice => {
                for write in writes.iter_mut().filter(|it| it.key.sk.starts_with("EVENT#")) {
                    if let WriteKind::Put(_, condition) = &mut write.kind {
                        *condition = None;
                    }
                }
            }
            _ => return self.overtaken(writes),
        }
        Some(writes)
    }

    /// The bugs that show only when another write falls between a decision and its own.
    fn overtaken(self, mut writes: Vec<Write>) -> Option<Vec<Write>> {
        match self {
            Self::SettleTwice => {
                if writes.iter().any(|write| expression(write).contains(":released")) {
                    unconditional(&mut writes, "entry");
                    unconditional(&mut writes, "session");
                }
            }
            Self::CloseBlindly => {
                let close = "open_session = :session AND leased_minute = :leased";
                drop_from(&mut writes, "wallet", close, "open_session = :session");
            }
            Self::IgnoreBalance => {
                drop_from(&mut writes, "wallet", " AND available_minor >= :amount", "");
            }
            Self::IgnoreLock => {
                drop_from(&mut writes, "wallet", " AND attribute_not_exists(locked)", "");
            }
            Self::RefundBlindly => {
                let refunds = writes.iter().any(|write| is(write, "top_up"));
                if refunds {
                    drop_from(
                        &mut writes,
                        "wallet",
                        "available_minor = :seen",
                        "attribute_exists(pk)",
                    );
                }
            }
            Self::IgnoreHold => {
                writes.retain(|write| {
                    !matches!(write.kind, WriteKind::Require(_)) || !is(write, "payee")
                });
            }
            Self::PayOutBlindly => {
                let seen = "version = :seen AND available_minor >= :amount";
                drop_from(&mut writes, "earnings", seen, "attribute_exists(pk)");
            }
            Self::ConfirmTwice => {
                let confirms = |write: &Write| matches!(&write.kind, WriteKind::Put(item, _) if status(item) == Some("paid"));
                if writes.iter().any(|write| is(write, "payout") && confirms(write)) {
                    unconditional(&mut writes, "payout");
                    unconditional(&mut writes, "entry");
                }
            }
            // Not of transactions, or above.
            _ => return None,
        }
        Some(writes)
    }
}

fn is(write: &Write, label: &str) -> bool {
    write.label == label
}

fn status(item: &store::Item) -> Option<&str> {
    item.get("status")?.as_s().ok().map(String::as_str)
}

fn expression(write: &Write) -> &str {
    match &write.kind {
        WriteKind::Update(update) => &update.expression,
        _ => "",
    }
}

fn condition(write: &mut Write) -> Option<&mut Condition> {
    match &mut write.kind {
        WriteKind::Put(_, condition) => condition.as_mut(),
        WriteKind::Update(update) => Some(&mut update.condition),
        WriteKind::Delete(condition) | WriteKind::Require(condition) => Some(condition),
    }
}

fn drop_from(writes: &mut [Write], label: &str, part: &str, instead: &str) {
    for write in writes.iter_mut().filter(|write| is(write, label)) {
        if let Some(condition) = condition(write) {
            condition.expression = condition.expression.replace(part, instead);
        }
    }
}

fn unconditional(writes: &mut [Write], label: &str) {
    for write in writes.iter_mut().filter(|write| is(write, label)) {
        if let WriteKind::Put(_, condition) = &mut write.kind {
            *condition = None;
        }
    }
}

fn change(writes: &mut [Write], label: &str, placeholder: &str, to: impl Fn(i64) -> i64) {
    for write in writes.iter_mut().filter(|write| is(write, label)) {
        if let Some(value) = condition(write).and_then(|one| one.values.get_mut(placeholder)) {
            let old = value.as_n().ok().and_then(|digits| digits.parse().ok()).unwrap_or(0);
            *value = number(to(old));
        }
    }
}

fn add(writes: &mut [Write], label: &str, placeholder: &str, more: i64) {
    change(writes, label, placeholder, |old| old + more);
}

fn set(writes: &mut [Write], label: &str, placeholder: &str, value: i64) {
    change(writes, label, placeholder, |_| value);
}

/// The minutes in the figures of a settlement; its money stays.
fn settle_one_more(writes: &mut [Write]) {
    for write in writes.iter_mut().filter(|write| is(write, "session")) {
        if let WriteKind::Put(item, _) = &mut write.kind
            && let Some(settled) = item.get_mut("settlement")
            && let aws_sdk_dynamodb::types::AttributeValue::M(settled) = settled
            && let Some(aws_sdk_dynamodb::types::AttributeValue::M(figures)) =
                settled.get_mut("figures")
        {
            figures.entry("minutes".into()).and_modify(|minutes| {
                let old: i64 =
                    minutes.as_n().ok().and_then(|digits| digits.parse().ok()).unwrap_or(0);
                *minutes = number(old + 1);
            });
        }
    }
}

fn ignore_grace(writes: &mut [Write]) {
    for write in writes.iter_mut().filter(|write| is(write, "session")) {
        if let WriteKind::Put(item, _) = &mut write.kind
            && let Some(aws_sdk_dynamodb::types::AttributeValue::M(meter)) = item.get_mut("meter")
        {
            meter.remove("grace_until_ms");
        }
    }
}
