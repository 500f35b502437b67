//! Identities of members, as they are sent: small, since there may be a million of them.

use std::fmt;

use uuid::Uuid;

/// The identity of a member of a set. Not a name: names of accounts are no identities to Graph.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Id {
    /// A GUID, which prints in lower case.
    Guid(Uuid),
    /// Whatever else identifies a member.
    Text(Box<str>),
}

/// What the identities of a set look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IdForm {
    /// GUIDs.
    Guid,
    /// Any text without white space and control characters.
    Text,
}

/// Why a text is no identity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    /// A name was given where an identity is wanted.
    #[error("it is a user principal name; Graph wants the object id (`users list` shows both)")]
    Name,
    /// It is no GUID.
    #[error("it is not a GUID")]
    NotGuid,
    /// It is no text that could identify anything.
    #[error("it has white space or control characters, or is longer than 256 characters")]
    NotText,
}

/// A longer text identifies nothing at Graph.
const LONGEST: usize = 256;

impl Id {
    /// Reads an identity: white space around it does not count, nor do letter case, braces and
    /// quotes around a GUID.
    ///
    /// # Errors
    /// If it is none of this form.
    pub fn parse(text: &str, form: IdForm) -> Result<Self, IdError> {
        let text = text.trim().trim_matches('"').trim();
        match form {
            IdForm::Guid => match Uuid::try_parse(text) {
                // `urn:uuid:…` and digits without hyphens are read too, and are the same identity.
                Ok(id) => Ok(Self::Guid(id)),
                Err(_) if text.contains('@') => Err(IdError::Name),
                Err(_) => Err(IdError::NotGuid),
            },
            IdForm::Text => {
                let usable = |c: char| !c.is_whitespace() && !c.is_control();
                match !text.is_empty() && text.len() <= LONGEST && text.chars().all(usable) {
                    // A GUID in other letters is the same identity.
                    true if text.len() == 36 => {
                        Ok(Uuid::try_parse(text).map_or_else(|_| Self::Text(text.into()), Self::Guid))
                    }
                    true => Ok(Self::Text(text.into())),
                    false => Err(IdError::NotText),
                }
            }
        }
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Guid(id) => {
                let mut text = Uuid::encode_buffer();
                f.write_str(id.hyphenated().encode_lower(&mut text))
            }
            Self::Text(text) => f.write_str(text),
        }
    }
}

impl fmt::Debug for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_guid_is_one_however_it_is_written() {
        let id = Id::parse("04487ee0-f4f6-4e7f-8999-facc5a30e232", IdForm::Guid).expect("a GUID");
        for text in [
            " 04487EE0-F4F6-4E7F-8999-FACC5A30E232\t",
            "{04487ee0-f4f6-4e7f-8999-facc5a30e232}",
            "\"04487ee0-f4f6-4e7f-8999-facc5a30e232\"",
            "04487ee0f4f64e7f8999facc5a30e232",
        ] {
            assert_eq!(Id::parse(text, IdForm::Guid).as_ref(), Ok(&id), "{text}");
        }
        assert_eq!(id.to_string(), "04487ee0-f4f6-4e7f-8999-facc5a30e232");
        assert_eq!(Id::parse("alex@contoso.com", IdForm::Guid), Err(IdError::Name));
        for text in ["", "04487ee0", "04487ee0-f4f6-4e7f-8999-facc5a30e23g", "all"] {
            assert_eq!(Id::parse(text, IdForm::Guid), Err(IdError::NotGuid), "{text}");
        }
        assert!(size_of::<Id>() <= 24);
    }

    #[test]
    fn other_identities_are_texts_without_spaces() {
        assert_eq!(Id::parse(" a-1_B ", IdForm::Text).map(|id| id.to_string()), Ok("a-1_B".to_owned()));
        let upper = Id::parse("04487EE0-F4F6-4E7F-8999-FACC5A30E232", IdForm::Text);
        assert_eq!(upper, Id::parse("04487ee0-f4f6-4e7f-8999-facc5a30e232", IdForm::Guid));
        for text in ["", "  ", "a b", "a\u{7}", &"x".repeat(257)] {
            assert_eq!(Id::parse(text, IdForm::Text), Err(IdError::NotText), "{text:?}");
        }
    }
}
