//! CSDL text to data, in one pass over the events of an XML reader that keeps byte positions.
//!
//! Namespace prefixes are not looked at: the elements of CSDL have names of their own, and
//! whatever services add stands in annotations or in attributes with a prefix.

mod element;
mod repeats;

use std::collections::BTreeMap;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::text::{self, MetadataError};
use super::{Metadata, flaws};
use crate::finding::{Finding, Severity};
use element::{Attributes, Inside};

/// Reads a document. `file` names it in findings.
///
/// # Errors
/// What is no CSDL of version 4: other formats, XML that is cut or not well-formed, a document type
/// definition, elements of something else.
pub fn read(bytes: &[u8], file: &str) -> Result<Metadata, MetadataError> {
    let text = text::decode(bytes, file)?;
    let mut reading = Reading::new(&text, file);
    let mut reader = Reader::from_str(&text);
    loop {
        let begins = usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX);
        let event = reader.read_event().map_err(|error| {
            reading.lines.go_to(usize::try_from(reader.error_position()).unwrap_or(usize::MAX).max(begins));
            reading.refuse(match error {
                quick_xml::Error::Syntax(reason) => format!("it ends in the middle of what begins here: {reason}"),
                error => format!("it is not well-formed XML: {error}"),
            })
        })?;
        reading.lines.go_to(begins);
        match event {
            Event::Start(start) => reading.start(&start, false)?,
            Event::Empty(start) => reading.start(&start, true)?,
            Event::End(_) => {
                reading.open.pop();
            }
            Event::Text(words) if !words.iter().all(u8::is_ascii_whitespace) => reading.words()?,
            Event::CData(_) | Event::GeneralRef(_) => reading.words()?,
            Event::DocType(_) => {
                return Err(reading.refuse("it has a document type definition, which no $metadata has".to_owned()));
            }
            Event::Eof => break,
            Event::Text(_) | Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
        }
    }
    reading.finish()
}

/// Lines of positions that only grow.
struct Lines<'t> {
    bytes: &'t [u8],
    at: usize,
    line: usize,
}

impl Lines<'_> {
    fn go_to(&mut self, to: usize) {
        let to = to.min(self.bytes.len());
        let between = self.bytes.get(self.at..to).unwrap_or_default();
        self.line += memchr::memchr_iter(b'\n', between).count();
        self.at = self.at.max(to);
    }
}

/// The document so far.
struct Reading<'t> {
    lines: Lines<'t>,
    /// What the next element stands in, the innermost last, each with the line that it begins on.
    open: Vec<(Inside, usize)>,
    /// Namespace of the schema that is being read, and its alias.
    namespace: String,
    alias: Option<String>,
    metadata: Metadata,
    /// Elements that are not CSDL, by name: the first line, and how many there are.
    unknown: BTreeMap<String, (usize, usize)>,
    n_elements: usize,
}

impl<'t> Reading<'t> {
    fn new(text: &'t str, file: &str) -> Self {
        Self {
            lines: Lines { bytes: text.as_bytes(), at: 0, line: 1 },
            open: Vec::new(),
            namespace: String::new(),
            alias: None,
            metadata: Metadata { file: file.to_owned(), ..Metadata::default() },
            unknown: BTreeMap::new(),
            n_elements: 0,
        }
    }

    fn inside(&self) -> Inside {
        self.open.last().map_or(Inside::Top, |(inside, _)| *inside)
    }

    fn start(&mut self, start: &BytesStart<'_>, is_empty: bool) -> Result<(), MetadataError> {
        self.n_elements += 1;
        let line = self.lines.line;
        let inside = match self.inside() {
            Inside::Skipped => Inside::Skipped,
            inside => {
                let name = String::from_utf8_lossy(start.local_name().into_inner()).into_owned();
                let attributes = Attributes::read(start).map_err(|reason| {
                    self.refuse(format!("the attributes of <{name}> are not well-formed XML: {reason}"))
                })?;
                self.element(inside, &name, &attributes)?
            }
        };
        if !is_empty {
            self.open.push((inside, line));
        }
        Ok(())
    }

    /// Text between elements: annotations have some, declarations have none.
    fn words(&self) -> Result<(), MetadataError> {
        match self.inside() {
            Inside::Skipped => Ok(()),
            _ => Err(self.refuse("it has text where only elements may stand".to_owned())),
        }
    }

    fn finish(mut self) -> Result<Metadata, MetadataError> {
        if let Some((_, line)) = self.open.last() {
            let what = "it ends before the element that begins here does";
            return Err(MetadataError::at(&self.metadata.file, *line, what));
        }
        if self.n_elements == 0 {
            return Err(MetadataError::new(&self.metadata.file, "it has no elements"));
        }
        for (name, (line, n_times)) in std::mem::take(&mut self.unknown) {
            let times = if n_times == 1 { String::new() } else { format!(" ({n_times} times)") };
            let message = format!("<{name}> is no element of CSDL here{times}; it is not read");
            self.flaw(flaws::ELEMENT_UNKNOWN, Severity::Warning, line, &name, message);
        }
        repeats::find(&mut self.metadata);
        Ok(self.metadata.indexed())
    }

    fn refuse(&self, what: String) -> MetadataError {
        MetadataError::at(&self.metadata.file, self.lines.line, what)
    }

    fn flaw(&mut self, rule: &str, severity: Severity, line: usize, subject: &str, message: String) {
        self.metadata.findings.push(Finding {
            rule: rule.to_owned(),
            severity,
            origin: self.metadata.at(line),
            subject: subject.to_owned(),
            message,
            remedy: "download the metadata again, or tell its publisher".to_owned(),
            other: None,
            fact: None,
        });
    }
}
