//! Faults on purpose: what a network and a shared database do, decided by the test.

use std::sync::{Arc, Mutex, PoisonError};

use crate::Call;

/// What happens to one call.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Fault {
    /// Nothing: it works.
    #[default]
    None,
    /// The request never arrives; nothing happens.
    LostRequest,
    /// It happens, but the caller is not told.
    LostReply,
    /// The service throttles; nothing happens.
    Throttle,
    /// Another transaction holds an item; nothing happens. For other calls than transactions as [`Fault::Throttle`].
    Conflict,
    /// The service fails with a 500; nothing happens.
    Broken,
}

type Decide = Box<dyn FnMut(&Call<'_>) -> Fault + Send>;

/// Decides about each call. Cloning shares the decision.
#[derive(Clone, Default)]
pub struct Faults(Arc<Mutex<Option<Decide>>>);

impl Faults {
    /// From now on, `decide` is asked about each call.
    pub fn set(&self, decide: impl FnMut(&Call<'_>) -> Fault + Send + 'static) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(Box::new(decide));
    }

    /// From now on everything works.
    pub fn clear(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// The next call of this operation (such as `TransactWriteItems`) meets the fault, later ones work.
    pub fn once(&self, operation: &'static str, fault: Fault) {
        let mut done = false;
        self.set(move |call| {
            if done || call.operation != operation {
                return Fault::None;
            }
            done = true;
            fault
        });
    }

    /// Of each hundred calls, `percent` meet one of `faults`, chosen by a generator with this seed.
    pub fn seeded(&self, seed: u64, percent: u64, faults: Vec<Fault>) {
        let mut state = seed;
        self.set(move |_| {
            let roll = next(&mut state);
            if faults.is_empty() || roll % 100 >= percent {
                return Fault::None;
            }
            let chosen = next(&mut state) % faults.len() as u64;
            usize::try_from(chosen).ok().and_then(|at| faults.get(at)).copied().unwrap_or_default()
        });
    }

    pub(crate) fn decide(&self, call: &Call<'_>) -> Fault {
        let mut decide = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        decide.as_mut().map_or(Fault::None, |decide| decide(call))
    }
}

/// SplitMix64.
fn next(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let mut mixed = *state;
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^ (mixed >> 31)
}
