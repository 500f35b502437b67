//! What generated code calls, and nothing else may: it may change with every release.
//!
//! Public only because code that `build.rs` generates also stands outside of this crate, in its
//! tests. Must not hold anything by which a token could be sent otherwise than a session does it.

use std::sync::Arc;

use progenitor_client::{Error as GeneratorError, ResponseValue};
use reqwest::{Request, Response};
use serde::Serialize;
use serde_json::{Map, Value};

use super::{Answer, BoxFuture, Call, Error, Page, Pages, Session};

pub use super::answer::Arguments;

/// A call that is shared by its attempts and its error.
pub type SharedCall = Arc<Call>;

/// What a dispatched call answers.
pub type BoxedAnswer<'a> = BoxFuture<'a, Result<Answer, Error>>;

/// A call that is ready to be awaited.
pub type Begun<'a> = Result<BoxedAnswer<'a>, Error>;

/// Makes a call of an operation out of arguments, and sends nothing.
pub type Prepare<C> = for<'a> fn(&'a C, &mut Arguments<'_>) -> Begun<'a>;

type Typed<'a, T> = BoxFuture<'a, Result<ResponseValue<T>, Error>>;

/// A call that has not begun.
#[must_use]
pub fn call(operation: &'static str) -> SharedCall {
    Call::new(operation)
}

/// The generator's error, completed with what the call went through.
#[must_use]
pub fn failed<E>(error: GeneratorError<E>, call: &SharedCall) -> Error {
    Error::of_call(error, call)
}

/// The pages of a listing whose first one is `first`.
pub fn pages<'a, P: Page>(session: &Session, operation: &'static str, first: Typed<'a, P>) -> Pages<'a, P> {
    Pages::new(session, operation, Box::pin(async move { first.await.map(ResponseValue::into_inner) }))
}

/// The HTTP client of a session.
#[must_use]
pub fn http(session: &Session) -> &reqwest::Client {
    session.http()
}

/// The session with the context of one call.
#[must_use]
pub fn for_call(session: &Session, call: &SharedCall) -> Session {
    session.for_call(call)
}

/// Makes a request the session's own, or says why it is not sent.
///
/// # Errors
/// The reason, for the generator's error.
pub async fn prepare(session: &Session, request: &mut Request, base_url: &str, template: &str) -> Result<(), String> {
    session.prepare(request, base_url, template).await
}

/// Sends a prepared request, again where the policy says so.
///
/// # Errors
/// The last attempt's.
pub async fn execute(session: &Session, request: Request) -> reqwest::Result<Response> {
    session.execute(request).await
}

/// Calls what was found for `operation`.
///
/// # Errors
/// What the call gives; with nothing sent where nothing was found, or where an argument does not
/// fit.
pub async fn dispatch<C>(
    client: &C,
    found: Option<(&'static str, Prepare<C>)>,
    operation: &str,
    given: &Map<String, Value>,
) -> Result<Answer, Error> {
    let Some((operation, prepare)) = found else {
        return Err(Error::invalid(operation, "there is no such operation".to_owned()));
    };
    let mut arguments = Arguments::new(operation, given);
    let call = prepare(client, &mut arguments)?;
    arguments.finish()?;
    call.await
}

/// A typed answer as JSON.
pub fn answer<'a, T: Serialize + Send + 'a>(call: Typed<'a, T>) -> BoxedAnswer<'a> {
    Box::pin(async move { call.await.map(|value| Answer::json(&value)) })
}

/// An answer that consists of its status.
#[must_use]
pub fn empty(call: Typed<'_, ()>) -> BoxedAnswer<'_> {
    Box::pin(async move { call.await.map(|value| Answer::empty(&value)) })
}
