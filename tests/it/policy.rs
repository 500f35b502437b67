//! What the package may depend on: how much, what never, and under which licences.
//!
//! Asks `cargo tree`, which resolves features as a build does; `cargo metadata` also counts what
//! only tests enable.
#![allow(clippy::print_stdout, clippy::print_stderr)] // numbers, for whoever asks with --nocapture

use std::collections::BTreeMap;
use std::env;
use std::process::Command;

use spdx::Expression;

/// Crates below the client alone, and with HTTPS.
const MOST_PLAIN: usize = 90;
const MOST_TLS: usize = 110;

/// What the client alone has no use for.
const NOT_IN_CLIENT: &[&str] = &[
    "anstream",
    "axum",
    "clap",
    "fast-glob",
    "progenitor",
    "pulldown-cmark",
    "regex",
    "ring",
    "rusqlite",
    "rustls",
    "saphyr-parser",
    "toml",
];

/// What is in no build of any kind: a second TLS or crypto stack, C that needs a system library,
/// unmaintained parsers.
const BANNED: &[&str] =
    &["aws-lc-rs", "aws-lc-sys", "native-tls", "openssl", "openssl-sys", "serde_yaml", "serde_yml", "yaml-rust"];

/// What only tests and benches may use: a web framework, where hyper will do for a program.
const ONLY_FOR_TESTS: &[&str] = &["axum"];

/// Licences that code under ours may be used with.
const LICENCES: &[&str] = &[
    "0BSD",
    "Apache-2.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CDLA-Permissive-2.0",
    "ISC",
    "MIT",
    "MIT-0",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
];

/// Crates that may be under the Mozilla Public License: used as they are, file by file.
const MOZILLA: &[&str] = &["progenitor", "progenitor-client", "progenitor-impl"];

/// A crate as `cargo tree` prints it.
struct Package {
    name: String,
    licence: String,
    features: Vec<String>,
}

/// The crates below this one, by name and version; `None` where there is no Cargo.
fn tree(arguments: &[&str]) -> Option<BTreeMap<String, Package>> {
    #[allow(clippy::disallowed_methods)] // Cargo says where it is, to tests alone
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.current_dir(env!("CARGO_MANIFEST_DIR")).args(["tree", "--offline", "--locked", "--prefix", "none"]);
    command.args(["--target", "x86_64-unknown-linux-gnu", "--format", "{p}\t{l}\t{f}"]).args(arguments);
    let output = match command.output() {
        Ok(output) => output,
        Err(error) => {
            eprintln!("skipped: there is no cargo to ask: {error}");
            return None;
        }
    };
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).expect("cargo tree prints UTF-8");
    Some(packages(&text))
}

fn packages(text: &str) -> BTreeMap<String, Package> {
    let mut packages = BTreeMap::new();
    for line in text.lines().filter(|line| !line.is_empty()) {
        // What was printed before ends with (*).
        let mut columns = line.trim_end_matches(" (*)").split('\t');
        let (Some(package), Some(licence)) = (columns.next(), columns.next()) else {
            panic!("cargo tree prints three columns: {line}");
        };
        let features = columns.next().unwrap_or_default().split(',').map(str::to_owned).collect();
        let mut words = package.split(' ');
        let (name, version) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        if name != env!("CARGO_PKG_NAME") {
            let package = Package { name: name.to_owned(), licence: licence.to_owned(), features };
            packages.insert(format!("{name} {version}"), package);
        }
    }
    packages
}

#[test]
fn the_client_alone_stays_small() {
    for (features, most) in [("", MOST_PLAIN), ("tls", MOST_TLS)] {
        let Some(packages) = tree(&["--edges", "normal", "--no-default-features", "--features", features]) else {
            return;
        };
        println!("with features '{features}': {} crates, of at most {most}", packages.len());
        let names: Vec<_> = packages.keys().map(String::as_str).collect();
        assert!(packages.len() <= most, "{} crates where {most} are the most: {}", names.len(), names.join(", "));
    }
}

#[test]
fn the_client_alone_has_no_server_command_line_or_parser() {
    let Some(packages) = tree(&["--edges", "normal", "--no-default-features"]) else { return };
    assert_eq!(not_for_the_client(&packages), Vec::<String>::new());
}

