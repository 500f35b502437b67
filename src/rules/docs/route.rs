//! Whether the URL of an example fits a template, with everything that pages vary: `/me` for
//! `/users/{id}`, keys in parentheses, paths in colons, casts, names with their namespace.

use crate::docs::path;

/// A path cut into segments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Route {
    segments: Vec<Segment>,
    /// The version that it begins with.
    pub(super) version: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Segment {
    /// A placeholder, or what stands for one.
    Any,
    /// A literal, without its namespace.
    Word { text: String, qualified: bool, call: Call },
    /// `:/folder/file:`
    Addressed,
    /// `...`: any number of segments.
    Rest,
}

/// What stands in parentheses behind a name.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Call {
    None,
    /// Parameters by name.
    Named(Vec<String>),
    /// A placeholder for parameters.
    Open,
}

/// How a URL fits a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Fit {
    /// It does.
    Fits,
    /// But for the case of letters: the template's spelling, the URL's.
    Case(String, String),
    /// But for the parameters of a function: its name, those that only the template has, those
    /// that only the URL has.
    Call(String, Vec<String>, Vec<String>),
    /// It does not.
    No,
}

impl Fit {
    fn rank(&self) -> u8 {
        match self {
            Self::Fits => 0,
            Self::Case(..) => 1,
            Self::Call(..) => 2,
            Self::No => 3,
        }
    }

    fn and(self, other: Self) -> Self {
        if other.rank() > self.rank() { other } else { self }
    }

    pub(super) fn better(self, other: Self) -> Self {
        if other.rank() < self.rank() { other } else { self }
    }
}

/// A longer path than any of the service's is not compared.
const LONGEST: usize = 40;

impl Route {
    pub(super) fn template(spelled: &str) -> Self {
        let mut route = Self::read(spelled);
        for segment in &mut route.segments {
            if matches!(segment, Segment::Word { text, call: Call::None, .. } if stands_for_another(text)) {
                *segment = Segment::Any;
            }
        }
        if spelled.trim_start().starts_with("~/") || spelled.contains("[/") {
            route.segments.insert(0, Segment::Rest);
        }
        route
    }

    pub(super) fn read(spelled: &str) -> Self {
        let canonical = path::canonical(spelled);
        let segments = split(&canonical).flat_map(segments).collect();
        Self { segments, version: path::version(spelled).map(str::to_owned) }
    }

    /// How the URL of a `GET`, or of another method, fits this template.
    pub(super) fn fit(&self, url: &Self, is_get: bool) -> Fit {
        let (template, mut url) = (self.segments.as_slice(), url.segments.as_slice());
        if template.len() > LONGEST || url.len() > LONGEST || !is_plain(template) || !is_plain(url) {
            return Fit::Fits;
        }
        let mut best = fit(template, url);
        while is_get && best == Fit::No {
            let Some((Segment::Word { text, qualified, .. }, rest)) = url.split_last() else { break };
            if !qualified && !matches!(text.as_str(), "$count" | "$value" | "$ref") {
                break;
            }
            url = rest;
            best = fit(template, url);
        }
        if best == Fit::No {
            best = below(template, url);
        }
        if best == Fit::No { fit(&family(template), &family(url)) } else { best }
    }
}

impl Route {
    /// Whether a URL goes on behind this template to something that belongs to it, by name.
    pub(super) fn leads_to(&self, url: &Self) -> bool {
        let (template, url) = (family(&self.segments), family(&url.segments));
        let Some(next) = url.get(template.len()) else { return false };
        let named = matches!(next, Segment::Word { text, .. } if text.starts_with(char::is_alphabetic) && !stands_for_another(text));
        named && is_plain(&template) && is_plain(&url) && fit(&template, &url[..template.len()]) == Fit::Fits
    }
}

