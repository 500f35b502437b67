//! A plan as a file that a person approves: a line that says where and what, a line for each identity
//! with how it was seen, and a last line with the SHA-256 of all before it. What runs is that file.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use sha2::{Digest as _, Sha256};

use super::{Action, Id, Lens, Plan, Roll, Scene, Seen, Standing};
use crate::odata::{Instant, format_instant, parse_instant};

/// The version of the form.
const VERSION: u32 = 1;

/// The first line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Header {
    /// The version of the form.
    pub entra_risk_plan: u32,
    /// When it was made.
    pub created: String,
    /// The tenant.
    pub tenant: Option<String>,
    /// The cloud.
    pub cloud: String,
    /// The root of the API version.
    pub root: String,
    /// The API version.
    pub api: String,
    /// The operation's id.
    pub operation: String,
    /// The words of the command.
    pub command: String,
    /// What was asked for, in words.
    pub selection: String,
    /// Who made it.
    pub identity: String,
    /// How many are to be acted on.
    pub n_planned: usize,
}

/// One identity.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Line<'a> {
    id: &'a str,
    #[serde(borrow)]
    state: &'a RawValue,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    updated: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    left_out: Option<String>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Seal {
    sha256: String,
}

/// Why a file is no plan that can be carried out. Completes "failed to …".
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    /// It is something else.
    #[error("read the plan: line {line} is none of a plan: {reason}")]
    NotAPlan {
        /// From 1.
        line: usize,
        /// What is wrong with it.
        reason: String,
    },
    /// Another version of this program wrote it.
    #[error("read the plan: it is of version {0}, and this program reads version {VERSION}")]
    Version(u32),
    /// It was changed after it was made, or is cut off.
    #[error("use the plan: it was changed after it was made, or is not whole; make a new one")]
    Changed,
    /// It is for another tenant, cloud or service.
    #[error("use the plan: it is for {of}, and you are signed in to {to}")]
    Elsewhere {
        /// What it is for.
        of: String,
        /// Where one is signed in.
        to: String,
    },
    /// It is too old.
    #[error(
        "use the plan: it was made at {0}, and what it saw may be long gone; make a new one, or allow it with --max-age"
    )]
    Old(String),
}

/// SHA-256 as `sha256sum` prints it.
#[must_use]
pub fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A plan as the text of its file.
#[must_use]
pub fn write(header: &Header, plan: &Plan, lens: Option<&Lens>) -> String {
    let json = |value: &dyn erased::Json| value.text();
    let mut text = json(header) + "\n";
    let roll = &plan.roll;
    for index in 0..roll.len() {
        let before = roll.before(index);
        let state = RawValue::from_string(lens.map_or("null", |lens| lens.text(before)).to_owned());
        let Ok(state) = state else { continue };
        let line = Line {
            id: &roll.id(index).to_string(),
            state: &state,
            updated: before.updated().map(format_instant),
            left_out: roll.detail(index).map(str::to_owned),
        };
        text += &json(&line);
        text.push('\n');
    }
    let seal = Seal { sha256: sha256(text.as_bytes()) };
    text + &json(&seal) + "\n"
}

/// What is serialized without an error: plain data with texts as keys.
mod erased {
    pub(super) trait Json {
        fn text(&self) -> String;
    }

    impl<T: serde::Serialize> Json for T {
        fn text(&self) -> String {
            serde_json::to_string(self).expect("plain data with texts as keys")
        }
    }
}

impl Header {
    /// The first line of a plan that is made now.
    #[must_use]
    pub fn new(scene: &Scene, action: &Action, command: &str, selection: &str, plan: &Plan, now: Instant) -> Self {
        Self {
            entra_risk_plan: VERSION,
            created: format_instant(now),
            tenant: scene.tenant.clone(),
            cloud: scene.cloud.clone(),
            root: scene.root.clone(),
            api: action.contract.api.clone(),
            operation: action.operation.id.clone(),
            command: command.to_owned(),
            selection: selection.to_owned(),
            identity: scene.identity.clone(),
            n_planned: plan.n_planned(),
        }
    }

    /// Reads the first line of a plan, after seeing that the whole of it is as it was made.
    ///
    /// # Errors
    /// If it is none, or not as it was made.
    pub fn read(text: &str) -> Result<Self, PlanError> {
        let header = Self::begins(text.lines().next().unwrap_or_default())?;
        let end = text.trim_end_matches('\n').rfind('\n').map_or(0, |at| at + 1);
        let seal: Result<Seal, _> = serde_json::from_str(&text[end..]);
        match seal {
            Ok(seal) if seal.sha256 == sha256(&text.as_bytes()[..end]) => Ok(header),
            _ => Err(PlanError::Changed),
        }
    }

    /// Reads the first line of a plan, of which nothing else is known yet.
    ///
    /// # Errors
    /// If it is none of a plan that this program reads.
    pub fn begins(line: &str) -> Result<Self, PlanError> {
        let fail = |error: serde_json::Error| PlanError::NotAPlan { line: 1, reason: error.to_string() };
        let header: Self = serde_json::from_str(line).map_err(fail)?;
        match header.entra_risk_plan {
            VERSION => Ok(header),
            other => Err(PlanError::Version(other)),
        }
    }

    /// Whether it may be carried out where one is signed in, at this age.
    ///
    /// # Errors
    /// If it is for somewhere else, or older than so many ticks of 100 ns.
    pub fn check(&self, scene: &Scene, now: Instant, most: Instant) -> Result<(), PlanError> {
        let place = |tenant: &Option<String>, cloud: &str, root: &str| {
            format!("{} in {cloud} ({root})", tenant.as_deref().unwrap_or("an unknown tenant"))
        };
        if (&self.tenant, &self.cloud) != (&scene.tenant, &scene.cloud) || self.root != scene.root {
            let of = place(&self.tenant, &self.cloud, &self.root);
            return Err(PlanError::Elsewhere { of, to: place(&scene.tenant, &scene.cloud, &scene.root) });
        }
        match parse_instant(&self.created) {
            Some(created) if now.saturating_sub(created) <= most => Ok(()),
            _ => Err(PlanError::Old(self.created.clone())),
        }
    }
}

/// The identities of a plan, each with how it was seen.
///
/// # Errors
/// If a line is none of a plan.
pub fn read(text: &str, action: &Action, mut lens: Option<&mut Lens>) -> Result<Roll, PlanError> {
    let n_lines = text.lines().count();
    let mut roll = Roll::default();
    for (index, line) in text.lines().enumerate().take(n_lines.saturating_sub(1)).skip(1) {
        let fail = |reason: String| PlanError::NotAPlan { line: index + 1, reason };
        let line: Line<'_> = serde_json::from_str(line).map_err(|error| fail(error.to_string()))?;
        let id = Id::parse(line.id, action.form).map_err(|error| fail(error.to_string()))?;
        let updated = line.updated.as_deref().and_then(parse_instant);
        let before = lens.as_mut().and_then(|lens| lens.recall(line.state.get(), updated)).unwrap_or(Seen::ABSENT);
        let standing = if line.left_out.is_some() { Standing::LeftOut } else { Standing::Planned };
        roll.add(id, before, standing, line.left_out.as_deref());
    }
    Ok(roll)
}
