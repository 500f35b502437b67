//! Metadata made from a contract agrees with it, and no line of it can be altered unnoticed.

use std::collections::{BTreeMap, BTreeSet};

use entra_risk::contract::{Contract, Rests, Source};
use entra_risk::embedded;
use entra_risk::rules::metadata::{Comparison, compare};

use super::render::render;
use super::{DESCRIPTION, contract, read, short};

fn contracts() -> Vec<Contract> {
    let mut contracts = embedded::contracts().to_vec();
    contracts.push(contract(DESCRIPTION));
    contracts
}

fn found(comparison: &Comparison) -> Vec<String> {
    comparison.findings().map(|finding| short(&finding)).collect()
}

#[test]
fn metadata_made_from_a_contract_confirms_it() {
    for contract in contracts() {
        let lines = render(&contract);
        let metadata = read(&lines.join("\n"));
        assert_eq!((metadata.is_whole, &metadata.findings), (true, &Vec::new()), "{}", contract.file);
        let comparison = compare(&contract, &metadata);
        assert_eq!(found(&comparison), [""; 0], "{}:\n{}", contract.file, lines.join("\n"));
        assert_eq!(comparison.operations_unspoken, [""; 0], "{}", contract.file);
        let kinds = ["#path", "#alias[", "#success", "#body[", "#property[", "#member["];
        let silent = comparison.unspoken.iter().map(|fact| fact.id.as_str());
        let silent: Vec<&str> = silent.filter(|id| kinds.iter().any(|kind| id.contains(kind))).collect();
        assert_eq!(silent, [""; 0], "{}", contract.file);
    }
}

/// Other lines in place of one: each alteration that has a meaning.
fn alterations(line: &str) -> Vec<(&'static str, Option<String>)> {
    let value = |attribute: &str| Some(line.split_once(&format!("{attribute}=\""))?.1.split_once('"')?.0);
    let put = |attribute: &str, from: &str, to: &str| {
        Some(line.replace(&format!("{attribute}=\"{from}\""), &format!("{attribute}=\"{to}\"")))
    };
    let mut altered = Vec::new();
    if line.ends_with("/>") || line.starts_with("<Key>") {
        altered.push(("drop", None));
    }
    // What an action is called on is given by its place, and a container is not spoken of.
    if let Some(name) =
        value("Name").filter(|name| *name != "bindingParameter" && !line.starts_with("<EntityContainer"))
    {
        altered.push(("rename", put("Name", name, &format!("{name}Other"))));
    }
    if let Some(of) = value(" Type").filter(|of| *of != "Edm.Untyped") {
        altered.push(("other type", put("Type", of, if of.contains("Edm.") { "graph.other" } else { "Edm.Duration" })));
        altered.push((
            "many",
            match of.strip_prefix("Collection(") {
                Some(item) => put("Type", of, item.trim_end_matches(')')),
                None => put("Type", of, &format!("Collection({of})")),
            },
        ));
    }
    if line.starts_with("<Property ") && !line.contains("Collection(") && !line.contains("graph.") {
        altered.push((
            "null",
            match line.contains(" Nullable=\"false\"") {
                true => Some(line.replace(" Nullable=\"false\"", "")),
                false => Some(line.replace(" />", " Nullable=\"false\" />")),
            },
        ));
    }
    if line.starts_with("<Action") {
        altered.push(("function", Some(line.replace("<Action", "<Function"))));
        altered.push(("unbound", Some(line.replace("IsBound=\"true\"", "IsBound=\"false\""))));
    }
    altered
}

#[test]
fn no_declaration_can_be_altered_unnoticed() {
    let mut fired: BTreeMap<String, usize> = BTreeMap::new();
    for contract in contracts() {
        let lines = render(&contract);
        let (mut unnoticed, mut n_mutants) = (Vec::new(), 0);
        for (at, line) in lines.iter().enumerate() {
            let altered = alterations(line);
            // Of a large contract one alteration a line, each kind in its turn: the others would
            // cost seconds, and are made of the invented one.
            let n_taken = if lines.len() > 150 { 1 } else { altered.len() };
            for (how, instead) in altered.into_iter().cycle().skip(at).take(n_taken) {
                let mut mutant = lines.clone();
                match &instead {
                    Some(instead) => mutant[at].clone_from(instead),
                    None => {
                        mutant.remove(at);
                    }
                }
                // An action's end is its element's.
                if how == "function" {
                    let end = mutant.iter().skip(at).position(|line| line == "</Action>").expect("its end");
                    mutant[at + end] = "</Function>".to_owned();
                }
                n_mutants += 1;
                let comparison = compare(&contract, &read(&mutant.join("\n")));
                let rules: BTreeSet<String> = comparison.findings().map(|finding| finding.rule).collect();
                if rules.is_empty() && !is_known(&lines, at, how) {
                    unnoticed.push(format!("{how}: {line}"));
                }
                rules.into_iter().for_each(|rule| *fired.entry(rule).or_default() += 1);
            }
        }
        println!("{}: {n_mutants} mutants, {} unnoticed", contract.file, unnoticed.len());
        assert!(n_mutants > 50 && unnoticed.is_empty(), "{}: {}", contract.file, unnoticed.join("\n"));
    }
    println!("{fired:?}");
    for rule in
        ["path_unknown", "action_unknown", "binding_differs", "member_unknown", "property_unknown", "parameter_unknown"]
    {
        assert!(fired.contains_key(&format!("metadata/{rule}")), "{rule}: {fired:?}");
    }
}

/// A key is never null, whatever is said of it.
fn is_known(lines: &[String], at: usize, how: &str) -> bool {
    how == "null"
        && lines[..at].iter().rev().take_while(|line| !line.contains("Type Name=")).any(|line| {
            line.starts_with("<Key>")
                && lines[at].contains(line.trim_start_matches("<Key><PropertyRef ").split(' ').next().unwrap())
        })
}

#[test]
fn facts_that_rest_on_metadata_are_counted_by_what_became_of_them() {
    let mut contract = contract(DESCRIPTION);
    let lines = render(&contract);
    for shape in contract.shapes.values_mut() {
        if let entra_risk::contract::Shape::Enum { source, .. } = shape {
            *source = Source { page: "$metadata".to_owned(), rests: Rests::Metadata };
        }
    }
    let all = compare(&contract, &read(&lines.join("\n")));
    assert_eq!((all.n_resting, all.n_resting_confirmed), (20, 20));
    let without: Vec<String> = lines.iter().filter(|line| !line.contains("\"smoking\"")).cloned().collect();
    let less = compare(&contract, &read(&without.join("\n")));
    assert_eq!((less.n_resting, less.n_resting_confirmed), (20, 19));
    assert_eq!(
        less.contradicted.iter().map(|id| id.as_str()).collect::<Vec<_>>(),
        ["beta LanternState#member[smoking]"]
    );
}
