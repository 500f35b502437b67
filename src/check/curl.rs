//! A request as a line for a shell. Its token is a variable, never a value.

use crate::emulator::Received;

/// A body that is longer is not shown.
const LONGEST_BODY: usize = 4000;

/// The line that sends the same.
pub(super) fn line(received: &Received) -> String {
    let mut line =
        format!("curl -sS -i -X {} \"$ENTRA_RISK_GRAPH_ROOT\"{}", quote(&received.method), quote(&received.target));
    if received.caller.is_some() {
        line += " -H \"Authorization: Bearer $ENTRA_RISK_TOKEN\"";
    }
    match &received.content_type {
        Some(content_type) => line += &format!(" -H {}", quote(&format!("Content-Type: {content_type}"))),
        // curl would add one of its own.
        None if received.body_length > 0 => line += " -H 'Content-Type:'",
        None => {}
    }
    match &received.body {
        Some(body) if body.len() <= LONGEST_BODY => {
            line += &format!(" --data-binary {}", quote(&String::from_utf8_lossy(body)));
        }
        _ if received.body_length > 0 => line += " --data-binary @body",
        _ => {}
    }
    line
}

/// A word for a shell.
fn quote(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-+:@%".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', "'\\''"))
    }
}
