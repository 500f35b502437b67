//! Whatever the bytes, reading them ends, and so does comparing what was read.

use std::sync::LazyLock;

use entra_risk::contract::Contract;
use entra_risk::metadata;
use entra_risk::rules::metadata::compare;
use proptest::prelude::*;

use super::{DESCRIPTION, WHOLE, contract, fragment};

static CONTRACT: LazyLock<Contract> = LazyLock::new(|| contract(DESCRIPTION));

fn is_survived(bytes: &[u8]) -> bool {
    match metadata::read(bytes, "m.xml") {
        Ok(metadata) => {
            let comparison = compare(&CONTRACT, &metadata);
            comparison.findings().chain(metadata.findings.clone()).all(|finding| !finding.message.is_empty())
        }
        Err(error) => error.to_string().contains("m.xml"),
    }
}

#[test]
fn documents_may_end_anywhere() {
    for text in [WHOLE.to_owned(), fragment(WHOLE)] {
        assert!((0..text.len()).all(|end| is_survived(&text.as_bytes()[..end])));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        prop_assert!(is_survived(&bytes));
    }

    #[test]
    fn a_document_with_other_bytes_in_it_is_survived(
        at in 0..WHOLE.len(),
        cut in 0..40_usize,
        bytes in prop_oneof![
            prop::collection::vec(any::<u8>(), 0..6),
            "[<>&;='\" /a-z!\\[\\]?-]{0,12}".prop_map(String::into_bytes),
        ],
    ) {
        let mut text = WHOLE.as_bytes().to_vec();
        let end = (at + cut).min(text.len());
        text.splice(at..end, bytes);
        prop_assert!(is_survived(&text));
    }

    #[test]
    fn elements_in_any_order_are_survived(
        elements in prop::collection::vec(
            prop::sample::select(vec![
                "<Schema Namespace='n' Alias='s'>", "</Schema>", "<EntityType Name='lantern' BaseType='n.lantern'>",
                "</EntityType>", "<Key>", "</Key>", "<PropertyRef Name='id'/>", "<Property Name='id' Type='n.lantern'/>",
                "<EnumType Name='lanternState'>", "</EnumType>", "<Member Name='lit'/>", "<TypeDefinition Name='lantern' UnderlyingType='n.lantern'/>",
                "<Action Name='light' IsBound='true'>", "</Action>", "<Parameter Name='b' Type='Collection(Collection(n.lantern'/>",
                "<ReturnType Type=''/>", "<EntityContainer>", "</EntityContainer>", "<EntitySet Name='lanterns' EntityType='n.lantern'/>",
                "<NavigationProperty Name='log' Type='Collection(n.lantern)'/>", "<Function Name='nearest' IsBound='true'/>",
                "<ActionImport Name='lanterns' Action='n.light'/>", "<Singleton Name='harbour' Type='n.lantern'/>",
            ]),
            0..24,
        ),
    ) {
        prop_assert!(is_survived(elements.concat().as_bytes()));
    }
}
