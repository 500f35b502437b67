//! What is looked at of a member: the few properties that an action changes, that forbid it, or that
//! tell when the member changed last. A million members have a handful of different states, so each
//! state is kept once.

use std::collections::HashMap;

use heck::ToKebabCase as _;
use serde_json::{Map, Value};

use super::{Action, Id, IdForm};
use crate::contract::{Effect, Rests};
use crate::odata::{Instant, parse_instant};

/// How a member was seen: which of the known states it had, and since when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seen {
    state: u32,
    updated: Instant,
}

/// No moment: there may be a million of these, and an option of a moment is half as large again.
const NEVER: Instant = Instant::MIN;

impl Seen {
    /// Not a member of the set.
    pub const ABSENT: Self = Self { state: 0, updated: NEVER };

    /// When it changed last, where the set has a property for that.
    #[must_use]
    pub fn updated(self) -> Option<Instant> {
        (self.updated != NEVER).then_some(self.updated)
    }

    /// Whether it is a member of the set.
    #[must_use]
    pub fn is_member(self) -> bool {
        self.state != 0
    }
}

/// What a state means for an action.
#[derive(Debug, Clone, Default)]
struct Meaning {
    /// The properties as JSON, as they came.
    text: Box<str>,
    /// Every property is as the action makes it.
    all_hold: bool,
    /// Those are that a page documents.
    documented_hold: bool,
    /// The service is still at it.
    processing: bool,
    /// In words, why the action is documented to be refused for it.
    refused: Option<Box<str>>,
    /// It is what an action made of it that is not to be undone by chance.
    contradicted: bool,
}

/// The properties that matter for an action, and the states that were seen.
#[derive(Debug)]
pub struct Lens {
    key: &'static str,
    form: IdForm,
    effect: &'static Effect,
    contradictions: Vec<&'static Effect>,
    properties: Vec<&'static str>,
    creates: bool,
    states: Vec<Meaning>,
    by_text: HashMap<Box<str>, u32>,
}

impl Lens {
    /// What matters for this action; `None` if nothing is described of its effect.
    #[must_use]
    pub fn new(action: &Action) -> Option<Self> {
        let (effect, members) = (action.effect?, action.members()?);
        let contradictions: Vec<&'static Effect> = action.contradictions().map(|(_, effect)| effect).collect();
        let mut properties: Vec<&'static str> = Vec::new();
        let effects = std::iter::once(effect).chain(contradictions.iter().copied());
        let becomes = effects.flat_map(|effect| &effect.becomes).map(|becomes| becomes.property.as_str());
        let refuses = effect.refuses.iter().map(|refused| refused.property.as_str());
        let processing = effect.processing.iter().map(|processing| processing.property.as_str());
        for property in becomes.chain(refuses).chain(processing) {
            if !properties.contains(&property) {
                properties.push(property);
            }
        }
        Some(Self {
            key: &members.set.key,
            form: members.form(),
            effect,
            contradictions,
            properties,
            creates: action.creates(),
            states: vec![Meaning { text: "null".into(), ..Meaning::default() }],
            by_text: HashMap::new(),
        })
    }

