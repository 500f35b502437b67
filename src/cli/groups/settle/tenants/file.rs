//! The file of `--tenants`: an entry a tenant, with whom it is about and where its credential is kept.
//!
//! It reads text alone: it opens nothing, knows no terminal, and takes no secret. A file with a secret in
//! it is refused, and what is said of that shows no value.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::value::RawValue;
use toml::Spanned;

/// What one entry says. What it does not say is taken from the command line.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Entry {
    /// Id or domain.
    pub(super) tenant: String,
    /// The way to sign in.
    pub(super) auth: Option<String>,
    /// The app.
    pub(super) client_id: Option<String>,
    /// A file with the secret of the app.
    pub(super) client_secret_file: Option<PathBuf>,
    /// A variable of the environment with the secret of the app.
    pub(super) client_secret_env: Option<String>,
    /// A PEM file with certificate and key.
    pub(super) certificate: Option<PathBuf>,
    /// A file with a token.
    pub(super) token_file: Option<PathBuf>,
    /// A variable of the environment with a token.
    pub(super) token_env: Option<String>,
    /// The cloud.
    pub(super) cloud: Option<String>,
    /// Another server, for rehearsals.
    pub(super) server: Option<String>,
    /// Where to sign in for it.
    pub(super) authority: Option<String>,
    /// Ids of whom it is done to.
    pub(super) ids: Option<Vec<String>>,
    /// A file of ids.
    pub(super) from: Option<PathBuf>,
    /// The column of it.
    pub(super) csv_column: Option<String>,
    /// Criteria, by the names of the options.
    pub(super) filter: Option<BTreeMap<String, Given>>,
    /// A condition that goes to the service as it is.
    pub(super) odata: Option<String>,
    /// Where the entry begins, from 1.
    #[serde(skip)]
    pub(super) line: usize,
}

/// What is given for a criterion.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged, expecting = "a criterion takes a text, a list of texts, true or false")]
pub(super) enum Given {
    Flag(bool),
    One(String),
    Many(Vec<String>),
}

impl Given {
    /// As the option of that name has it.
    pub(super) fn values(&self) -> Vec<String> {
        match self {
            Self::Flag(flag) => vec![flag.to_string()],
            Self::One(text) => vec![text.clone()],
            Self::Many(texts) => texts.clone(),
        }
    }
}

/// What is wrong with the file, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mistake {
    /// The line, from 1.
    pub(super) line: usize,
    /// The tenant of the entry, where it got so far.
    pub(super) tenant: Option<String>,
    /// What is wrong.
    pub(super) what: String,
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.tenant {
            Some(tenant) => write!(f, "{}: {tenant}: {}", self.line, self.what),
            None => write!(f, "{}: {}", self.line, self.what),
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document<T> {
    tenants: Vec<T>,
}

/// Reads the entries: JSON where the text begins with a brace, and TOML otherwise. Gives all mistakes, but
/// of those for which it cannot be read at all the first.
pub(super) fn read(text: &str) -> Result<Vec<Entry>, Vec<Mistake>> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let is_json = text.trim_start().starts_with('{');
    let mut entries = if is_json { of_json(text) } else { of_toml(text) }.map_err(|mistake| vec![mistake])?;
    for entry in &mut entries {
        entry.tenant = entry.tenant.trim().to_owned();
    }
    if entries.is_empty() {
        return Err(vec![Mistake { line: 1, tenant: None, what: "there is no entry: [[tenants]]".to_owned() }]);
    }
    let mut mistakes = Vec::new();
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for entry in &entries {
        let mut is_wrong = |what| mistakes.push(entry.mistake(what));
        entry.objections().for_each(&mut is_wrong);
        match seen.entry(entry.tenant.to_lowercase()) {
            std::collections::btree_map::Entry::Occupied(first) => {
                is_wrong(format!("the tenant is there twice, first in line {}", first.get()));
            }
            std::collections::btree_map::Entry::Vacant(place) => _ = place.insert(entry.line),
        }
    }
    if mistakes.is_empty() { Ok(entries) } else { Err(mistakes) }
}

