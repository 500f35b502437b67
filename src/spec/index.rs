//! Where a description keeps its paths and components, so that a pointer to one of thousands is
//! followed without a look at the others. Must not know what the entries mean.

use std::collections::HashMap;

use super::yaml::unescape;
use super::{Content, Node};

/// Positions of the entries of `paths` and of each section of `components`, by mapping and key.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Index {
    positions: HashMap<String, HashMap<String, usize>>,
}

impl Index {
    /// Looks where everything is.
    pub(super) fn of(root: &Node) -> Self {
        let mut index = Self::default();
        index.add(root, "/paths");
        for (section, _, _) in root.get("components").into_iter().flat_map(Node::entries) {
            index.add(root, &format!("/components/{section}"));
        }
        index
    }

    fn add(&mut self, root: &Node, pointer: &str) {
        if let Some(Node { content: Content::Map(entries), .. }) = root.at(pointer) {
            let positions = self.positions.entry(pointer.to_owned()).or_default();
            for (position, (key, _, _)) in entries.iter().enumerate() {
                positions.entry(key.clone()).or_insert(position);
            }
        }
    }

    /// The node at a pointer.
    pub(super) fn find<'a>(&self, root: &'a Node, pointer: &str) -> Option<&'a Node> {
        self.quick(root, pointer).unwrap_or_else(|| root.at(pointer))
    }

    /// `None` where the index has no say: another place, or a tree that changed since.
    fn quick<'a>(&self, root: &'a Node, pointer: &str) -> Option<Option<&'a Node>> {
        let n_segments = if pointer.starts_with("/components/") { 2 } else { 1 };
        let (at, _) = pointer.match_indices('/').nth(n_segments)?;
        let (mapping, rest) = pointer.split_at(at);
        let positions = self.positions.get(mapping)?;
        let key = rest[1..].split('/').next().unwrap_or_default();
        let Some(Node { content: Content::Map(entries), .. }) = root.at(mapping) else { return None };
        let key = unescape(key);
        let Some(&position) = positions.get(key.as_ref()) else {
            return (entries.len() == positions.len()).then_some(None);
        };
        let (_, _, node) = entries.get(position).filter(|(found, _, _)| *found == key)?;
        let below = rest[1..].find('/').map_or("", |end| &rest[1 + end..]);
        Some(node.at(below))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "paths: {'/a/{id}': {get: {x: 1}}}\ncomponents: {schemas: {A~B: {y: 2}}}\ninfo: {z: 3}\n";

    #[test]
    fn it_finds_what_a_walk_finds() {
        let mut root = Node::parse(TEXT).expect("YAML");
        let index = Index::of(&root);
        for pointer in [
            "",
            "/",
            "/paths",
            "/paths/~1a~1{id}",
            "/paths/~1a~1{id}/get/x",
            "/paths/~1b",
            "/components/schemas",
            "/components/schemas/A~0B",
            "/components/schemas/A~0B/y",
            "/components/schemas/A~0B/z",
            "/components/schemas/",
            "/components/none/A",
            "/info/z",
            "info",
        ] {
            assert_eq!(index.find(&root, pointer), root.at(pointer), "{pointer}");
        }
        assert_eq!(index.find(&root, "/paths/~1a~1{id}/get/x").and_then(Node::integer), Some(1));
        // A tree that changed since is walked.
        let Content::Map(entries) = &mut root.content else { unreachable!("a mapping") };
        entries[0] = ("paths".to_owned(), 1, Node::parse("/b: 4\n/a/{id}: 5\n").expect("YAML"));
        for pointer in ["/paths/~1a~1{id}", "/paths/~1b", "/paths/~1c"] {
            assert_eq!(index.find(&root, pointer), root.at(pointer), "{pointer}");
        }
    }
}
