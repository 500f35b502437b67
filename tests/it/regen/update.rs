//! What an update changes, leaves alone, and says.

use entra_risk::contract::FactId;
use entra_risk::docs::Page;
use entra_risk::finding::{Finding, Severity};
use entra_risk::regen::{Conditions, Update};
use entra_risk::spec::Document;

use super::{BETA, accepting, contract, pages, pages_with, read, updated};

const DISMISS: &str = "beta/api/riskyuser-dismiss.md";
const LIST: &str = "beta/api/riskyuser-list.md";
const USER: &str = "beta/resources/riskyuser.md";

/// The rendered pages with one text replaced on one of them.
fn changed(path: &str, from: &str, to: &str) -> Vec<Page> {
    pages_with(&|other, text| {
        if other != path {
            return text;
        }
        assert!(text.contains(from), "the page has no '{from}':\n{text}");
        text.replace(from, to)
    })
}

/// Changes as lines: `fact: before → after`. What the rendered pages make documented is left out.
fn lines(update: &Update) -> Vec<String> {
    let word = |value: &Option<String>| value.clone().unwrap_or_else(|| "nothing".to_owned());
    let changes = update.changes.iter().filter(|change| change.before != change.after);
    changes.map(|change| format!("{}: {} → {}", change.fact, word(&change.before), word(&change.after))).collect()
}

/// Page, text, text instead, change, and what the description has then.
const CASES: &[(&str, &str, &str, &str, &str)] = &[
    (
        DISMISS,
        "Application|IdentityRiskyUser.ReadWrite.All",
        "Application|IdentityRiskyUser.ReadWrite.All, Directory.Made.Up",
        "beta POST /riskyUsers/dismiss#permission[application]: IdentityRiskyUser.ReadWrite.All → IdentityRiskyUser.ReadWrite.All or Directory.Made.Up",
        "        - application: [IdentityRiskyUser.ReadWrite.All]\n        - application: [Directory.Made.Up]\n",
    ),
    (
        DISMISS,
        "Application|IdentityRiskyUser.ReadWrite.All",
        "Application|Not supported.",
        "beta POST /riskyUsers/dismiss#permission[application]: IdentityRiskyUser.ReadWrite.All → not supported",
        "        - delegated: [IdentityRiskyUser.ReadWrite.All]\n      parameters:",
    ),
    (
        DISMISS,
        "personal Microsoft account)|Not supported.",
        "personal Microsoft account)|User.Made.Up",
        "beta POST /riskyUsers/dismiss#permission[delegatedPersonal]: not supported → User.Made.Up",
        "x-entra-permissions: {personal: [User.Made.Up]}",
    ),
    (
        DISMISS,
        "|Workbook-Session-Id|Optional.|\n",
        "",
        "beta POST /riskyUsers/dismiss#header[Workbook-Session-Id]: optional → nothing",
        "        - application: [IdentityRiskyUser.ReadWrite.All]\n      requestBody:",
    ),
    (
        DISMISS,
        "|Workbook-Session-Id|Optional.|",
        "|Workbook-Session-Id|Optional.|\n|If-Match|The version. Required.|",
        "beta POST /riskyUsers/dismiss#header[If-Match]: nothing → required",
        "        - name: If-Match\n          in: header\n          required: true\n          schema: {type: string}\n",
    ),
    (
        LIST,
        "`$top`",
        "`$top`, `$skip`",
        "beta GET /riskyUsers#query[$skip]: nothing → supported",
        "          in: query\n          schema: {type: integer, format: int32}\n",
    ),
    (
        DISMISS,
        "POST /riskyUsers/dismiss\n",
        "POST /riskyUsers/dismiss\nPOST /protection/riskyUsers/dismiss\n",
        "beta POST /riskyUsers/dismiss#alias[/protection/riskyUsers/dismiss]: nothing → /protection/riskyUsers/dismiss",
        "      x-entra-licence: Microsoft Entra ID P2\n      x-entra-aliases: [/protection/riskyUsers/dismiss]\n",
    ),
    (
        USER,
        "|isDeleted|Boolean|",
        "|isGuest|Boolean|Whether it is.|\n|isDeleted|Boolean|",
        "beta RiskyUser#property[isGuest]: nothing → boolean",
        "        isGuest: {type: boolean}\n      additionalProperties",
    ),
    (
        USER,
        "|isDeleted|Boolean|",
        "|isDeleted|Int32|",
        "beta RiskyUser#property[isDeleted]: boolean → integer",
        "isDeleted: {type: integer, format: int32, nullable: true,",
    ),
    (
        USER,
        "`low`",
        "`low`, `lower`",
        "beta RiskLevel#member[lower]: nothing → member",
        "enum: [low, lower, medium, high,",
    ),
];

