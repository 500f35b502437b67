//! A body of an example, read once: its members, repeated keys, types and size.
//!
//! Not a parser: examples leave parts out (`...`), and what is left must be read all the same.
//! Whether a body is sound JSON was found by the reader of pages.

/// What stands at a place in JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// `{…}`
    Object,
    /// `[…]`
    Array,
    /// Text, a number, a literal, or nothing.
    Scalar,
}

/// A member of the outermost object, or of an object that is a member of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Member<'a> {
    pub(super) key: &'a str,
    pub(super) line: usize,
    pub(super) shape: Shape,
    /// The member of the outermost object that it stands in.
    pub(super) within: Option<&'a str>,
}

/// A key that an object has twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Repeated<'a> {
    pub(super) key: &'a str,
    pub(super) first: usize,
    pub(super) line: usize,
}

/// What a body holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Json<'a> {
    pub(super) shape: Shape,
    pub(super) members: Vec<Member<'a>>,
    pub(super) repeated: Vec<Repeated<'a>>,
    /// Values of `@odata.type` with their lines.
    pub(super) types: Vec<(&'a str, usize)>,
    /// Whether parts are left out, by an ellipsis or a comment between values.
    pub(super) elided: bool,
    /// Bytes of placeholders in texts: what stands for them has another length.
    pub(super) placeholders: usize,
    /// Bytes without the blanks between values.
    pub(super) compact: usize,
}

impl<'a> Json<'a> {
    /// Reads a body whose first line has this number.
    pub(super) fn read(text: &'a str, line: usize) -> Self {
        let mut scan = Scan::new(text, line);
        while scan.step() {}
        scan.json
    }

    /// Members of the outermost object.
    pub(super) fn top(&self) -> impl Iterator<Item = &Member<'a>> + Clone {
        self.members.iter().filter(|member| member.within.is_none())
    }

    /// A member of the outermost object.
    pub(super) fn member(&self, key: &str) -> Option<&Member<'a>> {
        self.top().find(|member| member.key.eq_ignore_ascii_case(key))
    }
}

struct Frame {
    object: bool,
    /// Where its keys begin in the stack of keys.
    keys: usize,
    expects_key: bool,
}

struct Scan<'a> {
    text: &'a str,
    at: usize,
    line: usize,
    frames: Vec<Frame>,
    keys: Vec<(&'a str, usize)>,
    outer: Option<&'a str>,
    begun: bool,
    last_key: &'a str,
    json: Json<'a>,
}

impl<'a> Scan<'a> {
    fn new(text: &'a str, line: usize) -> Self {
        let json = Json {
            shape: Shape::Scalar,
            members: Vec::new(),
            repeated: Vec::new(),
            types: Vec::new(),
            elided: false,
            placeholders: 0,
            compact: 0,
        };
        Self { text, at: 0, line, frames: Vec::new(), keys: Vec::new(), outer: None, begun: false, last_key: "", json }
    }

    fn step(&mut self) -> bool {
        let Some(&byte) = self.text.as_bytes().get(self.at) else { return false };
        match byte {
            b'"' => self.string(),
            b'{' => self.open(Shape::Object),
            b'[' => self.open(Shape::Array),
            b'}' | b']' => self.close(),
            b'/' if self.text[self.at..].starts_with("//") => {
                self.json.elided = true;
                let rest = &self.text[self.at..];
                self.at += rest.find('\n').unwrap_or(rest.len());
                return true;
            }
            b'.' if self.text[self.at..].starts_with("..") => {
                self.json.elided = true;
                self.at += 1;
            }
            0xe2 if self.text[self.at..].starts_with('…') => {
                self.json.elided = true;
                self.at += 2;
            }
            b',' => {
                if let Some(frame) = self.frames.last_mut() {
                    frame.expects_key = frame.object;
                }
            }
            b'\n' => self.line += 1,
            _ => {}
        }
        if !byte.is_ascii_whitespace() && byte != b'"' {
            self.json.compact += 1;
        }
        self.at += 1;
        true
    }

    fn open(&mut self, shape: Shape) {
        self.value(shape);
        let object = shape == Shape::Object;
        self.frames.push(Frame { object, keys: self.keys.len(), expects_key: object });
    }

    fn close(&mut self) {
        let Some(frame) = self.frames.pop() else { return };
        if self.keys.len() > frame.keys + 1 {
            let keys = &mut self.keys[frame.keys..];
            keys.sort_unstable();
            for pair in keys.windows(2).filter(|pair| pair[0].0 == pair[1].0) {
                self.json.repeated.push(Repeated { key: pair[0].0, first: pair[0].1, line: pair[1].1 });
            }
        }
        self.keys.truncate(frame.keys);
    }