/// Whether few segments may be read in several ways, so that all ways can be tried.
fn is_plain(path: &[Segment]) -> bool {
    let several = |segment: &&Segment| {
        matches!(segment, Segment::Word { qualified: true, .. } | Segment::Word { call: Call::Named(_), .. })
    };
    path.iter().filter(several).count() <= 4
}

impl Segment {
    fn is(&self, word: &str) -> bool {
        matches!(self, Self::Word { text, .. } if text.eq_ignore_ascii_case(word))
    }

    fn word(text: &str) -> Self {
        Self::Word { text: text.to_owned(), qualified: false, call: Call::None }
    }
}

/// Cuts at slashes outside of parentheses and quotes; a path between colons is one piece.
fn split(canonical: &str) -> impl Iterator<Item = &str> {
    let mut rest = canonical.trim_start_matches('/');
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        if let Some(addressed) = rest.strip_prefix(":/") {
            let end = addressed.find(':').map_or(rest.len(), |at| at + 3);
            rest = rest[end..].trim_start_matches('/');
            return Some(":");
        }
        let (mut depth, mut quoted) = (0_usize, false);
        let mut end = rest.len();
        for (at, character) in rest.char_indices() {
            match character {
                '(' if !quoted => depth += 1,
                ')' if !quoted => depth = depth.saturating_sub(1),
                '\'' if depth > 0 => quoted = !quoted,
                '/' if depth == 0 => end = at,
                ':' if depth == 0 && rest[at..].starts_with(":/") => end = at,
                _ => continue,
            }
            if end < rest.len() {
                break;
            }
        }
        let piece = &rest[..end];
        rest = rest[end..].strip_prefix('/').unwrap_or(&rest[end..]);
        Some(piece)
    })
}

/// A piece is one segment, or a name and its key.
fn segments(piece: &str) -> Vec<Segment> {
    let piece = piece.trim();
    match piece {
        ":" => return vec![Segment::Addressed],
        "{}" => return vec![Segment::Any],
        "..." | "…" => return vec![Segment::Rest],
        _ => {}
    }
    let (name, inside) = match piece.split_once('(') {
        Some((name, inside)) => (name, Some(inside.trim_end().trim_end_matches(')').trim())),
        None => (piece, None),
    };
    let (text, qualified) = unqualified(name.trim());
    let word = |call| Segment::Word { text: text.to_owned(), qualified, call };
    match inside {
        _ if text.contains("{}") => vec![Segment::Any],
        None | Some("") => vec![word(Call::None)],
        Some(_) if text.is_empty() => vec![Segment::Any],
        Some("..." | "…") => vec![word(Call::Open)],
        Some("{}") if qualified || text.starts_with("get") => vec![word(Call::Open)],
        Some(inside) if inside.contains('=') => vec![word(Call::Named(parameters(inside)))],
        Some(_) => vec![word(Call::None), Segment::Any],
    }
}

/// The names of parameters; values may hold commas in quotes.
fn parameters(inside: &str) -> Vec<String> {
    let mut quoted = false;
    inside
        .split(|character| {
            quoted ^= character == '\'';
            character == ',' && !quoted
        })
        .filter_map(|parameter| parameter.split_once('='))
        .map(|(name, _)| name.trim().to_owned())
        .collect()
}

fn unqualified(name: &str) -> (&str, bool) {
    let graph = ["microsoft.graph.", "graph."].iter().any(|prefix| {
        name.len() > prefix.len()
            && name.is_char_boundary(prefix.len())
            && name[..prefix.len()].eq_ignore_ascii_case(prefix)
    });
    match name.rsplit_once('.') {
        Some((_, last)) if graph => (last, true),
        _ => (name, false),
    }
}

/// Whether a word of a template is an id, or a placeholder without braces.
fn stands_for_another(word: &str) -> bool {
    let is_id = word.len() >= 20 && word.contains('-') && word.bytes().any(|byte| byte.is_ascii_digit());
    let digits = !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit());
    is_id || digits || word.contains(['@', '%', ',', '*']) || word == "id" || word.contains('-')
}

