//! Who may call.

use super::pass::{Decided, Known, Pass, Voice, origin, pointer};
use crate::contract::{FactId, Operation};
use crate::docs::Page;
use crate::regen::emit::{Yaml, entry};
use crate::regen::layout::Spot;
use crate::spec::escape;

impl Pass<'_> {
    /// The permissions of the three kinds, each by itself. Their order means nothing.
    pub(super) fn permissions(&mut self, operation: &Operation, pages: &[&Page]) {
        for (kind, names) in operation.permissions.kinds() {
            // A page has one list of both; which of them allow more than is needed is ours to say.
            let higher = operation.permissions.higher(kind);
            let both: Vec<String> = names.iter().chain(higher).cloned().collect();
            let known = Known {
                fact: FactId::of(&self.contract.api, operation, "permission", Some(kind)),
                before: Some(show(&both)),
                spec: operation.permissions.origin.clone(),
            };
            let voices: Vec<Voice<'_, Vec<String>>> = pages.iter().filter_map(|page| voice(page, kind)).collect();
            let is_said = |stated: &Vec<String>| sorted(stated) == sorted(&both);
            let Some(mut decided) = self.decide(&known, &voices, |names| show(names), is_said) else { continue };
            let stated = decided.value.clone();
            self.drop_higher(operation, kind, higher, &stated);
            decided.value.retain(|name| !higher.contains(name));
            match kind {
                "delegatedWork" => self.set_scopes(operation, "delegated", names, &decided),
                "application" => self.set_scopes(operation, "application", names, &decided),
                _ => self.set_personal(operation, &decided),
            }
            self.cite(&pointer(operation), "/security", &operation.permissions.source, decided.page);
            self.changed(&known, Some(show(&stated)), &decided);
        }
    }

    /// Takes names that no page states any more off the list of those that allow more.
    fn drop_higher(&mut self, operation: &Operation, kind: &str, higher: &[String], stated: &[String]) {
        let place = format!("{}/x-entra-permissions/higher", pointer(operation));
        let Some(list) = self.spot(&place).and_then(|lists| lists.get(kind)) else { return };
        let gone: Vec<usize> = (0..higher.len()).filter(|&index| !stated.contains(&higher[index])).collect();
        match gone.len() == list.children.len() {
            true => self.edits.set(list, &Yaml::Row(Vec::new())),
            false => self.edits.remove(list, &gone),
        }
    }

    /// Makes the security requirements of a scheme these names, any one of which suffices.
    fn set_scopes(
        &mut self,
        operation: &Operation,
        scheme: &str,
        names: &[String],
        decided: &Decided<'_, Vec<String>>,
    ) {
        let wanted = &decided.value;
        let Some(security) = self.spot(&format!("{}/security", pointer(operation))) else { return };
        let (gone, mut new): (Vec<&String>, Vec<&String>) = (
            names.iter().filter(|name| !wanted.contains(name)).collect(),
            wanted.iter().filter(|name| !names.contains(name)).collect(),
        );
        new.reverse();
        let mut empty_items: Vec<usize> = Vec::new();
        let mut last = None;
        for (index, item) in security.children.iter().enumerate() {
            let Some(list) = item.get(scheme) else { continue };
            last = Some(index);
            let mut leftover: Vec<usize> = Vec::new();
            let node = self.node(&format!("{}/security/{index}/{}", pointer(operation), escape(scheme)));
            let texts: Vec<&str> =
                node.into_iter().flat_map(|node| node.items()).filter_map(|node| node.text()).collect();
            for at in (0..texts.len()).filter(|&at| gone.iter().any(|name| *name == texts[at])) {
                match (new.pop(), list.children.get(at)) {
                    (Some(name), Some(spot)) => self.edits.set_text(spot, name),
                    _ => leftover.push(at),
                }
            }
            if leftover.len() < list.children.len() {
                self.edits.remove(list, &leftover);
            } else if !list.children.is_empty() {
                empty_items.push(index);
            }
        }
        new.reverse();
        self.remove_requirements(security, scheme, &empty_items, !new.is_empty());
        for name in new {
            // `[]` says that nothing is supported: the first name takes its place.
            let after = last.or(if scheme == "delegated" { None } else { security.children.len().checked_sub(1) });
            let requirement = Yaml::Map(vec![entry(scheme, Yaml::row([name]))]);
            let vacant =
                last.and_then(|index| security.children[index].get(scheme)).filter(|list| list.children.is_empty());
            match vacant {
                Some(list) => self.edits.set(list, &Yaml::row([name])),
                None => self.edits.add_item(security, after, &requirement),
            }
            self.add_scope(scheme, name, decided);
        }
        for name in wanted {
            self.add_scope(scheme, name, decided);
        }
    }

    /// Removes the requirements that have no name left. One must stay, and says with an empty
    /// list that there is none.
    fn remove_requirements(&mut self, security: &Spot, scheme: &str, gone: &[usize], replaced: bool) {
        let all = gone.len() == security.children.len() && !replaced;
        let kept = usize::from(all);
        for &index in &gone[..kept.min(gone.len())] {
            if let Some(list) = security.children[index].get(scheme) {
                self.edits.set(list, &Yaml::Row(Vec::new()));
            }
        }
        let rest = &gone[kept.min(gone.len())..];
        let (whole, part): (Vec<usize>, Vec<usize>) =
            rest.iter().partition(|index| security.children[**index].children.len() == 1);
        self.edits.remove(security, &whole);
        for index in part {
            let item = &security.children[index];
            let at = item.children.iter().position(|child| child.key.as_deref() == Some(scheme));
            self.edits.remove(item, &at.into_iter().collect::<Vec<_>>());
        }
    }

    /// Declares a scope where its scheme does not have it yet.
    fn add_scope(&mut self, scheme: &str, name: &str, decided: &Decided<'_, Vec<String>>) {
        let flows = format!("/components/securitySchemes/{}/flows", escape(scheme));
        let Some(flows) = self.spot(&flows) else { return };
        for flow in &flows.children {
            let Some(scopes) = flow.get("scopes").filter(|scopes| scopes.get(name).is_none()) else { continue };
            if self.scopes_added.insert(format!("{scheme} {name}")) {
                let says = Yaml::text(format!("Named by {}.", decided.page.page));
                self.edits.add_entry(scopes, scopes.children.len().checked_sub(1), &entry(name, says));
            }
        }
    }

    fn set_personal(&mut self, operation: &Operation, decided: &Decided<'_, Vec<String>>) {
        let holder = pointer(operation);
        let value = match decided.value.is_empty() {
            true => Yaml::text("notSupported"),
            false => Yaml::row(&decided.value),
        };
        let extension = self.spot(&format!("{holder}/x-entra-permissions"));
        match (extension, extension.and_then(|extension| extension.get("personal"))) {
            (_, Some(old)) => self.edits.set(old, &value),
            (Some(extension), None) => {
                let after = extension.children.len().checked_sub(1);
                self.edits.add_entry(extension, after, &entry("personal", value));
            }
            (None, None) => {
                let new = entry("x-entra-permissions", Yaml::braces([("personal", value)]));
                self.add_behind(&holder, &["x-entra-source", "x-entra-aliases", "operationId"], &new);
            }
        }
    }
}

fn voice<'p>(page: &'p Page, kind: &str) -> Option<Voice<'p, Vec<String>>> {
    let (_, names) = page.permissions.as_ref()?.kinds().find(|(name, _)| *name == kind)?;
    let mut unique: Vec<String> = Vec::new();
    for name in names? {
        if !unique.contains(name) {
            unique.push(name.clone());
        }
    }
    let mut place = origin(page, page.lines.permission(kind).unwrap_or(1));
    if let Some(file) = &page.lines.permissions_file {
        place.file.clone_from(file);
    }
    Some((unique, page, place))
}

fn sorted(names: &[String]) -> Vec<&String> {
    let mut sorted: Vec<&String> = names.iter().collect();
    sorted.sort_unstable();
    sorted
}

fn show(names: &[String]) -> String {
    if names.is_empty() { "not supported".to_owned() } else { names.join(" or ") }
}
