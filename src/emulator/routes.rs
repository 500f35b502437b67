//! Finds the operations at a path, as `Contract::matching` does, without looking at each
//! operation for each request, and the plain spelling of a path that real clients spell
//! otherwise. It knows paths only.

use std::collections::{HashMap, HashSet};

use crate::contract::{Contract, Operation, Template};
use crate::odata;

/// The paths of one contract, prepared for looking up.
#[derive(Debug)]
pub(super) struct Routes {
    /// Operations at paths without parameters.
    literal: HashMap<String, Vec<usize>>,
    /// The paths, those with fewest parameters first: all of them, for spellings.
    all: Vec<Route>,
    /// Paths with parameters, by number of segments and first segment.
    templates: HashMap<usize, ByFirst>,
    /// Names of types, in lower case.
    types: HashSet<String>,
}

/// An operation at a path, by its place in the contract, and the values of path parameters,
/// still percent-encoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Found<'a> {
    pub(super) operation: usize,
    pub(super) parameters: Vec<(&'a str, &'a str)>,
}

#[derive(Debug, Default)]
struct ByFirst {
    literal: HashMap<String, Vec<usize>>,
    parameter: Vec<usize>,
}

#[derive(Debug)]
struct Route {
    segments: Vec<Segment>,
    n_parameters: usize,
    operation: usize,
    /// The described path that is meant, where this one is not described.
    means: Option<Vec<Segment>>,
}

#[derive(Debug, Clone)]
enum Segment {
    Literal(String),
    Parameter(String),
}

/// The namespace that actions and types may be qualified with.
const NAMESPACE: &str = "microsoft.graph.";

impl Routes {
    pub(super) fn new(contract: &Contract) -> Self {
        let mut literal: HashMap<String, Vec<usize>> = HashMap::new();
        let mut all = Vec::new();
        for (operation, described) in contract.operations.iter().enumerate() {
            for template in described.paths() {
                let n_parameters = template.parameters().count();
                if n_parameters == 0 {
                    literal.entry(template.as_str().to_owned()).or_default().push(operation);
                }
                all.push(Route { segments: segments(template), n_parameters, operation, means: None });
            }
        }
        all.extend(below_aliases(contract));
        all.sort_by_key(|route| route.n_parameters);
        let mut templates: HashMap<usize, ByFirst> = HashMap::new();
        let described = all.iter().enumerate().filter(|(_, route)| route.means.is_none());
        for (place, route) in described.filter(|(_, route)| route.n_parameters > 0) {
            let by_first = templates.entry(route.segments.len()).or_default();
            match route.segments.first() {
                Some(Segment::Literal(first)) => by_first.literal.entry(first.clone()).or_default().push(place),
                _ => by_first.parameter.push(place),
            }
        }
        let types = contract.shapes.keys().map(|name| name.to_ascii_lowercase()).collect();
        Self { literal, all, templates, types }
    }

    /// Whether there is an operation of a kind at a path.
    pub(super) fn has(&self, path: &str, is_wanted: impl Fn(usize) -> bool) -> bool {
        match self.literal.get(path) {
            Some(operations) => operations.iter().any(|operation| is_wanted(*operation)),
            None => self.candidates(path).any(|route| is_wanted(route.operation) && route.fits(path)),
        }
    }

    /// Every operation at a path, whatever its method. Literal segments win over parameters.
    pub(super) fn at<'a>(&'a self, path: &'a str) -> Vec<Found<'a>> {
        if let Some(operations) = self.literal.get(path) {
            return operations
                .iter()
                .map(|operation| Found { operation: *operation, parameters: Vec::new() })
                .collect();
        }
        let (mut best, mut fewest): (Vec<&Route>, _) = (Vec::new(), usize::MAX);
        for route in self.candidates(path).filter(|route| route.fits(path)) {
            if route.n_parameters < fewest {
                fewest = route.n_parameters;
                best.clear();
            }
            if route.n_parameters == fewest {
                best.push(route);
            }
        }
        best.iter().map(|route| Found { operation: route.operation, parameters: route.parameters(path) }).collect()
    }

