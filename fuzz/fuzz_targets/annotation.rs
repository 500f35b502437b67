//! Annotations: the text stands in a comment before a fence.
#![no_main]

use entra_risk::docs;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let page = format!("# x\n\n## Examples\n\n<!-- {{{text} -->\n```http\nGET https://graph.microsoft.com/beta/me\n```\n");
    let page = docs::read("beta/api/page.md", &page, &|_| None);
    for annotation in &page.outline.annotations {
        assert!(annotation.line <= page.outline.len());
        assert!(annotation.fence.is_none_or(|fence| fence <= page.outline.len()));
    }
});
