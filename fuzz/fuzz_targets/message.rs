//! HTTP messages in fences: the text stands in the fence of an example.
#![no_main]

use entra_risk::docs;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let page = format!(
        "# x\n\n## HTTP request\n\n```http\n{text}\n```\n\n## Examples\n\n### Request\n\n```http\n{text}\n```\n\n### Response\n\n```http\n{text}\n```\n"
    );
    let page = docs::read("beta/api/page.md", &page, &|_| None);
    for example in page.examples.iter().flatten() {
        let body = example.request.as_ref().and_then(|request| request.body.as_deref());
        assert!(body.is_none_or(|body| !body.trim().is_empty()), "{example:?}");
        assert!(example.line <= page.outline.len());
    }
    for request in page.requests.iter().flatten() {
        assert!(!request.path.is_empty() && !docs::path::canonical(&request.path).contains("//"), "{request:?}");
    }
});
