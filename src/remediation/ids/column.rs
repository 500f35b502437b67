//! One column of a table whose first row names the columns.

use std::io::BufRead;

use csv_core::{ReadRecordResult, Reader, ReaderBuilder};

use super::text::{self, LONGEST, Lines, trimmed};
use super::{IdsError, Taking};
use crate::remediation::{Id, IdForm};

/// What may stand between the columns; the one that the header has most of does.
const DELIMITERS: [u8; 3] = [b'\t', b';', b','];
/// The most columns.
const WIDEST: usize = 4096;
/// How many columns an error names.
const MOST_NAMED: usize = 30;

pub(super) fn read(text: impl BufRead, wanted: &str, taking: &mut Taking<'_>) -> Result<(), IdsError> {
    let mut lines = Lines::new(text);
    while lines.is_blank() {
        if !lines.advance()? {
            return Err(IdsError::Empty);
        }
    }
    let header = Header::of(&lines.line());
    let Some(at) = header.place(wanted) else {
        return Err(IdsError::NoColumn { wanted: text::shown(wanted), columns: header.names });
    };
    let mut rows = Rows::new(header.delimiter);
    while lines.advance()? {
        if lines.is_blank() {
            taking.skip(lines.number)?;
            continue;
        }
        let begun = lines.number;
        // A field in quotes may go on in the next line.
        let (mut open, mut n_seen) = (false, 0);
        loop {
            open ^= lines.bytes()[n_seen..].iter().filter(|byte| **byte == b'"').count() % 2 == 1;
            n_seen = lines.bytes().len();
            if !open || !lines.extend()? {
                break;
            }
        }
        if !rows.read(lines.bytes()) {
            return Err(IdsError::NotAList { line: begun, reason: "it has more columns than a table" });
        }
        taking.take(begun, &String::from_utf8_lossy(rows.field(at)))?;
    }
    Ok(())
}

/// The first row of a table.
pub(super) struct Header {
    delimiter: u8,
    /// How many columns there are.
    pub(super) n_columns: usize,
    /// What they are called; empty where the row holds what no header does: an identity, or the name
    /// of an account.
    pub(super) names: Vec<String>,
}

impl Header {
    pub(super) fn of(line: &str) -> Self {
        let count = |delimiter: &u8| line.bytes().filter(|byte| byte == delimiter).count();
        let delimiter = DELIMITERS.into_iter().max_by_key(count).unwrap_or(b',');
        let mut row = Rows::new(delimiter);
        row.read(line.as_bytes());
        let names: Vec<String> = (0..row.n_fields)
            .map(|at| text::shown(trimmed(&String::from_utf8_lossy(row.field(at)))))
            .take(MOST_NAMED)
            .collect();
        let is_data = |name: &String| name.contains('@') || Id::parse(name, IdForm::Guid).is_ok();
        let names = if names.iter().any(is_data) { Vec::new() } else { names };
        Self { delimiter, n_columns: row.n_fields, names }
    }

    /// A column by its name; letter case counts only where it tells two of them apart.
    fn place(&self, wanted: &str) -> Option<usize> {
        let wanted = trimmed(wanted);
        let exact = self.names.iter().position(|name| name == wanted);
        exact.or_else(|| self.names.iter().position(|name| name.eq_ignore_ascii_case(wanted)))
    }
}

/// Takes rows apart.
struct Rows {
    reader: Reader,
    text: Vec<u8>,
    ends: Vec<usize>,
    n_fields: usize,
}

impl Rows {
    fn new(delimiter: u8) -> Self {
        let reader = ReaderBuilder::new().delimiter(delimiter).build();
        Self { reader, text: vec![0; LONGEST + 1], ends: vec![0; WIDEST], n_fields: 0 }
    }

    /// Reads a whole row; `false` if it does not fit.
    fn read(&mut self, row: &[u8]) -> bool {
        self.reader.reset();
        let (mut n_text, mut rest) = (0, row);
        self.n_fields = 0;
        loop {
            let (text, ends) = (&mut self.text[n_text..], &mut self.ends[self.n_fields..]);
            let (result, n_in, n_out, n_ends) = self.reader.read_record(rest, text, ends);
            rest = &rest[n_in..];
            n_text += n_out;
            self.n_fields += n_ends;
            match result {
                // Called with nothing, it ends the row.
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::OutputFull | ReadRecordResult::OutputEndsFull => return false,
                ReadRecordResult::Record | ReadRecordResult::End => return true,
            }
        }
    }

    /// A field of the row; empty where the row is shorter.
    fn field(&self, at: usize) -> &[u8] {
        let ends = &self.ends[..self.n_fields];
        let begin = at.checked_sub(1).and_then(|before| ends.get(before)).copied().unwrap_or_default();
        ends.get(at).map_or(&[], |end| &self.text[begin..*end])
    }
}
