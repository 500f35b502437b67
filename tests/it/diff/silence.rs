//! What is no change of the contract.

use proptest::prelude::*;

use super::{base, compare, edited, named};

/// Edits that change how a page reads, and not what it states.
const SILENT: &[&[(&str, &str)]] = &[
    // Wording, reason phrases, metadata, letter case of headings.
    &[("Give one or more kites another colour.", "Repaints kites, one or several.")],
    &[("`204 No Content` response", "`204 NoContent` response")],
    &[("HTTP/1.1 204 No Content", "HTTP/1.1 204 NoContent")],
    &[("doc_type: apiPageType", "doc_type: apiPageType\nms.date: 11/21/2026\nauthor: \"somebody\"")],
    &[("## HTTP request", "## HTTP Request")],
    &[("## Permissions", "## Prerequisites")],
    &[("# kite: repaint", "# Repaint kites")],
    &[("How many coats.", "The number of coats of paint, see [paint](../resources/paint.md).")],
    &[("An ETag. Required.", "**Required**. An ETag.")],
    // A cell on tokens is none of a client's choices.
    &[(
        "|Authorization|Bearer {token}. Required.|",
        "|Authorization|Bearer {token}. Required. Read about [tokens](/x).|",
    )],
    &[("|Authorization|Bearer {token}. Required.|\n", "")],
    // Order and layout.
    &[(
        "POST /kites/repaint\nPOST /sky/{sky-id}/kites/repaint",
        "POST /sky/{sky-id}/kites/repaint\nPOST /kites/repaint",
    )],
    &[("Kite.ReadWrite.All, Sky.Manage.All", "Sky.Manage.All, Kite.ReadWrite.All")],
    &[(
        "|If-Match|An ETag. Required.|\n|Prefer|A wish. Optional.|",
        "|Prefer|A wish. Optional.|\n|If-Match|An ETag. Required.|",
    )],
    &[("|Name|Description|\n|:---|:---|\n|Auth", "| Name | Description |\n|---:|----|\n| Auth")],
    &[("`delta`, `diamond`", "`diamond`, `delta`")],
    &[("`$select` and `$expand`", "`$expand` and `$select`")],
    &[(
        "|id|String|Its key.|\n|colour|String|What it looks like.|",
        "|colour|String|What it looks like.|\n|id|String|Its key.|",
    )],
    // Spelling of the same thing.
    &[("account)|Not supported.", "account)|Not supported")],
    &[("account)|Not supported.", "account)|Not available.")],
    &[("Kite.ReadWrite.All, Sky", "*Kite.ReadWrite.All* and Sky")],
    &[("/sky/{sky-id}/kites", "/sky/{id | name}/kites")],
    &[("POST /kites/repaint\nPOST", "POST https://graph.microsoft.com/beta/kites/repaint\nPOST")],
    &[("|If-Match|", "|if-match|")],
    &[("|kiteIds|String collection|", "|kiteIds|Collection(Edm.String)|")],
    &[("|gloss|Boolean|", "|gloss|bool|")],
    &[("|gust|gust|", "|gust|[gust](../resources/gust.md)|")],
    &[("|line|line|", "|line|[line](line.md)|")],
    // Examples: names, payloads, further ones of the same kind, snippets.
    &[("\"name\": \"kites_repaint\"", "\"name\": \"kites_repaint_1\"")],
    &[("\"k-1041\", \"k-1042\"", "\"k-2077\"")],
    &[("\"colour\": \"red\"", "\"colour\": \"red\",\n  \"gloss\": true")],
    &[("Content-Type: application/json\n\n", "Content-Type: application/json\nContent-Length: 70\n\n")],
    &[("https://graph.microsoft.com/beta/kites/repaint\n", "https://graph.microsoft.com/beta/sky/s-1/kites/repaint\n")],
    &[(
        "### Response\n",
        "[!INCLUDE [sample](../includes/snippets/go/kites-repaint-go-snippets.md)]\n\n### Response\n",
    )],
    &[("### Request\n", "### Request\n\n# [HTTP](#tab/http)\n")],
    // What a page includes says the same.
    &[(
        "|Permission type|Permissions (from least to most privileged)|\n|:---|:---|\n\
         |Delegated (work or school account)|Kite.Paint, Kite.ReadWrite.All, Sky.Manage.All|\n\
         |Delegated (personal Microsoft account)|Not supported.|\n|Application|Kite.ReadWrite.All|",
        "[!INCLUDE [permissions-table](../includes/permissions/kites-repaint-permissions.md)]",
    )],
];

