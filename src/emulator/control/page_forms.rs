//! The forms of the page: what each does, and where its sender is led afterwards.

use std::time::Duration;

use hyper::StatusCode;

use super::super::faults::{Active, Fault};
use super::reply::{Answer, Reply, Trouble};
use super::{Call, Control, page, pairs};

/// Does what a form asks for.
pub(super) fn send(control: &Control, call: &Call, form: &str) -> Answer {
    let fields = pairs(&call.body);
    let field = |name: &str| fields.iter().find(|(field, _)| field == name).map(|(_, value)| value.trim());
    let done = match form {
        "fault" => fault(control, &field),
        "clock" => clock(control, &field).map(|()| "clock-section".to_owned()),
        "forget" => {
            control.recorder().clear();
            Ok("requests-section".to_owned())
        }
        "reset" => {
            control.service.reset();
            Ok("clock-section".to_owned())
        }
        _ => return Err(Trouble::not_found("there is no such form")),
    };
    control.recorder().touch();
    Ok(match done {
        // Back to where one was: the same members, and the focus near the button that was pressed.
        Ok(place) => Reply::see(&format!("/{}#{place}", call.came_from)),
        Err(problem) => page::page(control, call, Some(&problem)).with_status(StatusCode::UNPROCESSABLE_ENTITY),
    })
}

fn fault<'a>(control: &Control, field: &impl Fn(&str) -> Option<&'a str>) -> Result<String, String> {
    let watch = &control.service.watch;
    if let Some(off) = field("off") {
        watch.change(|active| active.retain(|fault| off != "*" && fault.kind.as_str() != off));
        return Ok(if off == "*" { "faults-off".to_owned() } else { format!("switch-{off}") });
    }
    let text = field("on").or_else(|| field("text")).unwrap_or_default();
    let fault: Fault = text.parse().map_err(|error| format!("Failed to {error}."))?;
    let place = format!("switch-{}", fault.kind.as_str());
    watch.change(|active: &mut Active| active.add(fault));
    Ok(place)
}

fn clock<'a>(control: &Control, field: &impl Fn(&str) -> Option<&'a str>) -> Result<(), String> {
    let clock = &control.service.clock;
    if field("back").is_some() {
        clock.reset();
        return Ok(());
    }
    let number = |name| field(name).and_then(|value| value.parse::<u64>().ok());
    let (Some(by), Some(unit)) = (number("by"), number("unit")) else {
        return Err("The clock goes forward by a whole number of units.".to_owned());
    };
    clock.advance(Duration::from_secs(by.saturating_mul(unit)));
    Ok(())
}
