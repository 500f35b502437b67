//! The blocks of a page: headings, fences, tables, comments, text, each with its lines.
//!
//! Not CommonMark: pages have tables that CommonMark drops (a delimiter row wider than its
//! header), fences that are never closed, and rows broken over lines, and what they say must be
//! read all the same. Where a page is sound, blocks agree with CommonMark's (a test compares
//! them with pulldown-cmark).

use std::collections::HashMap;

use super::annotation::Annotation;
use super::section::{self, Head};

/// A page cut into lines and blocks.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Outline {
    text: String,
    /// Byte offsets at which lines start and end (without their line ends).
    spans: Vec<(u32, u32)>,
    /// Blocks in page order.
    pub blocks: Vec<Block>,
    /// Its sections, by the numbers of their blocks.
    pub(super) heads: Vec<Head>,
    /// Every annotation of the page, in page order.
    pub annotations: Vec<Annotation>,
}

/// One block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Block {
    /// What it is.
    pub kind: BlockKind,
    /// 1-based first line.
    pub first: usize,
    /// 1-based last line.
    pub last: usize,
}

/// What a block is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BlockKind {
    /// The metadata at the top, with its lines of dashes.
    FrontMatter,
    /// A heading and its level, 1 to 6.
    Heading(u8),
    /// The head of a tab: `# [HTTP](#tab/http)`.
    Tab,
    /// A fenced block, its two fence lines included; whether it is closed.
    Fence {
        /// Whether there is a line that closes it, before the page goes on.
        closed: bool,
    },
    /// An HTML comment.
    Comment {
        /// Whether it ends.
        closed: bool,
    },
    /// Lines that form a table, with or without a delimiter row.
    Table,
    /// `[!INCLUDE …]`.
    Include,
    /// A line of dashes.
    Rule,
    /// Anything else: paragraphs, lists, quotes.
    Text,
}

impl Outline {
    /// Cuts a page into blocks, in one pass over its lines.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        // One kind of line end, so that what spans lines reads the same in every file.
        let text = if memchr::memchr(b'\r', text.as_bytes()).is_some() {
            text.replace("\r\n", "\n").replace('\r', "\n")
        } else {
            text.to_owned()
        };
        let spans = lines(&text);
        let mut outline = Self { text, spans, ..Self::default() };
        outline.blocks =
            Scanner { outline: &outline, at: 1, blocks: Vec::with_capacity(outline.len() / 3), ends: HashMap::new() }
                .run();
        outline.heads = outline.heads();
        outline.annotations = outline.annotations();
        outline
    }

    /// Number of lines.
    #[must_use]
    pub fn len(&self) -> usize {
        self.spans.len()
    }

    /// Whether there is no line at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.spans.is_empty()
    }

    /// A line without its line end; empty beyond the last.
    #[must_use]
    pub fn line(&self, number: usize) -> &str {
        match number.checked_sub(1).and_then(|index| self.spans.get(index)) {
            Some(&(start, end)) => &self.text[start as usize..end as usize],
            None => "",
        }
    }

    /// Lines with their numbers.
    pub fn lines(&self, first: usize, last: usize) -> impl Iterator<Item = (usize, &str)> + Clone {
        (first..=last).map(|number| (number, self.line(number)))
    }

    /// The text of lines as it stands.
    #[must_use]
    pub fn text(&self, first: usize, last: usize) -> &str {
        match (first.checked_sub(1).and_then(|index| self.spans.get(index)), self.spans.get(last.wrapping_sub(1))) {
            (Some(&(start, _)), Some(&(_, end))) if first <= last => &self.text[start as usize..end as usize],
            _ => "",
        }
    }

    /// The 1-based line of a byte of the text of the whole page.
    #[must_use]
    pub fn line_at(&self, offset: usize) -> usize {
        self.spans.partition_point(|&(start, _)| start as usize <= offset).max(1)
    }

    /// The text of a heading without marks.
    #[must_use]
    pub fn heading(&self, block: &Block) -> &str {
        let line = trim_start(self.line(block.first));
        let marks = line.bytes().take_while(|byte| *byte == b'#').count();
        let title = line[marks..].trim_ascii();
        if title.is_ascii() && !title.ends_with('#') { title } else { title.trim().trim_end_matches('#').trim() }
    }

    /// The info string of a fence: `http`.
    #[must_use]
    pub fn info(&self, block: &Block) -> &str {
        self.line(block.first).trim().trim_start_matches(['`', '~']).trim()
    }

    /// The lines inside a fence, or none.
    #[must_use]
    pub fn inside(&self, block: &Block) -> (usize, usize) {
        match block.kind {
            BlockKind::Fence { closed: true } => (block.first + 1, block.last - 1),
            _ => (block.first + 1, block.last),
        }
    }

    /// The inside of a comment, without `<!--` and `-->`.
    #[must_use]
    pub fn comment(&self, block: &Block) -> &str {
        let text = self.text(block.first, block.last).trim_start();
        let text = text.strip_prefix("<!--").unwrap_or(text);
        match memchr::memmem::find(text.as_bytes(), b"-->") {
            Some(end) => &text[..end],
            None => text,
        }
    }

    /// The target of an include: `../includes/permissions/x.md`.
    #[must_use]
    pub fn include(&self, block: &Block) -> Option<&str> {
        let (_, rest) = self.line(block.first).split_once("](")?;
        rest.split(')').next().map(str::trim)
    }
}

