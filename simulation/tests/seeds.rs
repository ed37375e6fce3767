//! What continuous integration asks of the simulation: some seeds keep the laws, a seed comes again exactly, and a
//! planted bug is found.

use std::panic::resume_unwind;
use std::sync::atomic::{AtomicU64, Ordering};

use simulation::mutations::Mutation;
use simulation::{FAULTS_MIN, OPERATIONS_MIN, Outcome, run};

/// Runs seeds on all processors until `enough` says so of one.
fn seeds(
    first: u64,
    count: u64,
    mutation: Option<Mutation>,
    enough: impl Fn(&Outcome) -> bool + Sync,
) -> Vec<Outcome> {
    let next = AtomicU64::new(0);
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let work = || {
        let mut outcomes = Vec::new();
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= count {
                return outcomes;
            }
            outcomes.push(run(first + number, false, mutation));
            if outcomes.last().is_some_and(&enough) {
                next.store(count, Ordering::Relaxed);
            }
        }
    };
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        workers
            .into_iter()
            .flat_map(|worker| worker.join().unwrap_or_else(|panic| resume_unwind(panic)))
            .collect()
    })
}

#[test]
fn a_hundred_seeds_keep_the_ten_laws() {
    let outcomes = seeds(1, 100, None, |_| false);
    assert_eq!(outcomes.len(), 100);
    for one in outcomes {
        assert!(
            one.violations.is_empty(),
            "cargo x simulate --seeds 1 --seed {}: {:?}",
            one.seed,
            one.violations
        );
        assert!(one.operations >= OPERATIONS_MIN && one.faults >= FAULTS_MIN, "{one:?}");
    }
}

#[test]
fn a_seed_comes_again_exactly() {
    for seed in [1, 2, 3] {
        let (one, again) = (run(seed, true, None), run(seed, true, None));
        assert_eq!(
            (one.digest, one.operations, one.faults),
            (again.digest, again.operations, again.faults)
        );
        assert_eq!(one.history, again.history);
        let elsewhere = std::thread::spawn(move || run(seed, false, None)).join().unwrap();
        assert_eq!(one.digest, elsewhere.digest);
    }
    assert_ne!(run(1, false, None).digest, run(2, false, None).digest);
}

#[test]
fn a_late_lease_without_its_fence_is_found_within_200_seeds() {
    let planted = Some(Mutation::IgnoreOpenSession);
    let outcomes = seeds(1, 200, planted, |one| !one.violations.is_empty());
    assert!(
        outcomes.iter().any(|one| !one.violations.is_empty()),
        "not found in {}",
        outcomes.len()
    );
}
