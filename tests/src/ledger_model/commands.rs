//! What is asked of the product and of the reference, drawn at random and shrunk to the shortest that shows a difference.

use std::fmt;

use proptest::prelude::*;
use proptest::sample::select;

use crate::session_world::Who;

/// A command. Members and hosts are 0 or 1; a session is its member's last one, but a session to refund, a top-up or a
/// payout is any, numbered from 0 and around again, so that there is one as soon as there are any.
///
/// `Beat`: both sides prove presence so often, 20 seconds apart. `Dispute`: it is `open`, `won` or `lost` now. `Run`: a run
/// of payouts whose transfers are `paid`, `refused`, `lost` on their way, or made and `unheard` of. `ComeBack`: so much of
/// a payout that was paid has come back in all. The last four are made of others: see [`Command::steps`].
#[derive(Clone, Copy, Debug)]
pub enum Command {
    Tick,
    Wait { seconds: i64 },
    Rest { days: i64 },
    TopUp { member: usize, amount: i64 },
    Request { member: usize, host: usize },
    Order { member: usize, by: Who, verb: &'static str },
    Beat { member: usize, times: u8 },
    Refund { session: usize, minute: i64, by_platform: bool },
    CardRefund { top_up: usize, percent: i64 },
    Dispute { top_up: usize, now: &'static str },
    Run { transfers: &'static str },
    ComeBack { payout: usize, percent: i64 },
    Start { member: usize, host: usize },
    Reading { member: usize, host: usize, beats: u8 },
    Payday { transfers: &'static str },
    Contest { top_up: usize, end: &'static str },
}
use Command::{
    Beat, CardRefund, ComeBack, Contest, Dispute, Order, Payday, Reading, Refund, Request, Rest,
    Run, Start, Tick, TopUp, Wait,
};

impl Command {
    /// What it consists of.
    pub fn steps(self) -> Vec<Self> {
        let order = |member, by, verb| Order { member, by, verb };
        match self {
            Start { member, host } => vec![
                Request { member, host },
                order(member, Who::R, "accept"),
                order(member, Who::C, "join"),
                order(member, Who::R, "join"),
            ],
            Reading { member, host, beats } => {
                let mut steps = vec![TopUp { member, amount: 1_800 }];
                steps.extend(Start { member, host }.steps());
                steps.push(Beat { member, times: beats });
                steps.push(order(member, Who::C, "end"));
                steps
            }
            Contest { top_up, end } => {
                vec![Dispute { top_up, now: "open" }, Dispute { top_up, now: end }]
            }
            Payday { transfers } => vec![Rest { days: 8 }, Run { transfers }],
            _ => vec![self],
        }
    }
}

/// Commands in their order; printed one a line.
#[derive(Clone)]
pub struct Script(pub Vec<Command>);

impl fmt::Debug for Script {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|command| write!(formatter, "\n    {command:?}"))
    }
}

/// Up to 31 commands.
pub fn scripts() -> impl Strategy<Value = Script> {
    let member = || 0..2_usize;
    let pair = || (0..2_usize, 0..2_usize);
    let any_of = || 0..6_usize;
    let side = || select(vec![Who::C, Who::R]);
    let order = |verb| (member(), side()).prop_map(move |(member, by)| Order { member, by, verb });
    let transfers = || select(vec!["paid", "paid", "refused", "refused", "lost", "unheard"]);
    let seconds = prop_oneof![1_i64..80, Just(60), Just(120), 100_i64..400];
    let command = prop_oneof![
        4 => Just(Tick),
        4 => seconds.prop_map(|seconds| Wait { seconds }),
        3 => (member(), 1_i64..12).prop_map(|(member, n)| TopUp { member, amount: n * 150 }),
        1 => pair().prop_map(|(member, host)| Request { member, host }),
        1 => member().prop_map(|member| Order { member, by: Who::R, verb: "accept" }),
        2 => order("join"),
        4 => order("reconnect"),
        3 => order("leave"),
        2 => order("end"),
        6 => (member(), 1_u8..5).prop_map(|(member, times)| Beat { member, times }),
        4 => pair().prop_map(|(member, host)| Start { member, host }),
        5 => (pair(), 8_u8..13)
            .prop_map(|((member, host), beats)| Reading { member, host, beats }),
        2 => (any_of(), 1_i64..4, any::<bool>())
            .prop_map(|(session, minute, by_platform)| Refund { session, minute, by_platform }),
        1 => (any_of(), 1_i64..=100)
            .prop_map(|(top_up, percent)| CardRefund { top_up, percent }),
        3 => (any_of(), select(vec!["open", "open", "won", "lost"]))
            .prop_map(|(top_up, now)| Dispute { top_up, now }),
        3 => (any_of(), select(vec!["won", "lost"]))
            .prop_map(|(top_up, end)| Contest { top_up, end }),
        2 => (1_i64..12).prop_map(|days| Rest { days }),
        3 => transfers().prop_map(|transfers| Run { transfers }),
        4 => transfers().prop_map(|transfers| Payday { transfers }),
        2 => (0..3_usize, 1_i64..=100)
            .prop_map(|(payout, percent)| ComeBack { payout, percent }),
    ];
    prop::collection::vec(command, 1..32).prop_map(Script)
}
