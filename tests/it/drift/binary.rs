//! `spec compare` and `conform --docs` as people and scripts meet them.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use super::Texts;

/// Exit code, standard output, standard error.
fn entra_risk(arguments: &[&str]) -> (i32, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_entra-risk")).args(arguments).output().expect("the program starts");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code().expect("an exit code"), text(&output.stdout), text(&output.stderr))
}

/// The texts as files: the description and the folder of pages.
fn written(name: &str, texts: &Texts) -> (String, String, PathBuf) {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&folder);
    let write = |file: &Path, text: &str| {
        std::fs::create_dir_all(file.parent().expect("a folder")).expect("a folder");
        std::fs::write(file, text).expect("a file");
    };
    write(&folder.join("beta.yaml"), &texts.description);
    for (name, text) in &texts.transcripts {
        write(&folder.join(format!("exchanges/beta/{name}.http")), text);
    }
    for (file, text) in &texts.pages {
        write(&folder.join(file), text);
    }
    let path = |name: &str| folder.join(name).display().to_string();
    (path("beta.yaml"), path("docs"), folder)
}

#[test]
fn a_comparison_ends_with_what_it_found() {
    let (spec, docs, _) = written("compare_agrees", &Texts::new());
    let (exit, printed, _) = entra_risk(&["spec", "compare", "--spec", &spec, "--docs", &docs]);
    assert_eq!(exit, 0, "{printed}");
    assert!(printed.contains("no findings in 3 pages (3 matched, 0 other)"), "{printed}");
    assert!(printed.contains("33 facts compared, 33 agreed, 0 disagreed; no page speaks of "), "{printed}");
    let (exit, printed, _) =
        entra_risk(&["spec", "compare", "--spec", &spec, "--docs", &docs, "--verbose", "--strict"]);
    assert!(exit == 0 && printed.contains("convention[forbidden]"), "notes fail nothing: {printed}");
}

#[test]
fn a_disagreement_is_shown_in_every_format_and_can_be_accepted() {
    let texts = Texts::new().with("beta.yaml", "maxItems: 40", "maxItems: 30");
    let (spec, docs, folder) = written("compare_differs", &texts);
    let compare = ["spec", "compare", "--spec", &spec, "--docs", &docs];
    for format in ["human", "json", "sarif", "github", "markdown"] {
        let (exit, printed, _) = entra_risk(&[&compare[..], &["--format", format]].concat());
        assert_eq!(exit, 1, "{format}: {printed}");
        assert!(printed.contains("parcel-stamp.md") && printed.contains("drift/limit_differs"), "{format}: {printed}");
        assert!(printed.contains("40") && printed.contains("30"), "{format}: {printed}");
        if matches!(format, "json" | "sarif") {
            serde_json::from_str::<Value>(&printed).expect("JSON");
        }
    }
    let list = folder.join("accepted.toml").display().to_string();
    let entry = "[[accepted]]\nrule = 'drift/limit_differs'\nfact = 'beta POST /parcels/stamp#limit[parcelIds]'\nreason = 'r'\nsource = 's'\n";
    std::fs::write(&list, entry).expect("a file");
    let (exit, printed, _) = entra_risk(&[&compare[..], &["--accepted", &list]].concat());
    assert!(exit == 0 && printed.contains("1 accepted"), "{printed}");
    std::fs::write(folder.join("beta.yaml"), Texts::new().description).expect("a file");
    let (exit, printed, _) = entra_risk(&[&compare[..], &["--accepted", &list]].concat());
    assert!(exit == 1 && printed.contains("accepted/stale"), "{printed}");
}

