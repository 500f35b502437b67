//! Whole pages: whatever the text, it is read without a panic, and every line named exists.
#![no_main]

use entra_risk::docs;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let page = docs::read("beta/api/page.md", text, &|_| Some(text.to_owned()));
    let lines = page.outline.len().max(1);
    for claim in docs::claims::claims(&page) {
        let own = claim.origin.file == page.page;
        assert!(claim.origin.line >= 1 && (!own || claim.origin.line <= lines), "{claim:?} of {lines} lines");
    }
    for finding in &page.findings {
        assert!((1..=lines).contains(&finding.origin.line), "{finding:?} of {lines} lines");
    }
    assert!(comes_back(&page), "a page is its JSON");
});

/// The published form holds the whole page.
fn comes_back(page: &docs::Page) -> bool {
    let Ok(json) = serde_json::to_string(page) else { return false };
    serde_json::from_str::<docs::Page>(&json).is_ok_and(|mut read| {
        read.outline = page.outline.clone();
        read == *page
    })
}
