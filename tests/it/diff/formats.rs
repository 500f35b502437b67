//! A comparison in every format.

use entra_risk::diff::{Class, Comparison, KINDS};
use entra_risk::report::changes::{self, Changed, Format, SCHEMA, Side, Unread};
use serde_json::Value;

use super::{base, compare, edited};
use crate::snapshots;

/// One change of each class, a page that is renamed, a page that is gone.
fn ordinary() -> Comparison {
    let mut old = base();
    old.push((
        "beta/api/kite-fly.md",
        "# kite: fly\n\n## HTTP request\n```http\nPOST /kites/{id}/fly\n```\n".to_owned(),
    ));
    let mut new = edited(
        &base(),
        &[
            ("At most 40 ids", "At most 20 ids"),
            ("|Application|Kite.ReadWrite.All", "|Application|Kite.ReadWrite.All, Sky.Manage.All"),
            ("|Prefer|A wish. Optional.|\n", ""),
            ("`delta`,", "`delta`, `box`,"),
        ],
    );
    new[1].0 = "beta/resources/kites-kite.md";
    compare(&old, &new)
}

fn changed<'a>(comparison: &'a Comparison, unread: &'a [Unread]) -> Changed<'a> {
    Changed {
        version: "0.0.0",
        old: Side { name: "docs-2025", pages: 4 },
        new: Side { name: "docs-2026", pages: 3 },
        comparison,
        unread,
    }
}

fn unread() -> Vec<Unread> {
    vec![Unread { path: "docs-2026/beta/api/sky.md".to_owned(), reason: "line 4 is not UTF-8".to_owned() }]
}

#[test]
fn every_format_says_everything() {
    let (comparison, unread) = (ordinary(), unread());
    let changed = changed(&comparison, &unread);
    snapshots::settings().bind(|| {
        insta::assert_snapshot!("changes_human", anstream::adapter::strip_str(&changed.render(Format::Human)));
        insta::assert_snapshot!("changes_json", changed.render(Format::Json));
        insta::assert_snapshot!("changes_markdown", changed.render(Format::Markdown));
        insta::assert_snapshot!("changes_github", changed.render(Format::Github));
    });
}

#[test]
fn no_change_is_said_only_of_what_was_read() {
    let none = Comparison::default();
    let unread = unread();
    for format in Format::ALL.iter().filter(|format| **format != Format::Json) {
        let whole = changed(&none, &[]).render(*format);
        assert!(whole.contains("no change of the contract between 4 pages and 3 pages"), "{whole}");
        let part = changed(&none, &unread).render(*format);
        assert!(part.contains("no change of the contract in what could be read"), "{part}");
        assert!(part.contains("sky.md") && part.contains("not UTF-8"), "{part}");
    }
    let json: Value = serde_json::from_str(&changed(&none, &unread).render(Format::Json)).unwrap();
    assert_eq!((&json["complete"], json["unread"].as_array().unwrap().len()), (&Value::Bool(false), 1));
}

#[test]
fn json_keeps_to_its_schema_which_can_fail() {
    let validator = jsonschema::validator_for(&serde_json::from_str(SCHEMA).unwrap()).unwrap();
    let (comparison, unread) = (ordinary(), unread());
    for document in [changed(&comparison, &unread), changed(&Comparison::default(), &[])] {
        let json: Value = serde_json::from_str(&document.render(Format::Json)).unwrap();
        let errors: Vec<String> = validator.iter_errors(&json).map(|error| error.to_string()).collect();
        assert_eq!(errors, Vec::<String>::new());
    }
    let mut json: Value = serde_json::from_str(&changed(&comparison, &unread).render(Format::Json)).unwrap();
    json["changes"][0]["class"] = "bad".into();
    json["changes"][1]["more"] = true.into();
    json["old"]["pages"] = (-1).into();
    json["changes"][2]["new"]["origin"]["line"] = 0.into();
    assert_eq!(validator.iter_errors(&json).count(), 4);
}

#[test]
fn nothing_that_a_page_says_acts_on_its_reader() {
    let old = base();
    let new = edited(
        &old,
        &[
            ("|wings|", "|a\u{1b}[31m`|Double|In grams.|\n|wings|"),
            ("|Prefer|A wish. Optional.|", "|Prefer|A wish. Optional.|\n|X-@org/team\u{202e}|Optional.|"),
            ("|coats|Int32|", "|coats|<img src=x>::error::|"),
        ],
    );
    let comparison = compare(&old, &new);
    assert!(!comparison.changes.is_empty());
    let changed = changed(&comparison, &[]);
    for format in [Format::Markdown, Format::Github] {
        let text = changed.render(format);
        assert!(!text.contains(['\u{1b}', '\u{202e}']), "{text}");
    }
    let human = anstream::adapter::strip_str(&changed.render(Format::Human)).to_string();
    assert!(!human.contains(['\u{1b}', '\u{202e}']), "{human}");
    let markdown = changed.render(Format::Markdown);
    let cells = markdown.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| |"));
    for row in cells {
        assert!(!row.contains("<img") || row.contains("`"), "{row}");
    }
    // A command begins at the start of a line.
    let n_commands = changed.render(Format::Github).lines().filter(|line| line.starts_with("::")).count();
    assert_eq!(n_commands, comparison.changes.len());
}

#[test]
fn a_long_comparison_fits_into_a_pull_request() {
    let rows: String = (0..900).map(|n| format!("|wing{n}|String|One more wing of the kite.|\n")).collect();
    let old = base();
    let new = edited(&old, &[("|wings|", &format!("{rows}|wings|"))]);
    let comparison = compare(&old, &new);
    assert_eq!(comparison.changes.len(), 900);
    let text = changed(&comparison, &unread()).render(Format::Markdown);
    assert!(text.len() < 65_536 && text.contains(" more; "), "{}", text.len());
    assert!(text.contains("not UTF-8"), "what is unread is never left out");
}

#[test]
fn the_table_of_kinds_is_reviewed() {
    let table = changes::kinds();
    assert!(Class::ALL.iter().all(|class| table.contains(&format!("{}:\n", class.as_str()))));
    assert_eq!(table.lines().count(), KINDS.len() + Class::ALL.len());
    snapshots::settings().bind(|| insta::assert_snapshot!("changes_kinds", table));
}
