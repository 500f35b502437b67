//! What is seen of who is signed in, as plain data: the JSON of `whoami`.

use std::collections::{BTreeMap, BTreeSet};
use std::time::SystemTime;

use serde::Serialize;

use crate::cli::signing_in::Signed;
use crate::contract::{Contract, Role};
use crate::signin::{Advice, Checked, utc};

/// Who is signed in, and what that allows.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Seen {
    pub(super) root: String,
    pub(super) cloud: Option<&'static str>,
    pub(super) auth: &'static str,
    /// Whether the token cannot be read; then nothing is known of what follows.
    pub(super) opaque: bool,
    pub(super) tenant: Option<String>,
    pub(super) account: Option<&'static str>,
    #[serde(skip)]
    pub(super) described: Option<&'static str>,
    pub(super) object_id: Option<String>,
    pub(super) application: Option<String>,
    pub(super) permissions: Vec<String>,
    pub(super) roles: Vec<SeenRole>,
    pub(super) expires: Option<String>,
    /// Negative where it has ended.
    pub(super) expires_in_seconds: Option<i64>,
    /// What would have to be granted for everything else.
    pub(super) missing: Vec<Missing>,
    /// Where an administrator consents to what the app asks for.
    pub(super) consent: Option<String>,
    pub(super) operations: Vec<SeenOperation>,
}

/// A directory role of the account.
#[derive(Debug, Serialize)]
pub(super) struct SeenRole {
    pub(super) id: String,
    /// Its name, where the description knows it.
    pub(super) name: Option<String>,
}

/// A permission that operations need and the token lacks.
#[derive(Debug, Serialize)]
pub(super) struct Missing {
    pub(super) name: String,
    /// Its id for this kind of account, where it is known.
    pub(super) id: Option<String>,
}

/// What may be done with an operation.
#[derive(Debug, Serialize)]
pub(super) struct SeenOperation {
    pub(super) api: String,
    pub(super) id: String,
    pub(super) outcome: &'static str,
    /// The least permissions of which it needs one, and has none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) needs: Vec<String>,
    pub(super) message: Option<String>,
    pub(super) remedy: Option<String>,
}

impl Seen {
    pub(super) fn of(signed: &Signed, contracts: &[Contract]) -> Self {
        let claims = signed.claims.as_ref();
        let names = role_names(contracts);
        let role =
            |id: &String| SeenRole { id: id.clone(), name: names.get(id.as_str()).map(|name| (*name).to_owned()) };
        let expires = claims.and_then(|claims| claims.expires());
        let operations = operations(signed, contracts);
        let names: BTreeSet<&String> = operations.iter().flat_map(|operation| &operation.needs).collect();
        let missing = names.into_iter().map(|name| Missing { name: name.clone(), id: signed.permission_id(name) });
        Self {
            root: signed.root.clone(),
            cloud: signed.cloud,
            auth: signed.auth.as_str(),
            opaque: claims.is_none(),
            tenant: signed.tenant.clone(),
            account: claims.map(|claims| claims.account().as_str()),
            described: claims.map(|claims| claims.account().described()),
            object_id: claims.and_then(|claims| claims.oid.clone()),
            application: claims.and_then(|claims| claims.application().map(str::to_owned)),
            permissions: claims
                .map(|claims| claims.permissions().into_iter().map(str::to_owned).collect())
                .unwrap_or_default(),
            roles: claims.map(|claims| claims.wids.iter().map(role).collect()).unwrap_or_default(),
            expires: expires.map(utc),
            expires_in_seconds: expires.map(|end| seconds_until(end, signed.now())),
            consent: signed.consent(),
            missing: missing.collect(),
            operations,
        }
    }
}

fn operations(signed: &Signed, contracts: &[Contract]) -> Vec<SeenOperation> {
    let mut seen = Vec::new();
    for contract in contracts {
        for operation in &contract.operations {
            let checked = signed.check(operation);
            let (message, remedy) = match signed.advice(&checked) {
                Some(Advice { what, remedy }) => (Some(what), Some(remedy).filter(|remedy| !remedy.is_empty())),
                None => (None, None),
            };
            let needs = match &checked {
                Checked::MissingPermission { suffices, .. } => suffices.to_vec(),
                _ => Vec::new(),
            };
            let (api, id) = (contract.api.clone(), operation.id.clone());
            seen.push(SeenOperation { api, id, outcome: outcome(&checked), needs, message, remedy });
        }
    }
    seen
}

fn outcome(checked: &Checked<'_>) -> &'static str {
    match checked {
        Checked::Allowed => "allowed",
        Checked::Opaque => "unknown",
        Checked::Expired { .. } => "expired",
        Checked::WrongAudience { .. } => "wrongAudience",
        Checked::NotInCloud { .. } => "notInCloud",
        Checked::NotSupported { .. } => "notSupported",
        Checked::MissingPermission { .. } => "missingPermission",
        Checked::NoRole { .. } => "noRole",
    }
}

/// The names of directory roles by their ids, as the descriptions have them.
fn role_names(contracts: &[Contract]) -> BTreeMap<&str, &str> {
    let roles = contracts.iter().flat_map(|contract| &contract.operations).flat_map(|operation| &operation.roles);
    roles.map(|Role { id, name, .. }| (id.as_str(), name.as_str())).collect()
}

fn seconds_until(end: SystemTime, now: SystemTime) -> i64 {
    let seconds = |duration: std::time::Duration| i64::try_from(duration.as_secs()).unwrap_or(i64::MAX);
    match end.duration_since(now) {
        Ok(left) => seconds(left),
        Err(gone) => -seconds(gone.duration()),
    }
}
