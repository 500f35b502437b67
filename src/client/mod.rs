//! The typed client: generated calls, and the session that makes them safe.
//!
//! A [`Session`] knows where the service is and who asks; a generated `Client` of an API
//! version has one method for each operation. Every call is a builder that is awaited:
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use entra_risk::v1::types::DismissRequest;
//! use entra_risk::{Cloud, Session, StaticToken};
//!
//! let session = Session::builder().cloud(Cloud::Global).token(StaticToken::new("eyJ0…")?).build()?;
//! let client = session.v1();
//! let user = "04487ee0-f4f6-4e7f-8999-facc5a30e232".parse()?;
//! client.risky_user_dismiss().body(DismissRequest { user_ids: [user].try_into()? }).await?;
//! # Ok(()) }
//! ```
//! This module must not know of conformance runs, emulators or command lines; all that it
//! knows of an operation is generated.

mod answer;
mod any;
mod bounded;
mod call;
mod challenge;
mod clock;
mod connections;
mod error;
#[doc(hidden)]
pub mod generated;
mod open_enum;
mod paging;
mod raw_pages;
mod refusal;
mod retry;
mod session;
#[cfg(test)]
mod surface;
mod token;
#[cfg(feature = "remediation")]
mod trace;
mod transport;

pub use answer::Answer;
pub use any::{AnyClient, Connect, Dispatch};
pub use bounded::{BoundError, Bounded};
pub use call::Call;
pub use clock::{Clock, SystemClock};
pub use connections::Connections;
pub use error::{Delivery, Error, ErrorKind};
pub use paging::{Page, Pages};
pub use raw_pages::{RawPage, RawPages};
pub use retry::RetryPolicy;
pub use session::{Session, SessionBuilder};
pub use token::{StaticToken, Token, TokenError, TokenFn, TokenProvider, TokenRequest};
pub use transport::SessionError;
#[cfg(any(feature = "conformance", feature = "remediation"))]
pub(crate) use {refusal::describe, transport::is_loopback};

/// A future that may move between threads.
pub type BoxFuture<'a, T> = std::pin::Pin<Box<dyn std::future::Future<Output = T> + Send + 'a>>;

include!(concat!(env!("OUT_DIR"), "/versions.rs"));
