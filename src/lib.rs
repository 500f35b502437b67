//! placeholder

pub mod client;
pub mod contract;
pub mod embedded;
#[cfg(feature = "conformance")]
pub mod finding;
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
#[cfg(feature = "emulator")]
pub mod emulator;
#[cfg(feature = "emulator")]
pub mod odata;
