//! From the blocks of a page to what it says.

use std::collections::HashMap;

use super::annotation::{self, Annotation};
use super::outline::{BlockKind, Outline};
use super::page::{BodyKind, BodyProperty, Limit, Page, PageKind, Request};
use super::parameter::{self, Listed};
use super::permission::Collected;
use super::section::{Section, Subject};
use super::{example, inline, path, request, resource, status};
use crate::contract::Origin;
use crate::finding::{Finding, Severity};

/// The rule that the reader's own findings carry.
pub const UNREAD: &str = "docs/unread";

/// Reads a page. `page` is its path with `/` between folders; `includes` gives the text of
/// another file of the same documentation, named by its path from the same root, or `None` where
/// there is none.
///
/// Takes time in proportion to the length of the text, and never fails.
#[must_use]
pub fn read(page: &str, text: &str, includes: &dyn Fn(&str) -> Option<String>) -> Page {
    let outline = Outline::new(text);
    let sections = outline.sections();
    let annotations = outline.annotations.as_slice();
    let mut reader = Reader {
        outline: &outline,
        sections: &sections,
        annotations,
        page: Page { page: page.to_owned(), ..Page::default() },
    };
    reader.title();
    reader.requests();
    reader.kind();
    if reader.page.kind == PageKind::Operation {
        reader.permissions(includes);
        reader.headers();
        reader.query();
        reader.success();
        reader.examples();
        reader.body();
    } else if matches!(reader.page.kind, PageKind::Resource | PageKind::Enumeration) {
        let title = reader.page.title.clone();
        reader.page.resource = Some(resource::read(&outline, &sections, annotations, title.as_deref()));
    }
    reader.api();
    let mut page = reader.page;
    page.findings.sort_by_key(|finding| finding.origin.line);
    drop(sections);
    page.outline = outline;
    page
}

/// The path that an include on a page means.
#[must_use]
pub fn resolve(page: &str, target: &str) -> String {
    let mut parts: Vec<&str> = page.split('/').collect();
    parts.pop();
    for part in target.split('/') {
        match part {
            "." | "" => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}

struct Reader<'a> {
    outline: &'a Outline,
    sections: &'a [Section<'a>],
    annotations: &'a [Annotation],
    page: Page,
}

impl<'a> Reader<'a> {
    fn of(&self, subject: Subject) -> Vec<&'a Section<'a>> {
        self.sections.iter().filter(|section| section.subject == subject).collect()
    }

    fn unread(&mut self, line: usize, subject: &str, message: impl Into<String>) {
        self.page.findings.push(Finding {
            rule: UNREAD.to_owned(),
            severity: Severity::Note,
            origin: Origin { file: self.page.page.clone(), line },
            subject: subject.to_owned(),
            message: message.into(),
            remedy: "see whether the page says it in a form that others use".to_owned(),
            other: None,
            fact: None,
        });
    }

    fn title(&mut self) {
        let heading = self.outline.blocks.iter().find(|block| block.kind == BlockKind::Heading(1));
        if let Some(block) = heading {
            self.page.title = Some(inline::text(self.outline.heading(block)).into_owned());
            self.page.lines.title = Some(block.first);
        }
    }

    fn requests(&mut self) {
        let sections = self.of(Subject::Request);
        let mut requests = Vec::new();
        for section in &sections {
            requests.extend(self.templates(section));
        }
        if sections.is_empty() {
            requests = self.loose_templates();
        } else {
            requests.extend(self.siblings());
            requests.sort_by_key(|request| request.line);
        }
        let heading = sections.first().map(|section| section.line);
        match (heading, requests.is_empty()) {
            (_, false) => self.page.requests = Some(requests),
            (Some(line), true) => self.unread(line, "requests", "the section shows no line with a method and a path"),
            (None, true) => {}
        }
    }

