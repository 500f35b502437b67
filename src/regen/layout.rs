//! Where the nodes of a YAML text stand, to the byte, so that one can be changed and everything
//! else stays as it is.

use std::ops::Range;

use saphyr_parser::{Event, Parser, ScalarStyle, Span, SpannedEventReceiver};

/// A node and its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Spot {
    /// The key, in a mapping.
    pub(super) key: Option<String>,
    /// Byte at which its key starts, or the value itself in a list.
    pub(super) entry: usize,
    /// Bytes of the value, without comments and line ends around it.
    pub(super) value: Range<usize>,
    pub(super) form: Form,
    pub(super) children: Vec<Spot>,
}

/// How a node is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Plain,
    /// In single or double quotes: the mark.
    Quoted(u8),
    /// `|` or `>`.
    Folded,
    /// One item or entry a line.
    Block,
    /// In brackets or braces.
    Flow,
}

impl Spot {
    /// Finds every node of a text that is known to be one YAML document.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut builder = Builder { text, at: (0, 0), open: Vec::new(), root: None };
        Parser::new_from_str(text).load(&mut builder, true).ok()?;
        builder.root
    }

    pub(super) fn get(&self, key: &str) -> Option<&Self> {
        self.children.iter().find(|child| child.key.as_deref() == Some(key))
    }

    /// The node at a JSON pointer.
    pub(super) fn at(&self, pointer: &str) -> Option<&Self> {
        pointer.split('/').skip(1).try_fold(self, |spot, token| {
            let token = token.replace("~1", "/").replace("~0", "~");
            match spot.children.first().is_some_and(|child| child.key.is_some()) {
                true => spot.get(&token),
                false => spot.children.get(token.parse::<usize>().ok()?),
            }
        })
    }

    /// Whether it holds entries or items in brackets or braces.
    pub(super) fn is_flow(&self) -> bool {
        self.form == Form::Flow
    }
}

/// A collection that is not complete yet, with the key that waits for its value.
struct Open {
    spot: Spot,
    is_map: bool,
    key: Option<(String, usize)>,
}

struct Builder<'t> {
    text: &'t str,
    /// A character's number and its byte.
    at: (usize, usize),
    open: Vec<Open>,
    root: Option<Spot>,
}

impl Builder<'_> {
    /// The byte of a character. Places follow each other, so that the way is short.
    fn byte(&mut self, index: usize) -> usize {
        let (mut character, mut byte) = self.at;
        while character > index {
            byte -= 1;
            while !self.text.is_char_boundary(byte) {
                byte -= 1;
            }
            character -= 1;
        }
        let mut rest = self.text[byte..].chars();
        while character < index {
            let Some(next) = rest.next() else { break };
            byte += next.len_utf8();
            character += 1;
        }
        self.at = (character, byte);
        byte
    }

    fn add(&mut self, mut spot: Spot) {
        match self.open.last_mut() {
            None => self.root = Some(spot),
            Some(open) => {
                if open.is_map {
                    match open.key.take() {
                        Some((key, entry)) => (spot.key, spot.entry) = (Some(key), entry),
                        // Keys that are no scalars do not get this far.
                        None => return,
                    }
                }
                open.spot.children.push(spot);
            }
        }
    }

    fn start(&mut self, span: Span, is_map: bool) {
        let start = self.byte(span.start.index());
        let flow = self.text[start..].starts_with(['{', '[']) && span.end.index() > span.start.index();
        let form = if flow { Form::Flow } else { Form::Block };
        let spot = Spot { key: None, entry: start, value: start..start, form, children: Vec::new() };
        self.open.push(Open { spot, is_map, key: None });
    }

    fn end(&mut self) {
        let Some(Open { mut spot, .. }) = self.open.pop() else { return };
        spot.value.end = match spot.form {
            Form::Flow => bracket(self.text, spot.children.last().map_or(spot.value.start + 1, |last| last.value.end)),
            // The parser ends a block where the next thing starts.
            _ => spot.children.last().map_or(spot.value.start, |last| last.value.end),
        };
        if let (Form::Block, Some(first)) = (spot.form, spot.children.first()) {
            spot.value.start = first.entry;
        }
        self.add(spot);
    }

    fn scalar(&mut self, text: &str, style: ScalarStyle, span: Span) {
        let start = self.byte(span.start.index());
        let is_key = self.open.last().is_some_and(|open| open.is_map && open.key.is_none());
        if is_key {
            if let Some(open) = self.open.last_mut() {
                open.key = Some((text.to_owned(), start));
            }
            return;
        }
        let (form, end) = match style {
            ScalarStyle::SingleQuoted => (Form::Quoted(b'\''), closing(self.text, start, b'\'')),
            ScalarStyle::DoubleQuoted => (Form::Quoted(b'"'), closing(self.text, start, b'"')),
            ScalarStyle::Plain => (Form::Plain, self.byte(span.end.index())),
            _ => {
                let end = self.byte(span.end.index());
                (Form::Folded, start + self.text[start..end].trim_end().len())
            }
        };
        self.add(Spot { key: None, entry: start, value: start..end.max(start), form, children: Vec::new() });
    }
}

