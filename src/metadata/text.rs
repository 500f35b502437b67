//! The text of a document: its encoding, and what it is where it is no CSDL.
//!
//! Whoever downloads `$metadata` by hand gets all kinds of things under its name; each is called
//! by its own, with what to do.

/// A document that cannot be used. Completes "failed to …".
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("read the metadata {place}: {what}")]
pub struct MetadataError {
    /// File, and line where there is one.
    place: String,
    what: String,
    /// What to do.
    pub remedy: &'static str,
}

pub(super) const DOWNLOAD: &str = "download it again, whole: curl --compressed -H 'Accept: application/xml' 'https://graph.microsoft.com/v1.0/$metadata' -o metadata.xml";

impl MetadataError {
    /// An error of the file as a whole.
    pub(super) fn new(file: &str, what: impl Into<String>) -> Self {
        Self { place: file.to_owned(), what: what.into(), remedy: DOWNLOAD }
    }

    /// An error at a 1-based line.
    pub(super) fn at(file: &str, line: usize, what: impl Into<String>) -> Self {
        Self { place: format!("{file}:{line}"), what: what.into(), remedy: DOWNLOAD }
    }
}

/// The text of a document in UTF-8 or, by its mark, UTF-16.
pub(super) fn decode(bytes: &[u8], file: &str) -> Result<String, MetadataError> {
    let text = match bytes {
        [0x1f, 0x8b, ..] => return Err(MetadataError::new(file, "it is compressed with gzip")),
        [b'P', b'K', 3, 4, ..] => return Err(MetadataError::new(file, "it is a ZIP archive")),
        [0xfe, 0xff, rest @ ..] => utf16(rest, u16::from_be_bytes, file)?,
        [0xff, 0xfe, rest @ ..] => utf16(rest, u16::from_le_bytes, file)?,
        [0, b'<', ..] => utf16(bytes, u16::from_be_bytes, file)?,
        [b'<', 0, ..] => utf16(bytes, u16::from_le_bytes, file)?,
        [0xef, 0xbb, 0xbf, rest @ ..] => utf8(rest, file)?,
        _ => utf8(bytes, file)?,
    };
    match foreign(&text) {
        Some(what) => Err(MetadataError::new(file, what)),
        None => Ok(text),
    }
}

fn utf8(bytes: &[u8], file: &str) -> Result<String, MetadataError> {
    std::str::from_utf8(bytes).map(str::to_owned).map_err(|error| {
        let before = bytes.get(..error.valid_up_to()).unwrap_or_default();
        let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
        MetadataError::at(file, line, "it is neither UTF-8 nor, by its first two bytes, UTF-16")
    })
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16, file: &str) -> Result<String, MetadataError> {
    let pairs = bytes.chunks_exact(2);
    let is_even = pairs.remainder().is_empty();
    let units = pairs.filter_map(|pair| pair.try_into().ok()).map(unit);
    let text: Result<String, _> = char::decode_utf16(units).collect();
    match text {
        Ok(text) if is_even => Ok(text),
        _ => Err(MetadataError::new(file, "it begins as UTF-16 and is cut or broken")),
    }
}

/// What a text is that does not even look like XML.
fn foreign(text: &str) -> Option<&'static str> {
    let begin = text.trim_start();
    let is = |word: &str| begin.get(..word.len()).is_some_and(|head| head.eq_ignore_ascii_case(word));
    if begin.is_empty() {
        Some("it is empty")
    } else if is("{") || is("[") {
        Some("it is JSON; what is read is the XML form")
    } else if is("<html") || is("<!doctype html") {
        Some("it is an HTML page, such as of a proxy or a sign-in")
    } else if !is("<") {
        Some("it is not XML: it does not begin with '<'")
    } else {
        None
    }
}
