//! The JSON in HTML comments that says what a fence is.

use serde_json::{Map, Value};

use super::outline::{Block, BlockKind, Outline};

/// An annotation: a comment that holds a JSON object, or was meant to.
#[derive(Debug, Clone, PartialEq)]
pub struct Annotation {
    /// 1-based first line of the comment.
    pub line: usize,
    /// The object, or why it is none.
    pub value: Result<Map<String, Value>, String>,
    /// 1-based first line of the fence that it describes: the next block.
    pub fence: Option<usize>,
}

impl Annotation {
    /// A text member of the object.
    #[must_use]
    pub fn str(&self, name: &str) -> Option<&str> {
        self.value.as_ref().ok()?.get(name)?.as_str()
    }

    /// `blockType`: `request`, `response`, `ignored`, `resource` and others.
    #[must_use]
    pub fn block_type(&self) -> Option<&str> {
        self.str("blockType")
    }

    /// A member that is `true`.
    #[must_use]
    pub fn is(&self, name: &str) -> bool {
        self.value.as_ref().is_ok_and(|object| object.get(name) == Some(&Value::Bool(true)))
    }
}

/// The annotation of the fence that begins at a line. Annotations are in page order.
#[must_use]
pub fn of_fence(annotations: &[Annotation], fence: usize) -> Option<&Annotation> {
    let above = annotations.partition_point(|annotation| annotation.line < fence);
    annotations[..above].last().filter(|annotation| annotation.fence == Some(fence))
}

impl Outline {
    /// Reads every annotation of the page.
    pub(super) fn annotations(&self) -> Vec<Annotation> {
        let mut annotations = Vec::new();
        for (index, block) in self.blocks.iter().enumerate() {
            if let Some(annotation) = self.annotation(index, block) {
                annotations.push(annotation);
            }
        }
        annotations
    }

    fn annotation(&self, index: usize, block: &Block) -> Option<Annotation> {
        if !matches!(block.kind, BlockKind::Comment { .. }) {
            return None;
        }
        let text = self.comment(block).trim();
        if !text.starts_with('{') {
            return None;
        }
        let value = serde_json::from_str::<Map<String, Value>>(text).map_err(|error| error.to_string());
        let next = self.blocks.get(index + 1);
        let fence = next.filter(|next| matches!(next.kind, BlockKind::Fence { .. })).map(|next| next.first);
        Some(Annotation { line: block.first, value, fence })
    }
}
