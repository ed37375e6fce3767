//! Amounts of money as text and as integer minor units.
//!
//! The school has one currency with two decimals (specification, preamble:
//! "exact decimal with 2 places, USD"), so 70.00 is 7000 minor units.

use std::str::FromStr;

use rust_decimal::Decimal;

/// The largest amount that is read, in minor units: ten million.
pub const MAX_AMOUNT_MINOR: i64 = 1_000_000_000;

/// Decimals of the currency.
const DECIMALS: u32 = 2;

/// A text that is not an amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AmountError {
    /// Not digits with an optional sign and decimal point.
    #[error("is not an amount such as 70.00")]
    NotANumber,
    /// More exact than the currency.
    #[error("has more than two decimals")]
    TooFine,
    /// Beyond [`MAX_AMOUNT_MINOR`].
    #[error("is beyond 10000000.00")]
    TooLarge,
}

/// Reads an amount such as `70`, `70.5` or `-5.00` into minor units.
///
/// # Errors
/// [`AmountError`] says what is wrong with the text.
pub fn parse_minor(text: &str) -> Result<i64, AmountError> {
    let plain = |byte: u8| byte.is_ascii_digit() || b"+-.".contains(&byte);
    if text.len() > 24 || !text.bytes().all(plain) {
        return Err(AmountError::NotANumber);
    }
    let amount = Decimal::from_str(text).map_err(|_| AmountError::NotANumber)?.normalize();
    if amount.scale() > DECIMALS {
        return Err(AmountError::TooFine);
    }
    let factor = 10_i128.pow(DECIMALS - amount.scale());
    amount
        .mantissa()
        .checked_mul(factor)
        .and_then(|minor| i64::try_from(minor).ok())
        .filter(|minor| minor.abs() <= MAX_AMOUNT_MINOR)
        .ok_or(AmountError::TooLarge)
}

/// The amount with two decimals, such as `70.00` or `-5.00`.
#[must_use]
pub fn format_minor(amount_minor: i64) -> String {
    Decimal::new(amount_minor, DECIMALS).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_read_exactly_or_refused() {
        assert_eq!(parse_minor("70"), Ok(7000));
        assert_eq!(parse_minor("95.5"), Ok(9550));
        assert_eq!(parse_minor("70.000"), Ok(7000));
        assert_eq!(parse_minor("-5.00"), Ok(-500));
        assert_eq!(parse_minor("0.005"), Err(AmountError::TooFine));
        assert_eq!(parse_minor("10000000.01"), Err(AmountError::TooLarge));
        for wrong in ["", "7e1", "1_000", "seventy", "7,00", "--7", "NaN"] {
            assert_eq!(parse_minor(wrong), Err(AmountError::NotANumber), "{wrong}");
        }
    }

    #[test]
    fn amounts_are_written_with_two_decimals() {
        assert_eq!(format_minor(7000), "70.00");
        assert_eq!(format_minor(0), "0.00");
        assert_eq!(format_minor(-501), "-5.01");
    }
}