#[test]
fn an_edit_of_form_is_no_change() {
    let old = base();
    for edits in SILENT {
        let new = edited(&old, edits);
        assert_eq!(named(&compare(&old, &new).changes), [] as [&str; 0], "{edits:?}");
        assert_eq!(named(&compare(&new, &old).changes), [] as [&str; 0], "{edits:?}, backwards");
    }
}

#[test]
fn a_renamed_page_is_a_note_and_no_change() {
    let old = base();
    let mut new = base();
    new[0].0 = "beta/api/kite-repaint.md";
    new[1].0 = "beta/resources/kites-kite.md";
    let comparison = compare(&old, &new);
    assert_eq!(named(&comparison.changes), [] as [&str; 0]);
    let notes: Vec<&str> = comparison.notes.iter().map(|note| note.text.as_str()).collect();
    assert_eq!(
        notes,
        [
            "the page is renamed from beta/api/kites-repaint.md to beta/api/kite-repaint.md",
            "the page is renamed from beta/resources/kite.md to beta/resources/kites-kite.md",
        ]
    );
    let back = compare(&new, &old);
    assert_eq!((back.changes.len(), back.notes.len()), (0, 2));
}

#[test]
fn an_operation_that_moves_to_another_page_is_a_note() {
    let old = base();
    let mut new = edited(&old, &[("POST /kites/repaint\nPOST /sky/{sky-id}/kites/repaint\n", "POST /kites/repaint\n")]);
    let other = ACTION_ON_SKY.to_owned();
    new.push(("beta/api/sky-repaint.md", other));
    let comparison = compare(&old, &new);
    assert_eq!(named(&comparison.changes), [] as [&str; 0]);
    let texts: Vec<&str> = comparison.notes.iter().map(|note| note.text.as_str()).collect();
    assert_eq!(
        texts,
        [
            "POST /sky/{sky-id}/kites/repaint is documented on another page",
            "POST /sky/{sky-id}/kites/repaint was documented on another page",
        ]
    );
}

const ACTION_ON_SKY: &str = "# sky: repaint\n\n## HTTP request\n```http\nPOST /sky/{sky-id}/kites/repaint\n```\n";

#[test]
fn a_section_that_cannot_be_read_any_more_is_said() {
    let old = base();
    let new = edited(
        &old,
        &[(
            "|Authorization|Bearer {token}. Required.|\n|Content-Type|application/json. Required.|\n\
             |If-Match|An ETag. Required.|\n|Prefer|A wish. Optional.|\n|X-Brush|The size of the brush.|\n",
            "",
        )],
    );
    let changes = compare(&old, &new).changes;
    assert_eq!(named(&changes), ["section_unstated removed"]);
    assert_eq!(
        changes[0].old.as_ref().unwrap().value.as_deref(),
        Some("Content-Type (required), If-Match (required), Prefer (optional), X-Brush")
    );
}

#[test]
fn permissions_that_cannot_be_followed_are_a_note() {
    let table = "|Permission type|Permissions (from least to most privileged)|\n|:---|:---|\n\
        |Delegated (work or school account)|Kite.Paint, Kite.ReadWrite.All, Sky.Manage.All|\n\
        |Delegated (personal Microsoft account)|Not supported.|\n|Application|Kite.ReadWrite.All|";
    let gone = "[!INCLUDE [permissions-table](../includes/permissions/gone-permissions.md)]";
    let old = base();
    let new = edited(&old, &[(table, gone)]);
    for (older, newer) in [(&old, &new), (&new, &old), (&new, &new)] {
        let comparison = compare(older, newer);
        assert_eq!(named(&comparison.changes), [] as [&str; 0]);
        let notes: Vec<&str> = comparison.notes.iter().map(|note| note.text.as_str()).collect();
        assert!(matches!(notes.as_slice(), [note] if note.contains("were not compared")), "{notes:?}");
    }
    // Without any table and include the page does not state them any more.
    assert_eq!(named(&compare(&old, &edited(&old, &[(table, "")])).changes), ["permissions_unstated removed"]);
}