fn of_toml(text: &str) -> Result<Vec<Entry>, Mistake> {
    let mistake = |error: toml::de::Error| {
        let at = error.span().map_or(0, |span| span.start);
        Mistake { line: line_at(text, at), tenant: None, what: said(error.message()) }
    };
    let document: Document<Entry> = toml::from_str(text).map_err(mistake)?;
    let places: Document<Spanned<IgnoredAny>> = toml::from_str(text).map_err(mistake)?;
    let lines = places.tenants.iter().map(|place| line_at(text, place.span().start));
    Ok(document.tenants.into_iter().zip(lines).map(|(entry, line)| Entry { line, ..entry }).collect())
}

fn of_json(text: &str) -> Result<Vec<Entry>, Mistake> {
    let mistake = |error: serde_json::Error| {
        let message = error.to_string();
        let what = message.rsplit_once(" at line ").map_or(message.as_str(), |(what, _)| what);
        Mistake { line: error.line(), tenant: None, what: said(what) }
    };
    let document: Document<Entry> = serde_json::from_str(text).map_err(mistake)?;
    let places: Document<&RawValue> = serde_json::from_str(text).map_err(mistake)?;
    // Each stands in the text, at so many bytes from its beginning.
    let place = |raw: &&RawValue| (raw.get().as_ptr() as usize).saturating_sub(text.as_ptr() as usize);
    let lines = places.tenants.iter().map(|raw| line_at(text, place(raw)));
    Ok(document.tenants.into_iter().zip(lines).map(|(entry, line)| Entry { line, ..entry }).collect())
}

fn line_at(text: &str, at: usize) -> usize {
    text.as_bytes()[..at.min(text.len())].iter().filter(|byte| **byte == b'\n').count() + 1
}

/// What a reader says, in our words where it met a secret, and without the values that it met.
fn said(message: &str) -> String {
    let message = message.trim();
    if let Some(key) = message.strip_prefix("unknown field `").and_then(|rest| rest.split('`').next())
        && is_secret(key)
    {
        return format!(
            "'{key}' would be a secret, and none stands in this file: name a file (client_secret_file, certificate, \
             token_file) or a variable of the environment (client_secret_env, token_env)"
        );
    }
    match (message.find("string \""), message.rfind("\", expected")) {
        (Some(from), Some(to)) if from < to => format!("{}text{}", &message[..from], &message[to + 1..]),
        _ => message.replace('\n', " "),
    }
}

/// Whether a key that there is not would hold a secret.
fn is_secret(key: &str) -> bool {
    const PARTS: [&str; 7] = ["secret", "token", "password", "passphrase", "assertion", "credential", "privatekey"];
    const WORDS: [&str; 5] = ["key", "pem", "pass", "pwd", "apikey"];
    let plain = key.to_lowercase().replace(['_', '-', '.'], "");
    PARTS.iter().any(|part| plain.contains(part)) || WORDS.contains(&plain.as_str())
}

impl Entry {
    /// A mistake of this entry.
    pub(super) fn mistake(&self, what: String) -> Mistake {
        let tenant = (!self.tenant.is_empty()).then(|| self.tenant.clone());
        Mistake { line: self.line, tenant, what }
    }

    /// Whether it says where its credential is, or how to sign in.
    pub(super) fn has_credential(&self) -> bool {
        self.auth.is_some() || !self.credentials().is_empty()
    }