#[test]
fn what_a_page_states_becomes_part_of_the_description() {
    for (path, from, to, change, text) in CASES {
        let pages = changed(path, from, to);
        let update = updated(BETA, &pages).expect("a description");
        assert_eq!(lines(&update), [*change], "{to}\n{:#?}", update.undecided);
        assert!(update.text.contains(text), "'{text}' is not in\n{}", update.text);
        let again = updated(&update.text, &pages).expect("a description");
        assert_eq!(again.changes, Vec::new(), "{to}");
        assert!(comments(&update.text).starts_with(&comments(BETA)[..3]));
        let kept = comments(BETA);
        assert!(kept.iter().all(|comment| update.text.contains(comment)));
    }
}

fn comments(text: &str) -> Vec<&str> {
    text.lines().filter(|line| line.trim_start().starts_with('#')).collect()
}

#[test]
fn what_allows_more_than_is_needed_stays_apart() {
    let with = |higher: &str| {
        let start = BETA.find("      operationId: riskyUser.dismiss").expect("the action");
        let rest = BETA[start..].replacen(
            "x-entra-permissions: {personal: notSupported}",
            &format!("x-entra-permissions: {{higher: {{application: [{higher}]}}, personal: notSupported}}"),
            1,
        );
        format!("{}{rest}", &BETA[..start])
    };
    let pages = changed(
        DISMISS,
        "Application|IdentityRiskyUser.ReadWrite.All",
        "Application|IdentityRiskyUser.ReadWrite.All, More.Than.Needed",
    );
    let text = with("More.Than.Needed");
    assert_eq!(lines(&updated(&text, &pages).expect("a description")), Vec::<String>::new());
    let update = updated(&with("More.Than.Needed, Gone.By.Now"), &pages).expect("a description");
    assert_eq!(lines(&update).len(), 1, "{:#?}", lines(&update));
    assert!(update.text.contains("{higher: {application: [More.Than.Needed]}, personal: notSupported}"));
    assert!(!update.text.contains("application: [More.Than.Needed]\n"));
}

#[test]
fn pages_that_contradict_each_other_change_nothing_and_are_named() {
    let mut pages = pages().to_vec();
    let other =
        changed(DISMISS, "Application|IdentityRiskyUser.ReadWrite.All", "Application|IdentityRiskyUser.Other.All");
    let mut other = other.into_iter().find(|page| page.page.contains("dismiss")).expect("the page");
    other.page = "beta/api/another-dismiss.md".to_owned();
    pages.push(other);
    let update = updated(BETA, &pages).expect("a description");
    assert_eq!(lines(&update), Vec::<String>::new());
    let [undecided] = update.undecided.as_slice() else { panic!("{:#?}", update.undecided) };
    assert!(update.is_undecided() && undecided.severity == Severity::Error);
    assert_eq!(undecided.fact, Some(FactId("beta POST /riskyUsers/dismiss#permission[application]".to_owned())));
    let places = [&undecided.origin, undecided.other.as_ref().expect("the other page")];
    assert!(places.iter().any(|place| place.file == "beta/api/another-dismiss.md"));
}

