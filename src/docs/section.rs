//! The sections of a page, by what they are about.

use super::outline::{Block, BlockKind, Outline};

/// What a section is about, by its heading.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// Who may call.
    Permissions,
    /// The request lines.
    Request,
    /// Query options.
    Query,
    /// Parameters in the path or URL.
    Parameters,
    /// Request headers.
    Headers,
    /// The request body.
    Body,
    /// The answer, in prose.
    Response,
    /// Examples.
    Example,
    /// The request of an example.
    ExampleRequest,
    /// The answer of an example.
    ExampleResponse,
    /// Properties of a resource.
    Properties,
    /// Relationships of a resource.
    Relationships,
    /// The JSON representation of a resource.
    Representation,
    /// Members of an enumeration.
    Members,
    /// Anything else.
    Other,
}

/// One section: a heading and the blocks below it, up to the next heading.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Section<'a> {
    /// What it is about.
    pub subject: Subject,
    /// The subject of the nearest section above it that has one.
    pub within: Subject,
    /// The heading's text.
    pub title: &'a str,
    /// The heading's level; 0 for what stands above the first heading.
    pub level: u8,
    /// 1-based line of the heading.
    pub line: usize,
    /// The blocks below the heading.
    pub blocks: &'a [Block],
}

impl Section<'_> {
    /// Blocks of a kind in it.
    pub fn fences(&self) -> impl Iterator<Item = &Block> {
        self.blocks.iter().filter(|block| matches!(block.kind, BlockKind::Fence { .. }))
    }

    /// Its tables.
    pub fn tables(&self) -> impl Iterator<Item = &Block> {
        self.blocks.iter().filter(|block| block.kind == BlockKind::Table)
    }

    /// Its paragraphs, lists and quotes.
    pub fn texts(&self) -> impl Iterator<Item = &Block> {
        self.blocks.iter().filter(|block| block.kind == BlockKind::Text)
    }

    /// Whether it belongs to an example.
    #[must_use]
    pub fn is_example(&self) -> bool {
        matches!(self.subject, Subject::Example | Subject::ExampleRequest | Subject::ExampleResponse)
    }
}

/// A section by the numbers of its blocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Head {
    subject: Subject,
    within: Subject,
    level: u8,
    /// The block of the heading; `None` for what stands above the first.
    heading: Option<usize>,
    /// Its blocks: from the first on, up to and without the last.
    blocks: (usize, usize),
}

impl Outline {
    /// The sections in page order; the first has no heading where the page begins with text.
    #[must_use]
    pub fn sections(&self) -> Vec<Section<'_>> {
        self.heads.iter().map(|head| self.section(head)).collect()
    }

    fn section(&self, head: &Head) -> Section<'_> {
        let heading = head.heading.map(|at| &self.blocks[at]);
        Section {
            subject: head.subject,
            within: head.within,
            title: heading.map_or("", |block| self.heading(block)),
            level: head.level,
            line: heading.map_or(0, |block| block.first),
            blocks: &self.blocks[head.blocks.0..head.blocks.1],
        }
    }

    /// Finds the sections.
    pub(super) fn heads(&self) -> Vec<Head> {
        let mut heads = Vec::new();
        let mut above = Above::default();
        let starts: Vec<usize> =
            (0..self.blocks.len()).filter(|&index| matches!(self.blocks[index].kind, BlockKind::Heading(_))).collect();
        let lead = starts.first().copied().unwrap_or(self.blocks.len());
        if lead > 0 {
            let (subject, within) = (Subject::Other, Subject::Other);
            heads.push(Head { subject, within, level: 0, heading: None, blocks: (0, lead) });
        }
        for (index, &start) in starts.iter().enumerate() {
            let end = starts.get(index + 1).copied().unwrap_or(self.blocks.len());
            let block = &self.blocks[start];
            let BlockKind::Heading(level) = block.kind else { continue };
            let within = above.within(level);
            // The page's own title says what it is about, and begins no section of its kind.
            let titles = index == 0 && level == 1;
            let subject = if titles { above.title() } else { above.enter(level, self.heading(block)) };
            heads.push(Head { subject, within, level, heading: Some(start), blocks: (start + 1, end) });
        }
        self.example_requests(&mut heads);
        heads
    }

    /// "HTTP request" below an example heads the example's request, unless the page has no other
    /// section for request lines. On a page without any, "Request" above the examples is that
    /// section.
    fn example_requests(&self, heads: &mut [Head]) {
        if !heads.iter().any(|head| head.subject == Subject::Request) {
            let title = |head: &Head| head.heading.map_or("", |at| self.heading(&self.blocks[at]));
            let mut above = heads.iter_mut().take_while(|head| head.subject != Subject::Example);
            // Longer ones are something else, and are not looked at closely.
            let named = above.find(|head| {
                let title = title(head);
                title.len() < 24 && matches!(plain(title).as_str(), "request" | "requests" | "request url")
            });
            // With an answer of its own behind it, it is an example without the heading.
            if let Some(head) = named.filter(|head| head.within == Subject::Other && head.level == 2) {
                head.subject = Subject::Request;
            }
            return;
        }
        let of_examples = |head: &Head| head.subject == Subject::Request && head.within == Subject::Example;
        if heads.iter().any(|head| head.subject == Subject::Request && !of_examples(head)) {
            for head in heads.iter_mut().filter(|head| of_examples(head)) {
                head.subject = Subject::ExampleRequest;
            }
        }
    }
}

