//! Names that are declared twice.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fmt::Display;
use std::hash::Hash;

use crate::finding::{Finding, Severity};
use crate::metadata::{Kind, Metadata, flaws};

/// Adds a finding for every declaration of which there was one before.
pub(super) fn find(metadata: &mut Metadata) {
    let mut found = Vec::new();
    {
        let metadata = &*metadata;
        let types = metadata.types.iter();
        repeated(
            types.map(|named| (format!("{} {}", named.namespace, named.name), "type", &*named.name, named.line)),
            &mut found,
        );
        for named in &metadata.types {
            match &named.kind {
                Kind::Structured(structured) => {
                    let own = structured.properties.iter();
                    repeated(own.map(|one| (&*one.name, "property", &*named.name, one.line)), &mut found);
                }
                Kind::Enumeration(members) => {
                    let own = members.iter();
                    repeated(own.map(|one| (&*one.name, "member", &*named.name, one.line)), &mut found);
                }
                Kind::Definition(_) => {}
            }
        }
        // Functions may differ in their parameters alone.
        let actions = metadata.calls.iter().filter(|call| call.is_action);
        let key = |on: Option<&str>, name: &str| format!("{name} on {}", on.unwrap_or("nothing"));
        repeated(
            actions.map(|call| {
                let on = call.binding().map(|binding| &*binding.of.text);
                (format!("{} {}", call.namespace, key(on, &call.name)), "action", &*call.name, call.line)
            }),
            &mut found,
        );
        for call in &metadata.calls {
            let own = call.parameters.iter();
            repeated(own.map(|one| (&*one.name, "parameter", &*call.name, one.line)), &mut found);
        }
        let roots = metadata.roots.iter();
        repeated(roots.map(|root| (&*root.name, "root of paths", &*root.name, root.line)), &mut found);
    }
    for Repeated { what, name, subject, line, first } in found {
        let origin = metadata.at(line);
        let other = Some(metadata.at(first));
        metadata.findings.push(Finding {
            rule: flaws::NAME_REPEATED.to_owned(),
            severity: Severity::Error,
            origin,
            subject,
            message: format!("{what} '{}' is declared again; the first declaration counts", name.trim()),
            remedy: "download the metadata again, or tell its publisher".to_owned(),
            other,
            fact: None,
        });
    }
}

struct Repeated {
    what: &'static str,
    name: String,
    subject: String,
    line: usize,
    first: usize,
}

fn repeated<'a, K: Hash + Eq + Display>(
    all: impl Iterator<Item = (K, &'static str, &'a str, usize)>,
    found: &mut Vec<Repeated>,
) {
    let mut seen: HashMap<K, usize> = HashMap::new();
    for (name, what, subject, line) in all {
        match seen.entry(name) {
            Entry::Occupied(entry) => {
                let name = entry.key().to_string();
                found.push(Repeated { what, name, subject: subject.to_owned(), line, first: *entry.get() });
            }
            Entry::Vacant(entry) => {
                entry.insert(line);
            }
        }
    }
}
