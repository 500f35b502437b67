//! Names made from paths, the same for the same path whatever else is described.

use heck::{ToPascalCase as _, ToSnakeCase as _};

use super::derive::Answer;
use crate::docs::path::canonical;

/// Methods that every generated builder has.
const RESERVED: &[&str] = &["body", "new", "send", "into_future", "pages"];

/// The path with one name for each placeholder: letters and digits of what the page writes, and
/// the segment in front where a name stands twice or is taken.
///
/// `None` where a placeholder is only a part of a segment, or something is no path.
pub(super) fn template(spelled: &str) -> Option<String> {
    let form = canonical(spelled);
    let mut placeholders = placeholders(spelled).into_iter();
    let mut used: Vec<String> = Vec::new();
    let mut segments: Vec<String> = Vec::new();
    for segment in form.split('/').skip(1) {
        if segment == "{}" {
            let before = segments.iter().rev().find(|segment| !segment.starts_with('{')).cloned().unwrap_or_default();
            let name = parameter(&placeholders.next()?, &before, &used)?;
            segments.push(format!("{{{name}}}"));
            used.push(name.to_snake_case());
        } else if is_literal(segment) {
            segments.push(segment.to_owned());
        } else {
            return None;
        }
    }
    (!segments.is_empty()).then(|| format!("/{}", segments.join("/")))
}

fn is_literal(segment: &str) -> bool {
    !segment.is_empty()
        && segment != "..."
        && segment.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'$'))
}

/// What stands between braces or angle brackets, outermost ones only.
fn placeholders(spelled: &str) -> Vec<String> {
    let (mut found, mut depth) = (Vec::new(), 0_usize);
    for character in spelled.chars() {
        match character {
            '{' | '<' => {
                if depth == 0 {
                    found.push(String::new());
                }
                depth += 1;
            }
            '}' | '>' => depth = depth.saturating_sub(1),
            _ if depth == 0 => {}
            character => found.last_mut().into_iter().for_each(|name: &mut String| name.push(character)),
        }
    }
    found
}

fn parameter(spelled: &str, before: &str, used: &[String]) -> Option<String> {
    let first = spelled.split('|').next().unwrap_or_default();
    let clean: String =
        first.trim().chars().map(|c| if c.is_ascii_alphanumeric() || c == '_' { c } else { '-' }).collect();
    let clean = clean.trim_matches(['-', '_']).to_owned();
    let clean = if clean.starts_with(|c: char| c.is_ascii_alphabetic()) { clean } else { format!("id{clean}") };
    let free = |name: &str| {
        let snake = name.to_snake_case();
        !used.contains(&snake) && !RESERVED.contains(&snake.as_str())
    };
    let candidates = [clean.clone(), format!("{before}-{clean}"), format!("{before}-{clean}-{}", used.len() + 1)];
    candidates.into_iter().find(|name| free(name))
}

/// The id of an operation: the literal segments of its path, joined by dots, and what it does.
/// That is the last segment itself where a POST acts on something, and otherwise `list`, `get`,
/// `create`, `update`, `replace` or `delete`.
pub(super) fn operation_id(method: &str, template: &str, answer: Answer) -> String {
    let mut words: Vec<String> = template.split('/').filter_map(word).collect();
    let on_one = template.ends_with('}');
    let verb = match (method, answer) {
        ("GET", Answer::Collection) if !on_one => "list",
        ("GET", _) => "get",
        ("POST", Answer::Created) => "create",
        // The last segment is the verb.
        ("POST", _) if !on_one && words.len() > 1 => "",
        ("POST", _) => "post",
        ("PATCH", _) => "update",
        ("PUT", _) => "replace",
        ("DELETE", _) => "delete",
        _ => "call",
    };
    if !verb.is_empty() {
        words.push(verb.to_owned());
    }
    words.join(".")
}

/// A literal segment as a word; the namespace of a bound function is left out.
fn word(segment: &str) -> Option<String> {
    if segment.starts_with('{') {
        return None;
    }
    let last = segment.rsplit('.').next().unwrap_or_default();
    let word: String = last.chars().filter(char::is_ascii_alphanumeric).collect();
    (!word.is_empty()).then_some(word)
}

/// The schema of an operation's body or answer: its id in PascalCase, and what it is.
pub(super) fn schema(operation_id: &str, what: &str) -> String {
    format!("{operation_id}.{what}").to_pascal_case()
}

/// The schema of a type of Graph; `None` where its name is no name in Rust.
pub(super) fn type_name(name: &str) -> Option<String> {
    let last = name.trim_start_matches('#').rsplit('.').next().unwrap_or_default();
    let pascal = last.to_pascal_case();
    let usable = pascal.starts_with(|c: char| c.is_ascii_alphabetic())
        && pascal.chars().all(|c| c.is_ascii_alphanumeric())
        && !["Self", "Error", "ODataError", "ODataErrorBody"].contains(&pascal.as_str());
    usable.then_some(pascal)
}

/// Whether a name can be the setter of a builder. The token never is one.
pub(super) fn is_setter(name: &str) -> bool {
    let snake = name.to_snake_case();
    snake.starts_with(|c: char| c.is_ascii_alphabetic())
        && snake.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        && !RESERVED.contains(&snake.as_str())
        && snake != "authorization"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_get_one_name_each() {
        for (spelled, expected) in [
            ("/riskyUsers/{id}", Some("/riskyUsers/{id}")),
            ("/users/{id | userPrincipalName}/messages/{id}", Some("/users/{id}/messages/{messages-id}")),
            ("teams/<team-id>/send", Some("/teams/{team-id}/send")),
            ("/things/{body}", Some("/things/{things-body}")),
            ("/reports/getX(period='{period}')", None),
            ("/drive/root:/{path}:/children", None),
            ("/.../x", None),
            ("/", None),
        ] {
            assert_eq!(template(spelled).as_deref(), expected, "{spelled}");
        }
    }

    #[test]
    fn ids_follow_from_the_path() {
        for (method, path, answer, id) in [
            ("POST", "/riskyUsers/dismiss", Answer::Other, "riskyUsers.dismiss"),
            ("GET", "/riskyUsers", Answer::Collection, "riskyUsers.list"),
            ("GET", "/riskyUsers/{id}", Answer::Other, "riskyUsers.get"),
            ("GET", "/riskyUsers/{id}/history", Answer::Collection, "riskyUsers.history.list"),
            ("POST", "/groups", Answer::Created, "groups.create"),
            ("PATCH", "/groups/{id}", Answer::Other, "groups.update"),
            ("POST", "/me/microsoft.graph.revoke", Answer::Other, "me.revoke"),
            ("GET", "/users/{id}/photo/$value", Answer::Other, "users.photo.value.get"),
        ] {
            assert_eq!(operation_id(method, path, answer), id, "{method} {path}");
        }
    }
}