fn fit(template: &[Segment], url: &[Segment]) -> Fit {
    match (template.split_first(), url.split_first()) {
        (None, None) => Fit::Fits,
        (Some((Segment::Rest, rest)), _) => {
            // One gap is looked through; with more of them everything would fit.
            if rest.contains(&Segment::Rest) {
                return Fit::Fits;
            }
            (0..=url.len()).map(|skip| fit(rest, &url[skip..])).fold(Fit::No, Fit::better)
        }
        (Some((ours, our_rest)), Some((theirs, their_rest))) => {
            let mut best = match one(ours, theirs) {
                Fit::No => Fit::No,
                found => found.and(fit(our_rest, their_rest)),
            };
            // An alternate key stands in parentheses, and the id as a segment, on either side.
            if best.rank() > Fit::Fits.rank() && is_keyed(theirs, ours) && our_rest.first() == Some(&Segment::Any) {
                best = best.better(fit(&our_rest[1..], their_rest));
            }
            let id = matches!(their_rest.first(), Some(Segment::Any | Segment::Word { .. }));
            if best.rank() > Fit::Fits.rank() && is_keyed(ours, theirs) && id {
                best = best.better(fit(our_rest, &their_rest[1..]));
            }
            // A cast may stand on either side.
            if best == Fit::No && is_cast(ours) {
                best = fit(our_rest, url);
            }
            if best == Fit::No && is_cast(theirs) {
                best = fit(template, their_rest);
            }
            best
        }
        (Some((cast, rest)), None) if is_cast(cast) => fit(rest, &[]),
        _ => Fit::No,
    }
}

/// Whether a segment is another one with a key by name: `applications(appId='x')`.
fn is_keyed(keyed: &Segment, plain: &Segment) -> bool {
    match (keyed, plain) {
        (Segment::Word { text, call: Call::Named(names), .. }, Segment::Word { text: other, call: Call::None, .. }) => {
            names.len() == 1 && text.eq_ignore_ascii_case(other)
        }
        _ => false,
    }
}

fn is_cast(segment: &Segment) -> bool {
    matches!(segment, Segment::Word { qualified: true, call: Call::None, .. })
}

fn one(template: &Segment, url: &Segment) -> Fit {
    match (template, url) {
        (_, Segment::Rest) | (Segment::Addressed, Segment::Addressed) => Fit::Fits,
        (Segment::Any, Segment::Word { text, .. }) if text.starts_with('$') => Fit::No,
        (Segment::Any, Segment::Any | Segment::Word { .. }) => Fit::Fits,
        (Segment::Word { text, call, .. }, Segment::Word { text: theirs, call: given, .. }) => {
            if text == theirs {
                calls(text, call, given)
            } else if text.eq_ignore_ascii_case(theirs) {
                Fit::Case(text.clone(), theirs.clone()).and(calls(text, call, given))
            } else {
                Fit::No
            }
        }
        _ => Fit::No,
    }
}

fn calls(name: &str, template: &Call, url: &Call) -> Fit {
    let none = Vec::new();
    let (ours, theirs) = match (template, url) {
        (Call::Open, _) | (_, Call::Open) => return Fit::Fits,
        (Call::Named(ours), Call::Named(theirs)) => (ours, theirs),
        (Call::Named(ours), Call::None) => (ours, &none),
        (Call::None, Call::Named(theirs)) => (&none, theirs),
        (Call::None, Call::None) => return Fit::Fits,
    };
    let without = |these: &[String], those: &[String]| -> Vec<String> {
        these.iter().filter(|name| !those.iter().any(|other| other.eq_ignore_ascii_case(name))).cloned().collect()
    };
    let (only_ours, only_theirs) = (without(ours, theirs), without(theirs, ours));
    if only_ours.is_empty() && only_theirs.is_empty() {
        return Fit::Fits;
    }
    Fit::Call(name.to_owned(), only_ours, only_theirs)
}

