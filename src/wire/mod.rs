//! HTTP/1.1 on plain sockets, byte for byte: what libraries hide is what a conformance run has
//! to see.
//!
//! Knows nothing of descriptions, Graph or checks.

mod codec;
mod connection;
mod scripted;
mod tampering;

pub use codec::{Head, Message, WireError};
pub use connection::{Answer, Connection, Framing};
pub use scripted::{Scripted, Step};
pub use tampering::{Passage, Tamper, Tampering};
