//! `docs read` on files and folders as they come: what cannot be read is named, skipped and
//! counted, the rest is read, and the exit code says so.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const PAGE: &str = "# Light a lantern\n\n## HTTP request\n\n```http\nPOST /lanterns/light\n```\n";

fn run(arguments: &[&Path]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_entra-risk"));
    command.args(["docs", "read", "--format", "jsonl"]).args(arguments).output().unwrap()
}

fn folder(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("docs_{name}"));
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

fn printed(output: &Output) -> (usize, String) {
    let pages = String::from_utf8_lossy(&output.stdout).lines().count();
    (pages, String::from_utf8_lossy(&output.stderr).into_owned())
}

/// Reads a folder with one good page and whatever `add` puts beside it.
fn beside(name: &str, add: impl FnOnce(&Path)) -> (Option<i32>, usize, String) {
    let folder = folder(name);
    fs::write(folder.join("good.md"), PAGE).unwrap();
    add(&folder);
    let output = run(&[&folder]);
    let (pages, said) = printed(&output);
    (output.status.code(), pages, said)
}

#[test]
fn a_binary_file_is_named_and_skipped() {
    let (code, pages, said) = beside("binary", |folder| fs::write(folder.join("bad.md"), b"\x7fELF\0\0\x01").unwrap());
    assert_eq!((code, pages), (Some(2), 1), "{said}");
    assert!(said.contains("bad.md: it is a binary file") && said.contains("1 file was not read"), "{said}");
}

#[test]
fn invalid_utf_8_is_named_with_its_line() {
    let (code, pages, said) = beside("utf8", |folder| fs::write(folder.join("bad.md"), b"# T\n\xff\n").unwrap());
    assert_eq!((code, pages), (Some(2), 1), "{said}");
    assert!(said.contains("bad.md: line 2 is not UTF-8"), "{said}");
}

#[test]
#[cfg(unix)]
fn what_is_no_regular_file_is_not_waited_for() {
    let (code, pages, said) = beside("socket", |folder| {
        drop(std::os::unix::net::UnixListener::bind(folder.join("bad.md")).unwrap());
    });
    assert_eq!((code, pages), (Some(2), 1), "{said}");
    assert!(said.contains("bad.md: it is no regular file"), "{said}");
    let folder = folder("socket_alone");
    drop(std::os::unix::net::UnixListener::bind(folder.join("bad.md")).unwrap());
    let output = run(&[&folder.join("bad.md")]);
    let (pages, said) = printed(&output);
    assert_eq!((output.status.code(), pages), (Some(2), 0), "{said}");
    assert!(said.contains("bad.md: it is no regular file"), "{said}");
}

#[test]
fn a_file_of_fifty_megabytes_is_no_page() {
    let (code, pages, said) = beside("long", |folder| {
        fs::File::create(folder.join("bad.md")).unwrap().set_len(50_000_000).unwrap();
    });
    assert_eq!((code, pages), (Some(2), 1), "{said}");
    assert!(said.contains("bad.md: 50 MB are too long for a page"), "{said}");
}

#[test]
fn marks_line_ends_and_open_fences_are_no_reason_to_skip() {
    let (code, pages, said) = beside("forms", |folder| {
        fs::write(folder.join("mark.md"), format!("\u{feff}{PAGE}")).unwrap();
        fs::write(folder.join("crlf.md"), PAGE.replace('\n', "\r\n")).unwrap();
        fs::write(folder.join("cr.md"), PAGE.replace('\n', "\r")).unwrap();
        fs::write(folder.join("open.md"), PAGE.trim_end().trim_end_matches('`')).unwrap();
        fs::write(folder.join("empty.md"), "").unwrap();
    });
    assert_eq!((code, pages), (Some(0), 6), "{said}");
    assert_eq!(said, "");
}

#[cfg(unix)]
#[test]
fn links_in_a_circle_and_to_nowhere_are_named() {
    let (code, pages, said) = beside("links", |folder| {
        std::os::unix::fs::symlink(folder, folder.join("loop")).unwrap();
        std::os::unix::fs::symlink(folder.join("nothing.md"), folder.join("gone.md")).unwrap();
    });
    assert_eq!((code, pages), (Some(2), 1), "{said}");
    assert!(said.contains("a link that leads back to") && said.contains("gone.md"), "{said}");
    assert!(said.contains("2 files were not read"), "{said}");
}

#[cfg(unix)]
#[test]
fn a_folder_that_may_not_be_read_is_named() {
    use std::os::unix::fs::PermissionsExt as _;
    let closed = |folder: &Path| folder.join("closed");
    let mut readable = false;
    let (code, pages, said) = beside("closed", |folder| {
        fs::create_dir(closed(folder)).unwrap();
        fs::write(closed(folder).join("page.md"), PAGE).unwrap();
        fs::set_permissions(closed(folder), fs::Permissions::from_mode(0o000)).unwrap();
        readable = fs::read_dir(closed(folder)).is_ok();
    });
    let open = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("docs_closed/closed");
    fs::set_permissions(open, fs::Permissions::from_mode(0o755)).unwrap();
    if readable {
        println!("not run: this user may read a folder without permission");
        return;
    }
    assert_eq!((code, pages), (Some(2), 1), "{said}");
    assert!(said.contains("closed"), "{said}");
}

#[test]
fn a_path_that_is_not_there_is_an_error_with_a_way_out() {
    let missing = folder("missing").join("nothing");
    let output = run(&[&missing]);
    let (pages, said) = printed(&output);
    assert_eq!((output.status.code(), pages), (Some(2), 0), "{said}");
    assert!(said.contains("failed to read") && said.contains("nothing"), "{said}");
}

#[test]
fn a_folder_without_pages_is_an_error_and_not_an_empty_answer() {
    let empty = folder("empty");
    fs::write(empty.join("notes.txt"), "x").unwrap();
    let output = run(&[&empty]);
    let (pages, said) = printed(&output);
    assert_eq!((output.status.code(), pages), (Some(2), 0), "{said}");
    assert!(said.contains("no file there ends in .md"), "{said}");
}

#[test]
fn includes_are_no_pages_and_are_followed_from_pages() {
    let output = run(&[&super::fixtures()]);
    let (pages, said) = printed(&output);
    assert_eq!((output.status.code(), pages), (Some(0), super::markdown(&super::fixtures()).len()), "{said}");
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    let page = printed.lines().find(|line| line.contains("lantern-get.md")).unwrap();
    assert!(page.contains("\"application\":[\"Lantern.Read.All\"]"), "{page}");
}
