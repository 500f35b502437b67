//! What must not stand in the source: half-done work, panics, long files, and facts of the API
//! that only the description may state.

use std::collections::BTreeMap;

use entra_risk::contract::{Contract, Shape};

use super::source::{self, Kind, Token};

/// The most lines of a file.
const LONGEST: usize = 600;

/// Work that is not done, and tests that prove nothing. Written in two parts each, so that this
/// file does not have them.
const UNFINISHED: &[(&str, &str)] = &[
    ("to", "do!("),
    ("unimple", "mented!("),
    ("#[ig", "nore"),
    ("#[should_", "panic"),
    ("FIX", "ME"),
    ("XX", "X"),
    ("HA", "CK:"),
];

#[test]
fn no_file_is_too_long() {
    let long: Vec<String> = source::files()
        .iter()
        .map(|file| (&file.path, file.text.lines().count()))
        .filter(|(_, n_lines)| *n_lines > LONGEST)
        .map(|(path, n_lines)| format!("{path}: {n_lines} lines, where {LONGEST} are the most"))
        .collect();
    assert!(long.is_empty(), "{}", long.join("\n"));
}

#[test]
fn nothing_is_left_unfinished() {
    let found: Vec<String> = source::files()
        .iter()
        .flat_map(|file| unfinished(&file.text).map(|at| format!("{}:{at}", file.path)))
        .collect();
    assert!(found.is_empty(), "{}", found.join("\n"));
}

fn unfinished(text: &str) -> impl Iterator<Item = String> {
    text.lines().enumerate().flat_map(|(index, line)| {
        let words = UNFINISHED.iter().map(|(first, second)| format!("{first}{second}"));
        words.filter(|word| line.contains(word.as_str())).map(move |word| format!("{}: {word}", index + 1))
    })
}

#[test]
fn the_library_does_not_unwrap() {
    let mut found = Vec::new();
    for (file, tokens) in source::library() {
        found.extend(unwraps(&tokens).map(|line| format!("{}:{line}: say with expect what always holds", file.path)));
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

fn unwraps(tokens: &[Token]) -> impl Iterator<Item = usize> {
    let is_call = |window: &&[Token]| window[0].is(".") && window[1].is("unwrap") && window[2].is("(");
    tokens.windows(3).filter(is_call).filter(|window| !window[1].in_test).map(|window| window[1].line)
}

#[test]
fn no_fact_of_the_api_is_written_by_hand() {
    let facts: Vec<Fact> = entra_risk::embedded::contracts().iter().flat_map(facts).collect();
    assert!(facts.len() > 20, "the contracts state more than {} facts", facts.len());
    let mut found = Vec::new();
    for (file, tokens) in source::library() {
        found.extend(by_hand(&tokens, &facts).map(|at| format!("{}:{at}", file.path)));
    }
    assert!(found.is_empty(), "take it from the contract:\n{}", found.join("\n"));
}

/// Something that only the description may state.
enum Fact {
    /// Anywhere in a literal.
    Text(String),
    /// A literal alone, or a segment of a path in one: the word may have another meaning.
    Segment(String),
    /// A generated method.
    Method(String),
}

fn facts(contract: &Contract) -> Vec<Fact> {
    let mut facts = Vec::new();
    for operation in &contract.operations {
        facts.push(Fact::Text(operation.id.clone()));
        facts.push(Fact::Method(snake_case(&operation.id)));
        facts.extend(operation.paths().map(|path| Fact::Text(path.as_str().to_owned())));
        let permissions = operation.permissions.kinds().flat_map(|(_, names)| names);
        facts.extend(permissions.map(|name| Fact::Text(name.clone())));
        facts.extend(operation.effects.iter().map(|effect| Fact::Segment(effect.set.clone())));
    }
    facts.extend(contract.shapes.values().filter_map(|shape| match shape {
        Shape::Object { set: Some(set), .. } => Some(Fact::Segment(set.name.clone())),
        _ => None,
    }));
    facts
}

fn snake_case(id: &str) -> String {
    let mut snake = String::new();
    for character in id.chars() {
        match character {
            '.' => snake.push('_'),
            upper if upper.is_ascii_uppercase() => snake.extend(['_', upper.to_ascii_lowercase()]),
            other => snake.push(other),
        }
    }
    snake
}

fn by_hand<'a>(tokens: &'a [Token], facts: &'a [Fact]) -> impl Iterator<Item = String> {
    let mut found = BTreeMap::new();
    for token in tokens.iter().filter(|token| !token.in_test && !token.in_doc) {
        for fact in facts {
            let (fact, is_stated) = match (fact, token.kind) {
                (Fact::Text(text), Kind::Literal) => (text, token.text.contains(text.as_str())),
                (Fact::Segment(name), Kind::Literal) => (name, is_segment(&token.text, name)),
                (Fact::Method(name), Kind::Ident) => (name, token.text == *name),
                _ => continue,
            };
            if is_stated {
                found.insert((token.line, fact.clone()), format!("{}: '{fact}' in {}", token.line, token.text));
            }
        }
    }
    found.into_values()
}

fn is_segment(literal: &str, name: &str) -> bool {
    let inner = literal.trim_start_matches(['r', 'b', '#']).trim_matches(['"', '#']);
    inner == name || inner.contains('/') && inner.split(['/', '?', ' ']).any(|segment| segment == name)
}

#[test]
fn every_needle_is_found_and_tests_may_have_some() {
    for (first, second) in UNFINISHED {
        assert_eq!(unfinished(&format!("a\n  {first}{second}\n")).count(), 1, "{first}{second}");
    }
    let lines = |text: &str| unwraps(&source::tokens(text)).collect::<Vec<_>>();
    assert_eq!(lines("fn f() {\n a.unwrap();\n b!(c.unwrap()); d.unwrap_or(e) }"), [2, 3]);
    assert!(lines("/// a.unwrap()\n#[cfg(test)] mod tests { fn f() { a.unwrap() } }").is_empty());
}

#[test]
fn a_fact_is_found_in_any_literal_outside_documentation_and_tests() {
    let contract = entra_risk::embedded::contract("beta").expect("embedded");
    let facts = facts(contract);
    let (operation, set) = (&contract.operations[0], "riskyUsers");
    let permission = operation.permissions.kinds().flat_map(|(_, names)| names).next().expect("a permission");
    let count = |text: &str| by_hand(&source::tokens(text), &facts).count();
    let id = &operation.id;
    assert_eq!(count(&format!("fn f() {{ g(\"{id}\") }}")), 1);
    assert_eq!(count(&format!("fn f() {{ g!(\"see {permission}\") }}")), 1);
    assert_eq!(count(&format!("const S: &str = r#\"{set}\"#;")), 1);
    assert!(count(&format!("const S: &str = \"a/{set}/b\";")) >= 1);
    assert_eq!(count(&format!("fn f() {{ client.{}() }}", snake_case(id))), 1);
    assert_eq!(count(&format!("/// {id} {set} {permission}\nfn f() {{}} #[cfg(test)] const S: &str = \"{id}\";")), 0);
    assert_eq!(snake_case("riskyUser.confirmCompromised"), "risky_user_confirm_compromised");
}