#[test]
fn a_page_that_contradicts_itself_changes_nothing() {
    for (from, to) in [
        ("HTTP/1.1 204", "HTTP/1.1 202"),
        ("status `204 No Content`", "status `202 Accepted`"),
        ("|Workbook-Session-Id|Optional.|", "|Workbook-Session-Id|Optional.|\n|Workbook-Session-Id|Required.|"),
    ] {
        let update = updated(BETA, &changed(DISMISS, from, to)).expect("a description");
        assert_eq!(lines(&update), Vec::<String>::new(), "{to}");
        assert_eq!(update.undecided.len(), 1, "{to}");
    }
    let both = changed(DISMISS, "204", "202");
    let update = updated(BETA, &both).expect("a description");
    assert_eq!(lines(&update), ["beta POST /riskyUsers/dismiss#success: 204 → 202"]);
    assert!(update.text.contains("'202': {description: The service took the request.}"));
    // The transcript is a witness of its own, for a person to look at.
    assert!(update.notes.iter().any(|note| note.rule == "update/transcript_outdated" && note.subject == "success"));
}

#[test]
fn an_accepted_disagreement_and_a_doubted_line_stay_as_they_are() {
    let pages = changed(DISMISS, "|Workbook-Session-Id|Optional.|\n", "");
    let fact = FactId("beta POST /riskyUsers/dismiss#header[Workbook-Session-Id]".to_owned());
    let update =
        accepting(BETA, &pages, &|other, place| *other == fact && place.file.ends_with("riskyusers-dismiss.md"))
            .expect("a description");
    assert_eq!((lines(&update), update.undecided.len()), (Vec::new(), 0));
    assert!(update.notes.iter().any(|note| note.rule == "update/accepted" && note.fact.as_ref() == Some(&fact)));

    let pages =
        changed(DISMISS, "Application|IdentityRiskyUser.ReadWrite.All", "Application|IdentityRiskyUser.ReadWriteAll");
    let plain = updated(BETA, &pages).expect("a description");
    let doubt = Finding {
        rule: "docs/permission_unknown".to_owned(),
        severity: Severity::Error,
        origin: plain.changes.iter().find(|change| change.before != change.after).expect("a change").page.clone(),
        subject: String::new(),
        message: "no other page has it".to_owned(),
        remedy: String::new(),
        other: None,
        fact: None,
    };
    let conditions = Conditions {
        exchanges: &contract().exchanges,
        accepted: &|_, _| false,
        doubts: &[doubt],
        revision: None,
        prune: false,
    };
    let update = entra_risk::regen::update(BETA, "spec.yaml", &pages, &conditions).expect("a description");
    assert_eq!((lines(&update), update.undecided.len()), (Vec::new(), 1));
}

#[test]
fn an_operation_without_a_page_stays_unless_it_is_pruned() {
    let fewer: Vec<Page> = pages().iter().filter(|page| !page.page.contains("dismiss")).cloned().collect();
    let update = updated(BETA, &fewer).expect("a description");
    assert_eq!(lines(&update), Vec::<String>::new());
    assert!(update.notes.iter().any(|note| note.rule == "update/page_missing" && note.subject.contains("dismiss")));

    let conditions = Conditions {
        exchanges: &contract().exchanges,
        accepted: &|_, _| false,
        doubts: &[],
        revision: None,
        prune: true,
    };
    let update = entra_risk::regen::update(BETA, "spec.yaml", &fewer, &conditions).expect("a description");
    assert_eq!(lines(&update), ["beta POST /riskyUsers/dismiss#method: POST /riskyUsers/dismiss → nothing"]);
    let document = Document::parse(&update.text, "spec.yaml").expect("YAML");
    let paths: Vec<&str> = document.operations().map(|(path, ..)| path).collect();
    assert!(!paths.contains(&"/riskyUsers/dismiss") && paths.contains(&"/riskyUsers/confirmCompromised"), "{paths:?}");
    assert_eq!(paths.len() + 1, contract().operations.len());
    assert!(update.notes.iter().any(|note| note.rule == "update/transcript_outdated"));
}

#[test]
fn what_rests_on_something_else_is_not_dropped_by_a_silent_page() {
    // `$top` is our assumption, and another page's: the section that lists others says nothing.
    let pages = changed(LIST, ", `$top`", "");
    assert_eq!(lines(&updated(BETA, &pages).expect("a description")), Vec::<String>::new());
    // `$filter` is documented by this very page.
    let pages = changed(LIST, "`$filter`, ", "");
    assert_eq!(
        lines(&updated(BETA, &pages).expect("a description")),
        ["beta GET /riskyUsers#query[$filter]: supported → nothing"]
    );
}

