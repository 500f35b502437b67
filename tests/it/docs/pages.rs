//! Our own pages, which have what pages of the reference have: what is read from each.

use std::path::Path;

use super::{facts, fixtures, markdown, read};
use crate::snapshots::settings;
use entra_risk::docs::page::{Page, PageKind};

fn page(path: &Path) -> Page {
    let name = path.strip_prefix(fixtures()).unwrap().to_string_lossy().replace('\\', "/");
    let text = std::fs::read_to_string(path).unwrap();
    entra_risk::docs::read(&name, &text, &|file| std::fs::read_to_string(fixtures().join(file)).ok())
}

#[test]
fn every_page_says_what_stands_on_it() {
    let pages = markdown(&fixtures());
    let said: Vec<String> =
        pages.iter().map(|path| page(path)).map(|page| format!("{}\n{}", page.page, facts(&page))).collect();
    settings().bind(|| insta::assert_snapshot!("pages", said.join("\n")));
}

#[test]
fn pages_in_json_keep_to_the_schema_and_come_back() {
    let schema: serde_json::Value = serde_json::from_str(entra_risk::docs::SCHEMA).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    for path in markdown(&fixtures()) {
        let page = page(&path);
        let json = serde_json::to_value(&page).unwrap();
        let errors: Vec<String> = validator.iter_errors(&json).map(|error| error.to_string()).collect();
        assert_eq!(errors, Vec::<String>::new(), "{}", path.display());
        let back: Page = serde_json::from_value(json).unwrap();
        assert_eq!(facts(&back), facts(&page));
    }
}

#[test]
fn line_ends_and_a_byte_order_mark_change_nothing() {
    for path in markdown(&fixtures()) {
        let text = std::fs::read_to_string(&path).unwrap();
        let expected = facts(&read(&text));
        for variant in [text.replace('\n', "\r\n"), text.replace('\n', "\r"), format!("\u{feff}{text}")] {
            assert_eq!(facts(&read(&variant)), expected, "{}", path.display());
        }
    }
}

#[test]
fn a_title_that_speaks_of_requests_begins_no_section() {
    let page = read("# Combine several HTTP requests\n\n```http\nPOST /x\n```\n\n## Next steps\n");
    assert_eq!((page.kind, page.requests), (PageKind::Other, None));
    assert!(page.findings.is_empty());
}

#[test]
fn an_example_heads_its_own_request_where_the_page_has_another_section_for_it() {
    let example = "## Example\n\n### HTTP request\n\n```http\nGET /lanterns/1\n```\n";
    let both = read(&format!("# A\n\n## HTTP request\n\n```http\nGET /lanterns/{{id}}\n```\n\n{example}"));
    let paths = |page: &Page| page.requests.iter().flatten().map(|request| request.path.clone()).collect::<Vec<_>>();
    assert_eq!(paths(&both), ["/lanterns/{id}"]);
    assert_eq!(both.examples.map(|examples| examples.len()), Some(1));
    assert_eq!(paths(&read(&format!("# A\n\n{example}"))), ["/lanterns/1"]);
}
