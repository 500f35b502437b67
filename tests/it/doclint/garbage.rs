//! No page is so broken that a rule panics, or takes more than a moment.

use std::time::{Duration, Instant};

use entra_risk::docs;
use entra_risk::rules::docs::{corpus, examine};
use proptest::prelude::*;

const PAGE: &str = include_str!("page.md");

fn lint(text: &str) {
    let page = docs::read("beta/api/kite.md", text, &|_| None);
    let (_, mentions) = examine(&page);
    let _ = corpus(&[mentions]);
}

#[test]
fn the_page_that_is_broken_below_is_sound() {
    let page = docs::read("beta/api/kite.md", PAGE, &|_| None);
    let (findings, mentions) = examine(&page);
    assert_eq!((findings, corpus(&[mentions])), (Vec::new(), Vec::new()));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_page_with_anything_in_it_is_linted(at in 0..PAGE.len(), cut in 0_usize..80, put in ".{0,20}|[`{}<>|#/:'\"\\n-]{1,9}") {
        let at = (at..).find(|&at| PAGE.is_char_boundary(at)).unwrap_or(0);
        let end = ((at + cut).min(PAGE.len())..).find(|&end| PAGE.is_char_boundary(end)).unwrap_or(PAGE.len());
        lint(&format!("{}{put}{}", &PAGE[..at], &PAGE[end..]));
    }

    #[test]
    fn lines_in_any_order_are_linted(order in proptest::collection::vec(0..PAGE.lines().count(), 0..120)) {
        let lines: Vec<&str> = PAGE.lines().collect();
        let text: Vec<&str> = order.iter().map(|&at| lines[at]).collect();
        lint(&text.join("\n"));
    }
}

/// Ten times the text, at most some forty times the time: nothing in it is squared.
#[test]
#[allow(clippy::disallowed_methods)] // it measures
fn long_pages_take_long_and_not_longer() {
    let before = "# kite\n\n## Permissions\n\n|Permission type|Permissions|\n|:--|:--|\n";
    type Kind = (&'static str, fn(usize) -> String);
    let kinds: [Kind; 5] = [
        ("rows", |n| (0..n).map(|at| format!("|Application|Kite.Fly{at}|\n")).collect()),
        ("keys", |n| {
            let keys: Vec<String> = (0..n).map(|at| format!("\"k{at}\": {at}")).collect();
            format!("\n## Example\n```http\nPOST https://graph.microsoft.com/beta/x\n\n{{{}}}\n```\n", keys.join(",\n"))
        }),
        ("headers", |n| {
            let headers: String = (0..n).map(|at| format!("H{at}: x\n")).collect();
            format!("\n## Example\n```http\nPOST https://graph.microsoft.com/beta/x\n{headers}\n{{}}\n```\n")
        }),
        ("annotations", |n| "\n<!-- { \"blockType\": \"request\", \"name\": \"a\" } -->\n".repeat(n)),
        ("brackets", |n| format!("\n## HTTP request\n```http\nGET /{}\n```\n", "{(<".repeat(n))),
    ];
    let time = |text: &str| {
        let best = (0..3).map(|_| {
            let page = docs::read("beta/api/kite.md", text, &|_| None);
            let start = Instant::now();
            let (_, mentions) = examine(&page);
            let _ = corpus(&[mentions]);
            start.elapsed()
        });
        best.min().unwrap_or_default()
    };
    for (what, text) in kinds {
        let (short, long) = (time(&format!("{before}{}", text(1_000))), time(&format!("{before}{}", text(10_000))));
        let most = short * 40 + Duration::from_millis(20);
        assert!(long < most, "{what}: {short:?} for 1,000 and {long:?} for 10,000");
    }
}