#[test]
fn an_assumption_that_a_page_states_is_documented_from_then_on() {
    let update = updated(BETA, pages()).expect("a description");
    assert!(update.changes.iter().all(|change| change.before == change.after), "{:#?}", update.changes);
    let firm = |fact: &str| update.changes.iter().any(|change| change.fact.as_str() == fact);
    assert!(firm("beta POST /riskyUsers/confirmCompromised#limit[userIds]"));
    assert!(firm("beta GET /riskyUsers#query[$top]"));
    let conditions =
        Conditions { exchanges: &[], accepted: &|_, _| false, doubts: &[], revision: Some("2026-05"), prune: false };
    let update = entra_risk::regen::update(BETA, "spec.yaml", pages(), &conditions).expect("a description");
    assert!(update.text.contains("{page: beta/api/riskyusers-confirmcompromised.md (2026-05), rests: documented}"));
}

#[test]
fn a_byte_order_mark_and_windows_line_ends_stay() {
    let text = format!("\u{feff}{}", BETA.replace('\n', "\r\n"));
    let (path, from, to, _, _) = CASES[0];
    let update = updated(&text, &changed(path, from, to)).expect("a description");
    let plain = updated(BETA, &changed(path, from, to)).expect("a description");
    assert_eq!(update.text, format!("\u{feff}{}", plain.text.replace('\n', "\r\n")));
}

#[test]
fn a_new_body_a_new_limit_and_several_statuses() {
    // Our own page of an operation that is there without a body.
    let without = BETA.replacen(
        "      requestBody:\n        required: true\n        content:\n          application/json:\n            schema: {$ref: '#/components/schemas/DismissRequest'}\n",
        "",
        1,
    );
    let without = without.replacen(
        "        /requestBody: {page: beta/api/riskyusers-dismiss.md (2023), rests: documented}\n",
        "",
        1,
    );
    let without = without.replacen("      x-entra-effect:\n        - set: riskyUsers\n          match: {id: body.userIds}\n          missing: ignore", "      x-entra-effect:\n        - set: riskyUsers\n          match: {id: path.id}\n          missing: ignore", 1);
    let update = updated(&without, pages()).expect("a description");
    assert!(
        lines(&update).contains(&"beta POST /riskyUsers/dismiss#body: nothing → userIds".to_owned()),
        "{:#?}",
        lines(&update)
    );
    assert!(update.text.contains("#/components/schemas/RiskyUserDismissRequest"), "{}", update.text);
    // The second pass sees the new body, and names its list to keep the bound.
    assert!(update.text.contains("    RiskyUserDismissUserIds:\n      type: array\n      maxItems: 60\n"));

    let several = changed(DISMISS, "status `204 No Content`", "status `200 OK` or `202 Accepted`");
    let update = updated(BETA, &several).expect("a description");
    assert_eq!((lines(&update), update.undecided.len()), (Vec::new(), 1));
}

#[test]
fn examples_and_operations_that_are_new_are_named() {
    let mut pages = changed(DISMISS, "04487ee0", "14487ee0");
    let page =
        "# confirmSafe\n\n## HTTP request\n```http\nPOST /riskyUsers/confirmSafe\n```\n## Response\n`204 No Content`\n";
    pages.push(read("beta/api/riskyuser-confirmsafe.md", page));
    let conditions = Conditions {
        exchanges: &contract().exchanges[2..],
        accepted: &|_, _| false,
        doubts: &[],
        revision: None,
        prune: false,
    };
    let update = entra_risk::regen::update(BETA, "spec.yaml", &pages, &conditions).expect("a description");
    let has = |rule: &str, part: &str| update.notes.iter().any(|note| note.rule == rule && note.subject.contains(part));
    assert!(has("update/example_new", "dismiss"), "{:#?}", update.notes);
    assert!(has("update/operation_new", "POST /riskyUsers/confirmSafe"));
    assert!(!has("update/example_new", "list_riskyusers"));
}

#[test]
fn a_description_that_cannot_be_read_is_an_error() {
    for text in ["", "a: [", "openapi: 3.0.3\npaths: {/x: {get: {}}}\n"] {
        assert!(updated(text, pages()).is_err(), "{text}");
    }
}
