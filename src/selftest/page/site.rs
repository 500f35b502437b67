//! Where a page of ours has what: `docs::render` writes it, and this finds it again.

use std::ops::Range;

use crate::docs::render::Rendered;

/// A page that is otherwise, new, or gone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::selftest) struct Edit {
    pub(in crate::selftest) path: String,
    /// What it says now; nothing where it is gone.
    pub(in crate::selftest) text: Option<String>,
}

/// What makes other pages of these; each has its path still, and none is gone.
pub(in crate::selftest) fn edits(before: &[Rendered], after: Vec<Rendered>) -> Vec<Edit> {
    let changed = after.into_iter().filter(|page| !before.contains(page));
    changed.map(|page| Edit { path: page.path, text: Some(page.text) }).collect()
}

/// A page among others.
pub(super) struct Site<'a> {
    pub(super) pages: &'a [Rendered],
    pub(super) at: usize,
    pub(super) api: &'a str,
}

impl Site<'_> {
    /// The page that is to be damaged.
    pub(super) fn page(&self) -> &Rendered {
        &self.pages[self.at]
    }

    pub(super) fn text(&self) -> &str {
        &self.page().text
    }

    /// This page with another text.
    pub(super) fn with(&self, text: String) -> Option<Edit> {
        Some(Edit { path: self.page().path.clone(), text: Some(text) })
    }

    /// The site without this page.
    pub(super) fn without(&self) -> Option<Edit> {
        Some(Edit { path: self.page().path.clone(), text: None })
    }

    /// The page with a range of it replaced.
    pub(super) fn edit(&self, range: Range<usize>, text: &str) -> Option<Edit> {
        let mut edited = self.text().to_owned();
        edited.replace_range(range, text);
        self.with(edited)
    }

    /// The page with the first place that says one thing saying another.
    pub(super) fn replace(&self, from: &str, to: &str) -> Option<Edit> {
        let at = self.text().find(from)?;
        self.edit(at..at + from.len(), to)
    }

    /// The same within a range.
    pub(super) fn replace_in(&self, range: Range<usize>, from: &str, to: &str) -> Option<Edit> {
        let at = range.start + self.text()[range].find(from)?;
        self.edit(at..at + from.len(), to)
    }

    /// The lines of a section, without its heading.
    pub(super) fn section(&self, heading: &str) -> Option<Range<usize>> {
        let heading = format!("\n## {heading}\n");
        let start = self.text().find(&heading)? + heading.len();
        let end = self.text()[start..].find("\n## ").map_or(self.text().len(), |end| start + end);
        Some(start..end)
    }

    /// The lines of the first block with this annotation.
    fn block(&self, annotation: &str) -> Option<Range<usize>> {
        let annotated = self.text().find(annotation)?;
        let start = annotated + self.text()[annotated..].find("```http\n")? + "```http\n".len();
        Some(start..start + self.text()[start..].find("\n```")?)
    }

    /// The first request of the examples.
    pub(super) fn request(&self) -> Option<Range<usize>> {
        self.block("\"blockType\":\"request\"")
    }

    /// The first answer of the examples.
    pub(super) fn answer(&self) -> Option<Range<usize>> {
        self.block("\"blockType\":\"response\"")
    }

    /// The request lines of the operation.
    pub(super) fn templates(&self) -> Option<Range<usize>> {
        self.block("\"blockType\":\"ignored\"")
    }

    /// The first line of a range.
    pub(super) fn first_line(&self, range: &Range<usize>) -> Range<usize> {
        let end = self.text()[range.clone()].find('\n').map_or(range.end, |end| range.start + end);
        range.start..end
    }

    /// The JSON of a message.
    pub(super) fn body(&self, message: &Range<usize>) -> Option<Range<usize>> {
        let start = message.start + self.text()[message.clone()].find("\n\n{")? + 2;
        Some(start..message.end)
    }

    /// The line that begins so, without its end.
    pub(super) fn line(&self, begins: &str) -> Option<Range<usize>> {
        let begins = format!("\n{begins}");
        let start = self.text().find(&begins)? + 1;
        let end = self.text()[start..].find('\n').map_or(self.text().len(), |end| start + end);
        Some(start..end)
    }

    /// The method and path of the operation.
    pub(super) fn operation(&self) -> Option<(&str, &str)> {
        let line = self.first_line(&self.templates()?);
        self.text()[line].split_once(' ')
    }
}
