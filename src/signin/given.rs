//! A token that somebody else got: from the environment, or from a file that may be renewed.

use std::borrow::Cow;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use super::claims::Claims;
use super::error::SignInError;
use super::secret::Secret;
use super::source::{Fresh, Source, Wanted};
use crate::client::{BoxFuture, Clock, Token};

/// A token as it was handed in.
pub(super) struct Given {
    from: From,
    clock: Arc<dyn Clock>,
}

enum From {
    Variable { name: Cow<'static, str>, text: Secret },
    File { path: PathBuf, seen: Mutex<Option<Stamp>> },
}

/// When a file was written, and its length: what changes with its content.
type Stamp = (Option<SystemTime>, u64);

impl Given {
    pub(super) fn variable(name: Cow<'static, str>, text: Secret, clock: Arc<dyn Clock>) -> Self {
        Self { from: From::Variable { name, text }, clock }
    }

    pub(super) fn file(path: PathBuf, clock: Arc<dyn Clock>) -> Self {
        Self { from: From::File { path, seen: Mutex::new(None) }, clock }
    }

    fn read(&self) -> Result<(Token, Option<Claims>), SignInError> {
        let (text, what) = match &self.from {
            From::Variable { name, text } => (text.clone(), name.to_string()),
            From::File { path, seen } => {
                // The stamp comes first: a file that is written in between is read again.
                *seen.lock().unwrap_or_else(PoisonError::into_inner) = stamp(path);
                (read(path, "the token file")?, path.display().to_string())
            }
        };
        let token = Token::new(text.reveal()).map_err(|error| {
            SignInError::given(format!("use the token of {what}: {error}"), "it holds the token and nothing else")
        })?;
        let claims = Claims::read(text.reveal());
        if let Some(ended) = claims.as_ref().and_then(Claims::expires).filter(|end| *end <= self.clock.now()) {
            return Err(SignInError::refused(
                format!("use the token of {what}: it expired at {}", super::claims::utc(ended)),
                "put a new one there, or sign in another way: --auth",
            ));
        }
        Ok((token, claims))
    }
}

impl Source for Given {
    fn fetch<'a>(&'a self, _: Wanted<'a>) -> BoxFuture<'a, Result<Fresh, SignInError>> {
        // Which claims it has is settled: `Tokens` notices where they are not those that were wanted.
        let fresh = self.read().map(|(token, claims)| {
            let expires = claims.as_ref().and_then(Claims::expires);
            Fresh { token, expires }
        });
        Box::pin(std::future::ready(fresh))
    }

    fn has_changed(&self) -> bool {
        match &self.from {
            From::Variable { .. } => false,
            From::File { path, seen } => *seen.lock().unwrap_or_else(PoisonError::into_inner) != stamp(path),
        }
    }
}

fn stamp(path: &Path) -> Option<Stamp> {
    let metadata = std::fs::metadata(path).ok()?;
    Some((metadata.modified().ok(), metadata.len()))
}

/// The longest secret, in bytes: tokens are a few thousand.
const LONGEST: u64 = 64 * 1024;

/// The secret in a file.
pub(super) fn read(path: &Path, what: &str) -> Result<Secret, SignInError> {
    let mut text = String::new();
    std::fs::File::open(path)
        .and_then(|file| file.take(LONGEST + 1).read_to_string(&mut text))
        .map_err(|error| SignInError::given(format!("read {what} {}: {error}", path.display()), ""))?;
    if text.len() as u64 > LONGEST {
        return Err(SignInError::given(format!("use {what} {}: it is too long for one", path.display()), ""));
    }
    let secret = Secret::new(text);
    match secret.is_empty() {
        true => Err(SignInError::given(format!("use {what} {}: it is empty", path.display()), "")),
        false => Ok(secret),
    }
}
