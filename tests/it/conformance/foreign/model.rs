//! A server that is nobody's: written by hand from the pages, for the suite to be tried on.
//! Right by default; each defect makes it wrong in one way.

use std::collections::BTreeMap;
use std::sync::Mutex;

use serde_json::{Value, json};
use wiremock::{Request, Respond, ResponseTemplate};

/// What is wrong with the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Defect {
    None,
    /// 200 instead of 204.
    Ok,
    /// The risk stays as it was.
    NoEffect,
    /// Only the first account changes.
    FirstOnly,
    /// Everybody changes.
    Everybody,
    /// The level is wrong.
    WrongLevel,
    NoTokenAccepted,
    AnySchemeAccepted,
    NoPermissionNeeded,
    SixtyOneAccepted,
    OnlyFiftyAccepted,
    AnyContentType,
    MalformedAccepted,
    ServerErrorOnMalformed,
    NullAccepted,
    ErrorNotOData,
    RefusesAfterActing,
    NoAllow,
    WrongMethodAccepted,
    NoRequestId,
    OptionalHeaderRefused,
    FilterIgnored,
    TopIgnored,
    OtherEntity,
    UnknownPathAccepted,
    ContentTypeOn204,
    LevelIsNumber,
    /// Right, but an effect is seen only at the third read after the action.
    Late,
}

pub(crate) const DEFECTS: &[(Defect, &str)] = &[
    (Defect::Ok, "example_not_answered/status"),
    (Defect::NoEffect, "effect_missing/riskLevel"),
    (Defect::FirstOnly, "effect_missing/riskLevel"),
    (Defect::Everybody, "bystander_changed"),
    (Defect::WrongLevel, "effect_missing/riskLevel"),
    (Defect::NoTokenAccepted, "bad_request_accepted/no-token"),
    (Defect::AnySchemeAccepted, "bad_request_accepted/wrong-scheme"),
    (Defect::NoPermissionNeeded, "bad_request_accepted/no-permission"),
    (Defect::SixtyOneAccepted, "riskyUser.dismiss/dismiss_riskyuser/bad_request_accepted/userIds-61"),
    (Defect::OnlyFiftyAccepted, "riskyUser.dismiss/dismiss_riskyuser/limit_not_reached/userIds-60"),
    (Defect::AnyContentType, "bad_request_accepted/wrong-content-type"),
    (Defect::MalformedAccepted, "bad_request_accepted/malformed-json"),
    (Defect::ServerErrorOnMalformed, "bad_request_accepted/malformed-json"),
    (Defect::NullAccepted, "bad_request_accepted/userIds-null"),
    (Defect::ErrorNotOData, "refusal_unlike_odata"),
    (Defect::RefusesAfterActing, "refusal_changes_state"),
    (Defect::NoAllow, "wrong_method_accepted"),
    (Defect::WrongMethodAccepted, "wrong_method_accepted"),
    (Defect::NoRequestId, "request_id_missing"),
    (Defect::OptionalHeaderRefused, "optional_header_refused"),
    (Defect::FilterIgnored, "query_ignored/$filter"),
    (Defect::TopIgnored, "query_ignored/$top"),
    (Defect::OtherEntity, "entity_malformed/identity"),
    (Defect::UnknownPathAccepted, "unknown_path_accepted"),
    (Defect::ContentTypeOn204, "no_content_has_content/content-type"),
    (Defect::LevelIsNumber, "entity_malformed/form"),
];

/// The server with its accounts.
pub(crate) struct Model {
    defect: Defect,
    users: Mutex<BTreeMap<String, Value>>,
    /// What reads still show, and how often.
    stale: Mutex<(BTreeMap<String, Value>, usize)>,
}

