//! Every row of the table: an edit that is such a change, and nothing else.

use entra_risk::diff::{Action, Change, Class, KINDS};

use super::{base, compare, edited, named};

/// What a page says before and after, and the changes that this is.
struct Case {
    edits: &'static [(&'static str, &'static str)],
    changes: &'static [&'static str],
}

const fn case(edits: &'static [(&'static str, &'static str)], changes: &'static [&'static str]) -> Case {
    Case { edits, changes }
}

const CASES: &[Case] = &[
    // Operations.
    case(
        &[("POST /kites/repaint\nPOST /sky", "POST /kites/repaint\nDELETE /kites/paint\nPOST /sky")],
        &["operation_added added"],
    ),
    case(
        &[("POST /kites/repaint\nPOST /sky", "PUT /kites/repaint\nPUT /sky")],
        &["exchange_changed added", "method_changed changed", "method_changed changed"],
    ),
    case(
        &[("POST /kites/repaint\nPOST /sky", "POST /kites/colour\nPOST /sky")],
        &["exchange_changed added", "path_changed changed"],
    ),
    case(&[("POST /sky/{sky-id}/kites", "POST /sky/{sky-id}/Kites")], &["path_respelled changed"]),
    case(
        &[("POST /kites/repaint\nPOST /sky", "POST /kites/repaint\nPOST /me/kites/repaint\nPOST /sky")],
        &["alias_added added"],
    ),
    case(
        &[("POST /kites/repaint\nPOST /sky/{sky-id}/kites/repaint\n", "POST /kites/repaint\n")],
        &["alias_removed removed"],
    ),
    // Permissions.
    case(&[("account)|Not supported.", "account)|Kite.Paint")], &["permission_kind_supported added"]),
    case(
        &[("|Application|Kite.ReadWrite.All", "|Application|Not supported.")],
        &["permission_kind_unsupported removed"],
    ),
    case(
        &[("|Application|Kite.ReadWrite.All", "|Application|Kite.ReadWrite.All, Sky.Manage.All")],
        &["permission_added added"],
    ),
    case(&[("Kite.ReadWrite.All, Sky.Manage.All", "Kite.ReadWrite.All")], &["permission_removed removed"]),
    case(&[("Kite.Paint, Kite.ReadWrite.All", "Kite.ReadWrite.All, Kite.Paint")], &["least_privilege_changed changed"]),
    case(&[("|Application|Kite.ReadWrite.All|\n", "")], &["permissions_unstated removed"]),
    // Two names are needed where one sufficed; backwards nobody is refused.
    case(
        &[("|Application|Kite.ReadWrite.All", "|Application|Kite.ReadWrite.All and Sky.Manage.All")],
        &["permission_removed removed"],
    ),
    // Headers.
    case(
        &[("|Prefer|A wish. Optional.|\n", "|Prefer|A wish. Optional.|\n|X-Sky|Which. Required.|\n")],
        &["header_required_added added"],
    ),
    case(
        &[("|Prefer|A wish. Optional.|\n", "|Prefer|A wish. Optional.|\n|X-Sky|Which. Optional.|\n")],
        &["header_added added"],
    ),
    case(&[("|Prefer|A wish. Optional.|\n", "")], &["header_removed removed"]),
    case(&[("|Prefer|A wish. Optional.|", "|Prefer|A wish. Required.|")], &["header_became_required changed"]),
    case(&[("|If-Match|An ETag. Required.|", "|If-Match|An ETag. Optional.|")], &["header_became_optional changed"]),
    case(&[("The size of the brush.", "The size of the brush. Required.")], &["header_requirement_stated added"]),
    case(&[("An ETag. Required.", "An ETag.")], &["header_requirement_unstated removed"]),
    case(&[("|Content-Type|application/json. Required.|\n", "")], &["content_type_changed removed"]),
    // Query options.
    case(&[("`$select` and", "`$select`, `$top` and")], &["query_added added"]),
    case(&[("`$select` and `$expand` parameters", "`$select` parameter")], &["query_removed removed"]),
    // The request body.
    case(&[("|coats|", "|brush|String|Which one. Required.|\n|coats|")], &["body_required_added added"]),
    case(&[("|coats|", "|brush|String|Which one.|\n|coats|")], &["body_added added"]),
    case(&[("|coats|Int32|How many coats.|\n", "")], &["body_removed removed"]),
    case(&[("|coats|Int32|", "|coats|String|")], &["body_type_changed changed"]),
    case(&[("|coats|Int32|", "|coats|Int64|")], &["body_type_refined changed"]),
    case(&[("|coats|Int32|", "|Coats|Int32|")], &["body_respelled changed"]),
    case(&[("shines. Optional.", "shines. Required.")], &["body_became_required changed"]),
    case(&[("The colour. Required.", "The colour. Optional.")], &["body_became_optional changed"]),
    case(&[("How many coats.", "How many coats. Required.")], &["body_requirement_stated added"]),
    case(&[("The colour. Required.", "The colour.")], &["body_requirement_unstated removed"]),
    case(&[("At most 40 ids", "At most 20 ids")], &["limit_lowered changed"]),
    case(&[("At most 40 ids", "At most 60 ids")], &["limit_raised changed"]),
    case(&[(" At most 40 ids in one call.", "")], &["limit_unstated removed"]),
    // The answer.
    case(
        &[("`204 No Content` response", "`202 Accepted` response")],
        &["exchange_changed added", "success_changed changed"],
    ),
    case(&[("`204 No Content` response", "`200 OK` or `204 No Content` response")], &["success_changed changed"]),
    case(&[("HTTP/1.1 204 No Content", "HTTP/1.1 200 OK")], &["exchange_changed added"]),
    // Resources.
    case(
        &[("# kite resource", "# glider resource"), ("graph.kite\", \"base", "graph.glider\", \"base")],
        &["resource_renamed changed"],
    ),
    case(&[("graph.entity", "graph.toy")], &["base_changed changed"]),
    case(&[("|wings|", "|weight|Double|In grams.|\n|wings|")], &["property_added added"]),
    case(&[("|wings|Int32|How many.|\n", "")], &["property_removed removed"]),
    case(&[("|wings|Int32|", "|wings|String|")], &["property_type_changed changed"]),
    case(&[("|wings|Int32|", "|wings|Int64|")], &["property_type_refined changed"]),
    case(&[("|wings|Int32|", "|Wings|Int32|")], &["property_respelled changed"]),
    case(&[("|line|line|", "|owner|user|Whose it is.|\n|line|line|")], &["relationship_added added"]),
    case(&[("|line|line|What holds it.|\n", "")], &["relationship_removed removed"]),
    case(&[("|line|line|", "|line|line collection|")], &["relationship_type_changed changed"]),
    case(
        &[("|wings|Int32|How many.|\n", ""), ("|line|line|", "|wings|wing collection|All.|\n|line|line|")],
        &["property_became_relationship changed"],
    ),
    // Enumerations.
    case(&[("`calm`,", "`calm`, `storm`,")], &["member_added added"]),
    case(&[("`delta`,", "`delta`, `box`,")], &["member_added_to_closed added"]),
    case(&[("`calm`, ", "")], &["member_removed removed"]),
    case(&[("`diamond`.", "`diamond`, `unknownFutureValue`.")], &["sentinel_changed added"]),
    case(&[("`delta`", "`Delta`")], &["member_respelled changed"]),
    case(&[("|autumn|More wind.|", "|autumn|More wind.|\n|winter|Storm.|")], &["member_added_to_closed added"]),
    // Sections.
    case(&[("`$select` and `$expand` parameters", "usual parameters")], &["section_unstated removed"]),
    case(&[(" The possible values are: `delta`, `diamond`.", "")], &["section_unstated removed"]),
    case(
        &[("returns a `204 No Content` response code", "says so")],
        &["exchange_changed added", "section_unstated removed"],
    ),
];

#[test]
fn every_edit_is_the_change_that_it_is_and_backwards_its_mirror() {
    let old = base();
    for case in CASES {
        let new = edited(&old, case.edits);
        let (there, back) = (compare(&old, &new).changes, compare(&new, &old).changes);
        assert_eq!(named(&there), case.changes, "{:?}", case.edits);
        assert_eq!(mirrored(&there), plain(&back), "{:?}", case.edits);
        for change in there.iter().chain(&back) {
            assert_origins(change, &old, &new);
        }
    }
}

/// Facts, actions and values, sorted.
fn plain(changes: &[Change]) -> Vec<(Action, Option<String>, Option<String>)> {
    let value = |said: &Option<entra_risk::diff::Said>| said.as_ref().and_then(|said| said.value.clone());
    let mut plain: Vec<_> =
        changes.iter().map(|change| (change.action, value(&change.old), value(&change.new))).collect();
    plain.sort();
    plain
}

fn mirrored(changes: &[Change]) -> Vec<(Action, Option<String>, Option<String>)> {
    let mut mirrored: Vec<_> = plain(changes)
        .into_iter()
        .map(|(action, old, new)| match action {
            Action::Added => (Action::Removed, new, old),
            Action::Removed => (Action::Added, new, old),
            Action::Changed => (Action::Changed, new, old),
        })
        .collect();
    mirrored.sort();
    mirrored
}

/// Both places exist, and what is said to stand there stands there.
fn assert_origins(change: &Change, old: &[(&str, String)], new: &[(&str, String)]) {
    for said in [&change.old, &change.new] {
        let said = said.as_ref().expect("both versions have the page");
        let holds = |files: &[(&str, String)]| {
            files.iter().any(|(path, text)| *path == said.origin.file && text.lines().count() >= said.origin.line)
        };
        assert!(said.origin.line > 0 && (holds(old) || holds(new)), "{change:?}");
    }
    assert!(change.fact.as_str().starts_with("beta "), "{change:?}");
}

#[test]
fn the_place_of_a_statement_is_its_line() {
    let old = base();
    let new = edited(&old, &[("At most 40 ids", "At most 20 ids")]);
    let changes = compare(&old, &new).changes;
    let line = |files: &[(&str, String)], text: &str| {
        files[0].1.lines().position(|line| line.contains(text)).map(|index| index + 1)
    };
    let (before, after) = (changes[0].old.as_ref().unwrap(), changes[0].new.as_ref().unwrap());
    assert_eq!(Some(before.origin.line), line(&old, "At most 40"));
    assert_eq!(Some(after.origin.line), line(&new, "At most 20"));
    assert_eq!((before.value.as_deref(), after.value.as_deref()), (Some("40"), Some("20")));
    assert_eq!(changes[0].fact.as_str(), "beta POST /kites/repaint#limit[kiteIds]");
}

/// A page that is there in one version only.
#[test]
fn a_page_that_comes_or_goes_is_its_operations_and_types() {
    let all = base();
    let none: Vec<(&str, String)> = Vec::new();
    let added = compare(&none, &all).changes;
    assert_eq!(named(&added), ["operation_added added", "operation_added added", "resource_added added"]);
    assert!(added.iter().all(|change| change.old.is_none() && change.class == Class::Additive));
    let removed = compare(&all, &none).changes;
    assert_eq!(named(&removed), ["operation_removed removed", "operation_removed removed", "resource_removed removed"]);
    assert!(removed.iter().all(|change| change.new.is_none() && change.class == Class::Breaking));
}

#[test]
fn every_row_of_the_table_has_a_case_a_reason_and_an_id_of_its_own() {
    // Rows that no edit of one page makes, and those that a mirror makes.
    let elsewhere = ["operation_removed", "resource_added", "resource_removed", "query_type_changed"];
    let there = CASES.iter().flat_map(|case| case.changes.iter().map(|change| (*change).to_owned()));
    let back = CASES.iter().flat_map(|case| {
        let old = base();
        named(&compare(&edited(&old, case.edits), &old).changes)
    });
    let seen: std::collections::BTreeSet<String> =
        there.chain(back).filter_map(|change| change.split(' ').next().map(str::to_owned)).collect();
    for row in KINDS {
        assert!(seen.contains(row.id) || elsewhere.contains(&row.id), "no case makes {}", row.id);
        assert!(!row.reason.is_empty() && !row.title.is_empty());
        assert_eq!(KINDS.iter().filter(|other| other.id == row.id).count(), 1, "{}", row.id);
    }
}

#[test]
fn a_parameter_of_a_function_that_changes_its_type_breaks() {
    let page = |kind: &str| {
        let text = format!(
            "# kite: fly\n\n## HTTP request\n```http\nGET /kites/fly(height={{height}})\n```\n\n## Function parameters\n\n\
             |Parameter|Type|Description|\n|:---|:---|:---|\n|height|{kind}|How high.|\n"
        );
        vec![("beta/api/kite-fly.md", text)]
    };
    assert_eq!(named(&compare(&page("Int32"), &page("String collection")).changes), ["query_type_changed changed"]);
    assert_eq!(named(&compare(&page("Int32"), &page("Int64")).changes), [] as [&str; 0]);
}
