//! The page for people: members, requests as they come, faults to switch, the clock. Rendered
//! here by maud, which escapes whatever it is given: names of accounts are hostile input. It
//! works without script; with it, the live parts renew themselves.

mod members;
mod requests;

use maud::{DOCTYPE, Markup, html};

use super::super::faults::{Fault, FaultKind};
use super::reply::Reply;
use super::{Call, Control};
use crate::odata::format_instant;

pub(super) const STYLE: &str = include_str!("page.css");
pub(super) const SCRIPT: &str = include_str!("page.js");

/// The page; `problem` is why the form that was sent last could not be used.
pub(super) fn page(control: &Control, call: &Call, problem: Option<&str>) -> Reply {
    let markup = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { "entra-risk emulator" }
                link rel="icon" href="data:,";
                link rel="stylesheet" href="/page.css";
                script src="/page.js" defer {}
            }
            body data-version=(control.recorder().version()) {
                a.skip href="#requests-section" { "Skip to requests" }
                header {
                    h1 { "entra-risk emulator" }
                    p { code { (control.root) } " " (versions(control)) }
                    p.state id="state" role="status" { "reload to see what is new" }
                }
                nav aria-label="Sections" {
                    a href="#requests-section" { "Requests" }
                    a href="#members-section" { "Members" }
                    a href="#faults-section" { "Faults" }
                    a href="#clock-section" { "Clock and reset" }
                }
                main {
                    div.wide {
                        @if let Some(problem) = problem { p.alert role="alert" { (problem) } }
                        (requests::section(control))
                        (members::section(control, call))
                    }
                    div.side {
                        (faults(control))
                        (clock(control))
                    }
                }
            }
        }
    };
    Reply::file("text/html; charset=utf-8", markup.into_string())
}

fn versions(control: &Control) -> String {
    control.service.apis.iter().map(|api| format!("/{}", api.contract.api)).collect::<Vec<_>>().join("  ")
}

fn faults(control: &Control) -> Markup {
    let set = control.service.watch.faults();
    html! {
        section id="faults-section" aria-labelledby="faults-title" {
            div.head {
                h2 id="faults-title" { "Faults" }
                form method="post" action="/page/fault" {
                    button id="faults-off" name="off" value="*" disabled[set.is_empty()] { "Switch all off" }
                }
            }
            div id="faults" data-live {
                ul.rows {
                    @for (kind, does) in FaultKind::catalogue() { li { (switch(&kind, does, &set)) } }
                }
            }
            form.fields method="post" action="/page/fault" {
                label.grow { "Another, with settings"
                    input name="text" required placeholder="unavailable,times=2,operation=*.dismiss"
                        autocomplete="off" spellcheck="false" aria-describedby="settings";
                }
                button { "Switch on" }
            }
            p.soft id="settings" {
                "Settings: " code { "operation" } ", " code { "method" } ", " code { "times" } ", " code { "every" } ", "
                code { "skip" } ", " code { "probability" } "; " code { "rate" } ", " code { "retryAfter" } ", "
                code { "millis" } ", " code { "status" } ", " code { "host" } " where they belong."
            }
        }
    }
}

/// One kind of fault, to switch on and off.
fn switch(kind: &FaultKind, does: &str, set: &[(Fault, u64)]) -> Markup {
    let name = kind.as_str();
    let ours: Vec<_> = set.iter().filter(|(fault, _)| fault.kind.as_str() == name).collect();
    let is_on = !ours.is_empty();
    html! {
        div.fault {
            strong id={ "fault-" (name) } { (name) }
            small { (does) }
            form method="post" action="/page/fault" {
                button.on[is_on] id={ "switch-" (name) } role="switch" aria-checked=(is_on)
                    aria-labelledby={ "fault-" (name) } name=(if is_on { "off" } else { "on" }) value=(name)
                    { @if is_on { "On" } @else { "Off" } }
            }
            @for (fault, n_struck) in ours {
                small { code { (fault) } " struck " (n_struck) @if *n_struck == 1 { " time" } @else { " times" } }
            }
        }
    }
}

fn clock(control: &Control) -> Markup {
    let clock = &control.service.clock;
    let ahead = clock.ahead_seconds();
    html! {
        section id="clock-section" aria-labelledby="clock-title" {
            div.head { h2 id="clock-title" { "Clock and reset" } }
            div id="clock" data-live {
                p.time { (second(&format_instant(clock.now()))) }
                p.soft {
                    @match ahead {
                        0 => "The system's time.",
                        1.. => { (ahead) " s ahead of the system." }
                        _ => { (ahead.unsigned_abs()) " s behind the system." }
                    }
                }
            }
            form.fields method="post" action="/page/clock" {
                label { "Go forward by" input name="by" type="number" min="1" max="1000000" value="1" required; }
                label { "unit"
                    select name="unit" {
                        option value="1" { "seconds" }
                        option value="60" selected { "minutes" }
                        option value="3600" { "hours" }
                        option value="86400" { "days" }
                    }
                }
                button { "Advance" }
            }
            form.fields method="post" action="/page/clock" {
                button name="back" value="1" { "Back to the system's time" }
            }
            form.fields method="post" action="/page/reset" {
                button { "Reset everything" }
                span.soft { "Members, faults, records and clock as they were at the start." }
            }
        }
    }
}

/// A point in time without its fraction of a second.
fn second(time: &str) -> String {
    let (date, clock) = time.split_once('T').unwrap_or(("", time));
    format!("{date} {}", clock.split(['.', 'Z']).next().unwrap_or_default())
}
