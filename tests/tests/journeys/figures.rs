//! The arithmetic of a session, done again from what a person sees.

use serde_json::Value;

use crate::world::number;

/// A receipt that does not follow from its own lines is worth nothing: this follows every one of them.
pub fn assert_recomputes(receipt: &Value) {
    let rate = number(&receipt["rate_minor"]);
    let minute_ms = number(&receipt["minute_ms"]);
    let intervals = receipt["intervals"].as_array().unwrap();
    let active: i64 = intervals.iter().map(|one| number(&one["active_ms"])).sum();
    assert_eq!(active, number(&receipt["active_ms"]), "{receipt}");
    let minutes = receipt["minutes"].as_array().unwrap();
    let begun = ((active + minute_ms - 1) / minute_ms).max(1);
    assert_eq!(i64::try_from(minutes.len()).unwrap(), begun, "{receipt}");
    let (mut share, mut fee, mut refunded) = (0, 0, 0);
    for (place, minute) in minutes.iter().enumerate() {
        assert_eq!(number(&minute["number"]), i64::try_from(place).unwrap() + 1);
        assert_eq!(number(&minute["rate_minor"]), rate);
        assert_eq!(number(&minute["share_minor"]), share_of(rate), "{minute}");
        assert_eq!(number(&minute["share_minor"]) + number(&minute["fee_minor"]), rate, "{minute}");
        share += number(&minute["share_minor"]);
        fee += number(&minute["fee_minor"]);
        refunded += number(&minute["refunded_minor"]);
    }
    assert_eq!(number(&receipt["gross_minor"]), rate * begun);
    assert_eq!(number(&receipt["share_minor"]), share);
    assert_eq!(number(&receipt["fee_minor"]), fee);
    assert_eq!(number(&receipt["refunded_minor"]), refunded);
    let released = &receipt["released"];
    assert_eq!(number(&released["amount_minor"]), rate * number(&released["minutes"]), "{receipt}");
}

/// The host's 70 % of an amount, half a cent up.
pub fn share_of(gross_minor: i64) -> i64 {
    (gross_minor * 70 + 50) / 100
}

/// The sum of a statement's lines.
pub fn sum(statement: &Value) -> i64 {
    lines(statement).iter().map(|line| number(&line["amount_minor"])).sum()
}

/// The lines of a list.
pub fn lines(list: &Value) -> &Vec<Value> {
    list["items"].as_array().unwrap()
}

/// How many lines have this reason.
pub fn count(statement: &Value, reason: &str) -> usize {
    lines(statement).iter().filter(|line| line["reason"] == reason).count()
}
