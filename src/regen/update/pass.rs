//! One pass over a description: what every kind of fact needs.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::index::Index;
use super::{Change, Conditions};
use crate::contract::{Contract, FactId, Operation, Origin, Rests, Source};
use crate::docs::{Page, matching};
use crate::finding::{Finding, Severity};
use crate::regen::edit::Edits;
use crate::regen::emit::{Entry, Yaml, entry};
use crate::regen::layout::Spot;
use crate::spec::{Document, Node, escape};

/// A description, the pages, and what came of comparing them so far.
pub(super) struct Pass<'a> {
    pub(super) document: &'a Document,
    pub(super) contract: &'a Contract,
    root: &'a Spot,
    /// Where `paths` and `components/schemas` have their entries: there may be thousands.
    places: HashMap<&'static str, HashMap<&'a str, &'a Spot>>,
    pub(super) index: Index<'a>,
    /// How often each component is referred to, by its pointer.
    references: OnceCell<HashMap<&'a str, usize>>,
    pub(super) pages: &'a [Page],
    pub(super) conditions: &'a Conditions<'a>,
    pub(super) edits: Edits<'a>,
    /// Scopes that this pass adds to a scheme: scheme and name.
    pub(super) scopes_added: BTreeSet<String>,
    /// What is written when everything else is.
    pub(super) later: Later,
    /// Paths that this pass removes.
    pub(super) n_pruned: usize,
    pub(super) changes: Vec<Change>,
    pub(super) undecided: Vec<Finding>,
    pub(super) notes: Vec<Finding>,
}

/// Changes of one node that several facts have a part in.
#[derive(Default)]
pub(super) struct Later {
    /// New exceptions of `x-entra-sources`, by operation or schema.
    cited: BTreeMap<String, Vec<Entry>>,
    /// Places of which exceptions must not speak any more.
    forgotten: BTreeMap<String, Vec<String>>,
    /// Properties that are not required any more, by schema.
    pub(super) unrequired: BTreeMap<String, Vec<String>>,
    /// Entries that were added: holder and key.
    added: BTreeSet<String>,
}

/// Mappings that may have thousands of entries.
const LONG: &[&str] = &["/paths", "/components/schemas"];

/// What one page says of a fact, and where.
pub(super) type Voice<'p, T> = (T, &'p Page, Origin);

/// What a page says that the description does not.
pub(super) struct Decided<'p, T> {
    pub(super) value: T,
    pub(super) page: &'p Page,
    pub(super) origin: Origin,
}

/// A fact of the description, as it is about to be compared.
pub(super) struct Known {
    pub(super) fact: FactId,
    pub(super) before: Option<String>,
    pub(super) spec: Origin,
}

impl<'a> Pass<'a> {
    pub(super) fn new(
        document: &'a Document,
        contract: &'a Contract,
        root: &'a Spot,
        text: &'a str,
        pages: &'a [Page],
        conditions: &'a Conditions<'a>,
    ) -> Self {
        let (changes, undecided, notes) = (Vec::new(), Vec::new(), Vec::new());
        let edits = Edits::new(text);
        let index = Index::new(pages, contract, document);
        let places = LONG.iter().map(|&pointer| {
            let children = root.at(pointer).into_iter().flat_map(|spot| &spot.children);
            (pointer, children.filter_map(|child| Some((child.key.as_deref()?, child))).collect())
        });
        let places = places.collect();
        Self {
            places,
            index,
            references: OnceCell::new(),
            document,
            contract,
            root,
            pages,
            conditions,
            edits,
            scopes_added: BTreeSet::new(),
            later: Later::default(),
            n_pruned: 0,
            changes,
            undecided,
            notes,
        }
    }