    /// Paths with parameters that have as many segments, and the same first one or a parameter.
    fn candidates<'a>(&'a self, path: &'a str) -> impl Iterator<Item = &'a Route> + Clone {
        let mut segments = path.split('/').skip(1);
        let first = segments.next().unwrap_or_default();
        let of_length = self.templates.get(&(1 + segments.count()));
        let literal = of_length.and_then(|of_length| of_length.literal.get(first));
        let parameter = of_length.map(|of_length| &of_length.parameter);
        literal.into_iter().chain(parameter).flatten().map(|place| &self.all[*place])
    }

    /// The plain spelling of a path at which there is nothing, as far as clients are known to
    /// mean one: repeated and trailing slashes, other letter case, percent-encoding of letters,
    /// keys in parentheses, names qualified with their namespace, casts to a type, actions below
    /// the second path of their set. That case does not matter is our assumption; the rest was
    /// seen on the wire of SDKs.
    pub(super) fn plain(&self, path: &str) -> Option<String> {
        let mut segments: Vec<String> = Vec::new();
        for raw in path.split('/').filter(|raw| !raw.is_empty()) {
            match raw.strip_suffix("')").and_then(|keyed| keyed.split_once("('")) {
                Some((name, key)) => segments.extend([name.to_owned(), key.to_owned()]),
                None => segments.push(raw.to_owned()),
            }
        }
        if segments.len() > MOST_SEGMENTS {
            return None;
        }
        let unqualified = |segment: &String| match segment.get(..NAMESPACE.len()) {
            Some(namespace) if namespace.eq_ignore_ascii_case(NAMESPACE) => Some(segment[NAMESPACE.len()..].to_owned()),
            _ => None,
        };
        let is_cast = |segment: &&String| {
            unqualified(segment).is_some_and(|name| self.types.contains(&name.to_ascii_lowercase()))
        };
        let short = |segment: &String| unqualified(segment).unwrap_or_else(|| segment.clone());
        let uncast: Vec<String> = segments.iter().filter(|segment| !is_cast(segment)).map(short).collect();
        let short: Vec<String> = segments.iter().map(short).collect();
        [uncast, short].iter().find_map(|segments| self.all.iter().find_map(|route| route.spell(segments)))
    }
}

/// Whether something in a path may be qualified with the namespace.
pub(super) fn is_qualified(path: &str) -> bool {
    let path = path.as_bytes();
    // Hardly a path has a dot, but each is looked at.
    path.contains(&b'.') && path.windows(NAMESPACE.len()).any(|part| part.eq_ignore_ascii_case(NAMESPACE.as_bytes()))
}

/// No described path is longer.
const MOST_SEGMENTS: usize = 32;

impl Route {
    fn fits(&self, path: &str) -> bool {
        let fits = |ours: &Segment, theirs: &str| match ours {
            Segment::Literal(literal) => literal == theirs,
            Segment::Parameter(_) => !matches!(theirs, "" | "." | ".."),
        };
        let mut theirs = path.split('/').skip(1);
        self.segments.iter().all(|ours| theirs.next().is_some_and(|theirs| fits(ours, theirs)))
            && theirs.next().is_none()
    }