/// Where lines start and end, which is at line feeds only.
fn lines(text: &str) -> Vec<(u32, u32)> {
    let offset = |position: usize| u32::try_from(position).unwrap_or(u32::MAX);
    let mut spans = Vec::with_capacity(text.len() / 24);
    let mut start = 0;
    for end in memchr::memchr_iter(b'\n', text.as_bytes()) {
        spans.push((offset(start), offset(end)));
        start = end + 1;
    }
    if start < text.len() {
        spans.push((offset(start), offset(text.len())));
    }
    spans
}

/// A line without blanks in front. Those are spaces on nearly every line.
fn trim_start(line: &str) -> &str {
    let blanks = line.bytes().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    let rest = &line[blanks..];
    if rest.starts_with(|first: char| first.is_ascii_graphic()) { rest } else { rest.trim_start() }
}

fn is_blank(line: &str) -> bool {
    trim_start(line).is_empty()
}

/// A line that opens or closes a fence.
#[derive(Clone, Copy)]
struct Mark<'a> {
    mark: u8,
    length: usize,
    info: &'a str,
}

/// Longer marks are taken for ones of this length, so that there are few kinds of them.
const LONGEST_MARK: usize = 16;

/// Where the search for the end of a fence stops.
#[derive(Clone, Copy)]
struct End {
    line: usize,
    closed: bool,
}

fn mark(line: &str) -> Option<Mark<'_>> {
    let line = trim_start(line);
    let mark = *line.as_bytes().first()?;
    if mark != b'`' && mark != b'~' {
        return None;
    }
    let length = line.bytes().take_while(|byte| *byte == mark).count();
    let info = line[length..].trim();
    let length = length.min(LONGEST_MARK);
    (length >= 3 && !(mark == b'`' && info.contains('`'))).then_some(Mark { mark, length, info })
}

struct Scanner<'a> {
    outline: &'a Outline,
    at: usize,
    blocks: Vec<Block>,
    /// By mark and length: the last end that was found, which holds for every line above it.
    ends: HashMap<(u8, usize), End>,
}