/// How the end of a URL fits a template that begins further below: resources live under a name
/// of their own and under that of their workload, and pages leave the way to a workbook out.
fn below(template: &[Segment], url: &[Segment]) -> Fit {
    let begins = matches!(template.first(), Some(Segment::Word { .. }));
    let named = matches!(url.first(), Some(Segment::Word { .. }));
    if begins && named && template.len() >= 2 && url.len() > template.len() {
        return fit(template, &url[url.len() - template.len()..]);
    }
    Fit::No
}

/// A path in the common form of its family: drives, sites and notebooks have several roots, and
/// an item of a drive has several addresses.
fn family(segments: &[Segment]) -> Vec<Segment> {
    let mut path = segments.to_vec();
    if path.first().is_some_and(|first| first.is("me")) {
        path.splice(..1, [Segment::word("users"), Segment::Any]);
    }
    if path.len() >= 3 && path[0].is("groups") && path[2].is("sites") {
        path.drain(..2);
    }
    if path.len() >= 2 && path[0].is("sites") {
        path[1] = Segment::Any;
        if path.get(2) == Some(&Segment::Addressed) {
            path.remove(2);
        }
    }
    let shared = path.first().is_some_and(|first| first.is("shares")) && path.len() >= 3;
    if shared && (path[2].is("driveItem") || path[2].is("root")) {
        path.splice(..3, [Segment::word("drive"), Segment::word("item")]);
        return path;
    }
    if path.first().is_some_and(|first| first.is("drives")) && path.len() >= 2 {
        path.splice(..2, [Segment::word("drive")]);
    }
    // Behind its owner only: elsewhere a property may have the name.
    let owned = ["users", "groups", "sites"].iter().any(|owner| path.first().is_some_and(|first| first.is(owner)));
    let at = path.iter().take(5).position(|segment| segment.is("drive") || segment.is("onenote"));
    if let Some(at) = at.filter(|at| at % 2 == 0 && owned) {
        path.drain(..at);
    }
    if path.first().is_some_and(|first| first.is("drive")) {
        let item = match path.get(1) {
            Some(root) if root.is("root") => 2,
            Some(items) if (items.is("items") || items.is("special")) && path.len() >= 3 => 3,
            _ => return path,
        };
        let item = if path.get(item) == Some(&Segment::Addressed) { item + 1 } else { item };
        path.splice(1..item, [Segment::word("item")]);
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fit_of(template: &str, url: &str) -> Fit {
        Route::template(template).fit(&Route::read(url), true)
    }

    #[test]
    fn a_url_fits_its_template_however_it_is_spelled() {
        for (template, url) in [
            ("/widgets/{id}/paint", "https://graph.microsoft.com/beta/widgets/7/paint"),
            ("/widgets/{id}/paint", "https://graph.microsoft.com/beta/widgets('7')/microsoft.graph.paint"),
            ("/widgets/{id}/microsoft.graph.paint", "/widgets/{widget-id}/paint"),
            ("/users/{id | userPrincipalName}/widgets", "/me/widgets"),
            ("/me/widgets", "/users/a@b.example/widgets?$top=2"),
            ("/groups/{id}/members", "/groups/1/members/microsoft.graph.user/$count"),
            ("/groups/{id}/members/microsoft.graph.user", "/groups/1/members"),
            ("/groups/{id}/members", "/groups/1/members/$ref"),
            ("/me/drive/items/{id}/children", "/drives/1/root:/a/b c:/children"),
            ("/me/drive/root:/{item-path}:/content", "/me/drive/root:/a.txt:/content"),
            ("/sites/{host}:/{path}", "/sites/contoso.example:/teams/hr"),
            ("/sites/{site-id}/lists", "/sites/contoso.example:/teams/hr:/lists"),
            ("/workbook/range(address='<address>')", "/workbook/range(address='A1:B2')"),
            ("/reports/getX(period='{period}',date={date})", "/reports/getX(date=2020-01-01,period='D7')"),
            ("/drive/search(q='{text}')", "/me/drive/search(q='a/b, c')"),
            ("/widgets/delta", "/widgets/delta()"),
            ("/widgets/search(q={q})", "/widgets/search(q=@q)?@q='x'"),
            ("/riskyUsers/dismiss", "/identityProtection/riskyUsers/dismiss"),
            ("/workbook/tables/{id|name}/rows/add", "/me/drive/items/{id}/workbook/tables/{id|name}/rows/add"),
            ("/.../tables/{id|name}/rows", "/me/drive/items/1/workbook/tables/2/rows"),
            ("~/groups/{id}", "/beta/groups/1"),
            ("/applications/{id}/owners", "/applications(appId='{appId}')/owners"),
            ("/applications(appId='{appId}')", "/applications/1"),
            ("/users/{id}/findRooms(...)", "/me/findRooms(RoomList='a')"),
            ("/users/id/messages", "/users/1/messages"),
            ("/teams/(team-id)/channels", "/teams/19:x@thread.example/channels"),
            ("/users/48d31887-5fad-4d73-a9f5-3c356e68a038/x", "/users/1/x"),
            ("/sites/{site-id}/onenote/pages", "/me/onenote/pages"),
        ] {
            assert_eq!(fit_of(template, url), Fit::Fits, "{template} {url}");
        }
    }

    #[test]
    fn a_url_that_does_not_fit_says_how() {
        for (template, url) in [
            ("/widgets/{id}/paint", "/widgets/paint"),
            ("/widgets/{id}", "/widgets/7/parts"),
            ("/groups/{id}/members/{id}/$ref", "/groups/1/members/2"),
            ("/identity/flows/{id}/steps", "/identity/flows/1/stages"),
            ("/identity/flows/{id}", "/flows/1"),
            ("/widgets/{id}", "/widgets"),
        ] {
            assert_eq!(fit_of(template, url), Fit::No, "{template} {url}");
        }
        let post = Route::template("/groups/{id}/members").fit(&Route::read("/groups/1/members/$ref"), false);
        assert_eq!(post, Fit::No);
        let case = fit_of("/riskyUsers/{id}", "/riskyusers/ABC");
        assert_eq!(case, Fit::Case("riskyUsers".to_owned(), "riskyusers".to_owned()));
        let call = fit_of("/widgets/between(from={a})", "/widgets/between(from=1,to=2)");
        assert_eq!(call, Fit::Call("between".to_owned(), vec![], vec!["to".to_owned()]));
    }

    #[test]
    fn a_url_may_lead_on_by_name() {
        let leads = |template: &str, url: &str| Route::template(template).leads_to(&Route::read(url));
        assert!(leads("/shares/{id}", "/shares/1/list"));
        assert!(leads("/me/widgets/{id}", "/users/1/widgets/7/parts/2"));
        assert!(!leads("/widgets", "/widgets/48d31887-5fad-4d73-a9f5-3c356e68a038"));
        assert!(!leads("/widgets/{id}", "/widgets/7") && !leads("/widgets/{id}", "/gadgets/7/parts"));
    }

    #[test]
    fn no_spelling_takes_long_or_panics() {
        let long = "/.../a".repeat(3_000);
        let casts = "/microsoft.graph.a".repeat(39);
        assert_eq!(fit_of(&casts, &format!("{casts}/b")), Fit::Fits);
        let keys = "/a(b='c')".repeat(39);
        assert_eq!(fit_of(&keys, &format!("{keys}/b")), Fit::Fits);
        for spelled in ["", "/", "(((", "a(b='", ":/:/:/:", "é(é=é)", "microsoft.graph.é", long.as_str()] {
            fit_of(spelled, spelled);
            fit_of(&long, spelled);
        }
    }
}
