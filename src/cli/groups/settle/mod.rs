//! What changes members: what was asked for becomes a plan, a person approves it, and it is carried out
//! with a ledger.

mod apply;
mod approve;
mod arguments;
mod carry_out;
mod demand;
mod progress;
mod resume;
mod stage;
mod summary;
mod tenants;

use clap::{ArgMatches, Command, FromArgMatches as _};

pub(super) use self::apply::{NAME as APPLY, arguments as apply_arguments, run as apply};
use self::approve::Draft;
use self::arguments::{Drafting, How, ManyTenants, Whom};
use self::carry_out::CarryOut;
use self::demand::Terms;
pub(in crate::cli) use self::resume::{Resume, Verify};
use self::stage::{Bound, Stage};
use super::connection::Connection;
use super::{note_version, offer};
use crate::cli::exit::{Exit, Failure};
use crate::cli::output::{self, WholeFile};
use crate::client::SystemClock;
use crate::remediation::{Action, Group, Offer, Plan, Standing, Verb, instant, left_out, plan_file};

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
    if let Some(file) = &ManyTenants::from_arg_matches(matches).expect(parse).tenants {
        return tenants::run(group, verb, matches, file).await;
    }
    let (whom, how) = (Whom::of(matches), How::from_arg_matches(matches).expect(parse));
    let drafting = Drafting::from_arg_matches(matches).expect(parse);
    let connection = Connection::of(matches);
    // What cannot be used is said before anybody signs in.
    let mut action_at = action(verb, matches, None)?;
    let wanted = demand::wanted(matches, &action_at, &whom)?.ok_or_else(|| demand::nobody(&action_at))?;
    let selection = wanted.described.clone();
    let mut asked = Terms::of(matches, &action_at, &whom)?.demand(wanted);
    let plan_out = drafting.plan_out.as_deref().map(WholeFile::begin).transpose()?;
    let command = format!("{} {}", group.name, verb.name);
    let stage = Stage::open(&connection, how.rate, &how.ledger, &command).await?;
    if let Some(api) = stage.connected.api {
        action_at = action(verb, matches, Some(api))?;
    }
    note_version(bound_offer(&action_at), matches, stage.connected.api);
    let by_filter = asked.selection.is_some();
    asked.caller = demand::caller(stage.connected.signed.identity.as_deref(), action_at.form);
    let mut bound = stage.bind(action_at)?;
    asked.confirmed = stage.confirmed(&action_at)?;
    let plan = bound.plan_in_sight(&action_at, asked, &stage).await?;
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
        return Ok(nothing_to_do(&plan, by_filter));
    }
    draft.show(false)?;
    draft.approve(&how, &stage.setting.stop).await?;
    CarryOut { stage, action: action_at, bound }.run(plan, &how, by_filter, None).await
}

/// The action in the version that is asked for, by argument or address.
fn action(verb: &'static Verb, matches: &ArgMatches, of_address: Option<&str>) -> Result<Action, Failure> {
    let offer = offer(verb, matches, of_address)?;
    let takes_none = || Failure::input(format!("call {}: it takes no ids", offer.operation.id), "");
    Action::new(offer).ok_or_else(takes_none)
}

/// How it ends where nobody is left to act on: who was named and is left out may be settled, or not.
fn nothing_to_do(plan: &Plan, by_filter: bool) -> Exit {
    let is_left = |standing, detail| standing == Standing::LeftOut && detail != Some(left_out::DONE);
    let is_any_left = plan.roll.tally().into_iter().any(|(standing, detail, _)| is_left(standing, detail));
    if is_any_left && !by_filter { Exit::Findings } else { Exit::Done }
}

fn bound_offer(action: &Action) -> Offer {
    Offer { contract: action.contract, operation: action.operation }
}

/// Writes the plan, and says by what it is known.
fn write_plan(file: WholeFile, draft: &Draft<'_>, plan: &Plan, bound: &Bound) -> Result<Exit, Failure> {
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
