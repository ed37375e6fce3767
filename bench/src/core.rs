//! `cargo x bench core`: pure decisions a second on one core.
//!
//! A decision is what a charge needs before anything is written: what time has done to the session ([`Meter::step`]),
//! which minutes are due, and the balanced entry that moves their price. No I/O, no clock, one thread. Seconds are those
//! that the thread had the processor, so that others on the machine take little from the figure.

use std::hint::black_box;

use anyhow::{Context, Result, bail};
use clap::Args;
use ledger::{Entry, lease_entry};
use metering::{Facts, Meter, Sides, Step};
use serde::Serialize;

use crate::processor::time as processor_time;
use crate::report::rounded;
use crate::world::{FUNDS_MINOR, MINUTE_MS, meter};

/// Sessions that the decisions are about, so that no single one stays in the processor's first cache.
const SESSIONS: u32 = 1_024;

/// What the bench takes.
#[derive(Args, Clone, Debug)]
pub struct Options {
    /// Rounds.
    #[arg(long, default_value_t = 15, value_parser = clap::value_parser!(u32).range(1..=1_000))]
    pub rounds: u32,
    /// Decisions of each kind in a round.
    #[arg(long, default_value_t = 500_000, value_parser = clap::value_parser!(u32).range(1..=100_000_000))]
    pub decisions: u32,
}

/// What was measured.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// Charges decided a second: step, lease and entry.
    pub charges_per_second: Rate,
    /// Sessions a second found to need nothing.
    pub rests_per_second: Rate,
    /// Rounds.
    pub rounds: u32,
    /// Decisions of each kind in a round.
    pub decisions: u32,
}

/// A rate over several rounds.
#[derive(Clone, Debug, Serialize)]
pub struct Rate {
    /// Of the slowest round.
    pub min: f64,
    /// Half of the rounds were faster.
    pub median: f64,
    /// Of the fastest round.
    pub max: f64,
}

struct Case {
    meter: Meter,
    session: String,
    member: String,
}

/// Runs it.
///
/// # Errors
/// A decision is not the expected one.
pub fn run(options: &Options) -> Result<Report> {
    let cases = (0..SESSIONS).map(case).collect::<Result<Vec<_>>>()?;
    // The second minute is due in the first half of the first one, and in it nothing more once it is leased.
    let due = facts(1);
    let resting = facts(2);
    let charge = |case: &Case| {
        let Step::Lease(lease) = case.meter.step(black_box(&due)) else { bail!("nothing was due") };
        let range = (lease.first, lease.count);
        Ok(Some(lease_entry(&case.member, &case.session, range, case.meter.terms.rate)?))
    };
    let rest = |case: &Case| match case.meter.step(black_box(&resting)) {
        Step::Rest => Ok(None),
        other => bail!("nothing should be due: {other:?}"),
    };
    Ok(Report {
        charges_per_second: measure(options, &cases, charge)?,
        rests_per_second: measure(options, &cases, rest)?,
        rounds: options.rounds,
        decisions: options.decisions,
    })
}

fn case(number: u32) -> Result<Case> {
    let id = |kind: u32| format!("01937f5c-{kind:04x}-7000-8000-{number:012x}");
    Ok(Case { meter: meter(1, 0)?, session: id(1), member: id(2) })
}

fn facts(leased: u32) -> Facts {
    let now_ms = MINUTE_MS / 4;
    Facts {
        leased,
        available_minor: FUNDS_MINOR,
        presence: Sides { member: Some(now_ms), host: Some(now_ms) },
        now_ms,
    }
}

fn measure(
    options: &Options,
    cases: &[Case],
    decide: impl Fn(&Case) -> Result<Option<Entry>>,
) -> Result<Rate> {
    let mut rates = Vec::new();
    for _ in 0..options.rounds {
        let begin = processor_time()?;
        let mut left = options.decisions;
        for case in cases.iter().cycle() {
            if left == 0 {
                break;
            }
            black_box(decide(black_box(case))?);
            left -= 1;
        }
        rates.push(f64::from(options.decisions) / (processor_time()? - begin).as_secs_f64());
    }
    rates.sort_by(f64::total_cmp);
    let at = |rank: usize| rates.get(rank).copied().map(rounded).context("no round");
    Ok(Rate { min: at(0)?, median: at(rates.len() / 2)?, max: at(rates.len() - 1)? })
}

#[cfg(test)]
mod tests {
    use super::{Options, run};

    #[test]
    fn charges_and_rests_are_told_apart_and_counted() {
        let report = run(&Options { rounds: 2, decisions: 3_000 }).unwrap();
        assert!(report.charges_per_second.min <= report.charges_per_second.max);
        assert!(report.charges_per_second.median > 0.0 && report.rests_per_second.median > 0.0);
    }
}
