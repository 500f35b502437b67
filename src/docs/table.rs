//! Tables, row by row.

use super::outline::{Block, Outline, is_delimiter};

/// A table in source form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table<'a> {
    /// The first row, if a delimiter row follows it, or else nothing.
    pub header: Vec<&'a str>,
    /// 1-based line of the delimiter row.
    pub delimiter: Option<usize>,
    /// The other rows.
    pub rows: Vec<Row<'a>>,
}

/// A row with its line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row<'a> {
    /// 1-based line.
    pub line: usize,
    /// Cells in source form, without blanks around them.
    pub cells: Vec<&'a str>,
    /// Lines that go on with the last cell.
    pub more: Vec<&'a str>,
}

impl<'a> Row<'a> {
    /// A cell in source form; empty where the row is short.
    #[must_use]
    pub fn cell(&self, index: usize) -> &'a str {
        self.cells.get(index).copied().unwrap_or_default()
    }

    /// The last cells from `index` on, and the lines that continue them.
    pub fn rest(&self, index: usize) -> impl Iterator<Item = &'a str> {
        self.cells.iter().skip(index).chain(&self.more).copied()
    }
}

/// Reads a table block.
#[must_use]
pub fn table<'a>(outline: &'a Outline, block: &Block) -> Table<'a> {
    let delimiter =
        (block.first < block.last && is_delimiter(outline.line(block.first + 1))).then_some(block.first + 1);
    let piped = outline.line(block.first).trim_start().starts_with('|');
    let mut rows: Vec<Row<'a>> = Vec::new();
    for (line, text) in outline.lines(block.first, block.last) {
        if Some(line) == delimiter {
            continue;
        }
        match rows.last_mut() {
            Some(last) if piped && !text.trim_ascii_start().starts_with('|') => last.more.push(text.trim()),
            _ => rows.push(Row { line, cells: cells(text), more: Vec::new() }),
        }
    }
    let header = match delimiter {
        Some(_) if !rows.is_empty() => rows.remove(0).cells,
        _ => Vec::new(),
    };
    Table { header, delimiter, rows }
}

/// The cells of a row; `\|` belongs to a cell.
fn cells(line: &str) -> Vec<&str> {
    let line = line.trim_ascii();
    let line = line.strip_prefix('|').unwrap_or(line);
    let mut cells = Vec::with_capacity(4);
    let mut start = 0;
    for at in memchr::memchr_iter(b'|', line.as_bytes()) {
        let escapes = line.as_bytes()[start..at].iter().rev().take_while(|byte| **byte == b'\\').count();
        if escapes % 2 == 0 {
            cells.push(line[start..at].trim_ascii());
            start = at + 1;
        }
    }
    let last = line[start..].trim();
    if !last.is_empty() {
        cells.push(last);
    }
    cells
}
