//! `spec compare --metadata` as people and scripts meet it.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use super::{DESCRIPTION, WHOLE, with};

/// Exit code, standard output, standard error.
fn entra_risk(arguments: &[&str]) -> (i32, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_entra-risk")).args(arguments).output().expect("the program starts");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code().expect("an exit code"), text(&output.stdout), text(&output.stderr))
}

/// A folder with the description and its metadata.
fn written(name: &str, description: &str, metadata: &str) -> (String, String, PathBuf) {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).expect("a folder");
    std::fs::write(folder.join("beta.yaml"), description).expect("a file");
    std::fs::write(folder.join("metadata.xml"), metadata).expect("a file");
    let path = |name: &str| folder.join(name).display().to_string();
    (path("beta.yaml"), path("metadata.xml"), folder)
}

#[test]
fn a_comparison_ends_with_what_it_found() {
    let (spec, metadata, _) = written("metadata_agrees", DESCRIPTION, WHOLE);
    let compare = ["spec", "compare", "--spec", &spec, "--metadata", &metadata];
    let (exit, printed, _) = entra_risk(&[&compare[..], &["--strict"]].concat());
    assert_eq!(exit, 0, "{printed}");
    assert!(printed.contains("(whole, 9 types, 3 actions and functions)"), "{printed}");
    assert!(
        printed.contains(
            "34 facts confirmed, 0 contradicted, 59 not spoken of; 15 of 15 facts that rest on metadata confirmed"
        ),
        "{printed}"
    );
    let (exit, printed, _) = entra_risk(&[&compare[..], &["--strict", "--verbose"]].concat());
    assert!(exit == 0 && printed.contains("limit[lanternIds]"), "notes fail nothing: {printed}");
    let (exit, _, said) = entra_risk(&["spec", "compare", "--spec", &spec]);
    assert!(exit == 2 && said.contains("--docs"), "one of the two is needed: {said}");
}

#[test]
fn a_disagreement_is_shown_in_every_format_and_can_be_accepted() {
    let altered = with(DESCRIPTION, "lit, unknown", "lit, gone, unknown");
    let (spec, metadata, folder) = written("metadata_differs", &altered, WHOLE);
    let compare = ["spec", "compare", "--spec", &spec, "--metadata", &metadata];
    for format in ["human", "json", "sarif", "github", "markdown"] {
        let (exit, printed, _) = entra_risk(&[&compare[..], &["--format", format]].concat());
        assert_eq!(exit, 1, "{format}: {printed}");
        for part in ["metadata.xml", "metadata/member_unknown", "gone"] {
            assert!(printed.contains(part), "{format}: {part}: {printed}");
        }
        if matches!(format, "json" | "sarif") {
            serde_json::from_str::<Value>(&printed).expect("JSON");
        }
    }
    let list = folder.join("accepted.toml").display().to_string();
    let entry = "[[accepted]]\nrule = 'metadata/member_unknown'\nfact = 'beta LanternState#member[gone]'\nreason = 'r'\nsource = 's'\n";
    std::fs::write(&list, entry).expect("a file");
    let (exit, printed, _) = entra_risk(&[&compare[..], &["--accepted", &list]].concat());
    assert!(exit == 0 && printed.contains("1 accepted"), "{printed}");
    std::fs::write(&spec, DESCRIPTION).expect("a file");
    let (exit, printed, _) = entra_risk(&[&compare[..], &["--accepted", &list]].concat());
    assert!(exit == 1 && printed.contains("accepted/stale"), "{printed}");
    // An entry of pages is not looked for where none were read.
    std::fs::write(&list, entry.replace("metadata/member_unknown", "drift/member_differs")).expect("a file");
    let (exit, printed, _) = entra_risk(&[&compare[..], &["--accepted", &list]].concat());
    assert!(exit == 0, "{printed}");
    let (exit, printed, _) = entra_risk(&["explain", "metadata/member_unknown"]);
    assert!(exit == 0 && printed.contains("metadata/member_unknown"), "{printed}");
    let (exit, printed, _) = entra_risk(&["explain", "metadata/name_repeated"]);
    assert!(exit == 0 && printed.contains("the first is believed"), "{printed}");
}

#[test]
fn pages_and_metadata_are_compared_in_one_run() {
    let (spec, metadata, folder) =
        written("metadata_and_pages", DESCRIPTION, &with(WHOLE, "Name=\"pier\"", "Name=\"quay\""));
    let page = "---\nms.topic: reference\n---\n# List lanterns\n\nNamespace: microsoft.graph\n\n## HTTP request\n\n``` http\nGET https://graph.microsoft.com/beta/lanterns\n```\n\n## Response\n\nIf successful, this method returns a `201 Created` response code.\n";
    std::fs::create_dir_all(folder.join("beta/api")).expect("a folder");
    std::fs::write(folder.join("beta/api/lantern-list.md"), page).expect("a file");
    let docs = folder.join("beta").display().to_string();
    let (exit, printed, said) =
        entra_risk(&["spec", "compare", "--spec", &spec, "--metadata", &metadata, "--docs", &docs]);
    assert_eq!(exit, 1, "{printed}{said}");
    for part in
        ["drift/success_differs", "metadata/property_unknown", "1 page (1 matched", "; and in ", "(whole, 9 types"]
    {
        assert!(printed.contains(part), "{part}: {printed}");
    }
}

#[test]
fn a_file_that_is_no_metadata_ends_with_one_error() {
    let (spec, metadata, folder) = written("metadata_unusable", DESCRIPTION, WHOLE);
    let compare = |path: &str| entra_risk(&["spec", "compare", "--spec", &spec, "--metadata", path]);
    let folder = folder.display().to_string();
    for (path, reason) in [(folder.as_str(), "it is no file"), ("/no/such/file.xml", "it does not exist")] {
        let (exit, printed, said) = compare(path);
        assert!(exit == 2 && printed.is_empty() && said.contains(reason), "{said}");
    }
    for (text, reason) in [
        ("", "it is empty"),
        ("{}", "it is JSON"),
        ("<html>", "an HTML page"),
        ("<!DOCTYPE a [<!ENTITY b 'c'>]><Edmx/>", "document type definition"),
        (&WHOLE[..WHOLE.len() / 2], "it ends in the middle of"),
        ("<Schema/>", "it speaks of nothing in"),
    ] {
        std::fs::write(&metadata, text).expect("a file");
        let (exit, printed, said) = compare(&metadata);
        assert_eq!((exit, printed.as_str()), (2, ""), "{said}");
        assert!(said.contains(reason) && said.contains("metadata.xml") && said.contains("help"), "{said}");
        assert_eq!(said.matches("failed to").count(), 1, "{said}");
    }
    // A file that is much too long is not read: this one has no blocks on the disk.
    std::fs::File::create(&metadata).and_then(|file| file.set_len(500 << 20)).expect("a file");
    let (exit, _, said) = compare(&metadata);
    assert!(exit == 2 && said.contains("it is longer than 64 MiB"), "{said}");
    assert!(Path::new(&metadata).exists());
}
