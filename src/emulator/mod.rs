//! A double of Microsoft Graph that serves whatever contracts say.
//!
//! It checks a request in the order in which Graph's layers see it (path, method, token,
//! permission, headers and query, media type, body), then changes its state and answers. It
//! must not know any operation, path, permission or limit by name, nor where contracts come
//! from; findings, the client and the conformance suite are unknown to it.

mod answer;
mod api;
mod auth;
mod batch;
mod body;
mod change;
mod clock;
mod config;
mod connection;
mod content;
mod control;
mod directory;
mod faults;
mod identity;
mod json;
mod judge;
mod list;
mod log;
mod perform;
mod proxy;
mod record;
mod refusal;
mod routes;
mod seed;
mod seed_file;
mod server;
mod service;
mod signin;
mod state;
mod tls;
mod view;
mod watch;

pub use clock::Clock;
pub use config::{Config, StartError};
pub use directory::{App, Directory, Secret, Tenant, User};
pub use faults::{Fault, FaultError, FaultKind};
pub use identity::{Identity, Kind};
pub use proxy::{Asked, Passage, Proxying};
pub use record::{CallerSeen, Observer, Received, Recording, Verdict, Violation};
pub use seed_file::Seed;
pub use server::Emulator;
