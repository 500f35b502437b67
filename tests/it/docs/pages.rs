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

/// The examples of a page below the given text, each in one line.
fn examples(text: &str) -> Vec<String> {
    let page = read(&format!("# A\n\n## HTTP request\n\n```http\nGET /lanterns/{{id}}\n```\n\n{text}"));
    page.examples.iter().flatten().map(super::exchange).collect()
}

#[test]
fn an_answer_follows_its_request_whatever_stands_between() {
    let request = "## Example\n\n### Request\n\n```http\nGET /lanterns/1\n```\n\n### Response\n\n";
    let sketch = "```http\n{\n  Location: there\n}\n```\n\n```http\nHTTP/1.1 202 Accepted\n```\n";
    let said = examples(&format!("{request}{sketch}"));
    assert_eq!(said, ["14 example -: GET /lanterns/1 +0 none -> 202 +0 none"]);
    let twice = "```http\nHTTP/1.1 302 Found\n```\n\n```http\nHTTP/1.1 200 OK\n```\n";
    assert_eq!(examples(&format!("{request}{twice}")).len(), 2, "a second answer stands for itself");
}

#[test]
fn a_template_with_an_answer_is_an_example_too() {
    let page = "# A\n\n## HTTP request\n\n<!-- {\"blockType\": \"request\", \"name\": \"one\"} -->\n```http\nGET /lanterns/{id}\n```\n\n";
    let answer = "## Response\n\n`200 OK`\n\n<!-- {\"blockType\": \"response\"} -->\n```http\nHTTP/1.1 200 OK\n```\n";
    let said: Vec<String> = read(&format!("{page}{answer}")).examples.iter().flatten().map(super::exchange).collect();
    assert_eq!(said, ["7 example one: GET /lanterns/{id} +0 none -> 200 +0 none"]);
    assert!(read(page).examples.is_none(), "without an answer it is a template only");
}

#[test]
fn a_page_with_no_such_heading_shows_its_paths_elsewhere() {
    let paths = |text: &str| -> Vec<String> {
        read(text).requests.iter().flatten().map(|request| request.path.clone()).collect()
    };
    let permissions = "# A\n\n## Permissions\n\n|Type|P|\n|-|-|\n|Application|Ab.Read|\n\n";
    let places = "## The first\n\n```http\nGET /lanterns/first\n```\n\n## Example\n\n```http\nGET /lanterns/1\n```\n";
    assert_eq!(paths(&format!("{permissions}{places}")), ["/lanterns/first"]);
    let request = "## Request\n\n```http\nGET /lanterns\n```\n\n## Example\n\n```http\nGET /lanterns/1\n```\n";
    assert_eq!(paths(&format!("{permissions}{request}")), ["/lanterns"]);
}

#[test]
fn what_is_required_is_said_of_the_header_itself() {
    let required = |value: &str| {
        let row = format!("## Request headers\n\n|Name|Value|\n|:--|:--|\n|X-Tide|{value}|\n");
        let page = read(&format!("# A\n\n## HTTP request\n\n```http\nGET /a\n```\n\n{row}"));
        page.headers.unwrap().remove(0).required
    };
    for (value, expected) in [
        ("Bearer {token}. Required.", Some(true)),
        ("Bearer &lt;token&gt; *Required*", Some(true)),
        ("Required for applications.", Some(true)),
        ("A zone. Optional, UTC otherwise.", Some(false)),
        ("String (optional)", Some(false)),
        ("Not required.", Some(false)),
        ("Required if there is a tide.", None),
        ("It is required when `$search` is used.", None),
        ("The required part of a message.", None),
        ("Whether a person is required to sign in.", None),
        ("application/json", None),
    ] {
        assert_eq!(required(value), expected, "{value}");
    }
}

#[test]
fn a_status_is_found_where_the_page_states_it() {
    let success = |text: &str| read(&format!("# A\n\n## HTTP request\n\n```http\nGET /a\n```\n\n{text}")).success;
    let beside = "## Example\n\n```http\nGET /a/1\n```\n\n### Response\n\nIt answers `302 Found`.\n";
    assert_eq!(success(beside), Some(vec![302]));
    let promised = "## Example\n\nIf successful, this method returns `200 OK` and a lantern.\n";
    assert_eq!(success(promised), Some(vec![200]));
    assert_eq!(
        success("## Response\n\n`201 Created`\n\n## Example\n\n### Response\n\n`202 Accepted`\n"),
        Some(vec![201])
    );
    assert_eq!(success("## Response\n\nThe lanterns, 200 of them on a page.\n"), None);
}

#[test]
fn options_that_are_partly_denied_are_not_taken_for_none() {
    let query = |text: &str| {
        let page = read(&format!("# A\n\n## HTTP request\n\n```http\nGET /a\n```\n\n## Query parameters\n\n{text}\n"));
        page.query.map(|query| query.into_iter().map(|query| query.name).collect::<Vec<_>>())
    };
    assert_eq!(query("This method does not support query options."), Some(Vec::new()));
    assert_eq!(query("This method supports some options. It does not support `$search`."), None);
    assert_eq!(query("This method supports `$top`. It does not support `$search`."), Some(vec!["$top".to_owned()]));
}
