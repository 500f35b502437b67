//! Drift: an invented description and invented pages that agree, each mutant of either seen by
//! the rule that is named for it, and the real pages.

mod coverage;
mod mutants;
mod real;
mod sides;

use entra_risk::contract::Contract;
use entra_risk::docs::{self, Page};
use entra_risk::finding::{Finding, Severity};
use entra_risk::rules::drift::{self, Comparison};
use entra_risk::spec::{Document, Transcripts};

/// The texts of a description, its transcripts and its pages.
#[derive(Clone)]
pub(crate) struct Texts {
    pub(crate) description: String,
    /// Name, text.
    pub(crate) transcripts: Vec<(&'static str, String)>,
    /// File, text.
    pub(crate) pages: Vec<(&'static str, String)>,
}

impl Texts {
    /// The pair that agrees.
    pub(crate) fn new() -> Self {
        Self {
            description: include_str!("../fixtures/drift/beta.yaml").to_owned(),
            transcripts: vec![
                ("list_parcels", include_str!("../fixtures/drift/exchanges/beta/list_parcels.http").to_owned()),
                ("stamp_parcels", include_str!("../fixtures/drift/exchanges/beta/stamp_parcels.http").to_owned()),
            ],
            pages: vec![
                (
                    "docs/beta/api/parcel-list.md",
                    include_str!("../fixtures/drift/pages/beta/api/parcel-list.md").to_owned(),
                ),
                (
                    "docs/beta/api/parcel-stamp.md",
                    include_str!("../fixtures/drift/pages/beta/api/parcel-stamp.md").to_owned(),
                ),
                (
                    "docs/beta/resources/parcel.md",
                    include_str!("../fixtures/drift/pages/beta/resources/parcel.md").to_owned(),
                ),
            ],
        }
    }

    /// One text with something else in it. `place` is the end of a file's name.
    pub(crate) fn with(mut self, place: &str, from: &str, to: &str) -> Self {
        let description = [("beta.yaml", &mut self.description)].into_iter();
        let named =
            description.chain(self.transcripts.iter_mut().chain(&mut self.pages).map(|(file, text)| (*file, text)));
        let (_, text) = named.into_iter().find(|(file, _)| file.ends_with(place)).expect("a file of that name");
        assert!(text.contains(from), "{place} has no '{from}'");
        *text = text.replacen(from, to, 1);
        self
    }

    pub(crate) fn contract(&self) -> Contract {
        let document = Document::parse(&self.description, "openapi/beta.yaml").expect("YAML");
        let mut transcripts = Transcripts::new("openapi/exchanges/beta");
        for (name, text) in &self.transcripts {
            transcripts.add(text, name, &format!("openapi/exchanges/beta/{name}.http"));
        }
        assert_eq!(transcripts.broken, []);
        let mut contract = document.contract().expect("a contract");
        contract.exchanges = transcripts.exchanges;
        contract
    }

    pub(crate) fn pages(&self) -> Vec<Page> {
        self.pages.iter().map(|(file, text)| docs::read(file, text, &|_| None)).collect()
    }

    fn compare(&self) -> Comparison {
        drift::compare(&self.contract(), &self.pages())
    }
}

/// Rule and fact of each finding, notes left out.
fn found(comparison: &Comparison) -> Vec<(String, String)> {
    let findings = comparison.findings().filter(|finding| finding.severity > Severity::Note);
    let short = |finding: &Finding| {
        let fact = finding.fact.as_ref().map_or("", |fact| fact.as_str());
        (finding.rule.trim_start_matches("drift/").to_owned(), fact.trim_start_matches("beta ").to_owned())
    };
    findings.map(short).collect()
}

#[test]
fn a_pair_that_agrees_is_quiet() {
    let texts = Texts::new();
    let document = Document::parse(&texts.description, "beta.yaml").expect("YAML");
    let mut transcripts = Transcripts::new("exchanges");
    texts.transcripts.iter().for_each(|(name, text)| transcripts.add(text, name, "x.http"));
    entra_risk::spec::contract(&document, transcripts).expect("a description that the lint accepts");
    let comparison = texts.compare();
    assert_eq!(comparison.findings().collect::<Vec<_>>(), Vec::<&Finding>::new());
    assert_eq!((comparison.matched.len(), comparison.n_other), (3, 0));
    let (facts, disagreed) = comparison.facts();
    assert!(facts.len() > 30 && disagreed.is_empty(), "{facts:?}");
}

#[test]
fn a_finding_has_both_places_both_sides_and_a_remedy() {
    let texts = Texts::new().with("parcel-stamp.md", "`204 No Content`", "`202 Accepted`");
    let comparison = texts.compare();
    let finding = comparison.findings().next().expect("a finding");
    assert_eq!(finding.origin.to_string(), "docs/beta/api/parcel-stamp.md:44");
    let other = finding.other.as_ref().expect("the other place");
    assert!(texts.description.lines().nth(other.line - 1).is_some_and(|line| line.contains("'204'")), "{other}");
    assert!(finding.message.contains("'202'") && finding.message.contains("'204'"), "{}", finding.message);
    assert!(finding.remedy.contains(&other.to_string()), "{}", finding.remedy);
    assert_eq!(finding.subject, "POST /parcels/stamp");
    assert_eq!(finding.fact.as_ref().map(|fact| fact.as_str()), Some("beta POST /parcels/stamp#success"));
}

#[test]
fn pages_of_nothing_described_are_counted_and_not_reported() {
    let mut texts = Texts::new();
    let other = texts.pages[1].1.replace("/parcels", "/letters").replace("parcel", "letter");
    texts.pages.push(("docs/beta/api/letter-stamp.md", other));
    let of_other_version = texts.pages[1].1.replace("/beta/", "/v1.0/").replace("40", "7");
    texts.pages.push(("docs/v1.0/api/parcel-stamp.md", of_other_version));
    texts.pages.push(("docs/beta/index.md", "# Welcome\n\nNothing to see.\n".to_owned()));
    let comparison = texts.compare();
    assert_eq!(found(&comparison), []);
    assert_eq!((comparison.matched.len(), comparison.n_other), (3, 3));
}

#[test]
fn what_no_page_speaks_of_is_counted_and_listed_on_demand() {
    let mut texts = Texts::new();
    texts.pages.remove(0);
    let comparison = texts.compare();
    assert_eq!(found(&comparison), []);
    let notes: Vec<Finding> = comparison.unspoken_notes().collect();
    let about = |fact: &str| notes.iter().find(|note| note.fact.as_ref().is_some_and(|id| id.as_str() == fact));
    let note = about("beta GET /parcels#query[$filter]").expect("a note");
    assert_eq!((note.rule.as_str(), note.severity), ("drift/fact_unspoken", Severity::Note));
    assert!(note.origin.file == "openapi/beta.yaml" && note.message.contains("parcel-list.md"), "{note}");
    assert!(about("beta POST /parcels/stamp#method").is_none(), "its page was read");
}

#[test]
fn rule_files_and_the_catalogue_agree() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/rules/drift");
    let paths = std::fs::read_dir(folder).expect("the rules").map(|entry| entry.expect("an entry").path());
    let stems = paths.filter(|path| path.is_file()).filter_map(|path| Some(path.file_stem()?.to_str()?.to_owned()));
    let mut files: Vec<String> = stems.filter(|stem| stem != "mod").map(|stem| format!("drift/{stem}")).collect();
    let mut rules: Vec<String> = drift::RULES.iter().map(|rule| rule.id.to_owned()).collect();
    files.sort();
    rules.sort();
    assert_eq!(files, rules);
    assert!(drift::RULES.iter().all(|rule| !rule.reason.is_empty()));
}
