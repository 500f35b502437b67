//! Reads a seed file, and says where and what is wrong with one. What is in it is the emulator's
//! business.

use std::path::Path;

use super::exit::Failure;
use super::output;
use crate::emulator::Seed;

/// Reads a seed file: JSON if its name ends so, and TOML otherwise.
pub(super) fn read(path: &Path) -> Result<Seed, Failure> {
    let text = output::read(path, "the seed file")?;
    let is_json = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json"));
    let is_list = text.trim_start().starts_with('[');
    let parsed = match is_json {
        // A list would be taken for the parts in their order.
        true if is_list => Err((1, 1, "a seed file is an object, not a list".to_owned())),
        true => serde_json::from_str(&text).map_err(|error| {
            let message = error.to_string();
            let what = message.rsplit_once(" at line ").map_or(message.as_str(), |(what, _)| what).to_owned();
            (error.line(), error.column(), what)
        }),
        false => toml::from_str(&text).map_err(|error| {
            let at = error.span().map_or(0, |span| span.start).min(text.len());
            let before = text.get(..at).unwrap_or_default();
            let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
            let column = before[line_start..].chars().count() + 1;
            (before.matches('\n').count() + 1, column, error.message().to_owned())
        }),
    };
    parsed.map_err(|(line, column, what)| {
        let remedy = suggestion(&what).unwrap_or_default();
        Failure::input(format!("read the seed file {}:{line}:{column}: {}", path.display(), what.trim()), remedy)
    })
}

/// The known field that is most like an unknown one.
fn suggestion(message: &str) -> Option<String> {
    let mut quoted = message.strip_prefix("unknown field ")?.split('`').skip(1).step_by(2);
    let unknown = quoted.next()?;
    let known: Vec<_> = quoted.collect();
    let near = known.iter().max_by(|one, other| {
        let likeness = |known: &str| strsim::jaro_winkler(unknown, known);
        likeness(one).total_cmp(&likeness(other))
    });
    near.filter(|near| strsim::jaro_winkler(unknown, near) > 0.7).map(|near| format!("did you mean '{near}'?"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is said of a file with this text, without its folder.
    fn check(name: &str, text: &str) -> String {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join(name);
        std::fs::write(&path, text).expect("written");
        let place = format!("{}/", folder.path().display());
        match read(&path) {
            Ok(_) => "fine".to_owned(),
            Err(failure) => format!("{} | {}", failure.what.replace(&place, ""), failure.remedy),
        }
    }

    #[test]
    fn a_mistake_is_shown_at_its_place_with_the_field_that_was_meant() {
        let good = "[[apps]]\nclient_id = \"5c1b2f0e-3a57-4f0a-9c8d-0b7d6f2e1a43\"\nclient_secret = \"s\"\n";
        assert_eq!(check("a.toml", good), "fine");
        let said = check("a.toml", &format!("{good}permision = []\n"));
        assert!(said.starts_with("read the seed file a.toml:4:1: unknown field `permision`"), "{said}");
        assert!(said.ends_with(" | did you mean 'permissions'?"), "{said}");
        let said = check("a.json", "{\n  \"aps\": []\n}");
        assert!(said.starts_with("read the seed file a.json:2:7: unknown field `aps`"), "{said}");
        assert!(said.ends_with("did you mean 'apps'?"), "{said}");
        for (name, text) in [
            ("a.toml", "[[apps]\n"),
            ("a.toml", "[[apps]]\nname = 1\n"),
            ("a.toml", "[[faults]]\nfault = \"nonsense\"\n"),
            ("a.json", "{"),
            ("a.json", "[]"),
            ("a.json", "{\"apps\": [{\"client_id\": \"x\"}]}"),
        ] {
            assert!(check(name, text).starts_with(&format!("read the seed file {name}:")), "{text}");
        }
    }

    #[test]
    fn an_unlikely_name_gets_no_suggestion() {
        assert_eq!(suggestion("unknown field `zzz`, expected one of `apps`, `callers`"), None);
        assert_eq!(suggestion("missing field `client_id`"), None);
    }
}