impl Model {
    /// `ids` are its accounts; others are ignored by actions.
    pub(crate) fn new(defect: Defect, ids: &[&str]) -> Self {
        let user = |(index, id): (usize, &&str)| {
            let level = if index % 2 == 0 { "medium" } else { "low" };
            (
                (*id).to_owned(),
                json!({
                    "id": id, "riskLevel": level, "riskState": "atRisk", "riskDetail": "none", "isDeleted": false,
                    "isProcessing": false, "userDisplayName": "Somebody", "userPrincipalName": "somebody@example.org",
                    "riskLastUpdatedDateTime": "2026-01-01T00:00:00Z"
                }),
            )
        };
        Self { defect, users: Mutex::new(ids.iter().enumerate().map(user).collect()), stale: Mutex::default() }
    }

    fn is(&self, defect: Defect) -> bool {
        self.defect == defect
    }

    fn answer(&self, status: u16) -> ResponseTemplate {
        let template = ResponseTemplate::new(status);
        if self.is(Defect::NoRequestId) { template } else { template.insert_header("request-id", "r-1") }
    }

    fn refuse(&self, status: u16, code: &str) -> ResponseTemplate {
        match self.is(Defect::ErrorNotOData) {
            true => self.answer(status).set_body_string("no"),
            false => self.answer(status).set_body_json(json!({"error": {"code": code, "message": "Refused."}})),
        }
    }

    #[allow(clippy::result_large_err)]
    fn authorized(&self, request: &Request) -> Result<(), ResponseTemplate> {
        let header = request.headers.get("authorization").and_then(|value| value.to_str().ok());
        match header {
            None if self.is(Defect::NoTokenAccepted) => Ok(()),
            Some(value) if !value.starts_with("Bearer ") && self.is(Defect::AnySchemeAccepted) => Ok(()),
            Some("Bearer no-permission" | "Bearer delegated" | "Bearer no-role" | "Bearer personal")
                if !self.is(Defect::NoPermissionNeeded) =>
            {
                Err(self.refuse(403, "Forbidden"))
            }
            Some("Bearer test-token" | "bearer test-token")
                if request.headers.get_all("authorization").iter().count() == 1 =>
            {
                Ok(())
            }
            Some(value) if value.starts_with("Bearer ") && self.is(Defect::NoPermissionNeeded) => Ok(()),
            _ => Err(self.refuse(401, "InvalidAuthenticationToken")),
        }
    }

    fn act(&self, request: &Request, level: &str, state: &str, detail: &str) -> ResponseTemplate {
        let media = request.headers.get("content-type").and_then(|value| value.to_str().ok()).unwrap_or_default();
        if !media.starts_with("application/json") && !self.is(Defect::AnyContentType) {
            return self.refuse(415, "UnsupportedMediaType");
        }
        if request.headers.contains_key("workbook-session-id") && self.is(Defect::OptionalHeaderRefused) {
            return self.refuse(400, "BadRequest");
        }
        let Ok(body) = serde_json::from_slice::<Value>(&request.body) else {
            return match self.defect {
                Defect::MalformedAccepted => self.answer(204),
                Defect::ServerErrorOnMalformed => self.refuse(500, "InternalServerError"),
                _ => self.refuse(400, "BadRequest"),
            };
        };
        let ids: Option<Vec<String>> = match body.get("userIds") {
            Some(Value::Null) if self.is(Defect::NullAccepted) => Some(Vec::new()),
            Some(Value::Array(ids)) => {
                ids.iter().map(|id| uuid::Uuid::parse_str(id.as_str()?).ok().map(|id| id.to_string())).collect()
            }
            _ => None,
        };
        let most = match self.defect {
            Defect::SixtyOneAccepted => usize::MAX,
            Defect::OnlyFiftyAccepted => 50,
            _ => 60,
        };
        let nobody = self.is(Defect::NullAccepted);
        let right = ids.as_ref().is_some_and(|ids| (nobody || !ids.is_empty()) && ids.len() <= most);
        if !right && !self.is(Defect::RefusesAfterActing) {
            return self.refuse(400, "BadRequest");
        }
        let level = if self.is(Defect::WrongLevel) { "hidden" } else { level };
        let mut users = self.users.lock().expect("no panic");
        let ids = ids.unwrap_or_default();
        if self.is(Defect::Late) {
            *self.stale.lock().expect("no panic") = (users.clone(), 5);
        }
        let first = ids.first().cloned();
        for (id, user) in users.iter_mut() {
            let meant = match self.defect {
                Defect::NoEffect => false,
                Defect::FirstOnly => first.as_ref() == Some(id),
                Defect::Everybody | Defect::RefusesAfterActing if !right => true,
                Defect::Everybody => true,
                _ => ids.contains(id),
            };
            if meant {
                user["riskLevel"] = level.into();
                user["riskState"] = state.into();
                user["riskDetail"] = detail.into();
            }
        }
        if !right {
            return self.refuse(400, "BadRequest");
        }
        match self.defect {
            Defect::Ok => self.answer(200),
            Defect::ContentTypeOn204 => self.answer(204).insert_header("content-type", "application/json"),
            _ => self.answer(204),
        }
    }

