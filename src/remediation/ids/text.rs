//! Bytes of some encoding as UTF-8, in lines of bounded length.

use std::io::{self, BufRead, BufReader, Chain, Cursor, Read};

use encoding_rs::{Encoding, UTF_16BE, UTF_16LE};
use encoding_rs_io::{DecodeReaderBytes, DecodeReaderBytesBuilder};

use super::{IdsError, SHOWN};

/// The longest line, or row, of a list.
pub(super) const LONGEST: usize = 64 * 1024;

/// How much is looked at to see whether every second byte is zero.
const HEAD: usize = 256;

pub(super) type Decoded<R> = BufReader<DecodeReaderBytes<Chain<Cursor<Vec<u8>>, R>, Vec<u8>>>;

/// The text of a stream. A byte order mark says its encoding; without one it is UTF-8, or UTF-16
/// where every second byte is zero, as in ASCII. What does not fit UTF-8 stays as it is.
pub(super) fn decoded<R: Read>(mut input: R) -> io::Result<Decoded<R>> {
    let mut head = Vec::with_capacity(HEAD);
    input.by_ref().take(HEAD as u64).read_to_end(&mut head)?;
    let encoding = without_mark(&head);
    let decoder = DecodeReaderBytesBuilder::new()
        .encoding(encoding)
        .utf8_passthru(true)
        .strip_bom(true)
        .build(Cursor::new(head).chain(input));
    Ok(BufReader::with_capacity(LONGEST, decoder))
}

fn without_mark(head: &[u8]) -> Option<&'static Encoding> {
    let (pairs, _) = head.as_chunks::<2>();
    let all =
        |zero: usize, other: usize| !pairs.is_empty() && pairs.iter().all(|pair| pair[zero] == 0 && pair[other] != 0);
    match (all(1, 0), all(0, 1)) {
        (true, _) => Some(UTF_16LE),
        (_, true) => Some(UTF_16BE),
        _ => None,
    }
}

/// One line after the other, none longer than [`LONGEST`].
pub(super) struct Lines<R> {
    input: R,
    buffer: Vec<u8>,
    /// How many were read.
    pub(super) number: u64,
}

impl<R: BufRead> Lines<R> {
    pub(super) fn new(input: R) -> Self {
        Self { input, buffer: Vec::new(), number: 0 }
    }

    /// Reads the next line; `false` at the end.
    pub(super) fn advance(&mut self) -> Result<bool, IdsError> {
        self.buffer.clear();
        self.extend()
    }

    /// Reads the next line behind this one; `false` at the end.
    pub(super) fn extend(&mut self) -> Result<bool, IdsError> {
        let room = (LONGEST + 1).saturating_sub(self.buffer.len());
        let n_read = self.input.by_ref().take(room as u64).read_until(b'\n', &mut self.buffer).map_err(IdsError::Io)?;
        self.number += u64::from(n_read > 0);
        let refused = |reason| Err(IdsError::NotAList { line: self.number, reason });
        match &self.buffer {
            buffer if buffer.len() > LONGEST => refused("the line does not end"),
            buffer if buffer[buffer.len() - n_read..].contains(&0) => refused("it has zero bytes"),
            _ => Ok(n_read > 0),
        }
    }

    /// Whether nothing was read that could be seen.
    pub(super) fn is_blank(&self) -> bool {
        trimmed(&self.line()).is_empty()
    }

    /// The line that was read, with its end.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.buffer
    }

    /// The line that was read.
    pub(super) fn line(&self) -> std::borrow::Cow<'_, str> {
        String::from_utf8_lossy(&self.buffer)
    }
}

/// A text without what copying and spreadsheets put around it.
pub(super) fn trimmed(text: &str) -> &str {
    text.trim_matches(|c: char| c.is_whitespace() || matches!(c, '\u{feff}' | '\u{200b}'))
}

/// The beginning of a text that somebody else wrote, harmless on a terminal.
pub(super) fn shown(text: &str) -> String {
    let mut shown = String::new();
    for c in text.chars().take(SHOWN) {
        let hidden =
            c.is_control() || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        match hidden {
            true => shown.extend(c.escape_unicode()),
            false => shown.push(c),
        }
    }
    if text.chars().nth(SHOWN).is_some() {
        shown.push('…');
    }
    shown
}
