//! Files that are refused, with what is said of them. Nothing listens at the server that is named.

use std::fmt::Write as _;

use super::command;

/// What is said of a file, without where it stands.
fn said(verb: &str, more: &str, text: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("tenants.toml");
    std::fs::write(&file, text).unwrap();
    let mut command = command(&format!("users {verb} --yes --server http://127.0.0.1:9 {more}"));
    let output = command.arg("--tenants").arg(&file).current_dir(folder.path()).output().unwrap();
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    assert!(output.stdout.is_empty(), "{output:?}");
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(!text.contains("hunter2"), "{text}");
    text.replace(&format!("{}/", folder.path().display()), "")
}

const TENANT: &str = "[[tenants]]\ntenant = \"contoso.example\"\n";
const TOKEN: &str = "token_file = \"tenants.toml\"\n";

#[test]
fn a_file_that_cannot_be_used_is_refused_with_lines() {
    let many = "[[tenants]]\ntenant = \"a.example\"\ntoken_env = \"NOT_SET\"\nfilter = { level = \"hihg\" }\n\n\
                [[tenants]]\ntenant = \"b.example\"\ntoken_file = \"absent\"\nfilter = { colour = \"red\" }\n\n\
                [[tenants]]\ntenant = \"c.example\"\nauth = \"guess\"\nids = [\"1\"]\n\n\
                [[tenants]]\ntenant = \"d.example\"\nauth = \"client-secret\"\ncloud = \"moon\"\n";
    let cases: &[(&str, &str, &str, String)] = &[
        ("inline secret", "dismiss", "--level high", format!("{TENANT}client_secret = \"hunter2\"\n")),
        (
            "inline secret in JSON",
            "dismiss",
            "--level high",
            "{\"tenants\": [\n {\"tenant\": \"a\",\n  \"password\": \"hunter2\"}]}".to_owned(),
        ),
        ("unknown key", "dismiss", "--level high", format!("{TENANT}colour = \"red\"\n")),
        ("no TOML", "dismiss", "--level high", "tenant = \n".to_owned()),
        ("nothing in it", "dismiss", "--level high", "tenants = []\n".to_owned()),
        ("twice", "dismiss", "--level high", format!("{TENANT}{TOKEN}\n{}{TOKEN}", TENANT.replace("con", "CON"))),
        ("nobody", "dismiss", "", format!("{TENANT}{TOKEN}")),
        ("nobody, without filters", "revoke-sessions", "", format!("{TENANT}{TOKEN}")),
        (
            "a filter where there is none",
            "revoke-sessions",
            "",
            format!("{TENANT}{TOKEN}filter = {{ level = \"high\" }}\n"),
        ),
        ("an empty filter", "dismiss", "", format!("{TENANT}{TOKEN}filter = {{}}\n")),
        ("ids and a filter", "dismiss", "", format!("{TENANT}{TOKEN}ids = [\"1\"]\nodata = \"x\"\n")),
        ("two credentials", "dismiss", "--level high", format!("{TENANT}{TOKEN}certificate = \"c.pem\"\n")),
        ("many mistakes", "dismiss", "--level high", many.to_owned()),
        ("a plan file", "dismiss", "--level high --plan-out plan.jsonl", format!("{TENANT}{TOKEN}")),
        ("a tenant beside them", "dismiss", "--level high --tenant a", format!("{TENANT}{TOKEN}")),
    ];
    let mut text = String::new();
    for (name, verb, more, file) in cases {
        writeln!(text, "== {name}\n{}", said(verb, more, file)).unwrap();
    }
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../snapshots");
    settings.set_prepend_module_to_snapshot(false);
    settings.bind(|| insta::assert_snapshot!("tenants_refused", text));
}
