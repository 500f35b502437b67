//! What there is to be called, and how it explains itself.

use entra_risk::embedded;
use entra_risk::remediation::Group;

use super::{emulated, run};
use crate::snapshots::settings;

#[test]
fn help_says_what_there_is() {
    let mut text = String::new();
    for arguments in ["users --help", "users list --help", "users history -h", "service-principals list -h"] {
        let ran = run(arguments);
        assert_eq!(ran.code, Some(0), "{ran:?}");
        text += &format!("$ entra-risk {arguments}\n{}\n", ran.stdout);
    }
    settings().bind(|| insta::assert_snapshot!("groups_help", text));
}

#[test]
fn every_command_of_every_group_has_its_help() {
    for group in Group::all(embedded::contracts()) {
        for verb in &group.verbs {
            let ran = run(&format!("{} {} --help", group.name, verb.name));
            let summary = verb.offers[0].operation.summary.trim_end_matches('.').split_whitespace().collect::<Vec<_>>();
            let said = ran.stdout.split_whitespace().take(summary.len()).collect::<Vec<_>>();
            assert_eq!((ran.code, said), (Some(0), summary), "{} {}", group.name, verb.name);
        }
    }
}

#[test]
fn every_shell_completes_groups_and_their_filters() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = run(&format!("completions {shell}")).stdout;
        for word in ["service-principals", "confirm-compromised", "updated-since", "emulator-users"] {
            assert!(script.contains(word), "{shell}: {word}");
        }
    }
}

#[test]
fn a_manual_has_a_page_for_each_command() {
    let page = run("man");
    assert!(page.lines()[0].starts_with(".ie"), "{}", page.stdout);
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("man1");
    assert_eq!(run(&format!("man --dir {}", path.display())).code, Some(0));
    let page = std::fs::read_to_string(path.join("entra-risk-users-list.1")).expect("a page");
    assert!(page.contains("updated\\-since") && page.contains("Examples"), "{page}");
    assert!(path.join("entra-risk-agents-dismiss.1").exists() && path.join("entra-risk.1").exists());
}

#[test]
fn a_version_that_may_change_is_told_of_where_nobody_asked_for_it() {
    let note = "note: v1.0 has no such operation; using beta, which may change\n";
    assert_eq!(emulated("agents list --count").stderr, note);
    assert_eq!(emulated("agents list --count --api beta").stderr, "");
    assert_eq!(emulated("users list --count").stderr, "");
    let refused = emulated("agents list --api v1.0");
    assert!(refused.code == Some(2) && refused.stderr.contains("invalid value 'v1.0'"), "{refused:?}");
}
