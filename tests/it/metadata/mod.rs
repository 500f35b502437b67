//! Metadata: what the reader makes of documents, an invented description and invented metadata
//! that agree, each mutant of either seen by the rule that is named for it, and the real extract.

mod binary;
mod garbage;
mod mutants;
mod reader;
mod real;
mod render;
mod rules;

use entra_risk::contract::Contract;
use entra_risk::finding::Finding;
use entra_risk::metadata::{self, Metadata};
use entra_risk::rules::metadata::{self as comparison, Comparison};
use entra_risk::spec::Document;

const DESCRIPTION: &str = include_str!("../fixtures/metadata/beta.yaml");
const WHOLE: &str = include_str!("../fixtures/metadata/whole.xml");

fn contract(text: &str) -> Contract {
    Document::parse(text, "openapi/beta.yaml").expect("YAML").contract().expect("a contract")
}

fn read(text: &str) -> Metadata {
    metadata::read(text.as_bytes(), "metadata.xml").unwrap_or_else(|error| panic!("{error}: {text}"))
}

fn compare(description: &str, metadata: &str) -> Comparison {
    comparison::compare(&contract(description), &read(metadata))
}

/// One text with something else in it.
fn with(text: &str, from: &str, to: &str) -> String {
    assert!(text.contains(from), "there is no '{from}'");
    text.replacen(from, to, 1)
}

/// What a document says in a fragment: its declarations side by side, without a root.
fn fragment(whole: &str) -> String {
    let wrappers =
        ["<?xml", "<edmx:", "</edmx:", "<Schema", "</Schema", "<EntityContainer", "</EntityContainer", "<!--"];
    let is_kept = |line: &&str| !wrappers.iter().any(|wrapper| line.trim_start().starts_with(wrapper));
    let lines: Vec<&str> = whole.split("Namespace=\"harbour.lamps.older\"").next().unwrap_or(whole).lines().collect();
    lines.iter().copied().filter(is_kept).map(|line| format!("{line}\n")).collect()
}

/// Rule, fact and line of a finding, short.
fn short(finding: &Finding) -> String {
    let fact = finding.fact.as_ref().map_or("", |fact| fact.as_str());
    format!("{} {}", finding.rule.trim_start_matches("metadata/"), fact.trim_start_matches("beta ")).trim().to_owned()
}
