//! Who says what: `x-entra-source`, inherited downwards, and its exceptions `x-entra-sources`.

use super::{Document, Node, SpecError};
use crate::contract::{Origin, Rests, Source};

impl Document {
    /// The source of the statement at a JSON pointer: the nearest `x-entra-source` at or above
    /// it, where an entry of `x-entra-sources` whose pointer covers the place comes first.
    ///
    /// # Errors
    /// No source anywhere above, or one that is not `{page, rests}`.
    pub(super) fn source(&self, pointer: &str, line: usize) -> Result<Source, SpecError> {
        let mut above = pointer;
        loop {
            if let Some(node) = self.at(above) {
                let rest = &pointer[above.len()..];
                let exception = node
                    .get("x-entra-sources")
                    .into_iter()
                    .flat_map(Node::entries)
                    .filter(|(covers, _, _)| rest == covers || rest.starts_with(&format!("{covers}/")))
                    .max_by_key(|(covers, _, _)| covers.len());
                if let Some((_, _, node)) = exception {
                    return self.read_source(node);
                }
                if let Some(node) = node.get("x-entra-source") {
                    return self.read_source(node);
                }
            }
            match above.rfind('/') {
                Some(cut) => above = &above[..cut],
                None => {
                    let reason = "nothing says where this comes from; add x-entra-source: {page, rests}";
                    return Err(SpecError::new(&self.file, line, pointer, reason));
                }
            }
        }
    }

    /// `{page: …, rests: documented|metadata|observed|convention|assumption}`.
    pub(super) fn read_source(&self, node: &Node) -> Result<Source, SpecError> {
        let rests = node.str("rests").and_then(Rests::parse);
        match (node.str("page"), rests) {
            (Some(page), Some(rests)) => Ok(Source { page: page.to_owned(), rests }),
            _ => Err(SpecError::new(
                &self.file,
                node.line,
                "x-entra-source",
                "a source is {page: …, rests: documented|metadata|observed|convention|assumption}",
            )),
        }
    }

    pub(super) fn origin(&self, line: usize) -> Origin {
        Origin { file: self.file.clone(), line }
    }
}
