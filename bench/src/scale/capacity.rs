//! What a table can take: a rate for the whole of it, and one for each of its partitions.
//!
//! Each rate is a bucket of one second. DynamoDB lets a partition use what it left unused in up to five minutes, which
//! is not promised and not counted here.

use store::wallet::shard_of;

use super::time::Micros;

/// Units a second that one partition takes (DynamoDB developer guide).
pub const PARTITION_WRITE: f64 = 1_000.0;
/// As [`PARTITION_WRITE`], of reads.
pub const PARTITION_READ: f64 = 3_000.0;

/// A bucket of units.
#[derive(Clone, Copy, Debug)]
struct Bucket {
    rate: f64,
    left: f64,
    at: Micros,
}

/// One kind of capacity of one table.
#[derive(Clone, Debug)]
pub struct Capacity {
    table: Bucket,
    partitions: Vec<Bucket>,
    /// Units used.
    pub used: f64,
    /// Requests, or items of a batch, that were turned away.
    pub throttled: u64,
}

impl Bucket {
    fn full(rate: f64) -> Self {
        Self { rate, left: rate, at: 0 }
    }

    #[expect(clippy::cast_precision_loss, reason = "microseconds of some hours")]
    fn fill(&mut self, now: Micros) {
        let passed = now.saturating_sub(self.at) as f64 / 1e6;
        self.left = (self.left + passed * self.rate).min(self.rate);
        self.at = self.at.max(now);
    }
}

impl Capacity {
    /// A table that takes `rate` units a second over `partitions` of `each`.
    #[must_use]
    pub fn new(rate: f64, partitions: u32, each: f64) -> Self {
        let partitions = (0..partitions.max(1)).map(|_| Bucket::full(each)).collect();
        Self { table: Bucket::full(rate), partitions, used: 0.0, throttled: 0 }
    }

    /// Takes units for items of these partition keys, all or nothing. Whether they were there.
    pub fn take(&mut self, now: Micros, wanted: &[(&str, f64)]) -> bool {
        let count = u32::try_from(self.partitions.len()).unwrap_or(u32::MAX);
        let places: Vec<_> =
            wanted.iter().map(|(key, units)| (shard_of(key, count) as usize, *units)).collect();
        let all: f64 = places.iter().map(|(_, units)| units).sum();
        self.table.fill(now);
        let mut there = self.table.left >= all;
        for (place, units) in &places {
            if let Some(bucket) = self.partitions.get_mut(*place) {
                bucket.fill(now);
                there &= bucket.left >= *units;
            }
        }
        if !there {
            self.throttled += 1;
            return false;
        }
        self.table.left -= all;
        for (place, units) in places {
            if let Some(bucket) = self.partitions.get_mut(place) {
                bucket.left -= units;
            }
        }
        self.used += all;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::Capacity;

    #[test]
    fn a_table_and_each_partition_have_their_limits() {
        let mut table = Capacity::new(10.0, 4, 4.0);
        assert!(table.take(0, &[("a", 4.0)]));
        assert!(!table.take(0, &[("a", 1.0)]), "its partition is empty");
        assert!(table.take(250_000, &[("a", 1.0)]), "a quarter of a second later it has one unit");
        let mut table = Capacity::new(10.0, 400, 4.0);
        let taken = (0..20).filter(|n| table.take(0, &[(&n.to_string(), 1.0)])).count();
        assert_eq!(taken, 10, "the table has ten");
        assert!((table.used - 10.0).abs() < 1e-9);
        assert_eq!(table.throttled, 10);
    }
}