    /// The references to a credential.
    fn credentials(&self) -> Vec<&'static str> {
        given(&[
            ("client_secret_file", self.client_secret_file.is_some()),
            ("client_secret_env", self.client_secret_env.is_some()),
            ("certificate", self.certificate.is_some()),
            ("token_file", self.token_file.is_some()),
            ("token_env", self.token_env.is_some()),
        ])
    }

    /// Whether it is whatever a filter finds.
    pub(super) fn has_filter(&self) -> bool {
        self.filter.is_some() || self.odata.is_some()
    }

    /// What cannot be meant.
    fn objections(&self) -> impl Iterator<Item = String> {
        let mut found = Vec::new();
        if self.tenant.is_empty() {
            found.push("the tenant is empty".to_owned());
        }
        let credentials = self.credentials();
        let whom = given(&[
            ("ids", self.ids.is_some()),
            ("from", self.from.is_some()),
            (if self.filter.is_some() { "filter" } else { "odata" }, self.has_filter()),
        ]);
        let place = given(&[("cloud", self.cloud.is_some()), ("server", self.server.is_some())]);
        for (keys, what) in [(credentials, "one credential"), (whom, "one way to say whom"), (place, "one place")] {
            if keys.len() > 1 {
                found.push(format!("{} exclude one another: an entry has {what}", keys.join(" and ")));
            }
        }
        if self.csv_column.is_some() && self.from.is_none() {
            found.push("csv_column is of no use without from".to_owned());
        }
        if self.ids.as_ref().is_some_and(Vec::is_empty) {
            found.push("ids is an empty list".to_owned());
        }
        if self.from.as_ref().is_some_and(|from| from.as_os_str() == "-") {
            found.push("from names a file: standard input is one for all".to_owned());
        }
        for (key, name) in [("client_secret_env", &self.client_secret_env), ("token_env", &self.token_env)] {
            // It is not shown: who mistakes it for the secret itself writes that here.
            if name.as_ref().is_some_and(|name| !is_name(name)) {
                found.push(format!("{key} takes the name of a variable: letters, digits and _"));
            }
        }
        let files = [&self.client_secret_file, &self.certificate, &self.token_file];
        if files.into_iter().flatten().any(|path| path.to_string_lossy().contains(['\n', '\r'])) {
            found.push("client_secret_file, certificate and token_file take the names of files".to_owned());
        }
        found.into_iter()
    }
}

fn given(keys: &[(&'static str, bool)]) -> Vec<&'static str> {
    keys.iter().filter(|(_, is_given)| *is_given).map(|(key, _)| *key).collect()
}

fn is_name(name: &str) -> bool {
    let is_letter = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    // No variable is called that long, and secrets are.
    name.len() <= 64 && name.starts_with(|first: char| !first.is_ascii_digit()) && name.chars().all(is_letter)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str) -> Vec<String> {
        match read(text) {
            Ok(entries) => entries.iter().map(|entry| format!("{} {}", entry.line, entry.tenant)).collect(),
            Err(mistakes) => mistakes.iter().map(Mistake::to_string).collect(),
        }
    }

    #[test]
    fn entries_are_found_with_their_lines_in_either_form() {
        let toml = "# ours\n[[tenants]]\ntenant = \"a.example\"\n\n[[tenants]]\ntenant = \" b.example \"\n\
                    filter = { level = [\"high\"], deleted = false, updated-since = \"7d\" }\n";
        assert_eq!(check(toml), ["2 a.example", "5 b.example"]);
        let json = "\u{feff}{\"tenants\": [\n  {\"tenant\": \"a.example\"},\n\n  {\"tenant\": \"b.example\",\n   \
                    \"filter\": {\"level\": \"high\"}}\n]}";
        assert_eq!(check(json), ["2 a.example", "4 b.example"]);
        assert_eq!(read(toml).expect("entries")[1].filter.as_ref().expect("a filter")["deleted"].values(), ["false"]);
    }

    #[test]
    fn a_secret_is_refused_with_its_line_and_never_shown() {
        for key in ["client_secret", "token", "password", "clientSecret", "access-token", "key", "private_key"] {
            for text in [
                format!("[[tenants]]\ntenant = \"a\"\n{key} = \"hunter2\"\n"),
                format!("{{\"tenants\": [{{\n\"tenant\": \"a\",\n\"{key}\": \"hunter2\"}}]}}"),
            ] {
                let said = check(&text).join("; ");
                assert!(said.starts_with(&format!("3: '{key}' would be a secret")), "{said}");
                assert!(!said.contains("hunter2"), "{said}");
            }
        }
        for line in [
            "token_env = \"eyJhbGciOiJub25lIn0.eyJ9.\"",
            "client_secret_env = \"a~b8Q~hunter2\"",
            "certificate = \"\"\"-----BEGIN\nhunter2\"\"\"",
            "ids = \"hunter2\"",
            "client_id = [\"hunter2\"]",
        ] {
            let said = check(&format!("[[tenants]]\ntenant = \"a\"\n{line}\n"));
            assert!(said.len() == 1 && !said[0].contains("hunter2") && !said[0].contains("eyJ"), "{said:?}");
        }
    }
}
