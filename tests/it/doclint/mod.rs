//! The lint of documentation pages: on real pages, on broken ones, and as a command.

mod command;
mod garbage;
mod real;
