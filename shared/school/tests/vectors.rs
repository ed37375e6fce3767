//! The reference cases: each is answered as the original program did, or it is
//! a named departure in `docs/school.md`.
//!
//! The table in the documentation is the only list of departures. It is read
//! here, so a row that is missing, stale, wrong in a value or without a reason
//! fails, and so does an unequal case that carries no note.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test may stop at the first thing that is not as it must be"
)]

#[path = "../examples/eval/case.rs"]
mod case;
#[path = "../examples/eval/fields.rs"]
mod fields;
#[path = "../examples/eval/kinds/mod.rs"]
mod kinds;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::{Map, Value, json};

const TABLE_BEGINS: &str = "<!-- departures: begin -->";
const TABLE_ENDS: &str = "<!-- departures: end -->";

/// One row of the table.
#[derive(Debug, Clone, PartialEq)]
struct Departure {
    case: String,
    original: Value,
    ours: Value,
    reason: String,
}

fn read(path: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    fs::read_to_string(root.join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn cases() -> Vec<Value> {
    serde_json::from_str(&read("tests/vectors/hepcat.json")).unwrap()
}

fn table() -> Vec<Departure> {
    let page = read("docs/school.md");
    let (_, rest) = page.split_once(TABLE_BEGINS).expect("the table begins");
    let (table, _) = rest.split_once(TABLE_ENDS).expect("the table ends");
    let rows = table.lines().filter(|line| line.starts_with("| `"));
    rows.map(departure).collect()
}

fn departure(row: &str) -> Departure {
    let cells: Vec<&str> = row.trim_matches('|').split('|').map(str::trim).collect();
    let [case, original, ours, reason] = cells[..] else {
        panic!("four cells, not {}: {row}", cells.len());
    };
    let fields = |cell: &str| serde_json::from_str(cell.trim_matches('`')).expect(row);
    Departure {
        case: case.trim_matches('`').to_owned(),
        original: fields(original),
        ours: fields(ours),
        reason: reason.to_owned(),
    }
}

/// The top-level fields of `of` that `than` has not, or has otherwise.
fn different(of: &Value, than: &Value) -> Value {
    let fields = of.as_object().unwrap().iter();
    let differing = fields.filter(|(key, value)| than.get(key) != Some(value));
    Value::Object(differing.map(|(k, v)| (k.clone(), v.clone())).collect::<Map<_, _>>())
}

/// Everything that is wrong with the answers, given the table.
fn faults(cases: &[Value], table: &[Departure]) -> Vec<String> {
    let mut faults = Vec::new();
    let mut rows: BTreeMap<&str, &Departure> = BTreeMap::new();
    for row in table {
        if rows.insert(&row.case, row).is_some() {
            faults.push(format!("{}: two rows", row.case));
        }
    }
    for case in cases {
        let (name, output) = match case::evaluate(case) {
            Ok(answer) => answer,
            Err(bad) => {
                faults.push(format!("{}: {bad}", case["name"]));
                continue;
            }
        };
        let row = rows.remove(name.as_str());
        let expected = &case["expected"];
        let original = different(expected, &output);
        let ours = different(&output, expected);
        match row {
            None if output == *expected => {}
            None => faults.push(format!("{name}: original {original}, ours {ours}")),
            Some(_) if output == *expected => faults.push(format!("{name}: a stale row")),
            Some(_) if case["note"].is_null() => faults.push(format!("{name}: has no note")),
            Some(row) if row.original != original || row.ours != ours => {
                faults.push(format!("{name}: the row should be `{original}` | `{ours}`"));
            }
            Some(row) if row.reason.len() < 20 => faults.push(format!("{name}: no reason")),
            Some(_) => {}
        }
    }
    faults.extend(rows.keys().map(|name| format!("{name}: no such case")));
    faults
}

#[test]
fn every_case_is_equal_or_a_documented_departure() {
    let faults = faults(&cases(), &table());
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn the_documentation_counts_what_the_table_has() {
    let (cases, table) = (cases(), table());
    let (all, departures) = (cases.len(), table.len());
    let equal = all - departures;
    let sentence = format!("Of the {all} cases {equal} are equal and {departures} depart");
    assert!(read("docs/school.md").contains(&sentence), "{sentence}");
    assert_eq!(all, 164);
}

#[test]
fn every_kind_of_case_is_there() {
    let mut kinds: BTreeMap<String, usize> = BTreeMap::new();
    for case in cases() {
        *kinds.entry(case["kind"].as_str().unwrap().to_owned()).or_default() += 1;
    }
    let counted: Vec<_> = kinds.iter().map(|(k, n)| (k.as_str(), *n)).collect();
    let expected = [
        ("class_offer", 56),
        ("current_session", 7),
        ("price", 16),
        ("registration", 8),
        ("resource", 16),
        ("session", 51),
        ("session_admin_form", 2),
        ("student_level", 8),
    ];
    assert_eq!(counted, expected);
}

#[test]
fn a_wrong_table_is_noticed() {
    let (cases, table) = (cases(), table());
    let broken = |change: &dyn Fn(&mut Vec<Departure>)| {
        let mut wrong = table.clone();
        change(&mut wrong);
        faults(&cases, &wrong)
    };
    assert_eq!(broken(&|table| drop(table.remove(0))).len(), 1);
    assert_eq!(broken(&|table| table[1].ours = json!({})).len(), 1);
    assert_eq!(broken(&|table| table[2].original = json!({"end_date": null})).len(), 1);
    assert_eq!(broken(&|table| table[3].reason.clear()).len(), 1);
    assert_eq!(broken(&|table| table.push(table[4].clone())).len(), 1);
    let stale = |name: &str| {
        let mut row = table[0].clone();
        name.clone_into(&mut row.case);
        row
    };
    let equal = "session/chain_default_clean";
    assert_eq!(broken(&|table| table.push(stale(equal))).len(), 1);
    assert_eq!(broken(&|table| table.push(stale("session/none"))).len(), 1);
}

#[test]
fn a_wrong_answer_is_noticed() {
    let mut cases = cases();
    cases[0]["expected"]["end_time"] = json!("20:01");
    assert_eq!(faults(&cases, &table()).len(), 1);
}

#[test]
fn a_departure_without_a_note_is_noticed() {
    let (mut cases, table) = (cases(), table());
    let departs = |case: &&mut Value| case["name"] == table[0].case;
    cases.iter_mut().find(departs).unwrap()["note"] = Value::Null;
    assert_eq!(faults(&cases, &table).len(), 1);
}

fn refusal(cases: &Value) -> String {
    let answers = case::evaluate_all(&cases.to_string()).unwrap();
    let refused = answers.refused.expect("refused");
    assert!(!refused.contains('\n'), "{refused}");
    refused
}

/// The first case of a kind with one value replaced.
fn spoiled(kind: &str, pointer: &str, value: Value) -> Value {
    let cases = cases();
    let mut case = cases.into_iter().find(|case| case["kind"] == kind).unwrap();
    let (parent, key) = pointer.rsplit_once('/').unwrap();
    case.pointer_mut(parent).unwrap()[key] = value;
    json!([case])
}

#[test]
fn bad_input_names_the_case_and_the_field() {
    let table = [
        ("session", "/input/today", json!("2020-02-30"), "input.today"),
        ("session", "/input/today", Value::Null, "input.today"),
        ("session", "/input/new/num_weeks", json!(0), "input.new.num_weeks"),
        ("session", "/input/new/num_weeks", json!(1.5), "input.new.num_weeks"),
        ("session", "/input/new/skip_weeks", json!(-1), "input.new.skip_weeks"),
        ("session", "/input/new/max_day_shift", json!(7), "input.new.max_day_shift"),
        ("session", "/input/new/colour", json!("red"), "input.new.colour"),
        ("session", "/input/new/name", json!("Jan"), "input.new"),
        (
            "session",
            "/input/settings/SESSION_LOW_WEEKS",
            json!(-3),
            "input.settings.SESSION_LOW_WEEKS",
        ),
        ("session", "/input/settings/SESION_WEEKS", json!(5), "input.settings.SESION_WEEKS"),
        ("session", "/input/existing", json!([{"name": "A"}]), "input.existing[0].key_day_date"),
        ("session", "/input/new/key_day_date", json!("9999-12-31"), "input.new"),
        ("class_offer", "/input/class_day", json!(7), "input.class_day"),
        ("class_offer", "/input/start_time", json!("25:00"), "input.start_time"),
        ("class_offer", "/input/subject/level", json!("L9"), "input.subject.level"),
        ("class_offer", "/input/subject/full_price", json!("7O.00"), "input.subject.full_price"),
        ("price", "/input/items/0/full_price", json!("-1.00"), "input.items[0].full_price"),
        ("price", "/input/student_credit", json!("0.001"), "input.student_credit"),
        ("resource", "/input/avail", json!(-1), "input.avail"),
        ("student_level", "/input/taken", json!(["Beg"]), "input.taken[0]"),
        ("registration", "/input/form/new_user", json!("X"), "input.form.new_user"),
        ("registration", "/input/logged_in_as", json!("nobody"), "input.logged_in_as"),
        ("current_session", "/input/sess", json!(5), "input.sess"),
        ("session_admin_form", "/kind", json!("sesion"), "kind"),
        ("session_admin_form", "/input", json!([]), "input"),
    ];
    for (kind, pointer, value, field) in table {
        let cases = spoiled(kind, pointer, value);
        let name = cases[0]["name"].as_str().unwrap();
        let line = refusal(&cases);
        let start = format!("case {name}: {field}: ");
        assert!(line.starts_with(&start), "{line}\nshould start with\n{start}");
        assert!(line.len() > start.len());
    }
    let nameless = refusal(&json!([{"kind": "price", "input": {}}]));
    assert!(nameless.starts_with("case #1: name: "), "{nameless}");
}

#[test]
fn text_that_is_no_array_of_cases_is_refused() {
    for text in ["", "{}", "[", "[1]x", "null"] {
        assert!(case::evaluate_all(text).is_err(), "{text}");
    }
    let answers = case::evaluate_all("[]").unwrap();
    assert_eq!(answers.output.as_deref(), Some("[]"));
}

#[test]
fn a_bad_case_does_not_cost_the_good_ones() {
    let mut two = spoiled("price", "/input/student_credit", json!("much"));
    let good = cases().into_iter().find(|case| case["kind"] == "resource").unwrap();
    two.as_array_mut().unwrap().push(good);
    let answers = case::evaluate_all(&two.to_string()).unwrap();
    let output: Value = serde_json::from_str(&answers.output.unwrap()).unwrap();
    assert_eq!(output.as_array().unwrap().len(), 1);
    assert!(answers.refused.is_some());
}
