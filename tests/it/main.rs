//! Every black-box test, in one binary to keep linking short.

#![allow(clippy::unwrap_used, clippy::print_stdout)]

mod client;
#[cfg(feature = "emulator")]
mod emulator;
#[cfg(feature = "emulator")]
mod examples;
mod snapshots;
