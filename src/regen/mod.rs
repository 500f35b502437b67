//! Descriptions made from pages, and descriptions brought up to date with pages.
//!
//! Works on texts and pages that are handed in, and gives texts and a list of changes. It must
//! not open files, must not know what a client or server does with a description, and never
//! states what no page states without calling it an assumption.

mod emit;

mod derive;
mod edit;
mod kind;
mod layout;
mod names;
mod update;

pub use derive::{Derivation, DeriveError, Transcript, derive};
pub use update::{Change, Conditions, Update, update};
