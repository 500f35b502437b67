//! Descriptions that are made of nothing but pages.

use std::path::{Path, PathBuf};

use entra_risk::contract::{Contract, Fact};
use entra_risk::docs::{self, Page};
use entra_risk::finding::Severity;
use entra_risk::regen::{Derivation, DeriveError, derive};
use entra_risk::spec::lint::lint;
use entra_risk::spec::{Document, parse_transcript};
use entra_risk::verdict::{Outcome, Side};
use proptest::prelude::*;

use super::{contract, pages, read, updated};
use crate::conformance::{emulator, run, with};
use crate::snapshots::settings;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The pages below a folder, named from there; `None`, with the reason printed, without it.
fn folder(folder: &Path) -> Option<Vec<Page>> {
    if !folder.is_dir() {
        println!("skipped: there is no {}", folder.display());
        return None;
    }
    let (mut open, mut pages) = (vec![folder.to_owned()], Vec::new());
    while let Some(at) = open.pop() {
        for entry in std::fs::read_dir(at).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|extension| extension == "md") {
                let name = path.strip_prefix(folder).expect("below").to_string_lossy().replace('\\', "/");
                pages.push(docs::read(&name, &std::fs::read_to_string(&path).expect("text"), &|_| None));
            }
        }
    }
    pages.sort_by(|one, other| one.page.cmp(&other.page));
    Some(pages)
}

fn fixtures() -> Vec<Page> {
    folder(&root().join("tests/it/fixtures/regen")).expect("our own pages")
}

/// The contract of a derived description, with its transcripts; it passes the lint.
fn contract_of(derived: &Derivation) -> Contract {
    let document = Document::parse(&derived.yaml, "derived.yaml").expect("YAML");
    let findings: Vec<String> = lint(&document).iter().map(ToString::to_string).collect();
    assert!(findings.is_empty(), "{findings:#?}");
    let mut contract = document.contract().expect("a contract");
    for transcript in &derived.transcripts {
        let file = format!("{}.http", transcript.name);
        let exchange = parse_transcript(&transcript.text, &transcript.name, &file).expect("a transcript");
        assert!(contract.operation(&exchange.operation).is_some());
        contract.exchanges.push(exchange);
    }
    contract
}

/// A double of the derived contract answers what the pages show, and the description says what
/// they state.
async fn conforms(contract: &Contract) {
    let (_emulator, server) = emulator(contract).await;
    let sides = [Side::Client, Side::Server];
    let globs = ["server/**", "statement_contradicted", "member_unknown"];
    let report = run(contract, &sides, &globs, Some(server)).await.expect("a run");
    assert_eq!(with(&report, Outcome::Fail), Vec::<String>::new());
    assert!(!with(&report, Outcome::Pass).is_empty());
}

#[tokio::test]
async fn our_own_pages_become_a_description_that_conforms() {
    let derived = derive(&fixtures(), None).expect("a description");
    let contract = contract_of(&derived);
    conforms(&contract).await;
    settings().bind(|| {
        insta::assert_snapshot!("derived_description", derived.yaml);
        let transcripts: Vec<String> =
            derived.transcripts.iter().map(|one| format!("==> {}.http <==\n{}", one.name, one.text)).collect();
        insta::assert_snapshot!("derived_transcripts", transcripts.join("\n"));
        let findings: Vec<String> = derived.findings.iter().map(ToString::to_string).collect();
        insta::assert_snapshot!("derived_findings", findings.join("\n"));
    });
    // What is derived from pages is up to date with them.
    let update = updated(&derived.yaml, &fixtures()).expect("a description");
    assert_eq!((update.changes, update.undecided), (Vec::new(), Vec::new()));
    assert!(update.text == derived.yaml);
}

#[tokio::test]
async fn the_seed_pages_alone_become_a_description_that_conforms() {
    let Some(pages) = folder(&root().join("../shared/docs/seeds")) else { return };
    let derived = derive(&pages, None).expect("a description");
    assert_eq!(derived.findings, Vec::new());
    let contract = contract_of(&derived);
    let ids: Vec<&str> = contract.operations.iter().map(|operation| operation.id.as_str()).collect();
    assert_eq!(ids, ["riskyUsers.confirmCompromised", "riskyUsers.dismiss"]);
    assert_eq!(contract.exchanges.len(), 2);
    // The pages have no table of the body: its form is the example's, and said to be no more.
    let body = contract.operations[0].body.as_ref().expect("a body");
    let fact = contract.facts().into_iter().find(|fact| fact.id.as_str().ends_with("#body[userIds]")).expect("a fact");
    assert_eq!((fact.value.as_str(), fact.source.rests.as_str()), ("list of uuid, required", "assumption"));
    assert_eq!(body.source.rests.as_str(), "assumption");
    conforms(&contract).await;
}

