//! Paths as pages spell them, brought into one form for comparison.

/// The path of a request line or URL without scheme, host, version and query, with one slash in
/// front and `{}` for every placeholder: `/users/{}/revokeSignInSessions`. Two spellings of one
/// path have one form; letter case stays.
#[must_use]
pub fn canonical(spelled: &str) -> String {
    let path = without_root(spelled.trim());
    let path = cut_query(path);
    let mut form = String::with_capacity(path.len() + 1);
    form.push('/');
    let mut depth = 0_usize;
    for character in path.trim_start_matches(['/', '~']).chars() {
        match character {
            '{' | '<' => {
                if depth == 0 {
                    form.push_str("{}");
                }
                depth += 1;
            }
            '}' | '>' => depth = depth.saturating_sub(1),
            _ if depth > 0 => {}
            '\\' => {}
            '/' if form.ends_with('/') => {}
            _ => form.push(character),
        }
    }
    while form.len() > 1 && form.ends_with(['/', ' ']) {
        form.pop();
    }
    form
}

/// The API version that a URL or path begins with.
#[must_use]
pub fn version(spelled: &str) -> Option<&str> {
    let rest = spelled
        .trim()
        .split_once("://")
        .map_or(spelled.trim(), |(_, rest)| rest.split_once('/').map_or("", |(_, path)| path));
    let first = rest.trim_start_matches('/').split(['/', '?']).next()?;
    is_version(first).then_some(first)
}

fn without_root(spelled: &str) -> &str {
    let path = match spelled.split_once("://") {
        Some((_, rest)) => rest.find('/').map_or("", |at| &rest[at..]),
        None => spelled,
    };
    let bare = path.trim_start_matches('/');
    match bare.split_once('/') {
        Some((first, rest)) if is_version(first) => rest,
        _ => path,
    }
}

/// `beta`, `v1.0`, and the placeholders that stand for them.
fn is_version(segment: &str) -> bool {
    matches!(segment, "beta" | "v1.0" | "v2.0" | "{version}" | "{api-version}")
}

/// Without query, which begins at the first question mark outside of placeholders and quotes.
fn cut_query(path: &str) -> &str {
    let (mut depth, mut quoted) = (0_usize, false);
    for (at, character) in path.char_indices() {
        match character {
            '{' | '<' => depth += 1,
            '}' | '>' => depth = depth.saturating_sub(1),
            '\'' => quoted = !quoted,
            '?' if depth == 0 && !quoted => return path[..at].trim_end_matches('['),
            _ => {}
        }
    }
    path
}

/// Whether the path of an example fits a template: literals agree, a placeholder takes one
/// segment or one value in parentheses.
#[must_use]
pub fn fits(template: &str, url: &str) -> bool {
    let (template, path) = (canonical(template), canonical(url));
    let (mut ours, mut theirs) = (template.split('/'), path.split('/'));
    loop {
        match (ours.next(), theirs.next()) {
            (None, None) => return true,
            (Some(our), Some(their)) if segment_fits(our, their) => {}
            _ => return false,
        }
    }
}

fn segment_fits(template: &str, segment: &str) -> bool {
    let mut parts = template.split("{}");
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = segment.strip_prefix(first) else { return false };
    let parts: Vec<&str> = parts.collect();
    for (index, part) in parts.iter().enumerate() {
        let last = index + 1 == parts.len();
        let found = match (part.is_empty(), last) {
            (true, _) => return !rest.is_empty(),
            (false, true) => rest.strip_suffix(part).map(|value| (value, "")),
            (false, false) => rest.split_once(part),
        };
        match found {
            Some((value, next)) if !value.is_empty() => rest = next,
            _ => return false,
        }
    }
    rest.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_path_have_one_form() {
        for (spelled, form) in [
            ("/riskyUsers/{id}", "/riskyUsers/{}"),
            ("https://graph.microsoft.com/beta/riskyUsers/{riskyUserId | upn}?$select=id", "/riskyUsers/{}"),
            ("auditLogs/signIns", "/auditLogs/signIns"),
            ("//users/<id>/", "/users/{}"),
            ("/v1.0/me", "/me"),
            ("/reports/getX(period='{period}')", "/reports/getX(period='{}')"),
            ("/me/drive/root:/{path}:/children", "/me/drive/root:/{}:/children"),
            ("", "/"),
        ] {
            assert_eq!(canonical(spelled), form, "{spelled}");
        }
        assert_eq!(version("https://graph.microsoft.com/v1.0/me"), Some("v1.0"));
        assert_eq!(version("/riskyUsers"), None);
    }

    #[test]
    fn an_example_fits_its_template() {
        assert!(fits("/riskyUsers/{id}", "https://graph.microsoft.com/beta/riskyUsers/1-2"));
        assert!(fits("/reports/getX(period='{p}')", "/reports/getX(period='D7')"));
        for (template, url) in [
            ("/riskyUsers/{id}", "/riskyUsers"),
            ("/riskyUsers/{id}", "/riskyUsers/1/history"),
            ("/riskyUsers", "/riskyusers"),
            ("/reports/getX(period='{p}')", "/reports/getX(period='')"),
        ] {
            assert!(!fits(template, url), "{template} {url}");
        }
    }
}