    /// A value begins here: of the document, or of the last key.
    fn value(&mut self, shape: Shape) {
        if !self.begun {
            self.begun = true;
            self.json.shape = shape;
        }
        let keyed = self.frames.last().is_some_and(|frame| frame.object && !frame.expects_key);
        let last = self.json.members.last_mut().filter(|member| member.key == self.last_key);
        if let Some(member) = last.filter(|_| keyed && self.frames.len() <= 2) {
            member.shape = shape;
        }
    }

    fn string(&mut self) {
        let start = self.at + 1;
        let bytes = self.text.as_bytes();
        let (begins, mut end) = (self.line, start);
        let mut opened = None;
        while end < bytes.len() && bytes[end] != b'"' {
            match bytes[end] {
                b'\\' => end += 1,
                b'\n' => self.line += 1,
                b'{' | b'<' => opened = Some(end),
                b'}' | b'>' => {
                    self.json.placeholders += opened.take().map_or(0, |opened| end + 1 - opened);
                }
                _ => {}
            }
            end += 1;
        }
        let end = end.min(bytes.len());
        // An escape may have stepped over the end, or into a character.
        let text = self.text.get(start..end).unwrap_or_default();
        self.json.compact += end - start + 2;
        self.at = end;
        let is_key = self.frames.last().is_some_and(|frame| frame.expects_key) && self.colon_follows(end + 1);
        if is_key { self.key(text, begins) } else { self.text_value(text, begins) }
    }

    fn colon_follows(&self, from: usize) -> bool {
        let rest = self.text.as_bytes().get(from..).unwrap_or_default();
        rest.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b':')
    }

    fn key(&mut self, key: &'a str, line: usize) {
        let depth = self.frames.len();
        if let Some(frame) = self.frames.last_mut() {
            frame.expects_key = false;
        }
        self.keys.push((key, line));
        self.last_key = key;
        if depth == 1 {
            self.outer = Some(key);
        }
        // Objects in a list are no members of what holds the list.
        if depth == 1 || depth == 2 && self.frames[0].object && self.frames[1].object {
            let within = if depth == 1 { None } else { self.outer };
            self.json.members.push(Member { key, line, shape: Shape::Scalar, within });
        }
    }

    fn text_value(&mut self, text: &'a str, line: usize) {
        self.value(Shape::Scalar);
        let keyed = self.frames.last().is_some_and(|frame| frame.object && !frame.expects_key);
        if keyed && self.last_key == "@odata.type" {
            self.json.types.push((text, line));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys<'a>(json: &Json<'a>) -> Vec<&'a str> {
        json.top().map(|member| member.key).collect()
    }

    #[test]
    fn members_types_and_repeated_keys_have_their_lines() {
        let text = "{\n  \"@odata.type\": \"#microsoft.graph.widget\",\n  \"a\": {\"b\": 1,\n \"b\": [2]},\n  \"c\": [{\"d\": 1}]\n}";
        let json = Json::read(text, 10);
        assert_eq!(keys(&json), ["@odata.type", "a", "c"]);
        assert_eq!(json.types, [("#microsoft.graph.widget", 11)]);
        assert_eq!(json.repeated, [Repeated { key: "b", first: 12, line: 13 }]);
        assert_eq!(json.member("c").map(|member| member.shape), Some(Shape::Array));
        assert_eq!(json.member("a").map(|member| member.shape), Some(Shape::Object));
        assert_eq!(json.members.iter().filter(|member| member.within == Some("a")).count(), 2);
        assert_eq!((json.shape, json.elided), (Shape::Object, false));
    }

    #[test]
    fn what_is_left_out_is_noticed_and_the_rest_is_read() {
        let json = Json::read("{ \"a\": \"x\", ... \n // more\n \"b\": \"{id}\" }", 1);
        assert_eq!(keys(&json), ["a", "b"]);
        assert!(json.elided);
        assert_eq!(json.placeholders, 4);
        assert!(Json::read("[…]", 1).elided);
        assert!(!Json::read("{\"a\": \"...\"}", 1).elided);
    }

    #[test]
    fn the_compact_size_leaves_blanks_between_values_out() {
        assert_eq!(Json::read("{ \"a b\" : [ 1, 2 ] }", 1).compact, "{\"a b\":[1,2]}".len());
    }

    #[test]
    fn anything_may_come() {
        for text in ["", "\"", "\"\\", "}}]]", "{{{{", "\"é\\é", "{\"a\":", "{\"a\"", "text", "[\"a\":1]"] {
            Json::read(text, 1);
        }
    }
}
