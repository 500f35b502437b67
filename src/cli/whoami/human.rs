//! The same for people: a few lines on who it is, then a line for each operation, and each remedy once.

use std::fmt::Write as _;

use super::seen::{Missing, Seen, SeenOperation};
use crate::report::text::on_one_line;

/// Renders it. The name of the account is for the account's own eyes.
pub(super) fn render(seen: &Seen, name: Option<&str>) -> String {
    let mut text = String::new();
    let mut line = |title: &str, value: &str| {
        let _ = writeln!(text, "{title:<12} {}", on_one_line(value));
    };
    let cloud = seen.cloud.map(|cloud| format!(" (cloud {cloud})")).unwrap_or_default();
    line("service", &format!("{}{cloud}", seen.root));
    line("signed in", &format!("by {}", seen.auth));
    if seen.opaque {
        line("token", "it cannot be read: who it is of, and what it allows, the service alone knows");
        return text;
    }
    line("tenant", seen.tenant.as_deref().unwrap_or("not named in the token"));
    line("account", &account(seen, name));
    if let Some(application) = &seen.application {
        line("app", application);
    }
    let permissions = match seen.permissions.as_slice() {
        [] => "none".to_owned(),
        some => some.join(", "),
    };
    line("permissions", &permissions);
    if seen.account != Some("application") {
        let roles: Vec<&str> = seen.roles.iter().map(|role| role.name.as_deref().unwrap_or(&role.id)).collect();
        line("roles", &if roles.is_empty() { "none in the token".to_owned() } else { roles.join(", ") });
    }
    if let (Some(expires), Some(left)) = (&seen.expires, seen.expires_in_seconds) {
        line("expires", &format!("{expires}, {}", distance(left)));
    }
    text.push('\n');
    table(seen, &mut text);
    remedies(seen, &mut text);
    text
}

fn account(seen: &Seen, name: Option<&str>) -> String {
    let kind = seen.described.unwrap_or("unknown");
    let id = seen.object_id.as_deref().map(|id| format!(" {id}")).unwrap_or_default();
    match name {
        Some(name) => format!("{kind}{id}, {name}"),
        None => format!("{kind}{id}"),
    }
}

/// A line for each operation and what is said of it; versions of which the same is said share one.
fn table(seen: &Seen, text: &mut String) {
    let mut rows: Vec<(&SeenOperation, Vec<&str>)> = Vec::new();
    for operation in &seen.operations {
        let same = |(other, _): &&mut (&SeenOperation, Vec<&str>)| {
            other.id == operation.id && other.message == operation.message
        };
        match rows.iter_mut().find(same) {
            Some((_, versions)) => versions.push(&operation.api),
            None => rows.push((operation, vec![&operation.api])),
        }
    }
    let longest = |lengths: &mut dyn Iterator<Item = usize>| lengths.max().unwrap_or_default();
    let ids = longest(&mut rows.iter().map(|(operation, _)| operation.id.len()));
    let versions = longest(&mut rows.iter().map(|(_, versions)| versions.join(", ").len()));
    for (operation, apis) in rows {
        let said = match (operation.needs.as_slice(), operation.message.as_deref(), operation.outcome) {
            (needs @ [_, ..], ..) => format!("needs {}", needs.join(" or ")),
            (_, Some(message), "noRole") => format!("warning: {message}"),
            (_, Some(message), _) => message.to_owned(),
            (_, None, _) => "allowed".to_owned(),
        };
        let _ = writeln!(text, "{:<ids$}  {:<versions$}  {}", operation.id, apis.join(", "), on_one_line(&said));
    }
}

/// What is missing, with its ids, then each remedy once.
fn remedies(seen: &Seen, text: &mut String) {
    let longest = seen.missing.iter().map(|missing| missing.name.len()).max().unwrap_or_default();
    for (nth, Missing { name, id }) in seen.missing.iter().enumerate() {
        let title = if nth == 0 { "\nmissing permissions, with their ids\n" } else { "" };
        let _ = writeln!(text, "{title}  {name:<longest$}  {}", id.as_deref().unwrap_or("(id not known)"));
    }
    let mut said: Vec<&str> = Vec::new();
    for remedy in seen.operations.iter().filter_map(|operation| operation.remedy.as_deref()) {
        if !said.contains(&remedy) {
            said.push(remedy);
            let _ = write!(text, "\n{}\n", on_one_line(remedy));
        }
    }
}

/// `in 52 min`, `3 h ago`.
fn distance(seconds: i64) -> String {
    let amount = match seconds.unsigned_abs() {
        short @ 0..120 => format!("{short} s"),
        some @ 120..7_200 => format!("{} min", some / 60),
        long => format!("{} h", long / 3_600),
    };
    if seconds < 0 { format!("{amount} ago") } else { format!("in {amount}") }
}

#[cfg(test)]
mod tests {
    use super::distance;

    #[test]
    fn a_distance_is_told_in_one_unit() {
        for (seconds, expected) in [
            (59, "in 59 s"),
            (119, "in 119 s"),
            (3_150, "in 52 min"),
            (100_000, "in 27 h"),
            (-7_200, "2 h ago"),
            (0, "in 0 s"),
        ] {
            assert_eq!(distance(seconds), expected);
        }
    }
}
