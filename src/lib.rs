//! Settle the risk that Microsoft Entra ID Protection puts on user accounts, and prove that
//! documentation, description, client and server agree.
//!
//! - [`v1`] and [`beta`] are the typed clients, generated from `openapi/`; [`Session`] keeps its
//!   token at home. This is all that `default-features = false` compiles.
//! - `conformance` (feature of the same name) runs the suite against client and server.
//! - `emulator` (feature of the same name) serves whatever the description says.
//! - `remediation` (feature of the same name) settles many, with a ledger of what was done; `signin` gives
//!   its tokens.
//!
//! ```no_run
//! use entra_risk::v1::types::DismissRequest;
//! use entra_risk::{Cloud, Session, StaticToken};
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let token = StaticToken::new(std::env::var("ENTRA_RISK_TOKEN")?)?;
//! let graph = Session::builder().cloud(Cloud::Global).token(token).build()?.v1();
//! let id: uuid::Uuid = "04487ee0-f4f6-4e7f-8999-facc5a30e232".parse()?;
//! graph.risky_user_dismiss().body(DismissRequest { user_ids: [id].try_into()? }).await?;
//! // A 204 says that the request was taken; whether the risk is gone, reading says.
//! let user = graph.risky_user_get().id(id).await?;
//! println!("{:?}", user.risk_level);
//! # Ok(()) }
//! ```
//!
//! # Features
//!
//! | feature | adds |
//! |---|---|
//! | `tls` | HTTPS, by rustls with ring and the system's certificates |
//! | `conformance` | the suite |
//! | `emulator` | the server |
//! | `remediation` | settling in bulk: sign-in, plans, the ledger, runs |
//! | `cli` | the program `entra-risk`, with the three above |
//!
//! All are on by default.
#![doc = include_str!("ARCHITECTURE.md")]

// Generated code names the crate as others do, so that it can stand outside of it as well.
extern crate self as entra_risk;

#[cfg(feature = "conformance")]
pub mod accepted;
#[cfg(all(feature = "conformance", feature = "emulator"))]
pub mod check;
#[cfg(feature = "cli")]
pub mod cli;
pub mod client;
#[cfg(feature = "conformance")]
pub mod conformance;
pub mod contract;
#[cfg(feature = "conformance")]
pub mod diff;
#[cfg(feature = "conformance")]
pub mod docs;
pub mod embedded;
#[cfg(feature = "emulator")]
pub mod emulator;
#[cfg(feature = "conformance")]
pub mod finding;
#[cfg(feature = "conformance")]
pub mod metadata;
#[cfg(any(feature = "emulator", feature = "remediation"))]
pub mod odata;
#[cfg(feature = "conformance")]
pub mod regen;
#[cfg(feature = "remediation")]
pub mod remediation;
#[cfg(feature = "conformance")]
pub mod report;
#[cfg(feature = "conformance")]
pub mod rules;
#[cfg(all(feature = "conformance", feature = "emulator"))]
pub mod selftest;
#[cfg(feature = "remediation")]
pub mod signin;
#[cfg(feature = "conformance")]
pub mod spec;
#[cfg(feature = "conformance")]
pub mod verdict;
#[cfg(feature = "conformance")]
pub mod wire;

pub use client::{Cloud, Session, StaticToken, Token, TokenFn};

include!(concat!(env!("OUT_DIR"), "/reexports.rs"));

/// Compiles the README's Rust.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