    /// Compares everything.
    pub(super) fn run(&mut self) {
        let contract = self.contract;
        for operation in &contract.operations {
            let pages = self.index.pages_of(operation);
            if pages.is_empty() {
                self.without_page(operation);
                continue;
            }
            self.aliases(operation, &pages);
            self.permissions(operation, &pages);
            self.headers(operation, &pages);
            self.query(operation, &pages);
            self.body(operation, &pages);
            self.success(operation, &pages);
            self.examples(operation, &pages);
        }
        self.schemas();
        self.undescribed();
        self.finish();
    }

    /// The place of a node.
    pub(super) fn spot(&self, pointer: &str) -> Option<&'a Spot> {
        for long in LONG {
            let Some(rest) = pointer.strip_prefix(long).and_then(|rest| rest.strip_prefix('/')) else { continue };
            let (key, below) = rest.find('/').map_or((rest, ""), |at| rest.split_at(at));
            let key = key.replace("~1", "/").replace("~0", "~");
            return self.places.get(long)?.get(key.as_str())?.at(below);
        }
        self.root.at(pointer)
    }

    pub(super) fn node(&self, pointer: &str) -> Option<&'a Node> {
        self.document.at(pointer)
    }

    /// The pointer behind references.
    pub(super) fn resolve(&self, pointer: &str) -> String {
        let mut pointer = pointer.to_owned();
        for _ in 0..16 {
            match self
                .node(&pointer)
                .and_then(|node| node.str("$ref"))
                .and_then(|reference| reference.strip_prefix('#'))
            {
                Some(next) => pointer = next.to_owned(),
                None => break,
            }
        }
        pointer
    }

    /// How often something refers to a component.
    pub(super) fn n_references(&self, pointer: &str) -> usize {
        let counted = self.references.get_or_init(|| {
            let mut counted = HashMap::new();
            let mut open = vec![&self.document.root];
            while let Some(node) = open.pop() {
                if let Some(reference) = node.str("$ref").and_then(|reference| reference.strip_prefix('#')) {
                    *counted.entry(reference).or_default() += 1;
                }
                open.extend(node.entries().map(|(_, _, child)| child).chain(node.items()));
            }
            counted
        });
        counted.get(pointer).copied().unwrap_or_default()
    }

    /// What all pages say of a fact, where it differs from the description and may be written.
    pub(super) fn decide<'p, T: PartialEq + Clone>(
        &mut self,
        known: &Known,
        voices: &[Voice<'p, T>],
        show: impl Fn(&T) -> String,
        is_said: impl Fn(&T) -> bool,
    ) -> Option<Decided<'p, T>> {
        let (value, page, place) = voices.first().cloned()?;
        let other = voices.iter().find(|(other, ..)| *other != value);
        if other.is_none() && is_said(&value) {
            return None;
        }
        if (self.conditions.accepted)(&known.fact, &place) {
            let message = format!("the page says {}; the disagreement is accepted", show(&value));
            self.note("accepted", &known.fact, place, Some(&known.spec), message);
            return None;
        }
        if let Some((other, _, other_place)) = other {
            let message = format!("pages contradict each other: {} here, {} there", show(&value), show(other));
            self.leave(&known.fact, place, other_place.clone(), message);
            return None;
        }
        if let Some(doubt) = self.doubt(&known.fact, &place) {
            let message = format!("left alone, since {} doubts it: {}", doubt.rule, doubt.message);
            let other = doubt.other.clone().unwrap_or_else(|| known.spec.clone());
            self.leave(&known.fact, place, other, message);
            return None;
        }
        Some(Decided { value, page, origin: place })
    }

    fn doubt(&self, fact: &FactId, place: &Origin) -> Option<&'a Finding> {
        let about = |finding: &&Finding| {
            finding.severity > Severity::Note
                && (finding.fact.as_ref() == Some(fact)
                    || finding.origin == *place
                    || finding.other.as_ref() == Some(place))
        };
        self.conditions.doubts.iter().find(about)
    }

    /// A fact that stays as it is, for a person to decide.
    pub(super) fn leave(&mut self, fact: &FactId, page: Origin, other: Origin, message: String) {
        self.undecided.push(Finding {
            rule: "update/undecided".to_owned(),
            severity: Severity::Error,
            origin: page,
            subject: fact.to_string(),
            message,
            remedy: "decide by hand, or accept the disagreement with a reason".to_owned(),
            other: Some(other),
            fact: Some(fact.clone()),
        });
    }

    pub(super) fn note(&mut self, rule: &str, fact: &FactId, page: Origin, spec: Option<&Origin>, message: String) {
        self.notes.push(Finding {
            rule: format!("update/{rule}"),
            severity: Severity::Note,
            origin: page,
            subject: fact.to_string(),
            message,
            remedy: String::new(),
            other: spec.cloned(),
            fact: Some(fact.clone()),
        });
    }

    /// Takes down a change.
    pub(super) fn changed<T>(&mut self, known: &Known, after: Option<String>, decided: &Decided<'_, T>) {
        self.changes.push(Change {
            fact: known.fact.clone(),
            before: known.before.clone(),
            after,
            page: decided.origin.clone(),
            spec: known.spec.clone(),
        });
    }

    /// Whether a page may drop what it does not list: it is the documented source.
    pub(super) fn may_drop(source: &Source, page: &Page) -> bool {
        source.rests == Rests::Documented && matching::is_source(&source.page, page)
    }

    /// Names the page as the source of what stands at `below` an operation or schema, where
    /// something else is named at present.
    pub(super) fn cite(&mut self, holder: &str, below: &str, source: &Source, page: &Page) {
        let revised = self.conditions.revision.is_none_or(|revision| source.page.ends_with(&format!("({revision})")));
        if source.rests == Rests::Documented && revised && matching::is_source(&source.page, page) {
            return;
        }
        let new = self.source(page);
        let Some(spot) = self.spot(holder) else { return };
        if below.is_empty() {
            match spot.get("x-entra-source") {
                Some(old) => self.edits.set(old, &new),
                None if !self.later.added.insert(format!("{holder} x-entra-source")) => {}
                None => self.edits.add_entry(spot, spot.children.len().checked_sub(1), &entry("x-entra-source", new)),
            }
            return;
        }
        match spot.get("x-entra-sources").and_then(|exceptions| exceptions.get(below)) {
            Some(old) => self.edits.set(old, &new),
            None => self.later.cited.entry(holder.to_owned()).or_default().push(entry(below, new)),
        }
    }

    /// `{page: …, rests: documented}`.
    pub(super) fn source(&self, page: &Page) -> Yaml {
        let name = match self.conditions.revision {
            Some(revision) => format!("{} ({revision})", page.page),
            None => page.page.clone(),
        };
        Yaml::braces([("page", Yaml::text(name)), ("rests", Yaml::text("documented"))])
    }

    /// Removes entries of an operation or schema, and the sources of what they said.
    pub(super) fn remove_entry(&mut self, holder: &str, key: &str) {
        let Some(spot) = self.spot(holder) else { return };
        let gone: Vec<usize> =
            (0..spot.children.len()).filter(|&index| spot.children[index].key.as_deref() == Some(key)).collect();
        self.edits.remove(spot, &gone);
        self.forget(holder, &format!("/{}", escape(key)));
    }

    /// Removes the exceptions that speak of a place below an operation or schema.
    pub(super) fn forget(&mut self, holder: &str, below: &str) {
        self.later.forgotten.entry(holder.to_owned()).or_default().push(below.to_owned());
    }

    /// Whether nothing in this pass has added this entry yet; the next pass adds to it.
    pub(super) fn is_fresh(&mut self, holder: &str, key: &str) -> bool {
        self.later.added.insert(format!("{holder} {key}"))
    }

    /// What several facts have a part in is written once.
    fn finish(&mut self) {
        let later = std::mem::take(&mut self.later);
        for (schema, names) in &later.unrequired {
            self.unrequire_all(schema, names);
        }
        let mut emptied = BTreeSet::new();
        for (holder, gone) in &later.forgotten {
            if self.forget_all(holder, gone) && later.cited.contains_key(holder) {
                emptied.insert(holder);
            }
        }
        for (holder, new) in later.cited {
            let Some(spot) = self.spot(&holder) else { continue };
            match spot.get("x-entra-sources").filter(|_| !emptied.contains(&holder)) {
                Some(exceptions) => {
                    let after = exceptions.children.len().checked_sub(1);
                    new.iter().for_each(|entry| self.edits.add_entry(exceptions, after, entry));
                }
                None => {
                    let exceptions = entry("x-entra-sources", Yaml::mapping(new));
                    self.edits.add_entry(spot, spot.children.len().checked_sub(1), &exceptions);
                }
            }
        }
    }

    /// Removes exceptions, and the whole of them where none is left; says whether that was so.
    fn forget_all(&mut self, holder: &str, places: &[String]) -> bool {
        let Some(spot) = self.spot(holder) else { return false };
        let Some(at) = spot.children.iter().position(|child| child.key.as_deref() == Some("x-entra-sources")) else {
            return false;
        };
        let exceptions = &spot.children[at];
        let speaks = |key: &str| places.iter().any(|below| key == below || key.starts_with(&format!("{below}/")));
        let gone: Vec<usize> = (0..exceptions.children.len())
            .filter(|&index| exceptions.children[index].key.as_deref().is_some_and(speaks))
            .collect();
        let all = !gone.is_empty() && gone.len() == exceptions.children.len();
        match all {
            true => self.edits.remove(spot, &[at]),
            false => self.edits.remove(exceptions, &gone),
        }
        all
    }

    /// Takes names off the list of required properties, and the list away where none is left.
    fn unrequire_all(&mut self, schema: &str, names: &[String]) {
        let pointer = format!("{schema}/required");
        let (Some(spot), Some(node)) = (self.spot(&pointer), self.node(&pointer)) else { return };
        let is_gone = |item: &Node| item.text().is_some_and(|text| names.iter().any(|name| name == text));
        let gone: Vec<usize> = node.items().enumerate().filter(|(_, item)| is_gone(item)).map(|(at, _)| at).collect();
        match gone.len() == spot.children.len() && !gone.is_empty() {
            true => self.remove_entry(schema, "required"),
            false => self.edits.remove(spot, &gone),
        }
    }

    /// Adds an entry to an operation behind the last of the named ones that it has.
    pub(super) fn add_behind(&mut self, holder: &str, names: &[&str], entry: &Entry) {
        let Some(spot) = self.spot(holder) else { return };
        let named = |child: &Spot| child.key.as_deref().is_some_and(|key| names.contains(&key));
        let after = spot.children.iter().rposition(named).or(spot.children.len().checked_sub(1));
        self.edits.add_entry(spot, after, entry);
    }

    /// Adds a component schema behind all others.
    pub(super) fn add_schema(&mut self, name: &str, schema: Vec<Entry>) {
        if let Some(schemas) = self.spot("/components/schemas").filter(|_| self.later.added.insert(name.to_owned())) {
            let after = schemas.children.len().checked_sub(1);
            self.edits.add_entry(schemas, after, &entry(name, Yaml::mapping(schema)));
        }
    }

    /// Whether a component of this name exists.
    pub(super) fn has_schema(&self, name: &str) -> bool {
        self.node(&format!("/components/schemas/{}", escape(name))).is_some()
    }
}

/// The pointer of an operation.
pub(super) fn pointer(operation: &Operation) -> String {
    format!("/paths/{}/{}", escape(operation.path.as_str()), operation.method.to_ascii_lowercase())
}

/// A place on a page.
pub(super) fn origin(page: &Page, line: usize) -> Origin {
    Origin { file: page.page.clone(), line }
}
