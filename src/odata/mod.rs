//! The part of OData's URL conventions that Graph's lists understand: query options, `$filter`,
//! `$select`, points in time.
//!
//! Pure text in, values out. It must not know contracts, HTTP or entities: a caller says which
//! columns there are and looks up their values.

mod condition;
mod date;
mod filter;
mod lex;
mod query;

pub use condition::Condition;
pub use date::{Instant, format_instant, parse_instant};
pub use filter::{Column, Datum, Filter, FilterError, Kind};
pub use query::{Order, QueryError, QueryOption, compare_by, options, order_by, segment, select};
