//! The calls of the control address: which there are, and what each does.

use std::time::Duration;

use hyper::Method;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::super::faults::{Active, Fault};
use super::reply::{Answer, Reply, Trouble};
use super::{Call, Control, entities, page, page_forms};
use crate::odata::{format_instant, parse_instant};

/// Path, methods, and what is done there. What `GET /` answers, and the README repeats.
const CALLS: &[(&str, &str, &str)] = &[
    ("/", "GET", "this list; for a browser, the page"),
    ("/ready", "GET", "200 as soon as the API is served, with its root"),
    ("/reset", "POST", "members, history, faults, records and clock as they were at the start"),
    ("/clock", "GET, PUT", "what time it is; PUT one of now, advanceSeconds, offsetSeconds"),
    ("/entities", "GET", "the sets, and how many members each has"),
    ("/entities/{set}", "GET, POST", "members (top, after); POST adds one"),
    ("/entities/{set}/{id}", "GET, PATCH, DELETE", "one member"),
    ("/requests", "GET, DELETE", "what was received, with verdicts (after)"),
    ("/faults", "GET, PUT, POST, DELETE", "the faults that are set; PUT a list, POST one more"),
];

/// How long a page waits for news before it is told that there are none.
const WAIT: Duration = Duration::from_secs(25);

/// Answers one call.
pub(super) async fn answer(control: &Control, call: &Call) -> Answer {
    let path: Vec<_> = call.path.iter().map(String::as_str).collect();
    let method = match &call.method {
        &Method::HEAD => &Method::GET,
        method => method,
    };
    match (path.as_slice(), method) {
        ([], &Method::GET) if call.is_for_people => Ok(page::page(control, call, None)),
        ([], &Method::GET) => Ok(index()),
        (["page.css"], &Method::GET) => Ok(Reply::file("text/css; charset=utf-8", page::STYLE)),
        (["page.js"], &Method::GET) => Ok(Reply::file("text/javascript; charset=utf-8", page::SCRIPT)),
        (["news"], &Method::GET) => news(control, call).await,
        (["page", form], &Method::POST) => page_forms::send(control, call, form),
        (["ready"], &Method::GET) => Ok(ready(control)),
        (["reset"], &Method::POST) => {
            control.service.reset();
            Ok(Reply::done())
        }
        (["clock"], &Method::GET) => Ok(clock(control)),
        (["clock"], &Method::PUT) => set_clock(control, read(call)?),
        (["requests"], &Method::GET) => requests(control, call),
        (["requests"], &Method::DELETE) => {
            control.recorder().clear();
            Ok(Reply::done())
        }
        (["faults"], &Method::GET) => Ok(faults(control)),
        (["faults"], &Method::PUT) => {
            let faults: Vec<Fault> = read(call)?;
            control.service.watch.change(|active| *active = Active::new(faults));
            Ok(faults_after(control))
        }
        (["faults"], &Method::POST) => {
            let fault: Fault = read(call)?;
            control.service.watch.change(|active| active.add(fault));
            Ok(faults_after(control))
        }
        (["faults"], &Method::DELETE) => {
            control.service.watch.change(|active| active.retain(|_| false));
            Ok(Reply::done())
        }
        (["entities"], &Method::GET) => Ok(entities::sets(control)),
        (["entities", set], &Method::GET) => entities::list(control, call, set),
        (["entities", set], &Method::POST) => entities::add(control, set, read(call)?),
        (["entities", set, id], &Method::GET) => entities::get(control, set, id),
        (["entities", set, id], &Method::PATCH) => entities::alter(control, set, id, read(call)?),
        (["entities", set, id], &Method::DELETE) => entities::remove(control, set, id),
        _ => Err(nothing(&path)),
    }
}

