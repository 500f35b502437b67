//! Text of others in reports for people: it is shown, and does nothing to the terminal, the log
//! or the page that it is shown on.

/// What it says over several lines, with everything written out that would move the cursor,
/// change the direction of reading, or not be seen.
#[must_use]
pub fn shown(text: &str) -> String {
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
    shown
}

/// The same on one line.
#[must_use]
pub fn on_one_line(text: &str) -> String {
    shown(text).replace(['\n', '\t'], " ")
}

/// Control characters, marks of direction, separators of lines, and what has no width. The joiner
/// of emoji and Indic scripts is not among them: it belongs to what is written.
fn is_hidden(letter: char) -> bool {
    letter.is_control()
        || matches!(letter,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}'
            | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
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
}