    /// The request lines of a section. A fence with a full URL that is annotated as a request is
    /// an example, wherever it stands.
    fn templates(&self, section: &Section<'_>) -> Vec<Request> {
        let mut requests = Vec::new();
        for fence in section.fences() {
            let found = request::templates(self.outline, fence);
            let annotation = annotation::of_fence(self.annotations, fence.first);
            let annotated = annotation.and_then(Annotation::block_type) == Some("request");
            let full = found.iter().any(|request| request.path.contains("://"));
            if !(annotated && full && section.within == Subject::Example) {
                requests.extend(found);
            }
        }
        if requests.is_empty() {
            for block in section.texts() {
                requests.extend(request::of_lines(self.outline.lines(block.first, block.last).map(|(line, text)| {
                    let text = text.trim_start_matches(['*', '-', '+', '>', ' ', '`']);
                    (line, text.trim_end_matches(['`', ' ', '.']))
                })));
            }
        }
        requests
    }

    /// Operations beside the one whose request has a heading: a page that describes several has a
    /// section for each, and the heading "HTTP request" not in all of them. Their fences are
    /// annotated as requests, show paths and no full URLs, and stand above answers and examples.
    fn siblings(&self) -> Vec<Request> {
        let above = self.sections.iter().take_while(|section| {
            !section.is_example() && !matches!(section.subject, Subject::Response | Subject::Body)
        });
        let others = above.filter(|section| section.subject == Subject::Other && section.level >= 2);
        let annotated = others.flat_map(|section| section.fences()).filter(|fence| {
            let annotation = annotation::of_fence(self.annotations, fence.first);
            annotation.and_then(Annotation::block_type) == Some("request")
        });
        let found = annotated.flat_map(|fence| request::templates(self.outline, fence));
        found.filter(|request| !request.path.contains("://")).collect()
    }

    /// On a page without a section for requests: the fences above the first example that show
    /// paths and no full URLs.
    fn loose_templates(&self) -> Vec<Request> {
        let operation = self.sections.iter().any(|section| {
            matches!(section.subject, Subject::Permissions | Subject::Response | Subject::Headers | Subject::Body)
        });
        let mut requests = Vec::new();
        for section in self.sections.iter().take_while(|section| !section.is_example()).filter(|_| operation) {
            if matches!(section.subject, Subject::Other | Subject::Permissions | Subject::Parameters) {
                let found = section.fences().flat_map(|fence| request::templates(self.outline, fence));
                requests.extend(found.filter(|request| !request.path.contains("://")));
            }
        }
        requests
    }

    fn kind(&mut self) {
        let section = self.sections.iter().any(|section| section.subject == Subject::Request);
        let declared = self.outline.blocks.first().filter(|block| block.kind == BlockKind::FrontMatter);
        let declared = declared.map(|block| self.outline.text(block.first, block.last)).unwrap_or_default();
        self.page.kind = if self.page.requests.is_some() || section || declared.contains("apiPageType") {
            PageKind::Operation
        } else if declared.contains("enumPageType") {
            PageKind::Enumeration
        } else if declared.contains("resourcePageType") || resource::is_resource(self.sections) {
            PageKind::Resource
        } else if resource::is_enumeration(self.sections) {
            PageKind::Enumeration
        } else {
            PageKind::Other
        };
    }

    fn api(&mut self) {
        let folder = self.page.page.split('/').rev().find(|part| matches!(*part, "beta" | "v1.0"));
        let shown = || {
            self.page.examples.iter().flatten().find_map(|example| {
                let url = example.request.as_ref()?.url.as_deref()?;
                url.contains("://").then(|| path::version(url)).flatten()
            })
        };
        self.page.api = folder.or_else(shown).map(str::to_owned);
    }