/// The byte behind the bracket that closes a collection, from behind its last child on.
fn bracket(text: &str, from: usize) -> usize {
    let mut comment = false;
    for (at, byte) in text.as_bytes().iter().enumerate().skip(from) {
        match byte {
            b'\n' => comment = false,
            _ if comment => {}
            b'#' => comment = true,
            b'}' | b']' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// The byte behind the quote that closes a text: the parser counts a comment in.
fn closing(text: &str, start: usize, quote: u8) -> usize {
    let bytes = text.as_bytes();
    let mut at = start + 1;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'\\' if quote == b'"' => at += 1,
            b'\'' if quote == b'\'' && bytes.get(at + 1) == Some(&b'\'') => at += 1,
            byte if byte == quote => return at + 1,
            _ => {}
        }
        at += 1;
    }
    text.len()
}

impl<'input> SpannedEventReceiver<'input> for Builder<'_> {
    fn on_event(&mut self, event: Event<'input>, span: Span) {
        match event {
            Event::Scalar(text, style, ..) => self.scalar(&text, style, span),
            Event::SequenceStart(..) => self.start(span, false),
            Event::MappingStart(..) => self.start(span, true),
            Event::SequenceEnd | Event::MappingEnd => self.end(),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_found_to_the_byte() {
        let text = "é: {x: [é , 'it''s'], y: \"a\\\"b\"}  # c\nb:\n  - k: >-\n      one\n      two\n\n    l: 'x'   # d\n  - m\nc: plain text # e\r\nd: 1\r\n";
        let root = Spot::parse(text).expect("YAML");
        for (pointer, value) in [
            ("/é", "{x: [é , 'it''s'], y: \"a\\\"b\"}"),
            ("/é/x/0", "é"),
            ("/é/x/1", "'it''s'"),
            ("/é/y", "\"a\\\"b\""),
            ("/b", "k: >-\n      one\n      two\n\n    l: 'x'   # d\n  - m"),
            ("/b/0", "k: >-\n      one\n      two\n\n    l: 'x'"),
            ("/b/0/k", "one\n      two"),
            ("/b/0/l", "'x'"),
            ("/b/1", "m"),
            ("/c", "plain text"),
            ("/d", "1"),
        ] {
            let spot = root.at(pointer).unwrap_or_else(|| panic!("{pointer}"));
            assert_eq!(&text[spot.value.clone()], value, "{pointer}");
        }
        assert_eq!(root.at("/b/0/l").map(|spot| &text[spot.entry..spot.entry + 1]), Some("l"));
    }

    #[test]
    fn every_node_of_our_description_reads_as_it_did() {
        let text = include_str!("../../openapi/beta.yaml");
        let (root, document) = (Spot::parse(text).expect("YAML"), crate::spec::Node::parse(text).expect("YAML"));
        let mut pointers = vec![String::new()];
        let mut n_scalars = 0;
        while let Some(pointer) = pointers.pop() {
            let spot = root.at(&pointer).expect("the same tree");
            let node = document.at(&pointer).expect("the same tree");
            for (index, child) in spot.children.iter().enumerate() {
                let token = child.key.as_deref().map_or_else(|| index.to_string(), crate::spec::escape);
                pointers.push(format!("{pointer}/{token}"));
            }
            if let (Form::Plain | Form::Quoted(_), crate::spec::Content::Scalar(value)) = (spot.form, &node.content) {
                let alone = crate::spec::Node::parse(&text[spot.value.clone()]).expect("a scalar");
                assert_eq!(alone.to_json(), *value, "{pointer}");
                n_scalars += 1;
            }
        }
        assert!(n_scalars > 200, "{n_scalars}");
    }
}
