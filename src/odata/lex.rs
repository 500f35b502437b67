//! Cuts the text of a `$filter` into tokens, each with the place where it starts.

use super::FilterError;

/// A token and its place: characters from the start, counted from 1.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Token {
    pub(super) position: usize,
    pub(super) kind: TokenKind,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum TokenKind {
    Open,
    Close,
    Comma,
    /// A property, an operator, a number, a date, `true`, `null`.
    Word(String),
    /// `'text'`, or `type'text'` with the name of its type.
    Quoted {
        type_name: Option<String>,
        text: String,
    },
    End,
}

/// Every token of the text; the last one is [`TokenKind::End`].
pub(super) fn tokens(text: &str) -> Result<Vec<Token>, FilterError> {
    let characters: Vec<char> = text.chars().collect();
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(&character) = characters.get(at) {
        let position = at + 1;
        let kind = match character {
            ' ' | '\t' => {
                at += 1;
                continue;
            }
            '(' | ')' => {
                at += 1;
                if character == '(' { TokenKind::Open } else { TokenKind::Close }
            }
            ',' => {
                at += 1;
                TokenKind::Comma
            }
            '\'' => TokenKind::Quoted { type_name: None, text: quoted(&characters, &mut at)? },
            _ if is_word(character) => {
                let length = characters[at..].iter().take_while(|character| is_word(**character)).count();
                let word: String = characters[at..at + length].iter().collect();
                at += length;
                match characters.get(at) {
                    Some('\'') => TokenKind::Quoted { type_name: Some(word), text: quoted(&characters, &mut at)? },
                    _ => TokenKind::Word(word),
                }
            }
            _ => return Err(FilterError::new(position, format!("the character '{character}' has no meaning here"))),
        };
        tokens.push(Token { position, kind });
    }
    tokens.push(Token { position: characters.len() + 1, kind: TokenKind::End });
    Ok(tokens)
}

fn is_word(character: char) -> bool {
    character.is_alphanumeric() || matches!(character, '_' | '.' | '-' | '+' | ':' | '@' | '/')
}

/// The text between quotes, a doubled quote standing for one; `at` moves behind it.
fn quoted(characters: &[char], at: &mut usize) -> Result<String, FilterError> {
    let start = *at;
    let mut text = String::new();
    loop {
        *at += 1;
        match characters.get(*at) {
            None => return Err(FilterError::new(start + 1, "the text that starts here has no closing quote")),
            Some('\'') if characters.get(*at + 1) == Some(&'\'') => {
                text.push('\'');
                *at += 1;
            }
            Some('\'') => {
                *at += 1;
                return Ok(text);
            }
            Some(character) => text.push(*character),
        }
    }
}
