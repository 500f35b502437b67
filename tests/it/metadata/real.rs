//! The extract of Graph's own metadata.

use std::path::Path;

use entra_risk::embedded;
use entra_risk::metadata::{self, Metadata};
use entra_risk::rules::metadata::compare;

use super::short;

fn extract() -> Option<Metadata> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/facts/v1.0-Prod.idprotection.xml");
    let Ok(bytes) = std::fs::read(&file) else {
        println!("skipped: the extract of the metadata is not beside this checkout ({})", file.display());
        return None;
    };
    Some(metadata::read(&bytes, "extract.xml").expect("the extract is CSDL"))
}

#[test]
fn the_extract_is_read_whole() {
    let Some(metadata) = extract() else { return };
    assert!(!metadata.is_whole && metadata.findings.is_empty(), "{:?}", metadata.findings);
    assert_eq!((metadata.types.len(), metadata.calls.len(), metadata.roots.len()), (22, 9, 2));
    let user = metadata.named("RiskyUser").expect("the type");
    assert_eq!(user.line, 175);
}

/// The extract speaks of the accounts of every embedded description. Which disagreements stand is
/// printed and not decided here: that is for the accepted list.
#[test]
fn the_extract_speaks_of_the_embedded_descriptions() {
    let Some(metadata) = extract() else { return };
    for contract in embedded::contracts() {
        let comparison = compare(contract, &metadata);
        let found: Vec<String> = comparison.findings().map(|finding| short(&finding)).collect();
        println!("{}: {} confirmed, {found:#?}", contract.file, comparison.confirmed.len());
        assert!(comparison.confirmed.len() >= 60, "{}", contract.file);
        for name in ["riskLevel", "riskState", "riskDetail"] {
            let fact = format!("{} RiskyUser#property[{name}]", contract.api);
            assert!(comparison.confirmed.iter().any(|id| id.as_str() == fact), "{fact}");
        }
    }
}
