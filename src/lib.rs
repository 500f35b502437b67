//! placeholder

pub mod contract;
pub mod embedded;
pub mod finding;
#[cfg(feature = "conformance")]
pub mod spec;
