//! A page as rules see it: its examples with bodies read and URLs matched, once for all rules.

use std::cell::OnceCell;

use super::Rule;
use super::json::Json;
use super::route::{Fit, Route};
use super::template_unreadable::wrong_path;
use crate::contract::{FactId, Origin};
use crate::docs::annotation::Annotation;
use crate::docs::outline::{Block, BlockKind};
use crate::docs::page::{BodyKind, Example, ExampleHeader, ExampleRequest, ExampleResponse, Page, Request};
use crate::docs::path;
use crate::docs::section::{Section, Subject};
use crate::finding::{Finding, Severity};

/// What a rule works with.
pub struct PageContext<'a> {
    pub(super) page: &'a Page,
    pub(super) rule: &'static Rule,
    pub(super) annotations: Vec<Annotation>,
    pub(super) sections: Vec<Section<'a>>,
    pub(super) exchanges: Vec<Exchange<'a>>,
    templates: Vec<Route>,
    /// Whether URLs can be compared with the templates: they are readable, and not too many.
    comparable: bool,
}

/// No page has nearly as many request lines.
const MOST_TEMPLATES: usize = 200;

/// A documented exchange.
pub(super) struct Exchange<'a> {
    pub(super) sent: Option<Sent<'a>>,
    pub(super) answer: Option<Answer<'a>>,
}

/// The request of an example.
pub(super) struct Sent<'a> {
    pub(super) is: &'a ExampleRequest,
    pub(super) json: OnceCell<Option<Json<'a>>>,
    /// Its annotation, by its place in the page's list.
    pub(super) annotation: Option<usize>,
    pub(super) route: Option<Route>,
    /// The template that it fits best, and how; nothing where that cannot be known.
    pub(super) fit: Option<(usize, Fit)>,
    /// Whether its body stands in its own block: what stands in one below may be an answer.
    pub(super) has_own_body: bool,
}

/// The answer of an example.
pub(super) struct Answer<'a> {
    pub(super) is: &'a ExampleResponse,
    pub(super) json: OnceCell<Option<Json<'a>>>,
    pub(super) annotation: Option<usize>,
}

impl<'a> Sent<'a> {
    /// Its body, if that is JSON, elided or not.
    pub(super) fn json(&self) -> Option<&Json<'a>> {
        let is = self.is;
        self.json.get_or_init(|| read(is.body.as_deref(), is.body_kind, is.body_line)).as_ref()
    }

    pub(super) fn header(&self, name: &str) -> Option<&'a ExampleHeader> {
        header(&self.is.headers, name)
    }
}

impl<'a> Answer<'a> {
    /// Its body, if that is JSON, elided or not.
    pub(super) fn json(&self) -> Option<&Json<'a>> {
        let is = self.is;
        self.json.get_or_init(|| read(is.body.as_deref(), is.body_kind, is.body_line)).as_ref()
    }

    pub(super) fn header(&self, name: &str) -> Option<&'a ExampleHeader> {
        header(&self.is.headers, name)
    }
}

fn read(body: Option<&str>, kind: BodyKind, line: Option<usize>) -> Option<Json<'_>> {
    matches!(kind, BodyKind::Json | BodyKind::JsonElided)
        .then(|| Json::read(body.unwrap_or_default(), line.unwrap_or(1)))
}

fn header<'a>(headers: &'a [ExampleHeader], name: &str) -> Option<&'a ExampleHeader> {
    headers.iter().find(|header| header.name.eq_ignore_ascii_case(name))
}

impl<'a> PageContext<'a> {
    pub(super) fn new(page: &'a Page, rule: &'static Rule) -> Self {
        let requests = page.requests.as_deref().unwrap_or_default();
        let readable = requests.iter().all(|request| wrong_path(&request.path).is_none());
        let comparable = readable && requests.len() <= MOST_TEMPLATES;
        let mut context = Self {
            page,
            rule,
            annotations: page.outline.annotations(),
            sections: page.outline.sections(),
            exchanges: Vec::new(),
            templates: requests.iter().map(|request| Route::template(&request.path)).collect(),
            comparable,
        };
        let examples = page.examples.as_deref().unwrap_or_default();
        context.exchanges = examples.iter().map(|example| context.exchange(example)).collect();
        context
    }