    /// The properties to ask for, where one can, and those that are wanted besides.
    #[must_use]
    pub fn select<'a>(&'a self, more: impl Iterator<Item = &'a str>) -> String {
        let own = std::iter::once(self.key).chain(self.properties.iter().copied()).chain(self.date());
        let mut all: Vec<&str> = Vec::new();
        for name in own.chain(more) {
            if !all.contains(&name) {
                all.push(name);
            }
        }
        all.join(",")
    }

    /// The property that tells when a member changed last.
    #[must_use]
    pub fn date(&self) -> Option<&'static str> {
        self.effect.touches.first().map(String::as_str)
    }

    /// What identities of the set look like.
    #[must_use]
    pub fn form(&self) -> IdForm {
        self.form
    }

    /// A member as it came; `None` for one whose identity cannot be read.
    pub fn look(&mut self, member: &Map<String, Value>) -> Option<(Id, Seen)> {
        let id = Id::parse(member.get(self.key)?.as_str()?, self.form).ok()?;
        let properties: Map<String, Value> = self
            .properties
            .iter()
            .map(|name| ((*name).to_owned(), member.get(*name).cloned().unwrap_or_default()))
            .collect();
        let updated = self.date().and_then(|date| parse_instant(member.get(date)?.as_str()?));
        Some((id, Seen { state: self.state(&properties), updated: updated.unwrap_or(NEVER) }))
    }

    /// A state that was written down by [`Lens::text`].
    pub fn recall(&mut self, text: &str, updated: Option<Instant>) -> Option<Seen> {
        let updated = updated.unwrap_or(NEVER);
        match self.by_text.get(text) {
            Some(state) => Some(Seen { state: *state, updated }),
            None => match serde_json::from_str(text).ok()? {
                Value::Null => Some(Seen::ABSENT),
                Value::Object(properties) => Some(Seen { state: self.state(&properties), updated }),
                _ => None,
            },
        }
    }

    /// The state as JSON: `{"riskLevel":"high",…}`, or `null` for what is no member.
    #[must_use]
    pub fn text(&self, seen: Seen) -> &str {
        &self.meaning(seen).text
    }

    /// Whether there is nothing to do: the member is as the action makes it. An action that acts on
    /// what the set does not even hold acts on every state but exactly its own; any other has done its
    /// work where what pages document of it is so.
    #[must_use]
    pub fn is_done(&self, seen: Seen) -> bool {
        let meaning = self.meaning(seen);
        seen.is_member() && if self.creates { meaning.all_hold } else { meaning.documented_hold }
    }

    /// Whether the action did its work on a member that was seen otherwise before: what pages document
    /// is so, and either the rest as well, which is an assumption, or it changed in the meantime.
    #[must_use]
    pub fn is_settled(&self, before: Seen, now: Seen) -> bool {
        let meaning = self.meaning(now);
        // A moment is later than none.
        let moved = now.updated > before.updated;
        now.is_member() && !meaning.processing && meaning.documented_hold && (meaning.all_hold || moved)
    }

    /// Whether the service is still at it.
    #[must_use]
    pub fn is_processing(&self, seen: Seen) -> bool {
        self.meaning(seen).processing
    }

    /// In words, why the service is documented to refuse the action: `deleted`.
    #[must_use]
    pub fn refused(&self, seen: Seen) -> Option<&str> {
        self.meaning(seen).refused.as_deref()
    }

    /// Whether it is what an action made of it that is not to be undone by chance.
    #[must_use]
    pub fn is_contradicted(&self, seen: Seen) -> bool {
        self.meaning(seen).contradicted
    }

    fn meaning(&self, seen: Seen) -> &Meaning {
        &self.states[seen.state as usize]
    }

    fn state(&mut self, properties: &Map<String, Value>) -> u32 {
        let text = Value::Object(properties.clone()).to_string();
        if let Some(state) = self.by_text.get(text.as_str()) {
            return *state;
        }
        let number = u32::try_from(self.states.len()).expect("fewer states than members, and fewer of those");
        let meaning = self.judge(properties, text.as_str());
        self.states.push(meaning);
        self.by_text.insert(text.into(), number);
        number
    }

    fn judge(&self, properties: &Map<String, Value>, text: &str) -> Meaning {
        let is = |property: &str, value: &Value| properties.get(property) == Some(value);
        let holds = |effect: &Effect, documented: bool| {
            let wanted = |rests: Rests| !documented || rests != Rests::Assumption;
            let mut wanted = effect.becomes.iter().filter(|becomes| wanted(becomes.source.rests)).peekable();
            let any = wanted.peek().is_some();
            (any, wanted.all(|becomes| is(&becomes.property, &Value::String(becomes.value.clone()))))
        };
        let all_hold = holds(self.effect, false) == (true, true);
        Meaning {
            text: text.into(),
            all_hold,
            documented_hold: match holds(self.effect, true) {
                (true, hold) => hold,
                // No page says anything: then all of our assumption has to hold.
                (false, _) => all_hold,
            },
            processing: self.effect.processing.as_ref().is_some_and(|flag| is(&flag.property, &Value::Bool(true))),
            refused: self
                .effect
                .refuses
                .iter()
                .find(|refused| is(&refused.property, &refused.value))
                .map(|refused| words(&refused.property, &refused.value).into()),
            contradicted: !all_hold && self.contradictions.iter().any(|effect| holds(effect, false) == (true, true)),
        }
    }
}

/// A state in words: `isDeleted` that is true is `deleted`.
fn words(property: &str, value: &Value) -> String {
    match property.strip_prefix("is").filter(|rest| rest.starts_with(char::is_uppercase)) {
        Some(rest) if *value == Value::Bool(true) => rest.to_kebab_case().replace('-', " "),
        _ => format!("{property} is {value}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flag_is_told_by_its_word_and_anything_else_by_its_value() {
        assert_eq!(words("isDeleted", &Value::Bool(true)), "deleted");
        assert_eq!(words("isOnHold", &Value::Bool(true)), "on hold");
        assert_eq!(words("isDeleted", &Value::Bool(false)), "isDeleted is false");
        assert_eq!(words("issue", &Value::Bool(true)), "issue is true");
        assert_eq!(words("riskLevel", &Value::from("hidden")), "riskLevel is \"hidden\"");
    }
}