/// The headings above the present one.
#[derive(Default)]
struct Above {
    open: Vec<(u8, Subject)>,
    examples: bool,
}

impl Above {
    fn within(&mut self, level: u8) -> Subject {
        self.open.retain(|(above, _)| *above < level);
        self.open.last().map_or(Subject::Other, |(_, subject)| *subject)
    }

    fn title(&mut self) -> Subject {
        self.open.push((1, Subject::Other));
        Subject::Other
    }

    fn enter(&mut self, level: u8, title: &str) -> Subject {
        let within = self.within(level);
        let subject = match (subject(title), within) {
            // On a page with examples a second "Response" is the answer of one of them.
            (Some(Subject::Response), _) if self.examples => Subject::ExampleResponse,
            (Some(Subject::Headers | Subject::Body), Subject::Example) => within,
            (Some(subject), _) => subject,
            (None, Subject::Representation | Subject::Members) => Subject::Other,
            (None, within) => within,
        };
        self.examples |= matches!(subject, Subject::Example | Subject::ExampleRequest);
        // Below the page's title everything stands for itself.
        let kept = if level == 1 { Subject::Other } else { subject };
        self.open.push((level, kept));
        subject
    }
}

/// Whether a heading line begins a section that pages of operations and resources have.
pub(super) fn is_known(line: &str) -> bool {
    subject(line.trim().trim_matches('#').trim()).is_some()
}

/// The headings of nearly every page.
const COMMON: &[(&str, Subject)] = &[
    ("Request", Subject::ExampleRequest),
    ("Response", Subject::Response),
    ("HTTP request", Subject::Request),
    ("Permissions", Subject::Permissions),
    ("Prerequisites", Subject::Permissions),
    ("Request headers", Subject::Headers),
    ("Request body", Subject::Body),
    ("Optional query parameters", Subject::Query),
    ("Example", Subject::Example),
    ("Examples", Subject::Example),
    ("Properties", Subject::Properties),
    ("Relationships", Subject::Relationships),
    ("JSON representation", Subject::Representation),
    ("Methods", Subject::Other),
];

/// The subject that a heading names.
fn subject(title: &str) -> Option<Subject> {
    if let Some((_, subject)) = COMMON.iter().find(|(common, _)| common.eq_ignore_ascii_case(title)) {
        return Some(*subject);
    }
    uncommon(title)
}

fn uncommon(title: &str) -> Option<Subject> {
    let title = plain(title);
    let title = title.as_str();
    let is = |names: &[&str]| names.contains(&title);
    let starts = |name: &str| title.strip_prefix(name).is_some_and(|rest| !rest.starts_with(char::is_alphanumeric));
    Some(match title {
        _ if starts("example") || starts("examples") => Subject::Example,
        _ if title.contains("http request") || is(&["httprequest", "http requests", "http method", "http methods"]) => {
            Subject::Request
        }
        _ if starts("permissions") || starts("prerequisites") || is(&["permission", "prerequisite"]) => {
            Subject::Permissions
        }
        _ if title.contains("query parameter") || title.contains("query option") || title.contains("query string") => {
            Subject::Query
        }
        _ if is(&["function parameters", "function parameter", "function query parameters"]) => Subject::Query,
        _ if title.contains("response header") => Subject::Other,
        _ if title.contains("request header") || is(&["headers", "header"]) => Subject::Headers,
        _ if starts("request body") || is(&["body", "request bodies"]) => Subject::Body,
        _ if is(&["parameters", "parameter", "request parameters"])
            || title.ends_with("path parameters")
            || title.ends_with("uri parameters")
            || title.ends_with("url parameters") =>
        {
            Subject::Parameters
        }
        _ if starts("request") => Subject::ExampleRequest,
        _ if starts("response") || starts("responses") || is(&["http response", "return value", "returns"]) => {
            Subject::Response
        }
        _ if is(&["properties", "property"]) => Subject::Properties,
        _ if is(&["relationships", "relationship", "navigation properties"]) => Subject::Relationships,
        _ if title.contains("json representation") => Subject::Representation,
        _ if title == "members" || title.ends_with(" values") && !title.contains("return") => Subject::Members,
        _ if is(&["see also", "methods", "tasks", "sdk sample code", "sample code", "next steps", "remarks"]) => {
            Subject::Other
        }
        _ if starts("error") || starts("errors") => Subject::Other,
        _ => return None,
    })
}

/// A heading in lower case, without emphasis, punctuation at the end or doubled blanks.
fn plain(title: &str) -> String {
    let mut plain = String::with_capacity(title.len());
    for character in title.chars() {
        match character {
            '*' | '`' | '_' => {}
            character if character.is_whitespace() => {
                if !plain.is_empty() && !plain.ends_with(' ') {
                    plain.push(' ');
                }
            }
            character if character.is_ascii() => plain.push(character.to_ascii_lowercase()),
            character => plain.extend(character.to_lowercase()),
        }
    }
    plain.trim_end_matches([' ', ':', '.', '#']).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn common_headings_are_what_the_rule_for_all_makes_of_them() {
        for (title, subject) in COMMON {
            assert_eq!(uncommon(title), Some(*subject), "{title}");
        }
    }
}