    fn list(&self, request: &Request) -> ResponseTemplate {
        let options: BTreeMap<String, String> = request.url.query_pairs().into_owned().collect();
        let users = self.users.lock().expect("no panic");
        let mut listed: Vec<Value> = users.values().cloned().collect();
        if let Some(filter) = options.get("$filter").filter(|_| !self.is(Defect::FilterIgnored)) {
            let wanted = filter.split('\'').nth(1).unwrap_or_default();
            listed.retain(|user| user["riskLevel"] == wanted);
        }
        if let Some(top) = options.get("$top").filter(|_| !self.is(Defect::TopIgnored)) {
            listed.truncate(top.parse().unwrap_or(100));
        }
        if let Some(select) = options.get("$select") {
            for user in &mut listed {
                user.as_object_mut()
                    .expect("an object")
                    .retain(|name, _| select.split(',').any(|wanted| wanted == name));
            }
        }
        if self.is(Defect::LevelIsNumber) {
            listed.iter_mut().for_each(|user| user["riskLevel"] = 3.into());
        }
        self.answer(200).set_body_json(json!({"value": listed}))
    }

    fn get(&self, id: &str) -> ResponseTemplate {
        let users = self.users.lock().expect("no panic");
        let mut stale = self.stale.lock().expect("no panic");
        if stale.1 > 0 {
            stale.1 -= 1;
            if let Some(user) = stale.0.get(id) {
                return self.answer(200).set_body_json(user);
            }
        }
        match users.get(id) {
            Some(_) if self.is(Defect::OtherEntity) => self.answer(200).set_body_json(users.values().next()),
            Some(user) => self.answer(200).set_body_json(user),
            None => self.refuse(404, "ResourceNotFound"),
        }
    }
}

impl Respond for Model {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        let path = request.url.path().replace("/identityProtection", "");
        let segments: Vec<&str> = path.split('/').skip(1).collect();
        let method = request.method.as_str();
        let allowed = match segments.as_slice() {
            ["beta", "riskyUsers", "dismiss" | "confirmCompromised"] => "POST",
            ["beta", "riskyUsers"] | ["beta", "riskyUsers", _] => "GET",
            _ if self.is(Defect::UnknownPathAccepted) && method == "GET" => {
                return self.answer(200).set_body_json(json!({"value": []}));
            }
            _ => return self.refuse(404, "ResourceNotFound"),
        };
        if method != allowed {
            return match self.defect {
                Defect::WrongMethodAccepted => self.answer(204),
                Defect::NoAllow => self.refuse(405, "MethodNotAllowed"),
                _ => self.refuse(405, "MethodNotAllowed").insert_header("allow", allowed),
            };
        }
        if let Err(refusal) = self.authorized(request) {
            return refusal;
        }
        match segments.last() {
            Some(&"dismiss") => self.act(request, "none", "dismissed", "adminDismissedAllRiskForUser"),
            Some(&"confirmCompromised") => {
                self.act(request, "high", "confirmedCompromised", "adminConfirmedUserCompromised")
            }
            Some(&"riskyUsers") => self.list(request),
            Some(id) => self.get(id),
            None => self.refuse(404, "ResourceNotFound"),
        }
    }
}
