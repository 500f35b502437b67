//! Finds the operations at a path, as `Contract::matching` does, without looking at each
//! operation for each request. It knows paths only.

use std::collections::HashMap;

use crate::contract::Contract;

/// The paths of one contract, prepared for looking up.
#[derive(Debug)]
pub(super) struct Routes {
    /// Operations at paths without parameters.
    literal: HashMap<String, Vec<usize>>,
    /// The other paths, those with fewest parameters first.
    templates: Vec<Route>,
}

/// An operation at a path, by its place in the contract, and the values of path parameters,
/// still percent-encoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Found<'a> {
    pub(super) operation: usize,
    pub(super) parameters: Vec<(&'a str, &'a str)>,
}

#[derive(Debug)]
struct Route {
    segments: Vec<Segment>,
    n_parameters: usize,
    operation: usize,
}

#[derive(Debug)]
enum Segment {
    Literal(String),
    Parameter(String),
}

impl Routes {
    pub(super) fn new(contract: &Contract) -> Self {
        let mut literal: HashMap<String, Vec<usize>> = HashMap::new();
        let mut templates = Vec::new();
        for (operation, described) in contract.operations.iter().enumerate() {
            for template in described.paths() {
                let n_parameters = template.parameters().count();
                if n_parameters == 0 {
                    literal.entry(template.as_str().to_owned()).or_default().push(operation);
                    continue;
                }
                let segments = template.as_str().split('/').map(segment).collect();
                templates.push(Route { segments, n_parameters, operation });
            }
        }
        templates.sort_by_key(|route| route.n_parameters);
        Self { literal, templates }
    }

    /// Every operation at a path, whatever its method. Literal segments win over parameters.
    pub(super) fn at<'a>(&'a self, path: &'a str) -> Vec<Found<'a>> {
        if let Some(operations) = self.literal.get(path) {
            return operations
                .iter()
                .map(|operation| Found { operation: *operation, parameters: Vec::new() })
                .collect();
        }
        let mut found = Vec::new();
        let mut fewest = usize::MAX;
        for route in &self.templates {
            if route.n_parameters > fewest {
                break;
            }
            if let Some(parameters) = route.matches(path) {
                fewest = route.n_parameters;
                found.push(Found { operation: route.operation, parameters });
            }
        }
        found
    }
}

impl Route {
    fn matches<'a>(&'a self, path: &'a str) -> Option<Vec<(&'a str, &'a str)>> {
        let fits = |ours: &Segment, theirs: &str| match ours {
            Segment::Literal(literal) => literal == theirs,
            Segment::Parameter(_) => !matches!(theirs, "" | "." | ".."),
        };
        let mut theirs = path.split('/');
        let all = self.segments.iter().all(|ours| theirs.next().is_some_and(|theirs| fits(ours, theirs)));
        if !all || theirs.next().is_some() {
            return None;
        }
        let pairs = self.segments.iter().zip(path.split('/'));
        Some(
            pairs
                .filter_map(|(ours, theirs)| match ours {
                    Segment::Parameter(name) => Some((name.as_str(), theirs)),
                    Segment::Literal(_) => None,
                })
                .collect(),
        )
    }
}

fn segment(text: &str) -> Segment {
    match text.strip_prefix('{').and_then(|text| text.strip_suffix('}')) {
        Some(name) => Segment::Parameter(name.to_owned()),
        None => Segment::Literal(text.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::contract::{Alias, Template};

    /// The embedded contract with further paths that compete with each other.
    fn contract() -> Contract {
        let mut contract = crate::embedded::contracts()[0].clone();
        for path in ["/a/{x}", "/a/b", "/{y}/b", "/a/{x}/c/{y}", "/{x}/{y}/c/d", "/a/{x}/c/d"] {
            let mut operation = contract.operations[0].clone();
            operation.aliases.truncate(0);
            operation.aliases.push(Alias {
                path: Template::new(format!("/other{path}")),
                source: operation.source.clone(),
                origin: operation.origin.clone(),
            });
            operation.path = Template::new(path);
            contract.operations.push(operation);
        }
        contract
    }

    proptest! {
        #[test]
        fn it_finds_what_the_contract_finds(
            path in proptest::collection::vec("a|b|c|d|other|riskyUsers|dismiss|identityProtection|x|\\.|\\.\\.|", 0..5)
                .prop_map(|segments| format!("/{}", segments.join("/"))),
        ) {
            let contract = contract();
            let routes = Routes::new(&contract);
            let mut ours: Vec<_> = routes.at(&path).into_iter().map(|found| {
                let parameters = found.parameters.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
                (contract.operations[found.operation].path.clone(), parameters.collect::<Vec<_>>())
            }).collect();
            let mut theirs: Vec<_> = contract.matching(&path).into_iter()
                .map(|(operation, matched)| (operation.path.clone(), matched.parameters)).collect();
            ours.sort();
            theirs.sort();
            prop_assert_eq!(ours, theirs);
        }
    }
}
