//! A double of Microsoft Graph that serves whatever contracts say.
//!
//! It checks a request in the order in which Graph's layers see it (path, method, token,
//! permission, headers and query, media type, body), then changes its state and answers. It
//! must not know any operation, path, permission or limit by name, nor where contracts come
//! from; findings, the client and the conformance suite are unknown to it.

mod answer;
mod api;
mod auth;
mod body;
mod change;
mod clock;
mod config;
mod connection;
mod content;
mod faults;
mod identity;
mod json;
mod judge;
mod list;
mod perform;
mod record;
mod refusal;
mod routes;
mod seed;
mod server;
mod service;
mod state;
mod tls;
mod view;
mod watch;

pub use clock::Clock;
pub use config::{Config, StartError};
pub use faults::{Fault, FaultError, FaultKind};
pub use identity::{Identity, Kind};
pub use record::{CallerSeen, Observer, Received, Recording, Verdict, Violation};
pub use server::Emulator;
