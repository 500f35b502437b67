//! Examples. They illustrate what the page states; only what they show beyond that is compared.

use super::Action;
use super::requests::{self, Line};
use super::said::{Changes, Pair, at};
use crate::contract::Origin;
use crate::docs::Page;
use crate::docs::page::{Example, ExampleRequest};
use crate::docs::path;
use crate::docs::section::Subject;

/// Compares the examples of two versions of a page. A name, a payload, a header or a further
/// example of the same kind is no change.
pub(super) fn compare(pair: Pair<'_>, changes: &mut Changes) {
    let (old, new) = (beyond(pair.old), beyond(pair.new));
    let mut gone: Vec<&Shown> = old.iter().filter(|shown| !new.iter().any(|other| other.text == shown.text)).collect();
    let come: Vec<&Shown> = new.iter().filter(|shown| !old.iter().any(|other| other.text == shown.text)).collect();
    for after in come {
        // What stood in its place was corrected, or made worse.
        let before = (!gone.is_empty()).then(|| gone.remove(0));
        push(pair, before, Some(after), changes);
    }
    for before in gone {
        push(pair, Some(before), None, changes);
    }
    number(pair, changes);
}

/// Something that an example shows and nothing else on the page states.
struct Shown {
    text: String,
    line: usize,
}

fn push(pair: Pair<'_>, old: Option<&Shown>, new: Option<&Shown>, changes: &mut Changes) {
    let said = |page: &Page, shown: Option<&Shown>, origin: Origin| match shown {
        Some(shown) => at(page, shown.line, Some(shown.text.clone())),
        None => super::Said { value: None, origin },
    };
    let action = match (old, new) {
        (None, _) => Action::Added,
        (_, None) => Action::Removed,
        _ => Action::Changed,
    };
    let fact = pair.fact("exchange", None);
    let before = said(pair.old, old, pair.old_section(Subject::Example));
    let after = said(pair.new, new, pair.new_section(Subject::Example));
    changes.push("exchange_changed", action, fact, Some(before), Some(after));
}

/// What the examples of a page show beyond its other sections, each thing once.
fn beyond(page: &Page) -> Vec<Shown> {
    let lines = requests::lines(page);
    let mut beyond: Vec<Shown> = Vec::new();
    for example in page.examples.iter().flatten() {
        let Some(shown) = one(page, &lines, example) else { continue };
        if !beyond.iter().any(|other| other.text == shown.text) {
            beyond.push(shown);
        }
    }
    beyond
}

fn one(page: &Page, lines: &[Line<'_>], example: &Example) -> Option<Shown> {
    let request = example.request.as_ref();
    let call = request.and_then(|request| undocumented(lines, request).map(|text| (text, request.line)));
    let response = example.response.as_ref();
    let answer = response.and_then(|response| {
        let stated = page.success.as_deref().unwrap_or_default();
        let status = response.status.filter(|status| !stated.contains(status))?;
        Some((status.to_string(), response.line))
    });
    match (call, answer) {
        (Some((call, line)), Some((answer, _))) => Some(Shown { text: format!("{call} answered with {answer}"), line }),
        (Some((call, line)), None) => Some(Shown { text: call, line }),
        (None, Some((answer, line))) => Some(Shown { text: format!("answered with {answer}"), line }),
        (None, None) => None,
    }
}

/// The call of an example that is no documented request.
fn undocumented(lines: &[Line<'_>], request: &ExampleRequest) -> Option<String> {
    let (method, url) = (request.method.as_deref()?, request.url.as_deref()?);
    let url = requests::form(url);
    let in_any_case = url.to_ascii_lowercase();
    let is_call = |line: &&Line<'_>| line.method == method && path::fits(&line.form.to_ascii_lowercase(), &in_any_case);
    match lines.is_empty() || lines.iter().any(|line| is_call(&line)) {
        true => None,
        false => Some(format!("{method} {}", without_values(&url))),
    }
}

/// A path in which what looks like the key of an item stands for any.
fn without_values(path: &str) -> String {
    let segments: Vec<&str> = path.split('/').map(|segment| if is_value(segment) { "{}" } else { segment }).collect();
    segments.join("/")
}

fn is_value(segment: &str) -> bool {
    let n_digits = segment.bytes().filter(u8::is_ascii_digit).count();
    n_digits >= 3 || segment.contains(['@', '=', '%']) || segment.len() > 40
}

/// How many calls the examples show: worth knowing, and no change.
fn number(pair: Pair<'_>, changes: &mut Changes) {
    let calls = |page: &Page| page.examples.iter().flatten().filter(|example| example.request.is_some()).count();
    let (old, new) = (calls(pair.old), calls(pair.new));
    if old != new {
        let text = format!(
            "the page shows {new} documented {} where it showed {old}",
            if new == 1 { "call" } else { "calls" }
        );
        changes.note(text, Some(pair.old_section(Subject::Example)), Some(pair.new_section(Subject::Example)));
    }
}