    fn exchange(&self, example: &'a Example) -> Exchange<'a> {
        let sent = example.request.as_ref().map(|is| {
            let annotation = self.annotation_of(is.line);
            let route = is.url.as_deref().map(Route::read);
            let opaque = annotation.is_some_and(|at| self.annotations[at].is("opaqueUrl"));
            let comparable = |url: &str| is_of_graph(url) && self.comparable && wrong_path(url).is_none();
            let fit = route.as_ref().filter(|_| !opaque && is.url.as_deref().is_some_and(comparable));
            let fit = fit.and_then(|route| self.best(is.method.as_deref()?, route));
            let end = self.block(is.line).map_or(0, |block| block.last);
            let has_own_body = is.body_line.is_some_and(|line| line <= end);
            Sent { is, json: OnceCell::new(), annotation, route, fit, has_own_body }
        });
        let answer = example.response.as_ref().map(|is| Answer {
            is,
            json: OnceCell::new(),
            annotation: self.annotation_of(is.line),
        });
        Exchange { sent, answer }
    }

    /// The template that fits best: one of the same method before all others.
    fn best(&self, method: &str, url: &Route) -> Option<(usize, Fit)> {
        let mut best: Option<(usize, Fit)> = None;
        for same in [true, false] {
            for (index, template) in self.templates.iter().enumerate() {
                if (self.requests()[index].method == method) != same {
                    continue;
                }
                let fit = template.fit(url, method == "GET");
                if best.as_ref().is_none_or(|(_, known)| fit.clone().better(known.clone()) != *known) {
                    best = Some((index, fit));
                }
            }
            if best.as_ref().is_some_and(|(_, fit)| *fit != Fit::No) {
                break;
            }
        }
        best
    }

    /// The annotation of the fence that a line stands in.
    fn annotation_of(&self, line: usize) -> Option<usize> {
        let first = self.block(line)?.first;
        let after = self.annotations.partition_point(|annotation| annotation.line < first);
        let at = after.checked_sub(1)?;
        (self.annotations[at].fence == Some(first)).then_some(at)
    }

    /// The block that a line stands in.
    pub(super) fn block(&self, line: usize) -> Option<&'a Block> {
        let blocks = &self.page.outline.blocks;
        let at = blocks.partition_point(|block| block.last < line);
        blocks.get(at).filter(|block| block.first <= line)
    }

    /// Whether a URL leads on behind one of the templates, by name.
    pub(super) fn leads_on(&self, sent: &Sent<'_>) -> bool {
        sent.route.as_ref().is_some_and(|url| self.templates.iter().any(|template| template.leads_to(url)))
    }