/// 405 for a path that is there, 404 for any other.
fn nothing(path: &[&str]) -> Trouble {
    let fits = |template: &str| {
        let template: Vec<_> = template.split('/').filter(|segment| !segment.is_empty()).collect();
        let pairs = template.iter().zip(path);
        template.len() == path.len() && pairs.into_iter().all(|(ours, theirs)| ours.starts_with('{') || ours == theirs)
    };
    match (CALLS.iter().find(|(template, ..)| fits(template)), path) {
        (Some((_, methods, _)), _) => Trouble::method(methods),
        (None, ["page.css" | "page.js" | "news"]) => Trouble::method("GET"),
        (None, ["page", _]) => Trouble::method("POST"),
        (None, _) => Trouble::not_found("there is no such call; GET / lists those that there are"),
    }
}

fn index() -> Reply {
    let calls = CALLS.iter().map(|(path, methods, does)| {
        let methods: Vec<_> = methods.split(", ").collect();
        json!({ "path": path, "methods": methods, "does": does })
    });
    Reply::json(&json!({ "calls": calls.collect::<Vec<_>>() }))
}

fn ready(control: &Control) -> Reply {
    let apis: Vec<_> = control.service.apis.iter().map(|api| api.contract.api.as_str()).collect();
    Reply::json(&json!({ "ready": true, "root": control.root, "apis": apis }))
}

/// Reads the JSON of a body. That it has to be announced as JSON keeps forms of foreign pages
/// out, even those of a browser that says nothing of where they come from.
fn read<T: DeserializeOwned>(call: &Call) -> Result<T, Trouble> {
    let media_type = call.content_type.split(';').next().unwrap_or_default().trim();
    if !media_type.eq_ignore_ascii_case("application/json") {
        let message = "the body has to be announced by Content-Type: application/json";
        return Err(Trouble::new(hyper::StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupportedMediaType", message));
    }
    serde_json::from_slice(&call.body).map_err(|error| Trouble::bad(format!("the body cannot be used: {error}")))
}

async fn news(control: &Control, call: &Call) -> Answer {
    let seen = call.option("version").and_then(|version| version.parse().ok()).unwrap_or(0);
    let version = control.recorder().version_after(seen);
    let version = tokio::time::timeout(WAIT, version).await.unwrap_or(seen);
    Ok(Reply::json(&json!({ "version": version })))
}

fn requests(control: &Control, call: &Call) -> Answer {
    let after = match call.option("after") {
        Some(after) => after.parse().map_err(|_| Trouble::bad("'after' is the number of a request"))?,
        None => 0,
    };
    let all = control.recorder().all();
    let newer: Vec<_> = all.iter().filter(|received| received.number > after).map(|received| &**received).collect();
    Ok(Reply::json(&json!({ "requests": newer })))
}

fn faults(control: &Control) -> Reply {
    let faults = control.service.watch.faults().into_iter().map(|(fault, n_struck)| {
        let mut value = serde_json::to_value(&fault).unwrap_or_default();
        value["struck"] = n_struck.into();
        value
    });
    Reply::json(&json!({ "faults": faults.collect::<Vec<Value>>() }))
}

fn faults_after(control: &Control) -> Reply {
    control.recorder().touch();
    faults(control)
}

fn clock(control: &Control) -> Reply {
    let clock = &control.service.clock;
    Reply::json(&json!({ "now": format_instant(clock.now()), "offsetSeconds": clock.ahead_seconds() }))
}

/// What to do to the clock.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Turn {
    now: Option<String>,
    advance_seconds: Option<u64>,
    offset_seconds: Option<i64>,
}

fn set_clock(control: &Control, turn: Turn) -> Answer {
    match (turn.now, turn.advance_seconds, turn.offset_seconds) {
        (Some(now), None, None) => match parse_instant(&now) {
            Some(now) => control.service.clock.set(now),
            None => return Err(Trouble::bad("'now' is a point in time: 2026-01-01T00:00:00Z")),
        },
        (None, Some(seconds), None) => control.service.clock.advance(Duration::from_secs(seconds)),
        (None, None, Some(seconds)) => control.service.clock.set_ahead(seconds),
        _ => return Err(Trouble::bad("give one of 'now', 'advanceSeconds' and 'offsetSeconds'")),
    }
    control.recorder().touch();
    Ok(clock(control))
}