#[test]
fn every_shared_page_becomes_part_of_a_description_that_passes_the_lint() {
    let Some(pages) = folder(&root().join("../shared/docs")) else { return };
    for part in ["2021-07/beta", "2021-07/v1.0", "newest/beta", "newest/v1.0"] {
        let api = part.rsplit('/').next();
        let pages: Vec<Page> = pages.iter().filter(|page| page.page.starts_with(part)).cloned().collect();
        let derived = derive(&pages, api).expect("a description");
        let contract = contract_of(&derived);
        assert!(contract.operations.len() > 7 && contract.facts().len() > 100, "{part}");
        let update = updated(&derived.yaml, &pages).expect("a description");
        assert_eq!(update.changes, Vec::new(), "{part}");
    }
}

/// What our description says comes back from pages that were rendered from it.
#[test]
fn the_facts_of_a_contract_survive_pages_and_derivation() {
    let ours = contract();
    let derived = contract_of(&derive(pages(), Some("beta")).expect("a description"));
    let facts = derived.facts();
    let kinds = [
        "#method",
        "#path",
        "#alias",
        "#permission",
        "#header",
        "#query",
        "#success",
        "#limit",
        "#member",
        "#contentType",
    ];
    let mut n_compared = 0;
    for fact in ours.facts().iter().filter(|fact| kinds.iter().any(|kind| fact.id.as_str().contains(kind))) {
        let found = facts.iter().find(|other| other.id == fact.id);
        // A table of three rows tells least and higher by order only.
        let higher = fact.id.as_str().replace("#permission", "#higher");
        let higher = ours.facts().into_iter().find(|other| other.id.as_str() == higher && higher != fact.id.as_str());
        let expected = match higher {
            Some(higher) => format!("{} or {}", fact.value, higher.value),
            None => fact.value.clone(),
        };
        assert_eq!(found.map(|found| found.value.as_str()), Some(expected.as_str()), "{}", fact.id);
        n_compared += 1;
    }
    assert!(n_compared > 60, "{n_compared}");
    // No page says which listing is below an entity, so that derived schemas have no nested sets.
    let nested = |fact: &&Fact| {
        ours.shapes.iter().any(|(name, shape)| {
            ours.entity_set(shape).is_some_and(|set| ours.owner(&set.name).is_some())
                && fact.id.as_str().contains(&format!(" {name}#"))
        })
    };
    for fact in ours.facts().iter().filter(|fact| fact.id.as_str().contains("#property[")).filter(|fact| !nested(fact))
    {
        assert!(facts.iter().any(|other| other.id == fact.id), "{}", fact.id);
    }
}

#[test]
fn what_cannot_be_described_is_left_out_and_named() {
    let page = |request: &str, rest: &str| {
        let text = format!(
            "# x\n\n## Permissions\n|Permission type|Permissions|\n|:--|:--|\n|Delegated (work or school account)|A.B|\n|Application|A.B|\n\n## HTTP request\n```http\n{request}\nGET /things\n```\n{rest}"
        );
        read("beta/api/x.md", &text)
    };
    let ok = "## Response\n`200 OK`\n";
    for (request, rest, rule) in [
        ("GET /reports/getX(period='{period}')", ok, "derive/request_unusable"),
        ("HEAD /things/{id}", ok, "derive/request_unusable"),
        ("GET /things", "", "derive/status_missing"),
        (
            "GET /things/{id}",
            "## Request headers\n|Name|Description|\n|:--|:--|\n|body|x|\n## Response\n`200 OK`\n",
            "derive/parameter_unusable",
        ),
    ] {
        let result = derive(&[page(request, rest)], Some("beta"));
        let findings = match result {
            Ok(derived) => {
                contract_of(&derived);
                derived.findings
            }
            // Without any operation nothing is left to describe.
            Err(error) => {
                assert_eq!(error, DeriveError::NoOperation, "{request}");
                continue;
            }
        };
        assert!(findings.iter().any(|finding| finding.rule == rule), "{request}: {findings:?}");
    }
    let twice = [page("GET /a", ok), page("GET /b", ok)];
    let derived = derive(&twice, Some("beta")).expect("a description");
    assert!(derived.findings.iter().any(|finding| finding.rule == "derive/operation_documented_twice"));
    let without = read("beta/api/y.md", "# y\n## HTTP request\n```http\nGET /y\n```\n## Response\n`200 OK`\n");
    let derived = derive(&[without], None).expect("a description");
    let unknown = derived.findings.iter().find(|finding| finding.rule == "derive/permissions_unknown");
    assert_eq!(unknown.map(|finding| finding.severity), Some(Severity::Warning));
    contract_of(&derived);
}