    fn permissions(&mut self, includes: &dyn Fn(&str) -> Option<String>) {
        let sections = self.of(Subject::Permissions);
        let mut collected = Collected::default();
        let mut missing = Vec::new();
        for section in &sections {
            collected.add(self.outline, section.blocks);
            for block in section.blocks.iter().filter(|block| block.kind == BlockKind::Include) {
                let Some(target) = self.outline.include(block) else { continue };
                if !target.to_ascii_lowercase().contains("permissions/") {
                    continue;
                }
                let file = resolve(&self.page.page, target);
                match includes(&file) {
                    Some(text) => {
                        let include = Outline::new(&text);
                        collected.add(&include, &include.blocks);
                        self.page.lines.permissions_file = Some(file);
                    }
                    None => missing.push((block.first, file)),
                }
            }
        }
        if !collected.seen {
            // Rows that slipped into the table of headers.
            for section in self.of(Subject::Headers) {
                collected.add(self.outline, section.blocks);
            }
        }
        let (seen, heading) = (collected.seen, sections.first().map(|section| section.line));
        let (permissions, lines, unread) = collected.finish();
        for (line, file) in &missing {
            self.unread(*line, "permissions", format!("the table is included from {file}, which is not there"));
        }
        if !seen {
            if let Some(line) = heading.filter(|_| missing.is_empty()) {
                self.unread(line, "permissions", "the section has no table of permissions");
            }
            return;
        }
        for (kind, line) in unread {
            let kind = ["work or school accounts", "personal accounts", "applications"][kind];
            self.unread(
                line,
                "permissions",
                format!("the cell for {kind} names no permission and does not say that there is none"),
            );
        }
        [self.page.lines.delegated_work, self.page.lines.delegated_personal, self.page.lines.application] = lines;
        self.page.permissions = Some(permissions);
    }

    fn headers(&mut self) {
        let sections = self.of(Subject::Headers);
        if sections.is_empty() {
            return;
        }
        match parameter::headers(self.outline, &sections) {
            Listed::Items(headers) => self.page.headers = Some(headers),
            Listed::Unread(line) => {
                self.unread(line, "headers", "the section lists no header and does not say that there is none")
            }
        }
    }

    fn query(&mut self) {
        let sections = self.of(Subject::Query);
        if sections.is_empty() {
            return;
        }
        match parameter::query(self.outline, &sections) {
            Listed::Items(query) => self.page.query = Some(query),
            Listed::Unread(line) => {
                self.unread(line, "query", "the section names no option and does not say that there is none");
            }
        }
    }

    fn success(&mut self) {
        let sections = self.of(Subject::Response);
        let mut found = self.stated(&sections);
        if found.is_empty() {
            // Some pages describe the answer beside the example of it, and nowhere else.
            found = self.stated(&self.of(Subject::ExampleResponse));
        }
        if found.is_empty() {
            found = self.promised();
        }
        self.page.lines.success = found.first().map(|(_, line)| *line);
        match sections.first() {
            _ if !found.is_empty() => {
                self.page.success = Some(found.into_iter().map(|(status, _)| status).collect());
            }
            Some(section) => self.unread(section.line, "success", "the section names no success status"),
            None => {}
        }
    }

