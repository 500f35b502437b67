//! This package's own source, as a flat run of tokens that also goes inside macros.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Ident,
    Punct,
    Literal,
    Open,
    Close,
}

/// A token, and what it stands in.
#[derive(Debug, Clone)]
pub(crate) struct Token {
    pub(crate) kind: Kind,
    pub(crate) text: String,
    pub(crate) line: usize,
    /// Below how many inline modules.
    pub(crate) depth: usize,
    /// Under `#[cfg(test)]`.
    pub(crate) in_test: bool,
    /// In an attribute `doc`.
    pub(crate) in_doc: bool,
    /// In a `quote!`: text of another program.
    pub(crate) in_quote: bool,
}

impl Token {
    pub(crate) fn is(&self, text: &str) -> bool {
        self.kind != Kind::Literal && self.text == text
    }
}

/// A Rust file of the package.
pub(crate) struct File {
    /// From the root of the package, with `/`.
    pub(crate) path: String,
    pub(crate) text: String,
}

/// Every Rust file of the package, in order.
pub(crate) fn files() -> Vec<File> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut paths = vec![root.join("build.rs")];
    for folder in ["src", "tests", "benches", "examples"] {
        collect(&root.join(folder), &mut paths);
    }
    paths.sort();
    let file = |path: PathBuf| {
        let text = fs::read_to_string(&path).expect("a file of this package");
        let below = path.strip_prefix(root).expect("below the root");
        File { path: below.to_string_lossy().replace('\\', "/"), text }
    };
    paths.into_iter().map(file).collect()
}

fn collect(folder: &Path, paths: &mut Vec<PathBuf>) {
    // There need not be every folder.
    for entry in fs::read_dir(folder).into_iter().flatten() {
        let path = entry.expect("a folder of this package").path();
        if path.is_dir() {
            collect(&path, paths);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            paths.push(path);
        }
    }
}

/// The files below `src/` with their tokens; whole files under `#[cfg(test)]` are marked so.
pub(crate) fn library() -> Vec<(File, Vec<Token>)> {
    let below = files().into_iter().filter(|file| file.path.starts_with("src/"));
    let mut all: Vec<_> = below.map(|file| (tokens(&file.text), file)).map(|(tokens, file)| (file, tokens)).collect();
    let tests: BTreeSet<String> = all.iter().flat_map(|(file, tokens)| test_files(&file.path, tokens)).collect();
    for (_, tokens) in all.iter_mut().filter(|(file, _)| tests.contains(&file.path)) {
        tokens.iter_mut().for_each(|token| token.in_test = true);
    }
    all
}

/// Files that a file declares as modules under `#[cfg(test)]`.
fn test_files(path: &str, tokens: &[Token]) -> Vec<String> {
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut found = Vec::new();
    for (at, window) in tokens.windows(3).enumerate() {
        if window[0].is("mod") && window[0].in_test && window[2].is(";") {
            let named = at.checked_sub(2).map(|at| &tokens[at]).filter(|token| token.kind == Kind::Literal);
            found.push(match named {
                Some(file) => format!("{folder}/{}", file.text.trim_matches('"')),
                None => format!("{folder}/{}.rs", window[1].text),
            });
        }
    }
    found
}

/// The tokens of a text.
pub(crate) fn tokens(text: &str) -> Vec<Token> {
    let stream: TokenStream = text.parse().expect("Rust");
    let mut found = Vec::new();
    flatten(stream, Around::default(), &mut found);
    found
}

/// What a token stands in.
#[derive(Clone, Copy, Default)]
struct Around {
    depth: usize,
    in_test: bool,
    in_doc: bool,
    in_quote: bool,
}

impl Around {
    fn token(self, kind: Kind, text: impl ToString, line: usize) -> Token {
        let Self { depth, in_test, in_doc, in_quote } = self;
        Token { kind, text: text.to_string(), line, depth, in_test, in_doc, in_quote }
    }
}

fn flatten(stream: TokenStream, around: Around, found: &mut Vec<Token>) {
    let begin = found.len();
    // From `#[cfg(test)]` to the end of the item.
    let mut in_test_item = false;
    for tree in stream {
        let line = tree.span().start().line;
        let here = Around { in_test: around.in_test || in_test_item, ..around };
        match tree {
            TokenTree::Ident(ident) => found.push(here.token(Kind::Ident, ident, line)),
            TokenTree::Literal(literal) => found.push(here.token(Kind::Literal, literal, line)),
            TokenTree::Punct(punct) => {
                found.push(here.token(Kind::Punct, punct.as_char(), line));
                in_test_item &= punct.as_char() != ';';
            }
            TokenTree::Group(group) => {
                let before = |back: usize| found.len().checked_sub(back).filter(|at| *at >= begin).map(|at| &found[at]);
                let follows = |back: usize, text: &str| before(back).is_some_and(|token| token.is(text));
                let attribute = group.delimiter() == Delimiter::Bracket && (follows(1, "#") || follows(2, "#"));
                let text = if attribute { group.stream().to_string() } else { String::new() };
                let brace = group.delimiter() == Delimiter::Brace;
                let inside = Around {
                    depth: here.depth + usize::from(brace && follows(2, "mod")),
                    in_doc: here.in_doc || text.starts_with("doc"),
                    in_quote: here.in_quote || follows(1, "!") && (follows(2, "quote") || follows(2, "parse_quote")),
                    ..here
                };
                let (open, close) = match group.delimiter() {
                    Delimiter::Parenthesis => ("(", ")"),
                    Delimiter::Brace => ("{", "}"),
                    Delimiter::Bracket => ("[", "]"),
                    Delimiter::None => ("", ""),
                };
                found.push(here.token(Kind::Open, open, line));
                flatten(group.stream(), inside, found);
                found.push(here.token(Kind::Close, close, group.span_close().start().line));
                in_test_item |= is_test(&text);
                in_test_item &= !brace;
            }
        }
    }
}

/// Whether an attribute leaves its item out of everything but tests.
fn is_test(attribute: &str) -> bool {
    let word = |wanted: &str| attribute.split(|c: char| !c.is_alphanumeric() && c != '_').any(|word| word == wanted);
    attribute.starts_with("cfg") && !attribute.starts_with("cfg_attr") && word("test") && !word("not")
}

#[test]
fn tokens_know_what_they_stand_in() {
    let text = r##"
        /// first
        fn a() { one!["second"] }
        #[cfg(test)]
        #[allow(x)]
        mod tests { fn b() { c } }
        #[cfg(test)]
        use d;
        fn e() { f; quote! { g } }
        #[cfg(not(test))]
        fn h() { i }
        #[cfg(all(test, unix))]
        #[path = "k.rs"]
        mod j;
    "##;
    let tokens = tokens(text);
    let token = |text: &str| tokens.iter().find(|token| token.text == text).expect(text);
    assert!(token("\" first\"").in_doc || token("\" first\"").text.is_empty());
    let second = token("\"second\"");
    assert!(!second.in_doc && !second.in_test && second.line == 3, "{second:?}");
    assert!(["b", "c", "d", "j"].iter().all(|text| token(text).in_test));
    assert!(["a", "e", "f", "g", "h", "i"].iter().all(|text| !token(text).in_test));
    assert_eq!((token("a").depth, token("c").depth), (0, 1));
    assert!(token("g").in_quote && !token("f").in_quote);
    assert_eq!(test_files("src/a/b.rs", &tokens), ["src/a/k.rs"]);
}
