//! Text of others in reports for people: it is shown, and does nothing to the terminal, the log
//! or the page that it is shown on.

use std::borrow::Cow;

/// What it says over several lines, with everything written out that would move the cursor,
/// change the direction of reading, or not be seen.
#[must_use]
pub fn shown(text: &str) -> Cow<'_, str> {
    // Nearly every text is plain.
    if text.bytes().all(|byte| matches!(byte, b' '..=b'~' | b'\n' | b'\t')) {
        return text.into();
    }
    let mut shown = String::with_capacity(text.len());
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '\n' | '\t' => shown.push(letter),
            '\r' if letters.peek() == Some(&'\n') => {}
            letter if is_hidden(letter) => shown.extend(letter.escape_default()),
            letter => shown.push(letter),
        }
    }
    shown.into()
}

/// The same on one line.
#[must_use]
pub fn on_one_line(text: &str) -> Cow<'_, str> {
    let shown = shown(text);
    if shown.contains(['\n', '\t']) { shown.replace(['\n', '\t'], " ").into() } else { shown }
}

/// Text in a paragraph or cell of GitHub's Markdown: nothing of it becomes markup, an image, or a
/// mention of somebody.
#[must_use]
pub fn markdown(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in shown(text).trim_end().chars() {
        match letter {
            '\n' => escaped.push_str("<br>"),
            // A backslash does not keep GitHub from telling somebody that they were mentioned.
            '@' => escaped.push_str("@<!-- -->"),
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '>' | '|' | '~' | '#' | '$' => escaped.extend(['\\', letter]),
            letter => escaped.push(letter),
        }
    }
    escaped
}

/// Code in a cell of Markdown, between more backticks than it has itself.
#[must_use]
pub fn code(text: &str) -> String {
    let text = on_one_line(text).replace('|', "\\|");
    let longest = text.split(|letter| letter != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    match longest {
        0 => format!("{fence}{text}{fence}"),
        // A space is taken away again at either end.
        _ => format!("{fence} {text} {fence}"),
    }
}

/// The message of a workflow command of GitHub Actions: what is escaped is what the runner undoes.
/// <https://docs.github.com/actions/reference/workflow-commands-for-github-actions>
#[must_use]
pub fn command_data(text: &str) -> String {
    shown(text).replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// A property of a workflow command.
#[must_use]
pub fn command_property(text: &str) -> String {
    command_data(&on_one_line(text)).replace(':', "%3A").replace(',', "%2C")
}

/// Control characters, marks of direction, separators of lines, and what has no width. The joiner
/// of emoji and Indic scripts is not among them: it belongs to what is written.
fn is_hidden(letter: char) -> bool {
    letter.is_control()
        || matches!(letter,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}'
            | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
            // No characters, and not allowed in XML.
            | '\u{fffe}' | '\u{ffff}'
            | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_seen_is_written_out_and_the_rest_stays() {
        for (text, expected) in [
            ("risky user – größer 日本 👩\u{200d}🔬 e\u{301}", "risky user – größer 日本 👩\u{200d}🔬 e\u{301}"),
            ("\u{1b}[2J\u{7}\u{9b}1m", "\\u{1b}[2J\\u{7}\\u{9b}1m"),
            ("a\u{202e}b\u{2066}c", "a\\u{202e}b\\u{2066}c"),
            ("Risky\u{200b}User\u{feff}", "Risky\\u{200b}User\\u{feff}"),
            ("a\r\nb\rc\td\u{2028}", "a\nb\\rc\td\\u{2028}"),
        ] {
            assert_eq!(shown(text), expected);
        }
        assert_eq!(on_one_line("a\r\nb\tc\rd"), "a b c\\rd");
    }

    #[test]
    fn nothing_of_a_page_becomes_markup() {
        assert_eq!(
            markdown("a|b `c` @org/team <img src=x> [t](u) #1\n"),
            "a\\|b \\`c\\` @<!-- -->org/team &lt;img src=x\\> \\[t\\](u) \\#1"
        );
        assert_eq!(markdown("one\ntwo"), "one<br>two");
        assert_eq!(code("plain"), "`plain`");
        assert_eq!(code("a|b``c"), "``` a\\|b``c ```");
    }

    #[test]
    fn what_would_end_a_command_or_property_is_escaped() {
        assert_eq!(command_data("50% of a: b, c\r\n::error::x"), "50%25 of a: b, c%0A::error::x");
        assert_eq!(command_data("a\rb"), "a\\rb");
        assert_eq!(command_data("%0A"), "%250A");
        assert_eq!(command_property("C:\\a,b%20\n.md"), "C%3A\\a%2Cb%2520 .md");
    }
}
