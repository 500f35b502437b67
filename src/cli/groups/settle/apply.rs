//! `apply`: carries out a plan that was approved, and nothing else.

use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};

use clap::{ArgMatches, Args, Command, FromArgMatches as _};

use super::super::GROUPS;
use super::super::connection::Connection;
use super::arguments::How;
use super::carry_out::CarryOut;
use super::stage::{Stage, interrupted, unread};
use crate::cli::exit::{Exit, Failure};
use crate::cli::output;
use crate::embedded;
use crate::remediation::{Action, Group, Hints, Offer, Plan, Reader, VerbKind, instant, leave_out_moved, plan_file};

/// The name of the command.
pub(in crate::cli) const NAME: &str = "apply";

/// Which plan.
#[derive(Debug, Args)]
struct Apply {
    /// File that --plan-out wrote
    #[arg(value_name = "FILE")]
    plan: PathBuf,
    /// The SHA-256 that was approved: another file is refused
    #[arg(long, value_name = "HEX", help_heading = "Plan")]
    sha256: Option<String>,
    /// How old the plan may be, in hours
    #[arg(long, value_name = "HOURS", default_value_t = 24, help_heading = "Plan")]
    max_age: u32,
    /// Show what would be done, and stop
    #[arg(long, help_heading = "Plan")]
    dry_run: bool,
}

const HOUR: i64 = 3600 * 10_000_000;
/// The longest first line of a plan, in bytes.
const LONGEST_HEADER: u64 = 64 * 1024;

/// The command of a group whose members can be changed.
pub(in crate::cli) fn arguments(group: &'static Group) -> Option<Command> {
    let acts = group.verbs.iter().any(|verb| verb.kind == VerbKind::Act);
    let command = || {
        let command = Apply::augment_args(Command::new(NAME));
        let command = <Connection as Args>::augment_args(How::augment_args(command));
        // What the options' own types say of themselves is not about the command.
        let about = "Carry out a plan that --plan-out wrote: exactly that, without what changed since";
        let command = command.about(about).long_about(None);
        let call = format!("entra-risk {} {NAME}", group.name);
        command.after_help(format!(
            "A plan for another tenant, cloud or service, one that was changed after it was made, and one that is too \
             old is refused. Who changed since the plan was made is left out.\n\n\
             Example:\n  {call} plan.jsonl --sha256 3f5a… --ticket INC-1234 --yes"
        ))
    };
    acts.then(command)
}

pub(in crate::cli) async fn run(group: &'static Group, matches: &ArgMatches) -> Result<Exit, Failure> {
    let parse = "the command is made with these options";
    let apply = Apply::from_arg_matches(matches).expect(parse);
    let how = How::from_arg_matches(matches).expect(parse);
    let connection = Connection::of(matches);
    let text = read(&apply.plan)?;
    let digest = plan_file::sha256(text.as_bytes());
    if let Some(approved) = apply.sha256.as_deref().filter(|approved| !approved.trim().eq_ignore_ascii_case(&digest)) {
        let what =
            format!("use the plan {}: its SHA-256 is {digest}, and approved was {approved}", apply.plan.display());
        return Err(Failure::input(what, "have the plan approved that you mean"));
    }
    let header = plan_file::Header::read(&text)?;
    let action = action(group, &header)?;
    let stage = Stage::open(&connection, how.rate, &how.ledger, &header.command).await?;
    let mut bound = stage.bind(action)?;
    header.check(&bound.scene, instant(stage.pace.clock()), i64::from(apply.max_age) * HOUR)?;
    let mut roll = plan_file::read(&text, &action, bound.lens.as_mut())?;
    let mut reader = Reader::first(&bound.graph, &stage.pace);
    let mut n_requests = 0;
    let mut date = None;
    if let Some(lens) = bound.lens.as_mut() {
        let looking = leave_out_moved(&action, lens, &mut reader, &mut roll, Hints::default());
        stage.setting.stop.or(looking).await.ok_or_else(interrupted)?.map_err(|trouble| unread(&trouble))?;
        (n_requests, date) = (reader.n_requests, reader.date);
    }
    let plan = Plan { roll, date, n_pages: None, n_requests };
    // What is in the plan was looked at by whoever approved it: it is as if each id had been given.
    let draft = stage.draft(&plan, &action, &bound, &header.selection, false, &how);
    if apply.dry_run {
        draft.print(how.printing.format)?;
        return Ok(Exit::Done);
    }
    if plan.n_planned() == 0 {
        draft.print(how.printing.format)?;
        output::note("there is nothing to do: everybody changed since the plan was made, or is settled");
        return Ok(Exit::Findings);
    }
    draft.show(false)?;
    draft.approve(&how, &stage.setting.stop).await?;
    CarryOut { stage, action, bound }.run(plan, &how, false, Some(&digest)).await
}

/// The text of a plan. What does not begin as one is not read to its end, since it may have none.
fn read(path: &Path) -> Result<String, Failure> {
    let fail = |error: io::Error| Failure::input(format!("read the plan {}: {error}", path.display()), "");
    let mut file = BufReader::new(File::open(path).map_err(fail)?);
    let mut text = String::new();
    file.by_ref().take(LONGEST_HEADER).read_line(&mut text).map_err(fail)?;
    plan_file::Header::begins(&text)?;
    file.read_to_string(&mut text).map_err(fail)?;
    Ok(text)
}

/// The action of a plan, if it is one of this group.
fn action(group: &'static Group, header: &plan_file::Header) -> Result<Action, Failure> {
    let of_plan = |offer: &&Offer| offer.contract.api == header.api && offer.operation.id == header.operation;
    let mine = group.verbs.iter().flat_map(|verb| &verb.offers).find(of_plan);
    if let Some(action) = mine.and_then(|offer| Action::new(*offer)) {
        return Ok(action);
    }
    let other =
        GROUPS.iter().find(|other| other.verbs.iter().flat_map(|verb| &verb.offers).any(|offer| of_plan(&offer)));
    let known = embedded::contracts().iter().map(|contract| contract.api.as_str()).collect::<Vec<_>>().join(", ");
    Err(match other {
        Some(other) => Failure::input(
            format!("carry out the plan: it is for '{}'", header.command),
            format!("use entra-risk {} {NAME}", other.name),
        ),
        None => Failure::input(
            format!("carry out the plan: this build has no {} of {}; it has {known}", header.operation, header.api),
            "use the build that made it",
        ),
    })
}

impl From<plan_file::PlanError> for Failure {
    fn from(error: plan_file::PlanError) -> Self {
        Self::input(error.to_string(), "")
    }
}
