//! The reader's blocks and CommonMark's, from pulldown-cmark: on sound pages they agree, and
//! where the reader deviates on purpose, this says so.

use std::collections::BTreeSet;

use entra_risk::docs::outline::{BlockKind, Outline};
use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag};

use super::{fixtures, markdown, shared};

/// A heading with its level, a fence with its language, a table; each with its first line.
type Blocks = BTreeSet<(usize, String)>;

fn ours(text: &str) -> Blocks {
    let outline = Outline::new(text);
    let blocks = outline.blocks.iter().filter_map(|block| {
        let what = match block.kind {
            BlockKind::Heading(level) => format!("heading {level}"),
            BlockKind::Tab => "heading 1".to_owned(),
            BlockKind::Fence { .. } => format!("fence {}", outline.info(block)),
            BlockKind::Table => "table".to_owned(),
            _ => return None,
        };
        Some((block.first, what))
    });
    blocks.collect()
}

fn theirs(text: &str) -> Blocks {
    let options = Options::ENABLE_TABLES | Options::ENABLE_YAML_STYLE_METADATA_BLOCKS;
    let mut blocks = Blocks::new();
    for (event, range) in Parser::new_ext(text, options).into_offset_iter() {
        let Event::Start(tag) = event else { continue };
        let what = match tag {
            Tag::Heading { level, .. } => format!("heading {}", level as u8),
            Tag::CodeBlock(CodeBlockKind::Fenced(info)) => format!("fence {}", info.trim()),
            Tag::Table(_) => "table".to_owned(),
            _ => continue,
        };
        blocks.insert((1 + text[..range.start].matches('\n').count(), what));
    }
    blocks
}

/// Where the reader deviates on purpose, by the line and what one of the two sees there.
fn meant(text: &str, line: usize, what: &str) -> bool {
    let lines: Vec<&str> = text.lines().collect();
    let at = |line: usize| lines.get(line.wrapping_sub(1)).copied().unwrap_or_default();
    let squeezed = at(line).starts_with('#') && !at(line).trim_start_matches('#').starts_with(' ');
    let underlined = what.starts_with("heading") && at(line + 1).trim_start().starts_with(['-', '=']);
    let delimiter = at(line + 1).trim();
    let loose = what == "table" && !(delimiter.starts_with(['|', ':', '-']) && cells(delimiter) == cells(at(line)));
    squeezed || underlined || loose
}

fn cells(row: &str) -> usize {
    row.trim().trim_matches('|').split('|').count()
}

fn differences(text: &str) -> Vec<(usize, String)> {
    let (ours, theirs) = (ours(text), theirs(text));
    let different = ours.symmetric_difference(&theirs).cloned();
    different.filter(|(line, what)| !meant(text, *line, what)).collect()
}

#[test]
fn sound_pages_have_the_blocks_that_common_mark_sees() {
    let mut compared = 0;
    for path in markdown(&fixtures()).into_iter().filter(|path| !path.ends_with("lantern-broken.md")) {
        let text = std::fs::read_to_string(&path).unwrap();
        assert_eq!(differences(&text), [], "{}", path.display());
        compared += ours(&text).len();
    }
    assert!(compared > 100, "{compared} blocks");
}

#[test]
fn shared_pages_have_the_blocks_that_common_mark_sees() {
    let Some((_, pages)) = shared::pages() else { return };
    for path in pages {
        let text = std::fs::read_to_string(&path).unwrap().replace("\r\n", "\n");
        let text = text.trim_start_matches('\u{feff}');
        assert_eq!(differences(text), [], "{}", path.display());
    }
}

#[test]
fn deviations_are_what_they_are_said_to_be() {
    // A fence that is never closed ends where the page goes on; CommonMark's ends with the file.
    let open = "```http\nGET /a\n\n## Response\n\n`200 OK`\n";
    assert!(ours(open).contains(&(4, "heading 2".to_owned())) && !theirs(open).contains(&(4, "heading 2".to_owned())));
    // A delimiter row wider than its header makes CommonMark drop the table.
    let wide = "|a|b|\n|-|-|-|\n|c|d|\n";
    assert!(ours(wide).contains(&(1, "table".to_owned())) && theirs(wide).is_empty());
    // A heading without its blank is one.
    assert!(ours("##Response\n").contains(&(1, "heading 2".to_owned())) && theirs("##Response\n").is_empty());
    // A line of dashes below text is a line, not a heading: pages close tabs with it.
    assert!(ours("text\n---\n").is_empty() && theirs("text\n---\n").contains(&(1, "heading 2".to_owned())));
}
