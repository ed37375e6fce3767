//! `student_level`: which level the classes taken amount to.

use school::Settings;
use school::level::{Level, Version};
use school::progress::{self, Progress, Taken};
use school::subject::Subject;
use serde_json::{Map, Number, Value, json};

use crate::fields::{Bad, Fields};

pub fn evaluate(mut input: Fields<'_>) -> Result<Value, Bad> {
    let path = input.path("taken");
    let mut taken = Vec::new();
    for (at, item) in input.list("taken")?.iter().enumerate() {
        let bad = || Bad::new(format!("{path}[{at}]"), "must be \"level:version\"");
        taken.push(item.as_str().and_then(read).ok_or_else(bad)?);
    }
    input.done()?;
    let level = level_json(&progress::level(&taken).to_string());
    let highest = progress::highest(&taken);
    let mut labels: Vec<String> =
        highest.iter().flat_map(|(_, subjects)| subjects).map(label).collect();
    labels.sort();
    let report = |level| progress::progress(&taken, level).map(|progress| report(&progress));
    Ok(json!({
        "computed_level": level,
        "beg": report(Level::Beginning),
        "l2": report(Level::Lindy2),
        "l3": report(Level::Lindy3),
        "highest_level_num": highest.as_ref().map(|(number, _)| number.to_string()),
        "highest_subjects": labels,
        "stored_level_after_save": level,
    }))
}

fn read(text: &str) -> Option<Taken> {
    let (level, version) = text.split_once(':')?;
    Some((Level::from_code(level)?, Version::from_code(version)?))
}

/// The vectors title each subject with its level and version.
fn label(taken: &Taken) -> String {
    let settings = Settings::reference();
    let title = format!("{}{}", taken.0.code(), taken.1.code());
    let mut subject = Subject::new(title, &settings);
    (subject.level, subject.version) = *taken;
    subject.label(&settings)
}

/// A level such as 2 or 2.5 as a JSON number, without passing a float.
fn level_json(text: &str) -> Value {
    text.parse::<Number>().map_or(Value::Null, Value::Number)
}

fn report(progress: &Progress) -> Value {
    let mut report = Map::new();
    report.insert("done".to_owned(), json!(progress.done));
    for (version, extra) in &progress.surplus {
        report.insert(version.code().to_owned(), json!(extra));
    }
    Value::Object(report)
}
