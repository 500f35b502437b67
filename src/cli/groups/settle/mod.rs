//! What changes members: what was asked for becomes a plan, a person approves it, and it is carried out
//! with a ledger.

mod apply;
mod approve;
mod arguments;
mod carry_out;
mod demand;
mod progress;
mod resume;
mod summary;

use clap::{ArgMatches, Command, FromArgMatches as _};

pub(super) use self::apply::{NAME as APPLY, arguments as apply_arguments, run as apply};
use self::approve::Draft;
use self::arguments::{Drafting, How, Whom};
use self::carry_out::{CarryOut, Stage};
pub(in crate::cli) use self::resume::{Resume, Verify};
use super::connection::Connection;
use super::{note_version, offer};
use crate::cli::exit::{Exit, Failure};
use crate::cli::output::{self, WholeFile};
use crate::client::SystemClock;
use crate::remediation::{Action, Group, Offer, Plan, Standing, Verb, instant, plan_file};

/// Whether errors are wanted as JSON, as what is printed.
pub(super) fn is_json(matches: &ArgMatches) -> bool {
    let format: Option<&arguments::Format> = matches.try_get_one("format").ok().flatten();
    format == Some(&arguments::Format::Json)
}

pub(super) fn arguments(group: &'static Group, verb: &'static Verb) -> Command {
    arguments::command(group, verb)
}

pub(super) async fn run(group: &'static Group, verb: &'static Verb, matches: &ArgMatches) -> Result<Exit, Failure> {
    let parse = "the command is made with these options";
    let (whom, how) = (Whom::of(matches), How::from_arg_matches(matches).expect(parse));
    let drafting = Drafting::from_arg_matches(matches).expect(parse);
    let connection = Connection::of(matches);
    // What cannot be used is said before anybody signs in.
    let action = |of_address| -> Result<Action, Failure> {
        let offer = offer(verb, matches, of_address)?;
        let takes_none = || Failure::input(format!("call {}: it takes no ids", offer.operation.id), "");
        Action::new(offer).ok_or_else(takes_none)
    };
    let mut action_at = action(None)?;
    let (mut asked, selection) = demand::of(matches, &action_at, &whom)?;
    let plan_out = drafting.plan_out.as_deref().map(WholeFile::begin).transpose()?;
    let command = format!("{} {}", group.name, verb.name);
    let stage = Stage::open(&connection, how.rate, &how.ledger, &command).await?;
    if let Some(api) = stage.connected.api {
        action_at = action(Some(api))?;
    }
    note_version(bound_offer(&action_at), matches, stage.connected.api);
    let by_filter = asked.selection.is_some();
    asked.caller = demand::caller(stage.connected.signed.identity.as_deref(), action_at.form);
    let mut bound = stage.bind(action_at)?;
    asked.confirmed = stage.confirmed(&action_at)?;
    let plan = bound.plan(&action_at, asked, &stage).await?;
    let draft = stage.draft(&plan, &action_at, &bound, &selection, by_filter, &how);
    if let Some(file) = plan_out {
        return write_plan(file, &draft, &plan, &bound);
    }
    if drafting.dry_run {
        draft.print(how.printing.format)?;
        return Ok(Exit::Done);
    }
    if plan.n_planned() == 0 {
        draft.print(how.printing.format)?;
        output::note("there is nothing to do");
        let explicit_left = !by_filter
            && plan.roll.tally().iter().any(|(standing, detail, _)| {
                *standing == Standing::LeftOut && *detail != Some(crate::remediation::left_out::DONE)
            });
        return Ok(if explicit_left { Exit::Findings } else { Exit::Done });
    }
    draft.show(false)?;
    draft.approve(&how, &stage.stop).await?;
    CarryOut { stage: &stage, action: action_at, bound, printing: &how.printing }
        .begin(plan, &how, by_filter, None)
        .await
}

fn bound_offer(action: &Action) -> Offer {
    Offer { contract: action.contract, operation: action.operation }
}

/// Writes the plan, and says by what it is known.
fn write_plan(file: WholeFile, draft: &Draft<'_>, plan: &Plan, bound: &carry_out::Bound) -> Result<Exit, Failure> {
    let now = instant(&SystemClock::new());
    let header = plan_file::Header::new(draft.scene, draft.action, draft.command, draft.selection, plan, now);
    let text = plan_file::write(&header, plan, bound.lens.as_ref());
    let digest = plan_file::sha256(text.as_bytes());
    let path = file.path().to_owned();
    file.finish(&text)?;
    draft.show(false)?;
    output::print(&format!("{digest}  {}\n", path.display()))?;
    let group = draft.command.split(' ').next().unwrap_or_default();
    output::note(&format!("approve it, then: entra-risk {group} apply {} --sha256 {digest}", path.display()));
    Ok(Exit::Done)
}