    /// The success statuses in the prose and tables of sections, each with its first line.
    fn stated(&self, sections: &[&Section<'_>]) -> Vec<(u16, usize)> {
        let mut found: Vec<(u16, usize)> = Vec::new();
        let blocks = sections.iter().flat_map(|section| section.blocks);
        for block in blocks.filter(|block| matches!(block.kind, BlockKind::Text | BlockKind::Table)) {
            let text = self.outline.text(block.first, block.last);
            for (status, at) in status::successes(text) {
                if !found.iter().any(|(known, _)| *known == status) {
                    found.push((status, block.first + text[..at].matches('\n').count()));
                }
            }
        }
        found
    }

    /// The statuses of a paragraph under another heading that says what comes of success.
    fn promised(&self) -> Vec<(u16, usize)> {
        let texts = self.sections.iter().flat_map(|section| section.texts());
        let stated = texts.flat_map(|block| self.outline.lines(block.first, block.last)).find(|(_, text)| {
            let text = text.to_ascii_lowercase();
            text.contains("if successful") && text.contains("return")
        });
        let statuses = stated.map(|(line, text)| (line, status::successes(text)));
        statuses
            .into_iter()
            .flat_map(|(line, found)| found.into_iter().map(move |(status, _)| (status, line)))
            .collect()
    }

    fn examples(&mut self) {
        let read = example::read(
            self.outline,
            self.sections,
            self.annotations,
            self.page.requests.as_deref().unwrap_or_default(),
        );
        for line in &read.unread {
            self.unread(*line, "examples", "the block is neither a request nor an answer");
        }
        if read.seen {
            self.page.examples = Some(read.examples);
        }
    }

    fn body(&mut self) {
        let sections = self.of(Subject::Body);
        if sections.is_empty() {
            return;
        }
        let (listed, in_url) = parameter::body(self.outline, &sections);
        if !in_url.is_empty() {
            self.page.query.get_or_insert_default().extend(in_url);
        }
        match listed {
            Listed::Items(properties) => self.page.body = Some(properties),
            Listed::Unread(line) => match self.named_in_prose(&sections) {
                properties if !properties.is_empty() => self.page.body = Some(properties),
                _ => self.unread(line, "body", "the section lists no property and does not say that there is no body"),
            },
        }
        self.limit(&sections);
    }

    /// Properties that the section names in its prose and an example shows at the top of its body:
    /// `userIds`, or "user IDs". A section that refers to a resource does not name them all.
    fn named_in_prose(&self, sections: &[&Section<'_>]) -> Vec<BodyProperty> {
        let lines = sections.iter().flat_map(|section| section.texts());
        let lines: Vec<_> = lines.flat_map(|block| self.outline.lines(block.first, block.last)).collect();
        let Some(shown) = self.shown().filter(|_| !lines.iter().any(|(_, text)| text.contains("representation")))
        else {
            return Vec::new();
        };
        let mut shown: HashMap<String, String> =
            shown.into_iter().map(|(name, _)| (name.to_ascii_lowercase(), name)).collect();
        let mut properties = Vec::new();
        for (line, text) in lines {
            let words: Vec<&str> =
                text.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(|word| !word.is_empty()).collect();
            for at in 0..words.len() {
                for phrase in [&words[at..at + 1], words.get(at..at + 2).unwrap_or_default()] {
                    let joined = phrase.concat();
                    let Some(name) = shown.get(&joined.to_ascii_lowercase()) else { continue };
                    let camel = *name == joined && name.contains(|letter: char| letter.is_ascii_uppercase());
                    if phrase.len() == 2 || camel {
                        let name = name.clone();
                        shown.remove(&name.to_ascii_lowercase());
                        properties.push(BodyProperty { name, kind: None, required: None, limit: None, line });
                    }
                }
            }
        }
        properties
    }

    /// The object that the first example with a JSON body sends.
    fn shown(&self) -> Option<serde_json::Map<String, serde_json::Value>> {
        let requests = self.page.examples.iter().flatten().filter_map(|example| example.request.as_ref());
        let body =
            requests.filter(|request| request.body_kind == BodyKind::Json).find_map(|request| request.body.as_deref());
        serde_json::from_str(body?).ok()
    }

    /// A limit that the page states at its top or in the prose of the body belongs to the one
    /// list that the body has.
    fn limit(&mut self, sections: &[&Section<'_>]) {
        let lead: Vec<_> = self.sections.iter().take_while(|section| section.level <= 1).collect();
        let texts = lead.into_iter().chain(sections.iter().copied()).flat_map(|section| section.texts());
        let stated = texts
            .flat_map(|block| self.outline.lines(block.first, block.last))
            .find_map(|(line, text)| Some(Limit { most: parameter::limit(text)?, line }));
        let Some(limit) = stated else { return };
        let shown = self.shown();
        let is_list = |property: &BodyProperty| match &property.kind {
            Some(kind) => parameter::is_list(kind),
            None => shown.as_ref().and_then(|shown| shown.get(&property.name)).is_some_and(serde_json::Value::is_array),
        };
        let mut lists = self.page.body.iter_mut().flatten().filter(|property| is_list(property));
        if let (Some(property), None) = (lists.next(), lists.next()) {
            property.limit.get_or_insert(limit);
        }
    }
}
