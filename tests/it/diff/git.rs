//! `docs diff --git`, on a repository made for the test.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

use super::command::{docs_diff, folder, text, write};
use super::{INCLUDED, base, edited};

/// A repository, or nothing where there is no git.
fn repository(name: &str) -> Option<PathBuf> {
    let repo = folder(name);
    let output = Command::new("git").arg("-C").arg(&repo).args(["init", "-q", "-b", "main"]).output();
    match output {
        Ok(output) if output.status.success() => Some(repo),
        _ => {
            println!("skipped: there is no git");
            None
        }
    }
}

fn git(repo: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new("git");
    command.arg("-C").arg(repo).args(["-c", "user.name=t", "-c", "user.email=t@example.invalid"]).args(arguments);
    let output = command.env("GIT_CONFIG_GLOBAL", "/dev/null").output().expect("git");
    assert!(output.status.success(), "{arguments:?}: {}", text(&output.stderr));
    output
}

fn commit(repo: &Path, files: &[(&str, String)], tag: &str) {
    write(repo, files);
    git(repo, &["add", "-A"]);
    git(repo, &["commit", "-q", "--allow-empty", "-m", tag]);
    git(repo, &["tag", tag]);
}

fn diff(repo: &Path, arguments: &[&str]) -> (Option<i32>, Value, String) {
    let repo = repo.display().to_string();
    let output = docs_diff(&[&["--repo", &repo, "--format", "json"], arguments].concat());
    let json = serde_json::from_slice(&output.stdout).unwrap_or(Value::Null);
    (output.status.code(), json, text(&output.stderr))
}

fn kinds(json: &Value) -> Vec<&str> {
    json["changes"].as_array().expect("changes").iter().filter_map(|change| change["kind"].as_str()).collect()
}

#[test]
fn two_revisions_are_compared_without_a_checkout() {
    let Some(repo) = repository("git-revisions") else { return };
    commit(&repo, &base(), "v1");
    commit(&repo, &edited(&base(), &[("At most 40 ids", "At most 20 ids"), ("`calm`,", "`calm`, `storm`,")]), "v2");
    // What lies around in the checkout does not matter.
    fs::write(repo.join("beta/api/kites-repaint.md"), "# gone\n").unwrap();
    let (code, json, _) = diff(&repo, &["--git", "v1..v2", "--fail-on", "breaking"]);
    assert_eq!((code, kinds(&json)), (Some(1), vec!["limit_lowered", "member_added"]));
    assert_eq!((&json["old"]["name"], &json["new"]["name"]), (&"v1".into(), &"v2".into()));
    assert_eq!(json["changes"][0]["old"]["origin"]["file"], "beta/api/kites-repaint.md");
    assert_eq!(kinds(&diff(&repo, &["--git", "v2..v1"]).1), ["limit_raised", "member_removed"]);
    // HEAD stands for an end that is not named.
    assert_eq!(kinds(&diff(&repo, &["--git", "v1.."]).1).len(), 2);
    // Filters: folder, file, pattern.
    assert_eq!(kinds(&diff(&repo, &["--git", "v1..v2", "beta/resources"]).1), ["member_added"]);
    assert_eq!(kinds(&diff(&repo, &["--git", "v1..v2", "beta/api/kites-repaint.md"]).1), ["limit_lowered"]);
    assert_eq!(kinds(&diff(&repo, &["--git", "v1..v2", "**/kite.md"]).1), ["member_added"]);
    let (code, same, _) = diff(&repo, &["--git", "v1..v1", "--fail-on", "any"]);
    assert_eq!((code, kinds(&same).len(), &same["complete"]), (Some(0), 0, &Value::Bool(true)));
}

#[test]
fn renamed_pages_and_changed_includes_are_followed() {
    let Some(repo) = repository("git-includes") else { return };
    let page = edited(
        &base(),
        &[(
            "|Permission type|Permissions (from least to most privileged)|\n|:---|:---|\n\
         |Delegated (work or school account)|Kite.Paint, Kite.ReadWrite.All, Sky.Manage.All|\n\
         |Delegated (personal Microsoft account)|Not supported.|\n|Application|Kite.ReadWrite.All|",
            "[!INCLUDE [permissions-table](../includes/permissions/kites-repaint-permissions.md)]",
        )],
    );
    let table = "beta/includes/permissions/kites-repaint-permissions.md";
    commit(&repo, &page, "pages");
    commit(&repo, &[(table, INCLUDED.to_owned())], "v1");
    commit(
        &repo,
        &[(table, INCLUDED.replace("|Kite.ReadWrite.All|Not available.|", "|Sky.Manage.All|Kite.ReadWrite.All|"))],
        "v2",
    );
    let (_, json, _) = diff(&repo, &["--git", "v1..v2"]);
    assert_eq!(kinds(&json), ["permission_added"]);
    assert_eq!(json["changes"][0]["new"]["origin"]["file"], table);
    // The table is there now, and was not before: nothing can be said, and that is said.
    let (_, json, _) = diff(&repo, &["--git", "pages..v1"]);
    assert_eq!(kinds(&json).len(), 0);
    assert!(json["notes"][0]["text"].as_str().unwrap().contains("were not compared"), "{json}");
    fs::rename(repo.join("beta/api/kites-repaint.md"), repo.join("beta/api/kite-repaint.md")).unwrap();
    commit(&repo, &[], "v3");
    let (code, json, _) = diff(&repo, &["--git", "v2..v3", "beta/api", "--fail-on", "any"]);
    assert_eq!((code, kinds(&json).len()), (Some(0), 0));
    assert!(json["notes"][0]["text"].as_str().unwrap().contains("renamed from beta/api/kites-repaint.md"));
    let one_end = ["--git", "v2..v3", "beta/api/kite-repaint.md", "--fail-on", "any"];
    assert_eq!(diff(&repo, &one_end).0, Some(0));
}

