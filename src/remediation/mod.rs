//! Settling risk in bulk: what was asked for becomes a plan, the plan a job in the ledger, the job
//! calls of the documented size at the documented pace, and each id ends in what reading back saw.
//!
//! It must not know any operation, set or property by name: all that it knows of an action stands in
//! its contract. It knows nothing of arguments, terminals or exit codes, and of credentials only that
//! a session has some.

mod action;
mod caller;
mod graph;
mod group;
mod id;
mod ids;
mod job;
pub mod ledger;
mod lens;
mod pace;
mod plan;
pub mod plan_file;
mod reader;
mod roll;
mod run;
mod selection;
mod service;
mod standing;
mod stop;
mod survey;
#[cfg(test)]
mod testing;
mod verify;

pub use action::{Action, Members};
pub use graph::Graph;
pub use group::{Group, Offer, Verb, VerbKind};
pub use id::{Id, IdError, IdForm};
pub use ids::{Ids, IdsError, Malformed};
pub use job::{Opening, Scene, TakenUp, ended, stands};
pub use lens::{Lens, Seen};
pub use pace::{DOCUMENTED, Pace};
pub use plan::{AllTheSame, Demand, Plan, leave_out_moved};
pub use reader::{Cursor, Reader};
pub use roll::{Roll, left_out};
pub use run::{Event, Halt, Report, Run, Settings};
pub use selection::{Contains, Criterion, CriterionError, Part, Selection, Takes};
pub use service::{Answered, Listing, Member, Page, Service, Trouble, TroubleKind};
pub use standing::Standing;
pub use stop::Stop;
pub use survey::{Found, Hints, survey};

use crate::client::Clock;
use crate::odata::Instant;

/// What time a clock shows, as ledgers have it.
#[must_use]
pub fn instant(clock: &dyn Clock) -> Instant {
    let since = clock.now().duration_since(std::time::SystemTime::UNIX_EPOCH).unwrap_or_default();
    Instant::try_from(since.as_nanos() / 100).unwrap_or(Instant::MAX)
}
