//! placeholder

#[cfg(feature = "cli")]
pub mod cli;
pub mod client;
#[cfg(feature = "conformance")]
pub mod conformance;
pub mod contract;
pub mod embedded;
#[cfg(feature = "emulator")]
pub mod emulator;
#[cfg(feature = "conformance")]
pub mod finding;
#[cfg(feature = "emulator")]
pub mod odata;
#[cfg(feature = "conformance")]
pub mod report;
#[cfg(feature = "conformance")]
pub mod rules;
#[cfg(feature = "conformance")]
pub mod spec;
#[cfg(feature = "conformance")]
pub mod verdict;
#[cfg(feature = "conformance")]
pub mod wire;

pub use client::{Cloud, Session, StaticToken, Token, TokenFn};

include!(concat!(env!("OUT_DIR"), "/reexports.rs"));
