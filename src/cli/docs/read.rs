//! `entra-risk docs read`.

use std::fmt::Write as _;
use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::cli::corpus::{Corpus, Skipped};
use crate::cli::exit::{Exit, Failure};
use crate::cli::output;
use crate::docs::Page;
use crate::report::text;

/// Print what documentation pages say.
///
/// Reads pages of the Microsoft Graph reference (operations, resources, enumerations) and prints
/// request lines, permissions, headers, query options, body, success statuses and examples, each
/// with its line. What a page does not say is null; a section that says there is none is an
/// empty list; what could not be read is null with a finding.
///
/// Ends with 0 when every file was read, and with 2 when one could not be.
#[derive(Debug, Args)]
pub(super) struct Read {
    /// Pages, or folders to look for pages in
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Format of standard output; `entra-risk schema page` prints the schema of a page in JSON
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// A few lines a page
    Human,
    /// One list of pages
    Json,
    /// One page a line
    Jsonl,
}

impl Read {
    pub(super) fn is_json(&self) -> bool {
        self.format != Format::Human
    }
}

pub(super) fn run(command: Read) -> Result<Exit, Failure> {
    let corpus = Corpus::at(&command.paths)?;
    let format = command.format;
    let mut first = true;
    let skipped = corpus.each(
        |_, page| render(&page, format),
        |text| {
            let text = text?;
            let lead = match (format, std::mem::take(&mut first)) {
                (Format::Json, true) => "[\n",
                (Format::Json, false) => ",\n",
                _ => "",
            };
            output::print(&format!("{lead}{text}"))
        },
    )?;
    if format == Format::Json {
        output::print(if first { "[]\n" } else { "\n]\n" })?;
    }
    Ok(end(&skipped))
}

/// Names what was not read; that makes an input unusable.
pub(in crate::cli) fn end(skipped: &[Skipped]) -> Exit {
    for skip in skipped {
        output::note(&format!("not read: {}: {}", skip.path, skip.reason));
    }
    match skipped.len() {
        0 => Exit::Done,
        count => {
            output::note(&format!("{count} {} not read", if count == 1 { "file was" } else { "files were" }));
            Exit::Unusable
        }
    }
}

fn render(page: &Page, format: Format) -> Result<String, Failure> {
    let fail = |error: serde_json::Error| Failure::input(format!("print {}: {error}", page.page), "");
    match format {
        Format::Human => Ok(human(page)),
        Format::Json => serde_json::to_string_pretty(page).map_err(fail),
        Format::Jsonl => serde_json::to_string(page).map(|line| line + "\n").map_err(fail),
    }
}

/// A page in a few lines.
fn human(page: &Page) -> String {
    let mut lines = String::new();
    let title = page.title.as_deref().unwrap_or("(no title)");
    let mut row = |label: &str, value: &str| {
        let value = text::on_one_line(value);
        // Writing to a string does not fail.
        let _ = match label {
            "" => writeln!(lines, "\u{1b}[1m{value}\u{1b}[0m"),
            label => writeln!(lines, "  {label:<12} {value}"),
        };
    };
    row("", &format!("{}: {title}", page.page));
    for request in page.requests.iter().flatten() {
        row("request", &format!("{} {}", request.method, request.path));
    }
    for (kind, names) in page.permissions.iter().flat_map(crate::docs::page::Permissions::kinds) {
        let names = names.map(|names| if names.is_empty() { "not supported".to_owned() } else { names.join(", ") });
        row("permission", &format!("{kind}: {}", names.as_deref().unwrap_or("not stated")));
    }
    let header = |header: &crate::docs::page::Header| match header.required {
        Some(true) => format!("{} (required)", header.name),
        Some(false) => format!("{} (optional)", header.name),
        None => header.name.clone(),
    };
    list(&mut row, "headers", page.headers.as_ref().map(|headers| headers.iter().map(header).collect()));
    list(&mut row, "query", page.query.as_ref().map(|query| query.iter().map(|query| query.name.clone()).collect()));
    list(&mut row, "body", page.body.as_ref().map(|body| body.iter().map(|property| property.name.clone()).collect()));
    list(&mut row, "success", page.success.as_ref().map(|success| success.iter().map(u16::to_string).collect()));
    for example in page.examples.iter().flatten() {
        let request = example
            .request
            .as_ref()
            .and_then(|request| Some(format!("{} {}", request.method.as_deref()?, request.url.as_deref()?)));
        let status =
            example.response.as_ref().and_then(|response| response.status).map(|status| format!(" → {status}"));
        let name = example.name.as_deref().unwrap_or("(no name)");
        row("example", &format!("{name}: {}{}", request.unwrap_or_default(), status.unwrap_or_default()));
    }
    if let Some(resource) = &page.resource {
        let names =
            |list: &Vec<crate::docs::page::ResourceProperty>| list.iter().map(|item| item.name.clone()).collect();
        list(&mut row, "properties", resource.properties.as_ref().map(names));
        for list in &resource.enums {
            row("enum", &format!("{}: {}", list.name, list.members.join(", ")));
        }
    }
    for finding in &page.findings {
        row("unread", &format!("line {}: {}: {}", finding.origin.line, finding.subject, finding.message));
    }
    lines
}

fn list(row: &mut impl FnMut(&str, &str), label: &str, items: Option<Vec<String>>) {
    if let Some(items) = items {
        row(label, if items.is_empty() { "none".to_owned() } else { items.join(", ") }.as_str());
    }
}
