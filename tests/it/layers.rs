//! Who may import whom: the map of `src/`, held by a walk over its tokens.

use super::source::{self, Kind, Token};

/// A module, the modules that it may import, and those that its unit tests may import as well.
type Layer = (&'static str, &'static [&'static str], &'static [&'static str]);

const LAYERS: &[Layer] = &[
    ("contract", &[], &[]),
    ("odata", &[], &[]),
    ("wire", &[], &[]),
    ("client", &[], &[]),
    ("embedded", &["contract"], &[]),
    ("finding", &["contract"], &[]),
    ("verdict", &["contract", "finding"], &[]),
    ("spec", &["contract", "finding"], &[]),
    ("docs", &["contract", "finding"], &["embedded"]),
    ("diff", &["contract", "docs"], &[]),
    ("metadata", &["contract", "finding"], &[]),
    // What its `quote!`s name is named by the generated code.
    ("codegen", &["contract", "spec"], &[]),
    ("accepted", &["contract", "finding", "verdict"], &[]),
    ("rules", &["contract", "docs", "finding", "metadata", "verdict"], &["embedded"]),
    ("regen", &["contract", "docs", "finding", "spec"], &["embedded"]),
    ("report", &["check", "contract", "diff", "finding", "regen", "selftest", "verdict"], &["embedded"]),
    (
        "conformance",
        &["accepted", "client", "contract", "docs", "finding", "rules", "spec", "verdict", "wire"],
        &["embedded"],
    ),
    ("check", &["contract", "emulator", "finding"], &["embedded"]),
    ("emulator", &["contract", "odata"], &["embedded"]),
    (
        "selftest",
        &["accepted", "client", "conformance", "contract", "docs", "emulator", "finding", "rules", "verdict", "wire"],
        &["embedded"],
    ),
    (
        "cli",
        &[
            "accepted",
            "check",
            "client",
            "conformance",
            "contract",
            "diff",
            "docs",
            "embedded",
            "emulator",
            "finding",
            "metadata",
            "odata",
            "regen",
            "remediation",
            "report",
            "rules",
            "selftest",
            "signin",
            "spec",
            "verdict",
        ],
        &[],
    ),
    ("signin", &["client", "contract"], &["embedded"]),
    ("remediation", &["client", "contract", "odata"], &["embedded"]),
    ("main", &["cli"], &[]),
];

/// These never touch the network, files, the clock or the environment.
const PURE: &[&str] = &[
    "accepted", "check", "contract", "diff", "docs", "finding", "metadata", "odata", "regen", "report", "rules",
    "spec", "verdict",
];

/// What gives away that a module does.
const IMPURE: &[&str] = &[
    "reqwest",
    "hyper",
    "tokio",
    "TcpStream",
    "TcpListener",
    "UdpSocket",
    "File",
    "read_to_string",
    "SystemTime",
    "Utc",
    "Local",
    "env",
    "fs",
    "net",
    "process",
];

#[test]
fn no_module_imports_one_that_it_may_not() {
    let mut wrong = Vec::new();
    let mut seen = Vec::new();
    for (file, tokens) in source::library() {
        let (module, depth) = place(&file.path);
        if module == "lib" {
            continue;
        }
        let Some((name, allowed, in_tests)) = LAYERS.iter().find(|(name, ..)| *name == module) else {
            wrong.push(format!("{}: the table of layers has no row for '{module}': add one", file.path));
            continue;
        };
        seen.push(*name);
        for import in imports(&tokens, depth, module == "codegen") {
            let to = import.to.as_str();
            if to != module && !allowed.contains(&to) && !(import.in_test && in_tests.contains(&to)) {
                wrong.push(format!("{}:{}: '{module}' must not import '{to}'", file.path, import.line));
            }
        }
    }
    wrong.extend(
        LAYERS
            .iter()
            .filter(|(name, ..)| !seen.contains(name))
            .map(|(name, ..)| format!("there is no module '{name}'")),
    );
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_reads_judges_and_renders_touches_nothing_outside() {
    let mut wrong = Vec::new();
    for (file, tokens) in source::library() {
        if !PURE.contains(&place(&file.path).0) {
            continue;
        }
        for token in tokens.iter().filter(|token| token.kind == Kind::Ident && !token.in_test) {
            if IMPURE.contains(&token.text.as_str()) {
                wrong.push(format!("{}:{}: '{}' in a pure module", file.path, token.line, token.text));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The module at the top that a file belongs to, and how deep below the crate the file's own
/// module is.
fn place(path: &str) -> (&str, usize) {
    let below = path.trim_start_matches("src/").trim_end_matches(".rs");
    let depth = below.trim_end_matches("/mod").split('/').count();
    (below.split('/').next().unwrap_or_default(), depth)
}

/// The import of a module at the top.
struct Import {
    to: String,
    line: usize,
    in_test: bool,
}

/// Where a path has got to.
#[derive(Clone, Copy)]
enum At {
    Crate,
    /// So many modules above its own.
    Up(usize),
}

/// Every path to a module at the top, in `use` and elsewhere, in macros too.
fn imports(tokens: &[Token], depth: usize, skip_quotes: bool) -> Vec<Import> {
    let mut found = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        if token.kind != Kind::Ident || skip_quotes && token.in_quote {
            continue;
        }
        let continues = at >= 2 && tokens[at - 1].is(":") && tokens[at - 2].is(":");
        match token.text.as_str() {
            "crate" | "entra_risk" if is_path(tokens, at + 1) => follow(tokens, at + 3, depth, At::Crate, &mut found),
            // A second name for the crate would hide what is behind it.
            "crate" if tokens.get(at + 1).is_some_and(|next| next.is("as")) => found.push(import(token, "crate as …")),
            "super" if !continues => follow(tokens, at, depth, At::Up(0), &mut found),
            _ => {}
        }
    }
    found
}

fn import(token: &Token, to: &str) -> Import {
    Import { to: to.to_owned(), line: token.line, in_test: token.in_test }
}

fn is_path(tokens: &[Token], at: usize) -> bool {
    tokens.get(at..at + 2).is_some_and(|pair| pair.iter().all(|token| token.is(":")))
}

fn follow(tokens: &[Token], at: usize, depth: usize, reached: At, found: &mut Vec<Import>) {
    let Some(token) = tokens.get(at) else { return };
    let at_top = match reached {
        At::Crate => true,
        At::Up(levels) => levels == token.depth + depth,
    };
    match (token.kind, token.text.as_str()) {
        (Kind::Ident, "super") if is_path(tokens, at + 1) => {
            let up = match reached {
                At::Crate => At::Crate,
                At::Up(levels) => At::Up(levels + 1),
            };
            follow(tokens, at + 3, depth, up, found);
        }
        (Kind::Ident, "self" | "super") => {}
        (Kind::Ident, name) if at_top => found.push(import(token, name)),
        (Kind::Punct, "*") if at_top => found.push(import(token, "*")),
        (Kind::Open, "{") => {
            let mut level = 0;
            let mut begins = true;
            for next in at + 1..tokens.len() {
                match (tokens[next].kind, level) {
                    (Kind::Close, 0) => return,
                    _ if begins => follow(tokens, next, depth, reached, found),
                    _ => {}
                }
                begins = level == 0 && tokens[next].is(",");
                match tokens[next].kind {
                    Kind::Open => level += 1,
                    Kind::Close => level -= 1,
                    _ => {}
                }
            }
        }
        _ => {}
    }
}

#[test]
fn the_walk_sees_every_way_to_name_a_module() {
    // In a file of depth 2, such as src/a/b.rs.
    let cases: &[(&str, &[&str])] = &[
        ("use crate::x;", &["x"]),
        ("use crate::x::{y, z};", &["x"]),
        ("pub(crate) use crate::{x::{y, z}, w, self};", &["x", "w"]),
        ("fn f() -> crate::x::Y { crate::z::f() }", &["x", "z"]),
        ("use super::super::x;", &["x"]),
        ("use super::{super::x, y};", &["x"]),
        ("use super::super::{x::y, z};", &["x", "z"]),
        ("use super::x; pub(super) fn f() { super::g() }", &[]),
        ("mod m { use super::super::super::x; use super::super::y; }", &["x"]),
        ("fn f() { println!(\"{}\", crate::x::y()) }", &["x"]),
        ("macro_rules! m { () => { [$crate::x::Y, super::super::z::W] } }", &["x", "z"]),
        ("use crate::*;", &["*"]),
        ("use crate as root;", &["crate as …"]),
        ("use entra_risk::x;", &["x"]),
        ("#[derive(D)] #[serde(with = \"crate::x\")] struct S; // crate::x", &[]),
        ("fn f() { quote! { crate::x } }", &["x"]),
    ];
    for (text, expected) in cases {
        let found: Vec<_> = imports(&source::tokens(text), 2, false).into_iter().map(|import| import.to).collect();
        assert_eq!(found, *expected, "{text}");
    }
    assert!(imports(&source::tokens("fn f() { quote! { crate::x } }"), 2, true).is_empty());
    let tested = "#[cfg(test)] mod t { use crate::x; } use crate::y;";
    let found: Vec<_> = imports(&source::tokens(tested), 1, false).iter().map(|import| import.in_test).collect();
    assert_eq!(found, [true, false]);
    assert_eq!(place("src/a/mod.rs"), ("a", 1));
    assert_eq!(place("src/a/b/c.rs"), ("a", 3));
    assert_eq!(place("src/a.rs"), ("a", 1));
}
