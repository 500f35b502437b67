//! Defective servers: the emulator behind a proxy that tampers. Nothing here names an operation;
//! what is wrong is wrong wherever the contract has such a thing.

mod identity;
mod lists;
mod reads;
mod refusals;
mod spellings;
mod successes;
mod world;

use std::sync::Arc;

use super::mutant::{Mutant, Operator, Witness, facts_of};
use super::suite::{Met, Served, Suite, rule_of};
use super::{Depth, SelfTestError, missed};
use crate::contract::Fact;
use crate::wire::{Answer, Message, Passage, Tamper};
use world::World;

/// One defect of a server.
pub(super) struct Defect {
    name: &'static str,
    operator: Operator,
    breaks: &'static str,
    /// Rules of the server's side that must notice.
    aims: &'static [&'static str],
    /// The facts that no longer hold: kinds, with a name where only that one is meant.
    facts: &'static [&'static str],
    request: fn(&World, &Message) -> Passage,
    answer: fn(&World, &Message, Answer) -> Answer,
}

/// A request that nobody touches.
fn on(_: &World, _: &Message) -> Passage {
    Passage::On
}

/// An answer that nobody touches.
fn as_is(_: &World, _: &Message, answer: Answer) -> Answer {
    answer
}

/// Every defect.
pub(super) fn defects() -> impl Iterator<Item = &'static Defect> {
    let all =
        [identity::DEFECTS, lists::DEFECTS, reads::DEFECTS, refusals::DEFECTS, spellings::DEFECTS, successes::DEFECTS];
    all.into_iter().flatten()
}

impl Defect {
    /// `None` where the contract says nothing of what would be wrong: nobody is to notice then.
    pub(super) fn mutant(&self, api: &str, facts: &[Fact]) -> Option<Mutant> {
        let mut mutant = Mutant::new(api, Witness::Server, self.operator, self.name, self.breaks);
        mutant.aims = self.aims.iter().map(|rule| format!("server/{rule}")).collect();
        mutant.facts = facts_of(facts, self.facts);
        (self.facts.is_empty() || !mutant.facts.is_empty()).then_some(mutant)
    }
}

/// A defect at work.
struct Defective {
    defect: &'static Defect,
    world: World,
}

impl Tamper for Defective {
    fn request(&self, request: &Message) -> Passage {
        self.world.learn(request);
        (self.defect.request)(&self.world, request)
    }

    fn answer(&self, request: &Message, answer: Answer) -> Answer {
        (self.defect.answer)(&self.world, request, answer)
    }
}

/// The defect by which one property of every entity is not answered, or not in its form.
pub(super) fn of_property(fact: &Fact, operator: Operator) -> Option<(String, &'static Defect)> {
    let name = super::facts::property_of(fact)?;
    let defect = match operator {
        Operator::Drop => &successes::PROPERTY_MISSING,
        _ => &successes::PROPERTY_MISTYPED,
    };
    Some((name.to_owned(), defect))
}

/// Tries a defect: first with the checks of the rules that must notice and those that claim what
/// is wrong, and where these are silent with all others.
pub(super) async fn attempt(
    suite: &Suite<'_>,
    defect: &'static Defect,
    mutant: &Mutant,
    property: &str,
    depth: Depth,
) -> Result<Met, SelfTestError> {
    let mut met = Met::default();
    for first in depth.rounds() {
        let concerned = |check: &crate::verdict::Check| {
            mutant.aims.contains(&rule_of(&check.id)) || suite.claims_any(&check.id, &mutant.facts)
        };
        let cases = suite.server_cases(suite.contract, |check| concerned(check) == *first);
        if cases.is_empty() {
            continue;
        }
        let served = Served::start(suite.contract, suite.contract).await?;
        let world = World::new(suite.contract, &served, property);
        let tamper = Arc::new(Defective { defect, world });
        met.add(suite.meet(&suite.serve(cases, suite.contract, &served, Some(tamper)).await?));
        if !met.killers.is_empty() && missed(mutant, &met.killers).is_empty() {
            break;
        }
    }
    Ok(met)
}