#[test]
fn a_page_that_cannot_be_read_is_named_and_the_rest_is_compared() {
    let (spec, docs, folder) = written("compare_unreadable", &Texts::new());
    std::fs::write(folder.join("docs/beta/api/image.md"), b"\0\xff\0").expect("a file");
    for command in [&["spec", "compare"][..], &["conform", "--side", "drift"]] {
        let (exit, printed, said) = entra_risk(&[command, &["--spec", &spec, "--docs", &docs]].concat());
        assert_eq!(exit, 2, "{printed}{said}");
        assert!(said.contains("image.md"), "{said}");
        assert!(printed.contains("33 facts compared") || printed.contains("0 failed"), "{printed}");
    }
    let (_, other, _) =
        written("compare_other", &Texts { pages: vec![("docs/a.md", "# A\n".to_owned())], ..Texts::new() });
    let (exit, _, said) = entra_risk(&["spec", "compare", "--spec", &spec, "--docs", &other]);
    assert!(exit == 2 && said.contains("no page that was read speaks of it"), "{said}");
    let (exit, _, said) = entra_risk(&["spec", "compare", "--spec", &spec, "--docs", "/no/such/folder"]);
    assert!(exit == 2 && said.contains("failed to read /no/such/folder"), "{said}");
}

#[test]
fn the_sides_of_pages_need_pages() {
    for side in ["docs", "drift"] {
        let (exit, _, said) = entra_risk(&["conform", "--side", side]);
        assert!(exit == 2 && said.contains("no pages were given") && said.contains("--docs"), "{said}");
    }
    let (exit, list, _) = entra_risk(&["conform", "--list"]);
    assert!(exit == 0 && !list.contains("docs/") && !list.contains("drift/"), "{list}");
}

#[test]
fn a_run_with_pages_lists_selects_reports_and_explains() {
    let texts = Texts::new().with("beta.yaml", "maxItems: 40", "maxItems: 30");
    let (spec, docs, _) = written("conform_pages", &texts);
    let conform = ["conform", "--spec", &spec, "--docs", &docs, "--side", "docs", "--side", "drift"];
    let (exit, list, _) = entra_risk(&[&conform[..], &["--list", "--check", "limit_differs"]].concat());
    assert_eq!((exit, list.as_str()), (0, "drift/beta/parcel.stamp/limit_differs/limit[parcelIds]\n"));
    let id = list.trim();
    let (exit, printed, _) = entra_risk(&conform);
    assert_eq!(exit, 1, "{printed}");
    assert!(printed.contains("documentation: 3 pages") && printed.contains("3 of them matched"), "{printed}");
    assert!(printed.contains(&format!("FAIL     {id}")) && printed.contains("rules on 3 pages"), "{printed}");
    let (exit, printed, _) = entra_risk(&[&conform[..], &["--format", "json"]].concat());
    let report: Value = serde_json::from_str(&printed).expect("JSON");
    assert_eq!((exit, &report["documentation"]["matched"]), (1, &Value::from(3)));
    let (exit, printed, _) = entra_risk(&["explain", id]);
    assert!(exit == 0 && printed.contains("drift/limit_differs") && printed.contains("Because"), "{printed}");
    let (exit, printed, _) = entra_risk(&["explain", "docs/fence_unclosed"]);
    assert!(exit == 0 && printed.contains("docs/fence_unclosed"), "{printed}");
    let (exit, _, said) = entra_risk(&["explain", "drift/nothing"]);
    assert!(exit == 2 && said.contains("no such check"), "{said}");
}

/// The embedded description brings its list of accepted disagreements.
#[test]
fn the_pages_of_the_beginning_conform() {
    let seeds = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/docs/seeds");
    if !seeds.is_dir() {
        println!("skipped: the documentation pages are not beside this checkout ({})", seeds.display());
        return;
    }
    let seeds = seeds.display().to_string();
    let (exit, printed, said) = entra_risk(&["conform", "--docs", &seeds, "--strict"]);
    assert_eq!(exit, 0, "{printed}{said}");
    assert!(printed.contains("0 failed, 16 accepted, 6 not run, 0 not applicable"), "{printed}");
    let (exit, printed, said) = entra_risk(&["spec", "compare", "--docs", &seeds, "--strict"]);
    assert_eq!(exit, 0, "{printed}{said}");
    // One page alone makes no entry stale.
    let page = format!("{seeds}/riskyusers-dismiss.md");
    for command in [&["conform", "--side", "docs", "--side", "drift"][..], &["spec", "compare"]] {
        let (exit, printed, said) = entra_risk(&[command, &["--docs", &page, "--strict"]].concat());
        assert_eq!(exit, 0, "{printed}{said}");
    }
}