#[test]
fn three_dots_are_what_a_branch_adds() {
    let Some(repo) = repository("git-branches") else { return };
    commit(&repo, &base(), "v1");
    git(&repo, &["checkout", "-q", "-b", "topic"]);
    commit(&repo, &edited(&base(), &[("At most 40 ids", "At most 20 ids")]), "topic-1");
    git(&repo, &["checkout", "-q", "main"]);
    commit(&repo, &edited(&base(), &[("`calm`,", "`calm`, `storm`,")]), "main-1");
    assert_eq!(kinds(&diff(&repo, &["--git", "main...topic"]).1), ["limit_lowered"]);
    assert_eq!(kinds(&diff(&repo, &["--git", "main..topic"]).1), ["limit_lowered", "member_removed"]);
}

#[test]
fn what_git_cannot_give_is_an_error_with_a_remedy() {
    let Some(repo) = repository("git-errors") else { return };
    commit(&repo, &base(), "v1");
    commit(&repo, &[("README.md", "# Kites\n\nPages.\n".to_owned())], "v2");
    let outside = folder("git-none");
    fs::write(outside.join(".git"), "gitdir: /nowhere\n").unwrap();
    let root = repo.display().to_string();
    for (at, arguments, says) in [
        (&repo, &["--git", "v1..v9"][..], "failed to find the revision 'v9'"),
        (&repo, &["--git=--output=x..v1"], "failed to find the revision '--output=x'"),
        (&repo, &["--git", "v1"], "it names one revision"),
        (&repo, &["--git", "v1..v2", "nowhere"], "failed to find a page in nowhere"),
        (&repo, &["--git", "v1..v2", "README.md"], "documents no operation, resource or enumeration"),
        (&outside, &["--git", "v1..v2"], "it is no git repository"),
        (&repo.join("gone"), &["--git", "v1..v2"], "it is no git repository"),
    ] {
        let (code, json, said) = diff(at, arguments);
        assert_eq!((code, json), (Some(2), Value::Null), "{arguments:?}: {said}");
        let error: Value = serde_json::from_str(&said).expect("errors follow the format");
        let message = error["error"]["message"].as_str().unwrap();
        assert!(message.contains(says), "{arguments:?}: {message}");
        assert!(!error["error"]["remedy"].as_str().unwrap().is_empty());
    }
    // No git at all.
    let mut command = Command::new(env!("CARGO_BIN_EXE_entra-risk"));
    let output = command.args(["docs", "diff", "--git", "v1..v2", "--repo", &root]).env("PATH", "").output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("failed to run git: it is not installed"), "{}", text(&output.stderr));
}

#[test]
fn a_clone_without_the_contents_says_so_and_fetches_nothing() {
    let Some(repo) = repository("git-full") else { return };
    commit(&repo, &base(), "v1");
    commit(&repo, &edited(&base(), &[("At most 40 ids", "At most 20 ids")]), "v2");
    git(&repo, &["config", "uploadpack.allowFilter", "true"]);
    let clones = folder("git-clones");
    let (from, to) = (format!("file://{}", repo.display()), clones.join("blobless"));
    let to_text = to.display().to_string();
    git(&clones, &["clone", "-q", "--no-checkout", "--filter=blob:none", &from, &to_text]);
    let (code, json, said) = diff(&to, &["--git", "v1..v2"]);
    assert_eq!((code, json), (Some(2), Value::Null));
    assert!(said.contains("does not have all of its files") && said.contains("git fetch --refetch"), "{said}");
    let shallow = clones.join("shallow");
    git(&clones, &["clone", "-q", "--depth=1", &from, &shallow.display().to_string()]);
    let (code, _, said) = diff(&shallow, &["--git", "HEAD~1..HEAD"]);
    assert_eq!(code, Some(2));
    assert!(said.contains("failed to find the revision 'HEAD~1'") && said.contains("shallow"), "{said}");
}

#[test]
fn a_page_that_is_no_text_in_one_revision_is_named() {
    let Some(repo) = repository("git-binary") else { return };
    commit(&repo, &base(), "v1");
    fs::write(repo.join("beta/api/kites-repaint.md"), b"# x\n\0").unwrap();
    commit(&repo, &[("beta/resources/kite.md", base()[1].1.replace("`calm`,", "`calm`, `storm`,"))], "v2");
    let (code, json, _) = diff(&repo, &["--git", "v1..v2"]);
    assert_eq!((code, kinds(&json)), (Some(2), vec!["member_added"]));
    assert_eq!(json["unread"][0]["path"], "beta/api/kites-repaint.md");
    assert_eq!(json["unread"][0]["reason"], "at v2: it is a binary file");
}
