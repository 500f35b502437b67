//! A list of one identity a line.

use std::io::BufRead;

use super::column::Header;
use super::text::{Lines, trimmed};
use super::{IdsError, Taking};
use crate::remediation::Id;

pub(super) fn read(text: impl BufRead, taking: &mut Taking<'_>) -> Result<(), IdsError> {
    let mut lines = Lines::new(text);
    let mut is_first = true;
    while lines.advance()? {
        let line = lines.line();
        let text = trimmed(&line);
        if text.is_empty() || text.starts_with('#') {
            taking.skip(lines.number)?;
            continue;
        }
        if std::mem::take(&mut is_first) && Id::parse(text, taking.form).is_err() {
            if text.starts_with(['{', '[']) {
                return Err(IdsError::NotAList { line: lines.number, reason: "it is JSON" });
            }
            let header = Header::of(text);
            if header.n_columns > 1 {
                return Err(IdsError::Table { columns: header.names });
            }
        }
        taking.take(lines.number, text)?;
    }
    Ok(())
}