    /// The documented request lines.
    pub(super) fn requests(&self) -> &'a [Request] {
        self.page.requests.as_deref().unwrap_or_default()
    }

    /// Requests of examples that show the operation: not those that are annotated as ignored,
    /// nor what stands among the text outside of examples.
    pub(super) fn sent(&self) -> impl Iterator<Item = &Sent<'a>> {
        self.all_sent().filter(|sent| !self.ignored(sent.annotation) && self.is_in_example(sent.is.line))
    }

    /// Requests of all examples: a message has to be sound by itself wherever it stands.
    pub(super) fn all_sent(&self) -> impl Iterator<Item = &Sent<'a>> {
        self.exchanges.iter().filter_map(|exchange| exchange.sent.as_ref())
    }

    fn is_in_example(&self, line: usize) -> bool {
        let after = self.sections.partition_point(|section| section.line <= line);
        after.checked_sub(1).is_some_and(|at| self.sections[at].is_example())
    }

    /// Answers of all examples.
    pub(super) fn all_answers(&self) -> impl Iterator<Item = &Answer<'a>> {
        self.exchanges.iter().filter_map(|exchange| exchange.answer.as_ref())
    }

    pub(super) fn ignored(&self, annotation: Option<usize>) -> bool {
        self.kind(annotation) == Some("ignored")
    }

    /// The kind of block that an annotation declares.
    pub(super) fn kind(&self, annotation: Option<usize>) -> Option<&str> {
        self.annotations[annotation?].block_type()
    }

    pub(super) fn sections_about(&self, subject: Subject) -> impl Iterator<Item = &Section<'a>> {
        self.sections.iter().filter(move |section| section.subject == subject)
    }

    /// The texts of the sections about a subject: line and text of each paragraph.
    pub(super) fn texts_about(&self, subject: Subject) -> impl Iterator<Item = (usize, &'a str)> {
        let outline = &self.page.outline;
        self.sections
            .iter()
            .filter(move |section| section.subject == subject)
            .flat_map(|section| section.blocks)
            .filter(|block| block.kind == BlockKind::Text)
            .map(|block| (block.first, outline.text(block.first, block.last)))
    }

    /// A place on this page.
    pub(super) fn at(&self, line: usize) -> Origin {
        Origin { file: self.page.page.clone(), line }
    }

    /// A finding about the page.
    pub(super) fn finding(&self, line: usize, message: String, remedy: &str) -> Finding {
        self.about(self.requests().first(), line, message, remedy)
    }

    /// A finding about the template that a request fits.
    pub(super) fn finding_of(&self, sent: &Sent<'_>, line: usize, message: String, remedy: &str) -> Finding {
        let fits = sent.fit.as_ref().filter(|(_, fit)| *fit != Fit::No);
        let request = fits.map_or(self.requests().first(), |(index, _)| self.requests().get(*index));
        self.about(request, line, message, remedy)
    }

    fn about(&self, request: Option<&Request>, line: usize, message: String, remedy: &str) -> Finding {
        let subject = match request {
            Some(request) => format!("{} {}", request.method, path::canonical(&request.path)),
            None => self.page.resource.as_ref().and_then(|resource| resource.name.clone()).unwrap_or_default(),
        };
        Finding {
            rule: self.rule.id.to_owned(),
            severity: self.rule.severity,
            origin: self.at(line),
            subject,
            message,
            remedy: remedy.to_owned(),
            other: None,
            fact: None,
        }
    }

    /// The name of a fact about the operation of a page that has only one.
    pub(super) fn fact(&self, kind: &str, name: Option<&str>) -> Option<FactId> {
        let (first, others) = self.requests().split_first()?;
        if others.iter().any(|other| other.method != first.method) {
            return None;
        }
        let subject = format!("{} {}", first.method, path::canonical(&first.path));
        Some(FactId::about(self.page.api.as_deref()?, &subject, kind, name))
    }
}

/// What a rule adds to a finding.
pub(super) trait Detail {
    /// The place of the other side.
    fn against(self, other: Origin) -> Self;
    /// The fact on which both sides disagree.
    fn on(self, fact: Option<FactId>) -> Self;
    /// Another severity than the rule's.
    fn of_severity(self, severity: Severity) -> Self;
}

impl Detail for Finding {
    fn against(mut self, other: Origin) -> Self {
        self.other = Some(other);
        self
    }

    fn on(mut self, fact: Option<FactId>) -> Self {
        self.fact = fact;
        self
    }

    fn of_severity(mut self, severity: Severity) -> Self {
        self.severity = severity;
        self
    }
}

/// Whether a URL is one of the service and its templates: uploads and monitors go elsewhere, and
/// a batch holds others.
fn is_of_graph(url: &str) -> bool {
    if url.contains("$batch") {
        return false;
    }
    match url.split_once("://") {
        Some((_, rest)) => rest.split('/').next().is_some_and(|host| host.starts_with("graph.microsoft")),
        None => url.starts_with(['/', '~']) || !url.contains(':') || url.contains(":/"),
    }
}

/// The beginning of a text for a message, on one line.
pub(super) fn quoted(text: &str) -> String {
    let line = text.trim().lines().next().unwrap_or_default().trim();
    match line.char_indices().nth(80) {
        Some((at, _)) => format!("'{}…'", &line[..at]),
        None => format!("'{line}'"),
    }
}
