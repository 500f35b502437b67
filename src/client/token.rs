//! Bearer tokens and who gives them.

use std::fmt;
use std::future::Future;
use std::sync::Arc;

use http::HeaderValue;

use super::BoxFuture;

/// A bearer token, ready to be sent. It prints as nothing: neither `Debug` nor an error shows
/// any part of it.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(HeaderValue);

impl Token {
    /// Takes the text of a token, without `Bearer`.
    ///
    /// # Errors
    /// An empty text, or one with a character that no token has (RFC 6750, 2.1).
    pub fn new(text: impl AsRef<str>) -> Result<Self, TokenError> {
        let text = text.as_ref().trim();
        if text.is_empty() {
            return Err(TokenError::new("the token is empty"));
        }
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~+/=".contains(&byte);
        if !text.bytes().all(allowed) {
            return Err(TokenError::new(
                "the token has a character that no bearer token has; is it wrapped in quotes, or is this another file?",
            ));
        }
        let mut value = HeaderValue::try_from(format!("Bearer {text}"))
            .map_err(|_| TokenError::new("the token does not fit into a header"))?;
        value.set_sensitive(true);
        Ok(Self(value))
    }

    /// The token of a header that this client made.
    pub(crate) fn from_header(value: &HeaderValue) -> Option<Self> {
        value.is_sensitive().then(|| Self(value.clone()))
    }

    /// The text without `Bearer`, to see whether an answer repeats it.
    pub(super) fn secret(&self) -> &str {
        self.0.to_str().ok().and_then(|text| text.strip_prefix("Bearer ")).unwrap_or_default()
    }

    /// The value of the `Authorization` header, marked as sensitive.
    pub(crate) fn header(&self) -> &HeaderValue {
        &self.0
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(hidden)")
    }
}

/// Why there is no token. The message is shown to people: keep secrets out of it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct TokenError {
    message: String,
}

impl TokenError {
    /// An error with a message for people, without any secret.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into() }
    }
}

/// What a token is wanted for.
#[derive(Debug, Clone, Copy)]
pub struct TokenRequest<'a> {
    /// The root of the service: `https://graph.microsoft.com`. The scope to ask for is this
    /// with `/.default` behind it.
    pub resource: &'a str,
    /// Claims that the service asked for, as the JSON text that sign-in takes in its `claims`
    /// parameter.
    pub claims: Option<&'a str>,
    /// The token that the service refused with that challenge; a cache must not give it again.
    pub rejected: Option<&'a Token>,
}

/// Gives tokens. Asked before every call, so an implementation keeps its token until shortly
/// before it expires.
pub trait TokenProvider: Send + Sync + 'static {
    /// A token for the request.
    ///
    /// # Errors
    /// Where there is none; with `claims`, also where the provider cannot ask for claims: the
    /// call then fails with the service's own answer.
    fn token<'a>(&'a self, request: TokenRequest<'a>) -> BoxFuture<'a, Result<Token, TokenError>>;
}

impl<P: TokenProvider + ?Sized> TokenProvider for Arc<P> {
    fn token<'a>(&'a self, request: TokenRequest<'a>) -> BoxFuture<'a, Result<Token, TokenError>> {
        (**self).token(request)
    }
}

/// One token for as long as it lasts.
#[derive(Debug, Clone)]
pub struct StaticToken(Token);

impl StaticToken {
    /// Takes the text of a token.
    ///
    /// # Errors
    /// As [`Token::new`].
    pub fn new(text: impl AsRef<str>) -> Result<Self, TokenError> {
        Token::new(text).map(Self)
    }
}

impl TokenProvider for StaticToken {
    fn token<'a>(&'a self, request: TokenRequest<'a>) -> BoxFuture<'a, Result<Token, TokenError>> {
        let token = match request.claims {
            None => Ok(self.0.clone()),
            Some(_) => Err(TokenError::new("a fixed token cannot take up a claims challenge; sign in again")),
        };
        Box::pin(std::future::ready(token))
    }
}

/// A closure that gives tokens. It is handed the resource, and the claims of a challenge where
/// there was one.
pub struct TokenFn<F>(pub F);

impl<F, R> TokenProvider for TokenFn<F>
where
    F: Fn(String, Option<String>) -> R + Send + Sync + 'static,
    R: Future<Output = Result<Token, TokenError>> + Send + 'static,
{
    fn token<'a>(&'a self, request: TokenRequest<'a>) -> BoxFuture<'a, Result<Token, TokenError>> {
        Box::pin((self.0)(request.resource.to_owned(), request.claims.map(str::to_owned)))
    }
}