/// An edit of form that can be made anywhere on any page.
#[derive(Debug, Clone, Copy)]
enum Form {
    LineEnds,
    ByteOrderMark,
    WideTables,
    BlankLines,
    TrailingBlanks,
    NoBreakSpaces,
    Placeholders,
    Ending,
}

fn apply(form: Form, text: &str) -> String {
    let per_line = |edit: &dyn Fn(&str) -> String| text.lines().map(edit).collect::<Vec<_>>().join("\n") + "\n";
    match form {
        Form::LineEnds => text.replace("\r\n", "\n").replace('\n', "\r\n"),
        Form::ByteOrderMark => format!("\u{feff}{}", text.trim_start_matches('\u{feff}')),
        Form::WideTables => per_line(&|line| match line.starts_with('|') && !line.contains("---") {
            true => line.replace('|', " | ").trim().to_owned(),
            false => line.to_owned(),
        }),
        Form::BlankLines => text.replace("\n## ", "\n\n\n## "),
        Form::TrailingBlanks => per_line(&|line| {
            if line.starts_with('#') || line.starts_with('|') { format!("{line}  ") } else { line.to_owned() }
        }),
        Form::NoBreakSpaces => per_line(&|line| match line.starts_with('|') {
            true => line.replace(". ", ".\u{a0}"),
            false => line.to_owned(),
        }),
        Form::Placeholders => text.replace("{sky-id}", "{id}"),
        Form::Ending => text.trim_end().to_owned(),
    }
}

fn form() -> impl Strategy<Value = Form> {
    prop::sample::select(vec![
        Form::LineEnds,
        Form::ByteOrderMark,
        Form::WideTables,
        Form::BlankLines,
        Form::TrailingBlanks,
        Form::NoBreakSpaces,
        Form::Placeholders,
        Form::Ending,
    ])
}

proptest! {
    #[test]
    fn any_edits_of_form_together_are_no_change(forms in prop::collection::vec(form(), 0..6)) {
        let old = base();
        let edited = |(path, text): &(&'static str, String)| {
            let text = forms.iter().fold(text.clone(), |text, form| apply(*form, &text));
            (*path, text)
        };
        let new: Vec<(&str, String)> = old.iter().map(edited).collect();
        prop_assert_eq!(named(&compare(&old, &new).changes), [] as [&str; 0], "{:?}", &forms);
    }

    /// Whatever a page becomes, nothing panics, and there and back agree.
    #[test]
    fn any_two_pages_mirror(
        lost in prop::collection::btree_set(0_usize..75, 0..12),
        garbled in prop::collection::btree_map(0_usize..75, "[|`#{}()'*a-z/ \\-]{0,24}", 0..6),
    ) {
        let old = base();
        let new: Vec<(&str, String)> = old
            .iter()
            .map(|(path, text)| {
                let kept = text
                    .lines()
                    .enumerate()
                    .filter(|(index, _)| !lost.contains(index))
                    .map(|(index, line)| garbled.get(&index).map_or(line, String::as_str));
                (*path, kept.collect::<Vec<_>>().join("\n"))
            })
            .collect();
        let (there, back) = (compare(&old, &new).changes, compare(&new, &old).changes);
        prop_assert_eq!(there.len(), back.len(), "{:?} {:?}", named(&there), named(&back));
        let count = |changes: &[entra_risk::diff::Change], action| changes.iter().filter(|change| change.action == action).count();
        use entra_risk::diff::Action;
        prop_assert_eq!(count(&there, Action::Added), count(&back, Action::Removed));
        prop_assert_eq!(count(&there, Action::Changed), count(&back, Action::Changed));
    }
}