impl Scanner<'_> {
    fn run(mut self) -> Vec<Block> {
        self.front_matter();
        while self.at <= self.outline.len() {
            let line = self.outline.line(self.at);
            if is_blank(line) {
                self.at += 1;
                continue;
            }
            let first = self.at;
            let (kind, last) = self.block(line);
            self.blocks.push(Block { kind, first, last });
            self.at = last + 1;
        }
        self.blocks
    }

    fn front_matter(&mut self) {
        if self.outline.line(1).trim_end() != "---" {
            return;
        }
        let end = (2..=self.outline.len()).find(|&number| self.outline.line(number).trim_end() == "---");
        // Without an end it is a line of dashes; metadata is short.
        if let Some(last) = end.filter(|last| *last <= 100) {
            self.blocks.push(Block { kind: BlockKind::FrontMatter, first: 1, last });
            self.at = last + 1;
        }
    }

    fn block(&mut self, line: &str) -> (BlockKind, usize) {
        let trimmed = trim_start(line);
        if let Some(mark) = mark(line) {
            return self.fence(mark);
        }
        if trimmed.starts_with("<!--") {
            return self.comment();
        }
        if let Some(level) = heading(line) {
            let kind = if trimmed.contains("](#tab/") { BlockKind::Tab } else { BlockKind::Heading(level) };
            return (kind, self.at);
        }
        if trimmed.len() >= 10 && trimmed.as_bytes()[..10].eq_ignore_ascii_case(b"[!INCLUDE ") {
            return (BlockKind::Include, self.at);
        }
        if is_rule(trimmed) {
            return (BlockKind::Rule, self.at);
        }
        if self.table_starts(self.at) {
            return (BlockKind::Table, self.table_end());
        }
        (BlockKind::Text, self.text_end())
    }

    /// A fence ends at its closing mark. Where another fence opens first, the page ends first, or
    /// a section of the page begins, it was never closed: then it ends before whatever looks
    /// like the page again.
    fn fence(&mut self, open: Mark<'_>) -> (BlockKind, usize) {
        let end = self.fence_end(open);
        if end.closed {
            return (BlockKind::Fence { closed: true }, end.line);
        }
        let resumes = (self.at + 1..end.line).find(|&number| is_page(self.outline.line(number)));
        (BlockKind::Fence { closed: false }, self.unclosed(resumes.unwrap_or(end.line)))
    }

    /// Where the search ends. What an earlier search for the same mark found farther down holds
    /// still, so that no line is searched twice.
    fn fence_end(&mut self, open: Mark<'_>) -> End {
        let key = (open.mark, open.length);
        if let Some(end) = self.ends.get(&key).filter(|end| end.line > self.at) {
            return *end;
        }
        let end = (self.at + 1..=self.outline.len()).find_map(|line| self.ends_fence(open, line));
        let end = end.unwrap_or(End { line: self.outline.len() + 1, closed: false });
        self.ends.insert(key, end);
        end
    }

    fn ends_fence(&self, open: Mark<'_>, line: usize) -> Option<End> {
        let text = self.outline.line(line);
        match mark(text) {
            Some(mark) if mark.mark == open.mark && mark.length >= open.length && mark.info.is_empty() => {
                Some(End { line, closed: true })
            }
            Some(mark) if mark.mark == open.mark && mark.length == open.length && is_language(mark.info) => {
                Some(End { line, closed: false })
            }
            Some(_) => None,
            None => {
                let section = heading(text).is_some_and(|level| level >= 2) && section::is_known(text);
                section.then_some(End { line, closed: false })
            }
        }
    }

    /// The last line with content before `next`, which belongs to the page again.
    fn unclosed(&self, next: usize) -> usize {
        let last = (self.at..next).rev().find(|&number| !is_blank(self.outline.line(number)));
        last.unwrap_or(self.at)
    }

    fn comment(&self) -> (BlockKind, usize) {
        let start = self.outline.spans[self.at - 1].0 as usize;
        let text = &self.outline.text.as_bytes()[start..];
        let open = memchr::memmem::find(text, b"<!--").map_or(0, |at| at + 4);
        match memchr::memmem::find(&text[open..], b"-->") {
            Some(end) => (BlockKind::Comment { closed: true }, self.outline.line_at(start + open + end)),
            None => (BlockKind::Comment { closed: false }, self.outline.len()),
        }
    }

    fn table_starts(&self, number: usize) -> bool {
        let line = self.outline.line(number).trim();
        if line.starts_with('|') {
            return line.len() > 1;
        }
        line.contains('|') && is_delimiter(self.outline.line(number + 1)) && self.outline.line(number + 1).contains('|')
    }

    /// A table goes on to the next blank line or block that is none of its own. A line without a
    /// leading pipe below rows that have one continues the last cell.
    fn table_end(&self) -> usize {
        (self.at + 1..=self.outline.len())
            .find(|&number| {
                let line = self.outline.line(number);
                let trimmed = line.trim();
                trimmed.is_empty() || !trimmed.starts_with('|') && self.interrupts(line)
            })
            .map_or(self.outline.len(), |next| next - 1)
    }

    fn text_end(&self) -> usize {
        (self.at + 1..=self.outline.len())
            .find(|&number| {
                let line = self.outline.line(number);
                is_blank(line) || self.interrupts(line) || self.table_starts(number)
            })
            .map_or(self.outline.len(), |next| next - 1)
    }

    fn interrupts(&self, line: &str) -> bool {
        let trimmed = trim_start(line);
        match trimmed.as_bytes().first() {
            Some(b'`' | b'~') => mark(line).is_some(),
            Some(b'<') => trimmed.starts_with("<!--"),
            Some(b'#') => heading(line).is_some(),
            Some(b'[') => trimmed.len() >= 10 && trimmed.as_bytes()[..10].eq_ignore_ascii_case(b"[!INCLUDE "),
            Some(b'-' | b'*' | b'_') => is_rule(trimmed),
            _ => false,
        }
    }
}

