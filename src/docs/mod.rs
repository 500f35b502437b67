//! Pages of the Microsoft Graph reference, read into plain data with the line of every
//! statement.
//!
//! The pages are Markdown in a dialect of their own (HTML comments that annotate fences, tables
//! with a fixed vocabulary, includes). The reader never fails on a page and never guesses: what
//! it cannot read is `None` with a finding. It works on texts that are handed in; this module
//! must not open files, must not know what is right or wrong with what a page says (rules), and
//! must not know the description.

mod absence;
pub mod annotation;
pub mod claims;
mod example;
mod inline;
pub mod matching;
mod message;
pub mod outline;
pub mod page;
mod parameter;
pub mod path;
mod permission;
mod read;
pub mod render;
mod request;
mod resource;
pub mod section;
mod status;
pub mod table;

pub use page::Page;
pub use read::{UNREAD, read, resolve};

/// The JSON schema of a page in JSON.
pub const SCHEMA: &str = include_str!("page.schema.json");
