//! How a gross amount is split between the host and the platform.

use rust_decimal::prelude::ToPrimitive;
use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Serialize};

use crate::MoneyError;

/// A version of the fee rule. An entry names the version it used, so that a later change of the fee changes no past.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FeeRule {
    /// E.g. `soulseer-30`.
    pub version: String,
    /// The platform's part in percent, 0 to 100.
    pub platform_percent: Decimal,
}

/// The two parts of a gross amount, in minor units. They sum to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shares {
    /// The host's.
    pub share_minor: i64,
    /// The platform's.
    pub fee_minor: i64,
}

/// The percentage is not one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a percentage from 0 to 100")]
pub struct FeeRuleError(String);

impl FeeRule {
    /// A rule of a brand: `FeeRule::new("soulseer", "30")`.
    ///
    /// # Errors
    /// [`FeeRuleError`] unless the text is a decimal from 0 to 100.
    pub fn new(brand: &str, platform_percent: &str) -> Result<Self, FeeRuleError> {
        let bad = || FeeRuleError(platform_percent.to_owned());
        let percent = Decimal::from_str_exact(platform_percent).map_err(|_| bad())?;
        if percent < Decimal::ZERO || percent > Decimal::ONE_HUNDRED {
            return Err(bad());
        }
        let percent = percent.normalize();
        Ok(Self { version: format!("{brand}-{percent}"), platform_percent: percent })
    }

    /// Splits a gross amount: the host's share rounds half up, the fee is the rest (SoulSeer specification 4.7).
    ///
    /// # Errors
    /// [`MoneyError::Overflow`] for absurd amounts.
    pub fn split(&self, gross_minor: i64) -> Result<Shares, MoneyError> {
        let host_percent =
            Decimal::ONE_HUNDRED.checked_sub(self.platform_percent).ok_or(MoneyError::Overflow)?;
        let share_minor = Decimal::from(gross_minor)
            .checked_mul(host_percent)
            .and_then(|product| product.checked_div(Decimal::ONE_HUNDRED))
            .map(|share| share.round_dp_with_strategy(0, RoundingStrategy::MidpointAwayFromZero))
            .and_then(|share| share.to_i64())
            .ok_or(MoneyError::Overflow)?;
        let fee_minor = gross_minor.checked_sub(share_minor).ok_or(MoneyError::Overflow)?;
        Ok(Shares { share_minor, fee_minor })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn soulseer() -> FeeRule {
        FeeRule::new("soulseer", "30").unwrap()
    }

    #[test]
    fn the_share_rounds_half_up_and_the_fee_is_the_rest() {
        for (gross, share, fee) in
            [(300, 210, 90), (99, 69, 30), (5, 4, 1), (200, 140, 60), (0, 0, 0)]
        {
            let split = soulseer().split(gross).unwrap();
            assert_eq!((split.share_minor, split.fee_minor), (share, fee), "{gross}");
        }
    }

    #[test]
    fn a_percentage_outside_its_range_is_refused() {
        for bad in ["-1", "100.1", "abc", "", "1e3"] {
            assert!(FeeRule::new("x", bad).is_err(), "{bad}");
        }
        assert_eq!(FeeRule::new("neuromancers", "15.0").unwrap().version, "neuromancers-15");
    }

    proptest! {
        #[test]
        fn shares_sum_to_the_gross(gross in 0_i64..1_000_000_000, percent in 0_u32..=10_000) {
            let rule = FeeRule::new("x", &Decimal::new(i64::from(percent), 2).to_string()).unwrap();
            let split = rule.split(gross).unwrap();
            prop_assert_eq!(split.share_minor + split.fee_minor, gross);
            prop_assert!(split.share_minor >= 0 && split.fee_minor >= 0);
        }
    }
}
