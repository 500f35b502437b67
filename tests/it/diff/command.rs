//! `docs diff` of files and folders, as people and scripts meet it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

use super::{base, edited};

pub(super) fn docs_diff(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_entra-risk"));
    command.args(["docs", "diff"]).args(arguments).output().expect("the program starts")
}

pub(super) fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// An empty folder of this test's own.
pub(super) fn folder(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("docs-diff").join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("a folder");
    folder
}

pub(super) fn write(root: &Path, files: &[(&str, String)]) {
    for (path, text) in files {
        let path = root.join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("folders");
        fs::write(path, text).expect("a file");
    }
}

/// Two folders, the newer one edited.
fn versions(name: &str, edits: &[(&str, &str)]) -> (String, String) {
    let root = folder(name);
    let (old, new) = (root.join("old"), root.join("new"));
    write(&old, &base());
    write(&new, &edited(&base(), edits));
    (old.display().to_string(), new.display().to_string())
}

fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {}", text(&output.stderr)))
}

#[test]
fn it_fails_only_for_what_it_is_told_to_fail_for() {
    let breaking = versions("breaking", &[("At most 40 ids", "At most 20 ids")]);
    let neutral = versions("neutral", &[("|Prefer|A wish. Optional.|\n", "")]);
    let silent = versions("silent", &[("Give one or more kites another colour.", "Repaints kites.")]);
    for ((old, new), arguments, code) in [
        (&breaking, &[][..], 0),
        (&breaking, &["--fail-on", "breaking"], 1),
        (&breaking, &["--fail-on", "any"], 1),
        (&neutral, &["--fail-on", "breaking"], 0),
        (&neutral, &["--fail-on", "any"], 1),
        (&silent, &["--fail-on", "any"], 0),
    ] {
        let output = docs_diff(&[&[old.as_str(), new.as_str()][..], arguments].concat());
        assert_eq!(output.status.code(), Some(code), "{old} {arguments:?}: {}", text(&output.stdout));
        assert_eq!(text(&output.stderr), "");
    }
    let (old, new) = &silent;
    assert!(text(&docs_diff(&[old, new]).stdout).starts_with("no change of the contract between 3 pages and 3 pages"));
}

#[test]
fn two_files_are_one_page_whatever_their_names() {
    let root = folder("files");
    let new = edited(&base(), &[("At most 40 ids", "At most 60 ids")]);
    write(&root, &[("before.md", base()[0].1.clone()), ("after.md", new[0].1.clone())]);
    let (before, after) = (root.join("before.md"), root.join("after.md"));
    let (before, after) = (before.display().to_string(), after.display().to_string());
    let output = docs_diff(&[&before, &after, "--format", "json"]);
    let json = json(&output);
    assert_eq!(json["changes"].as_array().unwrap().len(), 1, "{json}");
    assert_eq!(json["changes"][0]["kind"], "limit_raised");
    assert_eq!(json["changes"][0]["old"]["origin"]["file"], before.as_str());
    assert_eq!(json["changes"][0]["new"]["origin"]["file"], after.as_str());
    assert_eq!(json["notes"].as_array().unwrap().len(), 0);
}

#[test]
fn reports_go_to_files_too() {
    let (old, new) = versions("outputs", &[("At most 40 ids", "At most 20 ids")]);
    let root = folder("outputs-files");
    let (markdown, json) = (root.join("changes.md"), root.join("changes.json"));
    let arguments =
        [&format!("--output=markdown={}", markdown.display()), &format!("--output=json={}", json.display())];
    let output = docs_diff(&[&old, &new, arguments[0], arguments[1], "--format", "github"]);
    assert_eq!(output.status.code(), Some(0));
    assert!(text(&output.stdout).starts_with("::error file="), "{}", text(&output.stdout));
    assert!(fs::read_to_string(markdown).unwrap().starts_with("**1 change of the contract (1 breaking)"));
    let json: Value = serde_json::from_str(&fs::read_to_string(json).unwrap()).unwrap();
    assert_eq!(json["summary"]["breaking"], 1);
}

