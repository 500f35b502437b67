//! Whatever stands in a file, the reader makes a page of it: no panic, every line within the
//! file, and the same facts whatever ends its lines.

use entra_risk::docs::Page;
use proptest::prelude::*;

use super::{facts, fixtures, markdown, read};

/// Pieces of pages, good and bad, that mean something to the reader.
const PIECES: &[&str] = &[
    "# ",
    "## ",
    "HTTP request",
    "Permissions",
    "Request headers",
    "Request body",
    "Response",
    "Example",
    "Properties",
    "\n",
    "\n\n",
    "\r\n",
    "\r",
    "```",
    "```http",
    "~~~",
    "<!--",
    "-->",
    "<!-- {\"blockType\": \"request\"} -->",
    "|",
    "|-|-|",
    "|:--|",
    "[",
    "](",
    ")",
    "{",
    "}",
    "(",
    "'",
    "`",
    "*",
    "\\",
    "&nbsp;",
    "é",
    "\u{feff}",
    "\u{a0}",
    "”",
    "GET /lanterns",
    "POST https://graph.microsoft.com/beta/lanterns",
    "DELETE/lanterns",
    "HTTP/1.1 200 OK",
    "HTTP 201",
    "Content-Type: application/json",
    "Application",
    "Delegated (work or school account)",
    "Not supported.",
    "Ab.Read",
    "Required.",
    "Optional",
    "[!INCLUDE [x](../includes/permissions/x.md)]",
    "---",
    "$select",
    "200 OK",
    "\"a\": 1",
    "...",
    "possible values are `a`",
    "up to 60 ids",
    "# [HTTP](#tab/http)",
    "> ",
    "   ",
    "\t",
    "\0",
];

fn pieces() -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(PIECES), 0..80).prop_map(|pieces| pieces.concat())
}

/// A fixture page with pieces cut out of it or put into it.
fn mutated() -> impl Strategy<Value = String> {
    let pages: Vec<String> = markdown(&fixtures()).iter().map(|path| std::fs::read_to_string(path).unwrap()).collect();
    let edits = prop::collection::vec((any::<prop::sample::Index>(), 0..40_usize, prop::sample::select(PIECES)), 1..6);
    (prop::sample::select(pages), edits).prop_map(|(page, edits)| {
        let mut characters: Vec<char> = page.chars().collect();
        for (at, cut, piece) in edits {
            let at = at.index(characters.len() + 1);
            let end = (at + cut).min(characters.len());
            characters.splice(at..end, piece.chars());
        }
        characters.into_iter().collect()
    })
}

/// Every line that a page names is one of the file.
fn lines_are_within(page: &Page, text: &str) -> Result<(), TestCaseError> {
    let most = text.chars().filter(|letter| matches!(letter, '\n' | '\r')).count() + 1;
    let facts = facts(page);
    let numbers = facts.lines().filter_map(|line| line.split_whitespace().next()?.parse::<usize>().ok());
    for number in numbers {
        prop_assert!(number <= most, "line {number} of {most}\n{facts}");
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_makes_a_page(text in any::<String>()) {
        lines_are_within(&read(&text), &text)?;
    }

    #[test]
    fn any_mixture_of_pieces_makes_a_page(text in pieces()) {
        lines_are_within(&read(&text), &text)?;
    }

    #[test]
    fn a_damaged_page_makes_a_page(text in mutated()) {
        lines_are_within(&read(&text), &text)?;
    }

    #[test]
    fn the_ends_of_lines_do_not_matter(text in pieces()) {
        let text = text.replace(['\r', '\u{feff}'], "");
        let page = facts(&read(&text));
        prop_assert_eq!(&page, &facts(&read(&text.replace('\n', "\r\n"))));
        prop_assert_eq!(&page, &facts(&read(&text.replace('\n', "\r"))));
        prop_assert_eq!(&page, &facts(&read(&format!("\u{feff}{text}"))));
    }
}
