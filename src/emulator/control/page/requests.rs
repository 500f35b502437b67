//! The requests on the page: the newest first, each with its verdict and what was violated.

use maud::{Markup, html};

use super::super::super::record::{Received, Verdict, Violation};
use super::super::Control;
use super::second;

/// How many requests are shown.
const SHOWN: usize = 50;
/// How much of a body is shown.
const LONGEST_BODY: usize = 4096;

pub(super) fn section(control: &Control) -> Markup {
    let all = control.recorder().all();
    html! {
        section id="requests-section" aria-labelledby="requests-title" {
            div.head {
                h2 id="requests-title" { "Requests" }
                form method="post" action="/page/forget" { button { "Forget them" } }
            }
            div id="requests" data-live {
                @if all.is_empty() {
                    p.soft { "None yet. Whatever is sent to the emulator appears here as soon as it is answered." }
                }
                ul.rows { @for received in all.iter().rev().take(SHOWN) { li { (request(received)) } } }
                @if all.len() > SHOWN {
                    p.soft { "The last " (SHOWN) " of " (all.len()) " that are kept; all are at " a href="/requests" { "/requests" } "." }
                }
            }
        }
    }
}

fn request(received: &Received) -> Markup {
    let (verdict, class) = match received.verdict {
        Verdict::Documented => ("as documented", "good"),
        Verdict::Wrong => ("wrong", "bad"),
        Verdict::Outside => ("outside", "odd"),
        Verdict::SignIn => ("sign-in", "plain"),
    };
    html! {
        div.line {
            span.soft { "#" (received.number) }
            span.grow { strong { (received.method) } " " code.plain { (received.target) } }
            @if let Some(fault) = received.fault { span.pill.odd { "fault: " (fault) } }
            span.pill { @match received.status { Some(status) => (status), None => "no answer" } }
            span.pill.(class) { (verdict) }
        }
        @if !received.violations.is_empty() {
            ul.violations { @for violation in &received.violations { li { (violated(violation)) } } }
        }
        details id={ "request-" (received.number) } {
            summary id={ "summary-" (received.number) } {
                "Details" span.hidden { " of request " (received.number) }
            }
            (details(received))
        }
    }
}

fn violated(violation: &Violation) -> Markup {
    html! {
        div { (violation.message) }
        @if let Some(fact) = &violation.fact {
            div { code { (fact) } @if let Some(says) = &violation.says { " says " strong { (says) } } }
        }
        div.soft {
            @if let Some(page) = &violation.page { (page) }
            @if let Some(rests) = violation.rests { " (" (rests) ")" }
            @if let Some(origin) = &violation.origin { ", " code { (origin) } }
        }
    }
}

fn details(received: &Received) -> Markup {
    let caller = received.caller.as_ref();
    let body = received.body.as_ref().map(|body| String::from_utf8_lossy(&body[..body.len().min(LONGEST_BODY)]));
    html! {
        dl {
            dt { "time" } dd { (second(&received.time)) ", answered in " (received.micros) " µs" }
            @if let Some(operation) = &received.operation { dt { "operation" } dd { code { (operation) } } }
            @if let Some(within) = received.within { dt { "in batch" } dd { "#" (within) } }
            @if let Some(host) = &received.host { dt { "host" } dd { (received.scheme) "://" (host) } }
            dt { "caller" }
            dd {
                @match caller {
                    Some(caller) => { (caller.kind.as_str()) ": " (or_none(&caller.permissions)) }
                    None => "unknown",
                }
            }
            @if !received.sufficient.is_empty() { dt { "sufficient" } dd { (received.sufficient.join(" or ")) } }
            @if let Some(content_type) = &received.content_type { dt { "type" } dd { (content_type) } }
            @if received.body_length > 0 { dt { "body" } dd { (received.body_length) " bytes" } }
            @if let Some(body) = body { dt {} dd { code { (body) } } }
            @if let Some(code) = &received.code { dt { "error" } dd { code { (code) } } }
            dt { "request-id" } dd { code { (received.request_id) } }
            @if let Some(id) = &received.client_request_id { dt { "client's id" } dd { code { (id) } } }
        }
    }
}

fn or_none(permissions: &[String]) -> String {
    if permissions.is_empty() { "no permissions".to_owned() } else { permissions.join(", ") }
}
