//! Cases in, answers out.

use serde_json::{Value, json};

use crate::fields::{Bad, Fields};
use crate::kinds;

/// What became of all cases.
pub struct Answers {
    /// The answers of the good cases as JSON text; `None` when there are only
    /// bad ones.
    pub output: Option<String>,
    /// One line about the first bad case.
    pub refused: Option<String>,
}

/// Evaluates a JSON array of cases.
///
/// # Errors
/// One line, when the text is no JSON array.
pub fn evaluate_all(text: &str) -> Result<Answers, String> {
    let parsed: Value =
        serde_json::from_str(text).map_err(|error| format!("standard input: {error}"))?;
    let Value::Array(cases) = parsed else {
        return Err("standard input: must be a JSON array of cases".to_owned());
    };
    let mut answered = Vec::new();
    let mut refused = None;
    for (index, case) in cases.iter().enumerate() {
        match evaluate(case) {
            Ok((name, output)) => answered.push(json!({"name": name, "output": output})),
            Err(bad) => {
                refused.get_or_insert_with(|| format!("case {}: {bad}", label(index, case)));
            }
        }
    }
    let output =
        (refused.is_none() || !answered.is_empty()).then(|| Value::Array(answered).to_string());
    Ok(Answers { output, refused })
}

/// Evaluates one case to its name and output.
///
/// # Errors
/// [`Bad`] names the field and says what is wrong with it.
pub fn evaluate(case: &Value) -> Result<(String, Value), Bad> {
    let mut fields = Fields::of("", case)?;
    let kind = fields.text("kind")?;
    let name = fields.text("name")?;
    let input = fields.required("input")?;
    fields.ignore("expected");
    fields.ignore("note");
    fields.done()?;
    let evaluate = match kind.as_str() {
        "session" => kinds::session::evaluate,
        "session_admin_form" => kinds::form::evaluate,
        "current_session" => kinds::current::evaluate,
        "class_offer" => kinds::offer::evaluate,
        "price" => kinds::price::evaluate,
        "resource" => kinds::resource::evaluate,
        "student_level" => kinds::level::evaluate,
        "registration" => kinds::registration::evaluate,
        _ => return Err(Bad::new("kind", format!("no kind is named {kind:?}"))),
    };
    let output = evaluate(Fields::of("input", input)?)?;
    Ok((name, output))
}

/// The name of a case, or its place when it has none, on one line.
fn label(index: usize, case: &Value) -> String {
    match case.get("name").and_then(Value::as_str) {
        Some(name) => name.escape_debug().take(100).collect(),
        None => format!("#{}", index + 1),
    }
}
