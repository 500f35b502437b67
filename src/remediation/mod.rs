//! Settling risk in bulk: what was asked for becomes a plan, the plan a job in the ledger, the job
//! calls of the documented size at the documented pace, and each id ends in what reading back saw.
//!
//! It must not know any operation, set or property by name: all that it knows of an action stands in
//! its contract. It knows nothing of arguments, terminals or exit codes, and of credentials only that
//! a session has some.

mod action;
mod group;
mod id;
mod ids;
mod selection;
mod standing;

pub use action::{Action, Members};
pub use group::{Group, Offer, Verb, VerbKind};
pub use id::{Id, IdError, IdForm};
pub use ids::{Ids, IdsError, Malformed};
pub use selection::{Contains, Criterion, CriterionError, Part, Selection, Takes};
pub use standing::Standing;
