use super::*;

const TODAY: &str = "2026-11-21";

fn parse(text: &str) -> Result<Accepted, AcceptedError> {
    Accepted::parse(text, "accepted.toml", TODAY)
}

/// A list of entries with a reason.
fn list(entries: &[&str]) -> Accepted {
    let text: String =
        entries.iter().map(|keys| format!("[[accepted]]\n{keys}\nreason = 'why'\nsource = 'who'\n\n")).collect();
    parse(&text).expect("a list")
}

fn finding(rule: &str, file: &str, fact: Option<&str>) -> Finding {
    Finding {
        rule: rule.to_owned(),
        severity: Severity::Error,
        origin: Origin { file: file.to_owned(), line: 7 },
        subject: "GET /things".to_owned(),
        message: "two sides".to_owned(),
        remedy: String::new(),
        other: None,
        fact: fact.map(|fact| FactId(fact.to_owned())),
    }
}

fn scope(rules: &[&str], files: &[&str], facts: &[&str]) -> Scope {
    Scope {
        rules: rules.iter().map(|rule| (*rule).to_owned()).collect(),
        files: files.iter().map(|file| (*file).to_owned()).collect(),
        facts: facts.iter().map(|fact| FactId((*fact).to_owned())).collect(),
        undecided: BTreeSet::new(),
    }
}

#[test]
fn an_entry_needs_reason_source_and_a_day_that_is_not_over() {
    let entry = |rest: &str| format!("\n[[accepted]]\ncheck = 'a/b'\n{rest}\n");
    assert_eq!(parse("").expect("empty").entries.len(), 0);
    assert!(parse(&entry("reason = 'r'\nsource = 's'\nexpires = '2026-11-21'")).is_ok());
    for (rest, part) in [
        ("reason = ' '\nsource = 's'", "no reason"),
        ("source = 's'", "reason"),
        ("reason = 'r'\nsource = 's'\nexpires = '2026-11-20'", "expired"),
        ("reason = 'r'\nsource = 's'\nexpires = 'soon'", "no day"),
        ("reason = 'r'\nsource = 's'\nexpires = '2026-9-1'", "no day"),
        ("reason = 'r'\nsource = 's'\nwhy = 'x'", "why"),
    ] {
        let error = parse(&entry(rest)).expect_err(rest).to_string();
        assert!(error.contains(part) && error.contains("accepted.toml") && error.contains("line "), "{error}");
    }
}

#[test]
fn an_entry_says_what_it_speaks_of_and_never_a_whole_rule() {
    for (keys, part) in [
        ("", "a check or a rule"),
        ("check = 'a'\nrule = 'b'", "not both"),
        ("check = 'a'\npage = 'b'", "no fact, page or subject"),
        ("check = 'a'\nsubject = 'b'", "no fact, page or subject"),
        ("rule = 'a'", "a whole rule"),
        ("rule = 'a'\nsubject = 'b'", "a whole rule"),
        ("rule = 'a'\npage = ''", "names no page"),
        ("rule = 'a'\npage = ' / '", "names no page"),
        ("rule = 'a'\npage = 'beta/**'", "names no page"),
        ("rule = 'a'\npage = 'beta/*.md'", "names no page"),
        ("rule = 'a'\npage = 'b'\nline = 3", "line"),
    ] {
        let text = format!("[[accepted]]\n{keys}\nreason = 'r'\nsource = 's'\n");
        let error = parse(&text).expect_err(keys).to_string();
        assert!(error.contains(part), "{keys}: {error}");
    }
}

#[test]
fn an_entry_accepts_what_it_speaks_of_and_nothing_else() {
    let rule = "docs/sides_differ";
    let fact = "beta GET /things#header[X]";
    let on_page = finding(rule, "/somewhere/beta/api/thing.md", None);
    let on_fact = finding(rule, "beta/api/other.md", Some(fact));
    let accepts = |keys: &str, finding: &Finding| {
        let applied = list(&[keys]).apply_findings(vec![finding.clone()], &Scope::default());
        assert_eq!(applied.accepted.len() + applied.remaining.len(), 1);
        applied.accepted.first().is_some_and(|(_, reason)| reason == "why")
    };
    let by = |rest: &str| format!("rule = '{rule}'\n{rest}");
    assert!(accepts(&by("page = 'beta/api/thing.md'"), &on_page));
    assert!(accepts(&by("page = 'thing.md'"), &on_page));
    assert!(accepts(&by("page = './api/thing.md'"), &on_page));
    assert!(accepts(&by("page = '/somewhere/beta/api/thing.md'"), &on_page));
    assert!(accepts(&by("page = 'thing.md'\nsubject = 'GET /things'"), &on_page));
    assert!(!accepts(&by("page = 'hing.md'"), &on_page), "a name, not the end of one");
    assert!(!accepts(&by("page = 'v1.0/api/thing.md'"), &on_page));
    assert!(!accepts(&by("page = 'thing.md'\nsubject = 'GET /others'"), &on_page));
    assert!(!accepts("rule = 'docs/other'\npage = 'thing.md'", &on_page));
    assert!(accepts(&by(&format!("fact = '{fact}'")), &on_fact));
    assert!(accepts(&by(&format!("fact = '{fact}'\npage = 'other.md'")), &on_fact));
    assert!(!accepts(&by(&format!("fact = '{fact}'\npage = 'thing.md'")), &on_fact));
    assert!(!accepts(&by("fact = 'beta GET /things#header[Y]'"), &on_fact));
    assert!(!accepts(&by(&format!("fact = '{fact}'")), &on_page));
    assert!(!accepts("check = 'docs/sides_differ'", &on_page));
    let mut both = finding(rule, "openapi/beta.yaml", None);
    both.other = Some(Origin { file: "docs/thing.md".to_owned(), line: 1 });
    assert!(accepts(&by("page = 'thing.md'"), &both), "either side may be named");
}

