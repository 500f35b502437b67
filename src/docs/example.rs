//! The documented exchanges: fences read as messages and paired.

use super::annotation::{self, Annotation};
use super::message::{self, Content, Message};
use super::outline::{Block, Outline};
use super::page::{BodyKind, Example, ExampleResponse, Request};
use super::section::{Section, Subject};

/// What the examples of a page are, and where prose stands inside a message.
#[derive(Default)]
pub(super) struct Examples {
    pub(super) examples: Vec<Example>,
    pub(super) prose: Vec<usize>,
    /// Fences of examples that are neither request nor answer.
    pub(super) unread: Vec<usize>,
    /// Whether there is a section for examples.
    pub(super) seen: bool,
    /// A template that is annotated as a request: an example as soon as an answer to it comes.
    pending: Option<Example>,
}

/// Reads the examples. `templates` are the page's request lines, in page order: a fence that shows
/// one is no example, whatever its annotation.
pub(super) fn read(
    outline: &Outline,
    sections: &[Section<'_>],
    annotations: &[Annotation],
    templates: &[Request],
) -> Examples {
    let mut examples = Examples::default();
    for section in sections {
        examples.seen |= section.is_example();
        for fence in section.fences() {
            let annotation = annotation::of_fence(annotations, fence.first);
            let block_type = annotation.and_then(Annotation::block_type);
            let annotated = matches!(block_type, Some("request" | "response"));
            if !(section.is_example() || annotated) {
                continue;
            }
            if !is_message(outline.info(fence)) && !annotated {
                continue;
            }
            let above = templates.partition_point(|template| template.line < fence.first);
            if templates.get(above).is_some_and(|template| template.line <= fence.last) {
                examples.template(outline, fence, annotation);
                continue;
            }
            examples.seen = true;
            examples.fence(outline, section, fence, annotation);
        }
    }
    examples
}

/// Whether a fence of this language shows what goes over the wire, and not a program.
pub(super) fn is_message(info: &str) -> bool {
    let language = info.split([' ', '\t', '{', ',']).next().unwrap_or_default().to_ascii_lowercase();
    matches!(language.as_str(), "" | "http" | "https" | "json" | "msgraph-interactive" | "rest" | "text" | "xml")
}

impl Examples {
    fn template(&mut self, outline: &Outline, fence: &Block, annotation: Option<&Annotation>) {
        let (first, last) = outline.inside(fence);
        let lines: Vec<(usize, &str)> = outline.lines(first, last).collect();
        let name = annotation.and_then(|annotation| annotation.str("name")).filter(|name| !name.is_empty());
        let request = message::messages(&lines).into_iter().find_map(|message| match message {
            Message::Request(request) => Some(request),
            _ => None,
        });
        let requested = annotation.and_then(Annotation::block_type) == Some("request");
        self.pending = request.filter(|_| requested).map(|request| Example {
            name: name.map(str::to_owned),
            line: request.line,
            request: Some(request),
            response: None,
        });
    }

    fn fence(&mut self, outline: &Outline, section: &Section<'_>, fence: &Block, annotation: Option<&Annotation>) {
        let (first, last) = outline.inside(fence);
        let lines: Vec<(usize, &str)> = outline.lines(first, last).collect();
        let block_type = annotation.and_then(Annotation::block_type);
        let name = annotation.and_then(|annotation| annotation.str("name")).filter(|name| !name.is_empty());
        for message in message::messages(&lines) {
            match message {
                Message::Request(request) => {
                    let line = request.line;
                    self.pending = None;
                    self.examples.push(Example {
                        name: name.map(str::to_owned),
                        line,
                        request: Some(request),
                        response: None,
                    });
                }
                Message::Response(response) => self.respond(response, name),
                Message::Bare(content) => self.bare(content, section, block_type, name),
            }
        }
    }

    fn respond(&mut self, response: ExampleResponse, name: Option<&str>) {
        let line = response.line;
        self.examples.extend(self.pending.take());
        // A sketch of the answer, without a status, may stand above the answer itself.
        let open = |example: &&mut Example| match &example.response {
            None => true,
            Some(known) => known.status.is_none() && known.reason.is_none() && response.status.is_some(),
        };
        match self.examples.last_mut().filter(open) {
            Some(example) => {
                example.response = Some(response);
                if example.name.is_none() {
                    example.name = name.map(str::to_owned);
                }
            }
            None => self.examples.push(Example {
                name: name.map(str::to_owned),
                line,
                request: None,
                response: Some(response),
            }),
        }
    }

    /// A body without a first line: of the answer, or of the request before it.
    fn bare(&mut self, content: Content, section: &Section<'_>, block_type: Option<&str>, name: Option<&str>) {
        self.prose.extend(content.prose);
        if block_type != Some("response") && section.subject != Subject::ExampleResponse {
            let open = self.examples.last_mut().filter(|example| example.response.is_none());
            let request = open.and_then(|example| example.request.as_mut()).filter(|request| request.body.is_none());
            if let (Some(request), true) = (request, content.kind != BodyKind::Text) {
                request.headers.extend(content.headers);
                request.body = content.body;
                request.body_kind = content.kind;
                request.body_line = content.body_line;
                return;
            }
        }
        let answers = block_type == Some("response") || section.subject == Subject::ExampleResponse;
        if !answers || content.body.is_none() && content.headers.is_empty() {
            self.unread.push(content.line);
            return;
        }
        self.respond(
            ExampleResponse {
                status: None,
                reason: None,
                headers: content.headers,
                body: content.body,
                body_kind: content.kind,
                line: content.line,
                body_line: content.body_line,
            },
            name,
        );
    }
}