fn not_for_the_client(packages: &BTreeMap<String, Package>) -> Vec<String> {
    let mut found: Vec<String> =
        packages.values().map(|package| package.name.clone()).filter(|name| NOT_IN_CLIENT.contains(&&**name)).collect();
    let serves =
        |package: &&Package| package.name.starts_with("hyper") && package.features.iter().any(|f| f == "server");
    found.extend(packages.values().filter(serves).map(|package| format!("{}/server", package.name)));
    found
}

#[test]
fn nothing_banned_is_in_any_build() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.lock");
    let lock = std::fs::read_to_string(path).expect("the lock file is committed");
    assert!(lock.contains("name = \"serde\""), "the lock file lists crates as it used to");
    assert_eq!(banned(&lock), Vec::<&str>::new());
}

fn banned(lock: &str) -> Vec<&str> {
    let names = lock.lines().filter_map(|line| line.strip_prefix("name = \"")?.strip_suffix('"'));
    names.filter(|name| BANNED.contains(name)).collect()
}

#[test]
fn what_is_only_for_tests_is_in_no_program() {
    let Some(packages) = tree(&["--edges", "normal,build", "--all-features"]) else { return };
    assert_eq!(only_for_tests(&packages), Vec::<&str>::new());
}

fn only_for_tests(packages: &BTreeMap<String, Package>) -> Vec<&str> {
    packages.values().map(|package| package.name.as_str()).filter(|name| ONLY_FOR_TESTS.contains(name)).collect()
}

#[test]
fn every_licence_is_one_that_we_may_use() {
    let Some(packages) = tree(&["--edges", "normal,build,dev", "--all-features"]) else { return };
    assert_eq!(unusable(&packages), Vec::<String>::new());
}

fn unusable(packages: &BTreeMap<String, Package>) -> Vec<String> {
    let refused = |(id, package): (&String, &Package)| match is_usable(&package.name, &package.licence) {
        Ok(true) => None,
        Ok(false) => Some(format!("{id}: {}", package.licence)),
        Err(reason) => Some(format!("{id}: '{}' is no licence expression: {reason}", package.licence)),
    };
    packages.iter().filter_map(refused).collect()
}

/// Some crates still write `MIT/Apache-2.0`, which meant "or".
fn is_usable(name: &str, licence: &str) -> Result<bool, String> {
    let expression = Expression::parse_mode(licence, spdx::ParseMode::LAX).map_err(|error| error.reason.to_string())?;
    Ok(expression.evaluate(|requirement| {
        // An exception only ever allows more.
        let id = requirement.license.id().map(|id| id.name).unwrap_or_default();
        LICENCES.contains(&id) || id == "MPL-2.0" && MOZILLA.contains(&name)
    }))
}

#[test]
fn the_checks_fail_for_what_they_forbid() {
    let found = packages(
        "entra-risk v0.1.0\t\t\nclap v4.5.0\tMIT\tstd\nhyper v1.0.0\tMIT\tclient,server\nhyper v1.0.0\tMIT\tclient,server (*)\n",
    );
    assert_eq!(found.len(), 2);
    assert_eq!(not_for_the_client(&found), ["clap", "hyper/server"]);
    assert_eq!(only_for_tests(&packages("axum v0.8.9\tMIT\tjson\nhyper v1.0.0\tMIT\t\n")), ["axum"]);
    assert_eq!(banned("name = \"serde\"\nname = \"openssl-sys\"\nname = \"openssl-probe\"\n"), ["openssl-sys"]);
    let usable = |name: &str, licence: &str| is_usable(name, licence).unwrap_or(false);
    for licence in ["MIT/Apache-2.0", "GPL-3.0-only OR MIT", "(MIT OR Apache-2.0) AND Unicode-3.0"] {
        assert!(usable("any", licence), "{licence}");
    }
    for licence in ["GPL-3.0-only", "MIT AND GPL-3.0-only", "MPL-2.0", "LicenseRef-x", ""] {
        assert!(!usable("any", licence), "{licence}");
    }
    assert!(usable("progenitor-client", "MPL-2.0"));
}
