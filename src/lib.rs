//! placeholder

pub mod contract;
pub mod embedded;
#[cfg(feature = "emulator")]
pub mod emulator;
pub mod finding;
#[cfg(feature = "emulator")]
pub mod odata;
#[cfg(feature = "conformance")]
pub mod spec;