    fn parameters<'a>(&'a self, path: &'a str) -> Vec<(&'a str, &'a str)> {
        let pairs = self.segments.iter().zip(path.split('/').skip(1));
        pairs
            .filter_map(|(ours, theirs)| match ours {
                Segment::Parameter(name) => Some((name.as_str(), theirs)),
                Segment::Literal(_) => None,
            })
            .collect()
    }

    /// The path with our spelling of its literal segments.
    fn spell(&self, theirs: &[String]) -> Option<String> {
        if theirs.len() != self.segments.len() {
            return None;
        }
        let path = self.spell_as_asked(theirs)?;
        let Some(means) = &self.means else { return Some(path) };
        let values = self.parameters(&path);
        let mut plain = String::new();
        for segment in means {
            plain.push('/');
            plain.push_str(match segment {
                Segment::Literal(literal) => literal,
                Segment::Parameter(name) => values.iter().find(|(known, _)| known == name)?.1,
            });
        }
        Some(plain)
    }

    fn spell_as_asked(&self, theirs: &[String]) -> Option<String> {
        let mut path = String::new();
        for (ours, theirs) in self.segments.iter().zip(theirs) {
            path.push('/');
            match ours {
                Segment::Literal(literal) => {
                    let same = odata::segment(theirs).is_some_and(|theirs| theirs.eq_ignore_ascii_case(literal));
                    same.then(|| path.push_str(literal))?;
                }
                Segment::Parameter(_) if matches!(theirs.as_str(), "." | "..") => return None,
                Segment::Parameter(_) => path.push_str(theirs),
            }
        }
        Some(path)
    }
}

/// What follows a path also follows the other paths of the same thing: an action can be called
/// wherever what it is bound to can be reached, which is how we read OData. Seen: the SDKs for v1.0
/// call each action below the one path that v1.0 has.
fn below_aliases(contract: &Contract) -> Vec<Route> {
    let known: HashSet<&str> = contract.operations.iter().flat_map(Operation::paths).map(Template::as_str).collect();
    let mut found = Vec::new();
    for described in &contract.operations {
        for alias in &described.aliases {
            for (operation, other) in contract.operations.iter().enumerate() {
                let rest = other.path.as_str().strip_prefix(described.path.as_str());
                let Some(rest) = rest.filter(|rest| rest.starts_with('/')) else { continue };
                let path = Template::new(format!("{}{rest}", alias.path.as_str()));
                if !known.contains(path.as_str()) {
                    found.push(Route {
                        segments: segments(&path),
                        n_parameters: path.parameters().count(),
                        operation,
                        means: Some(segments(&other.path)),
                    });
                }
            }
        }
    }
    found
}

fn segments(template: &Template) -> Vec<Segment> {
    template.as_str().split('/').skip(1).map(segment).collect()
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
    use crate::contract::Alias;

    /// The embedded contract with further paths that compete with each other.
    fn contract() -> Contract {
        let mut contract = crate::embedded::contract("beta").expect("this build has beta").clone();
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

    #[test]
    fn clients_spell_paths_otherwise() {
        let contract = contract();
        let routes = Routes::new(&contract);
        let (id, dismiss) = ("c2b6c2b9-dddc-acd0-2b39-d519d803dbc3", Some("/riskyUsers/dismiss"));
        let one = format!("/riskyUsers/{id}");
        for (spelled, plain) in [
            ("//riskyUsers//dismiss", dismiss),
            ("/riskyUsers/dismiss/", dismiss),
            ("/riskyusers/DISMISS", dismiss),
            ("/riskyUsers/microsoft.graph.dismiss", dismiss),
            ("/riskyUsers/Microsoft.Graph.Dismiss", dismiss),
            ("/risky%55sers/dismiss", dismiss),
            (&*format!("/riskyUsers('{id}')"), Some(&*one)),
            (&*format!("/riskyUsers/{id}/microsoft.graph.riskyUser"), Some(&*one)),
            ("/riskyUsers/microsoft.graph.riskyUser", Some("/riskyUsers")),
            ("/identityProtection/riskyUsers/dismiss", dismiss),
            ("/identityProtection/riskyUsers/microsoft.graph.dismiss", dismiss),
            ("/identityProtection/dismiss", None),
            ("/riskyUsers//..", None),
            ("/no/such/path/here", None),
            ("/", None),
            ("", None),
        ] {
            assert_eq!(routes.plain(spelled).as_deref(), plain, "{spelled}");
            assert!(plain.is_none_or(|plain| routes.has(plain, |_| true)), "{spelled}");
        }
        assert_eq!(routes.plain(&"/x".repeat(100_000)), None);
    }
}
