//! `entra-risk spec lint` of 8,000 operations, beside the bare parser over the same text.

use std::process::{Command, Stdio};
use std::time::Duration;

use saphyr_parser::{Event, Parser, Span, SpannedEventReceiver};

use super::bar::{Bar, Most, Result};
use super::program::PROGRAM;
use super::{cost, invented};

/// Entities, each with eight operations on it.
const ENTITIES: usize = 1000;

/// The process, since a person waits for all of it. The floor reads no more than the text.
pub(crate) fn lint(quick: bool) -> Result {
    let text = invented::description(ENTITIES);
    // A folder of its own: what is beside a description is looked at too.
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("beta.yaml");
    std::fs::write(&file, &text)?;
    let run = || {
        let begun = cost::of_children()?;
        let status = Command::new(PROGRAM).args(["spec", "lint"]).arg(&file).stdout(Stdio::null()).status()?;
        match status.success() {
            true => Ok::<_, Box<dyn std::error::Error>>(cost::of_children()?.saturating_sub(begun)),
            false => Err(format!("entra-risk spec lint ended with {status}").into()),
        }
    };
    let (value, floor) = cost::least(if quick { 3 } else { 15 }, run, || events(&text))?;
    Ok(vec![Bar {
        name: "lint of 8,000 operations, CPU",
        value: value / 1000.0,
        floor: floor / 1000.0,
        unit: "ms",
        most: Most::Absolute(1000.0),
    }])
}

/// Takes events, and keeps nothing of them.
struct Nothing(usize);

impl<'input> SpannedEventReceiver<'input> for Nothing {
    fn on_event(&mut self, _: Event<'input>, _: Span) {
        self.0 += 1;
    }
}

fn events(text: &str) -> std::result::Result<Duration, Box<dyn std::error::Error>> {
    let begun = cost::of_thread()?;
    let mut receiver = Nothing(0);
    Parser::new_from_str(text).load(&mut receiver, true)?;
    let spent = cost::of_thread()?.saturating_sub(begun);
    if receiver.0 < ENTITIES { Err("there are no events".into()) } else { Ok(spent) }
}
