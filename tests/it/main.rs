//! The one integration-test binary: small to link, and each layer a module.

#![allow(clippy::unwrap_used, clippy::print_stdout)]

#[cfg(all(feature = "cli", unix))]
mod check;
mod client;
#[cfg(feature = "cli")]
mod conformance;
#[cfg(feature = "cli")]
mod diff;
#[cfg(feature = "cli")]
mod doclint;
#[cfg(feature = "cli")]
mod docs;
#[cfg(feature = "cli")]
mod drift;
#[cfg(feature = "emulator")]
mod emulator;
#[cfg(feature = "emulator")]
mod examples;
#[cfg(feature = "emulator")]
mod few;
#[cfg(feature = "cli")]
mod groups;
#[cfg(feature = "cli")]
mod invented;
mod layers;
#[cfg(feature = "cli")]
mod ledger;
#[cfg(feature = "cli")]
mod metadata;
mod operations;
mod policy;
#[cfg(feature = "cli")]
mod ran;
#[cfg(feature = "cli")]
mod regen;
#[cfg(feature = "cli")]
mod remediation;
#[cfg(feature = "cli")]
mod render;
#[cfg(feature = "cli")]
mod report;
#[cfg(feature = "cli")]
mod selftest;
#[cfg(all(feature = "cli", unix))]
mod settle;
#[cfg(all(feature = "emulator", feature = "remediation"))]
mod signin;
mod snapshots;
mod source;
#[cfg(all(feature = "cli", unix))]
mod tenants;
mod words;