#[test]
fn an_entry_is_stale_only_if_the_run_would_have_met_it() {
    let rule = "docs/sides_differ";
    let fact = "beta GET /things#header[X]";
    let (by_page, by_fact) =
        (format!("rule = '{rule}'\npage = 'api/thing.md'"), format!("rule = '{rule}'\nfact = '{fact}'"));
    let both = format!("{by_fact}\npage = 'api/thing.md'");
    let is_stale = |keys: &str, scope: &Scope| !list(&[keys]).apply_findings(Vec::new(), scope).stale.is_empty();
    let on_page = scope(&[rule], &["x/api/thing.md"], &[]);
    assert!(is_stale(&by_page, &on_page));
    assert!(is_stale(&both, &on_page));
    assert!(!is_stale(&by_fact, &on_page), "nobody compared that fact");
    assert!(!is_stale(&by_page, &scope(&[rule], &["x/api/other.md"], &[])), "the page was not read");
    assert!(!is_stale(&by_page, &scope(&["drift/other"], &["x/api/thing.md"], &[])), "the rule did not run");
    assert!(is_stale(&by_fact, &scope(&[rule], &[], &[fact])));
    assert!(is_stale(&by_fact, &scope(&[rule], &[], &["beta GET /things#method"])), "the fact is gone");
    assert!(!is_stale(&by_fact, &scope(&[rule], &[], &["beta GET /others#header[X]"])));
    assert!(!is_stale("check = 'a/b'", &on_page), "conform decides on checks");
    let alone = Scope { undecided: BTreeSet::from([rule.to_owned()]), ..on_page };
    assert!(!is_stale(&by_page, &alone), "it needs other pages");
}

#[test]
fn an_entry_of_a_rule_that_does_not_exist_is_stale_where_its_family_ran() {
    let stale = |rule: &str| {
        let entry = format!("rule = '{rule}'\npage = 'never_read.md'");
        let applied = list(&[&entry]).apply_findings(Vec::new(), &scope(&["docs/sides_differ"], &[], &[]));
        applied.stale.into_iter().map(|finding| finding.message).collect::<Vec<_>>()
    };
    assert_eq!(stale("docs/side_differs"), ["there is no such rule"]);
    assert_eq!(stale("docs/sides_differ"), [""; 0]);
    assert_eq!(stale("drift/side_differs"), [""; 0], "those did not run");
}

#[test]
fn a_run_of_checks_judges_entries_for_checks_alone() {
    let both = list(&["check = 'a/b'", "rule = 'docs/sides_differ'\npage = 'a.md'"]);
    assert_eq!(both.stale_checks(&[], &[], &Side::ALL), ["a/b: there is no such check; correct or remove the entry"]);
    assert_eq!(both.reason("a/b").as_deref(), Some("why"));
    assert_eq!(both.reason("docs/sides_differ"), None);
}

#[test]
fn a_stale_entry_is_an_error_at_its_line_and_a_used_one_is_not() {
    let rule = "docs/sides_differ";
    let entries = ["rule = 'docs/sides_differ'\npage = 'a.md'", "rule = 'docs/sides_differ'\npage = 'b.md'"];
    let findings = vec![finding(rule, "b.md", None), finding(rule, "b.md", None), finding(rule, "c.md", None)];
    let applied = list(&entries).apply_findings(findings, &scope(&[rule], &["a.md", "b.md", "c.md"], &[]));
    assert_eq!((applied.accepted.len(), applied.remaining.len(), applied.stale.len()), (2, 1, 1));
    assert_eq!(
        applied.stale[0].to_string(),
        "accepted.toml:1: docs/sides_differ, a.md: nothing disagrees there any more; correct or remove the entry \
         [accepted/stale]"
    );
    assert_eq!(list(&entries).entries[1].line, 7);
}

#[test]
fn a_draft_is_refused_until_it_has_reasons_and_then_accepts_all() {
    let mut warning = finding("docs/other", "a \"quoted\" \\ \u{1b}[2J\u{202e}\n.md", None);
    warning.severity = Severity::Warning;
    warning.message = "one line\nand \u{7} another".to_owned();
    let mut note = finding("docs/note", "n.md", None);
    note.severity = Severity::Note;
    let twice = finding("docs/sides_differ", "b.md", Some("beta GET /things#method"));
    let findings = vec![warning, note.clone(), twice.clone(), twice];
    let draft = draft_findings(&findings);
    assert!(!draft.contains(['\u{1b}', '\u{7}', '\u{202e}']), "{draft}");
    let error = parse(&draft).expect_err("no reasons yet").to_string();
    assert!(error.contains("no reason"), "{error}");
    let accepted = parse(&draft.replace("\"\"", "\"because\"")).expect("a list");
    assert_eq!(accepted.entries.len(), 2);
    assert_eq!(accepted.apply_findings(findings, &Scope::default()).remaining, [note]);
    let elsewhere = draft_findings(&[finding("docs/other", "../../shared/./a.md", None)]);
    assert!(elsewhere.contains("page = \"shared/./a.md\""), "{elsewhere}");
    assert_eq!(parse(&draft_findings(&[])).expect("an empty list").entries, []);
}