/// The level of a heading line. The blank after the marks may be missing, as it is on pages,
/// where a letter follows at least two of them.
fn heading(line: &str) -> Option<u8> {
    let trimmed = trim_start(line);
    if !trimmed.starts_with('#') || line.len() - trimmed.len() > 3 {
        return None;
    }
    let level = trimmed.bytes().take_while(|byte| *byte == b'#').count();
    let rest = &trimmed[level..];
    let sound = rest.is_empty() || rest.starts_with([' ', '\t', '\u{a0}']);
    let squeezed = level >= 2 && rest.starts_with(|first: char| first.is_ascii_alphabetic());
    match (sound || squeezed, u8::try_from(level)) {
        (true, Ok(level @ 1..=6)) => Some(level),
        _ => None,
    }
}

fn is_rule(line: &str) -> bool {
    let line = line.trim();
    let Some(mark @ (b'-' | b'*' | b'_')) = line.as_bytes().first().copied() else {
        return false;
    };
    line.bytes().filter(|byte| *byte == mark).count() >= 3
        && line.bytes().all(|byte| byte == mark || byte == b' ' || byte == b'\t')
}

/// Whether a line is the delimiter row of a table, or was meant to be one.
pub(super) fn is_delimiter(line: &str) -> bool {
    let line = line.trim();
    line.contains('-') && line.bytes().all(|byte| matches!(byte, b'-' | b':' | b'|' | b' ' | b'\t'))
}

/// Whether an info string names a language, as opposed to text that goes on after three marks.
fn is_language(info: &str) -> bool {
    !info.is_empty() && !info.contains(char::is_whitespace)
}

/// Whether a line cannot belong to an HTTP message or JSON, so that the page must have gone on.
fn is_page(line: &str) -> bool {
    let trimmed = trim_start(line);
    heading(line).is_some_and(|level| level >= 2)
        || trimmed.starts_with("<!--")
        || trimmed.starts_with('|')
        || trimmed.starts_with("[!")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_ends_with_lf_cr_lf_or_cr() {
        for (text, expected) in [
            ("", &[][..]),
            ("a", &["a"]),
            ("a\n", &["a"]),
            ("a\r\nb\rc\n\nd", &["a", "b", "c", "", "d"]),
            ("\u{feff}a\r\n\r\n", &["a", ""]),
            ("\n\r", &["", ""]),
        ] {
            let outline = Outline::new(text);
            let lines: Vec<&str> = outline.lines(1, outline.len()).map(|(_, line)| line).collect();
            assert_eq!(lines, expected, "{text:?}");
        }
    }
}
