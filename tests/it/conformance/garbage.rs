//! Inputs that nobody meant: none of them panics, and each has an end.

use std::time::Duration;

use entra_risk::conformance;
use entra_risk::spec::lint::lint;
use entra_risk::spec::{Document, parse_transcript};
use entra_risk::verdict::Side;
use entra_risk::wire::{Connection, Scripted, Step};
use proptest::prelude::*;

const BETA: &str = include_str!("../fixtures/few/beta.yaml");
const DISMISS: &str = include_str!("../../../openapi/exchanges/beta/dismiss_riskyuser.http");

/// One change of a text, by lines.
fn changed(text: &str, kind: u8, at: usize, other: usize) -> String {
    let mut lines: Vec<&str> = text.lines().collect();
    let (at, other) = (at % lines.len(), other % lines.len());
    let shifted = format!("  {}", lines[at]);
    match kind {
        0 => drop(lines.remove(at)),
        1 => lines.insert(at, lines[other]),
        2 => lines.swap(at, other),
        3 => lines.truncate(at),
        _ => lines[at] = &shifted,
    }
    lines.join("\n")
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, ..ProptestConfig::default() })]

    #[test]
    fn a_damaged_description_is_read_or_refused(kind in 0_u8..5, at: usize, other: usize) {
        let text = changed(BETA, kind, at, other);
        if let Ok(document) = Document::parse(&text, "spec.yaml") {
            let findings = lint(&document);
            if let Ok(mut contract) = document.contract() {
                contract.exchanges.clone_from(&super::contract().exchanges);
                prop_assert!(!contract.facts().is_empty());
                // Also of a description that the lint refuses: rules see what the user gives them.
                let _ = conformance::plan(&contract, &[Side::Client, Side::Server]);
            } else {
                prop_assert!(document.contract().is_err_and(|error| error.line > 0));
            }
            prop_assert!(findings.iter().all(|finding| finding.origin.line <= text.lines().count() + 1));
        }
    }

    #[test]
    fn a_damaged_transcript_is_read_or_refused(kind in 0_u8..5, at: usize, other: usize, cut in 0_usize..600) {
        let text = changed(DISMISS, kind, at, other);
        let text: String = text.chars().take(cut + 200).collect();
        if let Err(error) = parse_transcript(&text, "x", "x.http") {
            prop_assert!(error.to_string().starts_with("x.http:"));
        }
    }

    #[test]
    fn any_text_is_a_description_or_an_error(text in "[-\\[\\]{}:,#&*!|>'\"%@`a-z0-9 \\n\\t]{0,200}") {
        if let Ok(document) = Document::parse(&text, "spec.yaml") {
            let _ = lint(&document);
            let _ = document.contract();
        }
    }
}

#[test]
fn any_bytes_are_an_answer_or_an_error() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let server = runtime.block_on(Scripted::start()).unwrap();
    let head = proptest::collection::vec(any::<u8>(), 0..200);
    let plausible =
        "HTTP/1.1 [0-9]{3} x\r\n(Content-Length: [0-9]{1,19}|Transfer-Encoding: chunked|x)?\r\n\r\n[0-9a-f\r\n;]{0,40}";
    let bytes = prop_oneof![head, plausible.prop_map(String::into_bytes)];
    proptest!(ProptestConfig { cases: 256, ..ProptestConfig::default() }, |(bytes in bytes)| {
        server.begin([Step::Truncated(bytes.clone()), Step::Truncated(bytes)]);
        let mut connection = Connection::new(server.address().to_string(), Duration::from_secs(20));
        let answer = runtime.block_on(connection.send("GET", "/", &[], None, true));
        if let Ok(answer) = answer {
            prop_assert!((100..1000).contains(&answer.status));
        }
    });
}
