//! A fact counts as covered only if any other value of it would be seen.

use entra_risk::contract::{Contract, Fact, FactId, Shape, Template};
use entra_risk::finding::Severity;
use entra_risk::rules::drift;

use super::Texts;

#[test]
fn every_covered_fact_is_seen_when_it_is_altered() {
    let texts = Texts::new();
    let (contract, pages) = (texts.contract(), texts.pages());
    let comparison = drift::compare(&contract, &pages);
    let facts = contract.facts();
    let covers = |fact: &&Fact| comparison.compared.iter().any(|compared| compared.covers && compared.fact == fact.id);
    let covered: Vec<&Fact> = facts.iter().filter(covers).collect();
    assert!(covered.len() > 30, "{}", covered.len());
    for fact in covered {
        let altered = alter(&contract, fact);
        assert!(altered != contract, "{} was not altered", fact.id);
        let comparison = drift::compare(&altered, &pages);
        let seen: Vec<&FactId> = comparison
            .findings()
            .filter(|finding| finding.severity == Severity::Error)
            .filter_map(|finding| finding.fact.as_ref())
            .collect();
        let key = fact.id.as_str().split_once('#').expect("a kind").1;
        // With the method or path altered, the operation has another name in every id.
        let same = |id: &&FactId| **id == fact.id || id.as_str().ends_with(&format!("#{key}"));
        assert!(seen.iter().any(same), "{}: {seen:?}", fact.id);
    }
}

/// A contract in which one fact has another value, or is gone.
fn alter(contract: &Contract, fact: &Fact) -> Contract {
    let mut altered = contract.clone();
    let (about, key) = fact.id.as_str().split_once('#').expect("a kind");
    let subject = about.trim_start_matches("beta ");
    let (kind, name) = key.split_once('[').map_or((key, ""), |(kind, name)| (kind, name.trim_end_matches(']')));
    if let Some(shape) = altered.shapes.get_mut(subject) {
        alter_shape(shape, name);
        return altered;
    }
    if kind == "exchange" {
        altered.exchanges.iter_mut().filter(|exchange| exchange.name == name).for_each(|exchange| exchange.status += 1);
        return altered;
    }
    let is_it = |operation: &&mut entra_risk::contract::Operation| {
        format!("{} {}", operation.method, operation.path) == subject
    };
    let operation = altered.operations.iter_mut().find(is_it).expect("the operation");
    match kind {
        "method" => operation.method = "PUT".to_owned(),
        "path" => operation.path = Template::new("/elsewhere"),
        "alias" => operation.aliases.clear(),
        "permission" => {
            let permissions = &mut operation.permissions;
            let names = match name {
                "delegatedWork" => &mut permissions.delegated_work,
                "delegatedPersonal" => &mut permissions.delegated_personal,
                _ => &mut permissions.application,
            };
            *names = vec!["Other.All".to_owned()];
        }
        "higher" => {
            operation.permissions.higher.insert(name.to_owned(), vec!["Other.All".to_owned()]);
        }
        "header" => {
            for header in operation.headers.iter_mut().filter(|header| header.name == name) {
                header.required = !header.required;
            }
        }
        "query" => operation.query.retain(|query| query.name != name),
        "contentType" => operation.body.as_mut().expect("a body").content_type = "text/plain".to_owned(),
        "success" => operation.success.status += 1,
        "limit" | "body" => {
            let Some(Shape::Object { properties, .. }) = altered.shapes.get_mut("StampRequest") else {
                panic!("the body")
            };
            let property = properties.iter_mut().find(|property| property.name == name).expect("the property");
            match kind {
                "body" => property.shape = Shape::Integer { min: None, max: None },
                _ => {
                    let Some(Shape::List { max, .. }) = altered.shapes.get_mut("ParcelIds") else { panic!("the list") };
                    *max = Some(7);
                }
            }
        }
        other => panic!("nobody knows how to alter a fact of the kind '{other}'"),
    }
    altered
}

fn alter_shape(shape: &mut Shape, name: &str) {
    match shape {
        Shape::Object { properties, .. } => {
            let property = properties.iter_mut().find(|property| property.name == name).expect("the property");
            property.shape = Shape::Number;
        }
        Shape::Enum { members, .. } => members.retain(|member| member != name),
        other => panic!("{other:?}"),
    }
}

/// Where a page says only that something is there, its value is not covered.
#[test]
fn what_a_page_only_names_is_not_covered() {
    let covers = |texts: &Texts, fact: &str| {
        let comparison = texts.compare();
        let about: Vec<bool> = comparison
            .compared
            .iter()
            .filter(|compared| compared.fact.as_str() == fact)
            .map(|compared| compared.covers)
            .collect();
        assert!(!about.is_empty(), "{fact} was not compared");
        about.contains(&true)
    };
    let header = "beta POST /parcels/stamp#header[X-Counter]";
    let body = "beta POST /parcels/stamp#body[parcelIds]";
    let success = "beta POST /parcels/stamp#success";
    assert!(covers(&Texts::new(), header) && covers(&Texts::new(), body) && covers(&Texts::new(), success));
    assert!(!covers(&Texts::new().with("parcel-stamp.md", "counter. Optional.", "counter."), header));
    assert!(!covers(&Texts::new().with("parcel-stamp.md", "|String collection|", "||"), body));
    let several = Texts::new().with("parcel-stamp.md", "`204 No Content`", "`204 No Content` or `202 Accepted`");
    assert!(!covers(&several, success));
}