#[test]
fn pages_of_no_version_or_of_several_need_an_answer() {
    let page = |name: &str| read(name, "# x\n## HTTP request\n```http\nGET /x\n```\n## Response\n`200 OK`\n");
    assert_eq!(derive(&[page("x.md")], None).err(), Some(DeriveError::NoVersion));
    let several = derive(&[page("beta/api/x.md"), page("v1.0/api/x.md")], None).err();
    assert_eq!(several, Some(DeriveError::SeveralVersions(vec!["beta".into(), "v1.0".into()])));
    assert!(derive(&[page("beta/api/x.md"), page("v1.0/api/x.md")], Some("v1.0")).is_ok());
    assert_eq!(derive(&[], Some("beta")).err(), Some(DeriveError::NoOperation));
    assert!(derive(&[page("x.md")], Some("beta")).is_ok());
}

/// Lines of pages of operations and resources, for damaged ones.
fn lines() -> Vec<String> {
    let folder = root().join("tests/it/fixtures/regen/beta");
    let files = ["api/lamp-switch.md", "api/lamp-list.md", "api/lamp-get.md", "resources/lamp.md"];
    let mut lines: Vec<String> = files
        .iter()
        .flat_map(|file| {
            let text = std::fs::read_to_string(folder.join(file)).expect("text");
            text.lines().map(str::to_owned).collect::<Vec<_>>()
        })
        .collect();
    let odd = [
        "PATCH /house/lamps/{body}",
        "DELETE /house/lamps/{id}/{id}",
        "POST /house/lamps",
        "GET /house//lamps/<lamp: id>",
        "|type|type|# : 'no' \"\\ - {}|",
        "|@odata.type|Collection(Edm.Guid)|x|",
        "|Application|A: b #c|",
        "`202 Accepted` or `200 OK` or `999`",
        "|glow|glow|The possible values are: `true`, `1`, `- a`, `Self`, `é`.|",
        "{\"a\": [{\"b\": [[null]]}], \"type\": {\"null\": null}}",
    ];
    lines.extend(odd.map(str::to_owned));
    lines
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(32) })]

    /// Whatever stands on pages, what is derived from them passes the lint and reads as a
    /// contract, and an update from them leaves a description that does.
    #[test]
    fn damaged_pages_give_sound_descriptions(
        cuts in prop::collection::vec((0_usize..4, 0_usize..1000, 0_usize..1000), 0..24),
    ) {
        let pool = lines();
        let mut texts: Vec<Vec<String>> = fixtures().iter().map(|page| page.outline.lines(1, page.outline.len()).map(|(_, line)| line.to_owned()).collect()).collect();
        for (page, at, with) in cuts {
            let text = &mut texts[page];
            let at = at % text.len();
            match with % 4 {
                0 => { text.remove(at); if text.is_empty() { text.push(String::new()); } }
                1 => text.insert(at, pool[with % pool.len()].clone()),
                _ => text[at] = pool[with % pool.len()].clone(),
            }
        }
        let names = fixtures().into_iter().map(|page| page.page);
        let damaged: Vec<Page> = names.zip(&texts).map(|(name, text)| read(&name, &text.join("\n"))).collect();
        if let Ok(derived) = derive(&damaged, Some("beta")) {
            contract_of(&derived);
        }
        let sound = derive(&fixtures(), Some("beta")).expect("a description").yaml;
        let update = updated(&sound, &damaged);
        prop_assert!(update.is_ok(), "{:?}", update.err());
        let once = update.expect("checked");
        let again = updated(&once.text, &damaged).expect("a description");
        prop_assert_eq!(again.changes, Vec::new());
    }
}