#[test]
fn what_cannot_be_compared_is_an_error_and_never_no_change() {
    let (old, new) = versions("bad", &[]);
    let root = folder("bad-input");
    write(
        &root,
        &[
            ("empty/README.txt", "no page".to_owned()),
            ("prose/a.md", "# Kites\n\nThey fly.\n".to_owned()),
            ("page.md", base()[0].1.clone()),
        ],
    );
    fs::write(root.join("binary.md"), b"# x\0\x01").unwrap();
    fs::write(root.join("latin.md"), b"# x\n\nf\xfcr\n").unwrap();
    let at = |name: &str| root.join(name).display().to_string();
    for (arguments, says) in [
        (vec![at("gone"), new.clone()], "gone: "),
        (vec![old.clone(), at("gone")], "gone: "),
        (vec![at("empty"), new.clone()], "no file there ends in .md"),
        (vec![at("prose"), new.clone()], "documents no operation, resource or enumeration"),
        (vec![at("binary.md"), at("page.md")], "it is a binary file"),
        (vec![at("page.md"), at("latin.md")], "line 3 is not UTF-8"),
        (vec![at("page.md"), new.clone()], "give two pages or two folders"),
        (vec![old.clone()], "give two pages, two folders, or --git"),
        (vec![], "give two pages, two folders, or --git"),
        (vec![old.clone(), new.clone(), old.clone()], "give two pages, two folders, or --git"),
    ] {
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let output = docs_diff(&arguments);
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {said}");
        assert!(said.starts_with("error: failed to ") && said.contains(says), "{arguments:?}: {said}");
        assert_eq!(text(&output.stdout), "", "{arguments:?}");
    }
}

#[test]
fn a_page_that_cannot_be_read_is_named_and_not_taken_for_gone() {
    let (old, new) = versions("partly", &[("`calm`,", "`calm`, `storm`,")]);
    fs::write(Path::new(&new).join("beta/api/kites-repaint.md"), b"# kite: repaint\n\xff\n").unwrap();
    for (older, newer, id) in [(&old, &new, "member_added"), (&new, &old, "member_removed")] {
        let output = docs_diff(&[older, newer, "--format", "json"]);
        assert_eq!(output.status.code(), Some(2));
        let json = json(&output);
        let kinds: Vec<&str> =
            json["changes"].as_array().unwrap().iter().map(|change| change["kind"].as_str().unwrap()).collect();
        assert_eq!(kinds, [id]);
        assert_eq!(json["complete"], false);
        assert_eq!(json["unread"][0]["reason"], "line 2 is not UTF-8");
    }
}

#[test]
fn a_change_of_an_included_table_alone_is_found() {
    let table = "|Permission type|Permissions|\n|:--|:--|\n|Application|Kite.Paint|\n";
    let page = "# kite: fly\n\n## Permissions\n\n[!INCLUDE [permissions-table](../includes/permissions/kite-fly-permissions.md)]\n\n\
                ## HTTP request\n```http\nPOST /kites/{id}/fly\n```\n";
    let root = folder("includes");
    for (version, table) in [("old", table.to_owned()), ("new", table.replace("Kite.Paint", "Kite.Fly"))] {
        write(
            &root.join(version),
            &[("beta/api/kite-fly.md", page.to_owned()), ("beta/includes/permissions/kite-fly-permissions.md", table)],
        );
    }
    let (old, new) = (root.join("old").display().to_string(), root.join("new").display().to_string());
    let json = json(&docs_diff(&[&old, &new, "--format", "json"]));
    let kinds: Vec<&str> =
        json["changes"].as_array().unwrap().iter().map(|change| change["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["permission_added", "permission_removed"]);
    let file = json["changes"][0]["new"]["origin"]["file"].as_str().unwrap();
    assert!(file.ends_with("new/beta/includes/permissions/kite-fly-permissions.md"), "{file}");
}

#[test]
fn help_lists_every_kind_of_change() {
    let help = text(&docs_diff(&["--help"]).stdout);
    for kind in entra_risk::diff::KINDS {
        assert!(help.contains(kind.id), "{}", kind.id);
    }
}
