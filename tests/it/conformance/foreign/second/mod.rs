//! A second server of nobody's, of another shape than emulator and model: another base path,
//! header case, framing, codes, messages and statuses, pages by number, opaque tokens, no alias,
//! accounts of its own, and an effect that is seen later. Right by default.

mod http;

use std::collections::BTreeMap;
use std::sync::Mutex;

pub(super) use http::Listening;
use http::{Request, Written};
use serde_json::{Value, json};

/// What is wrong with the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Defect {
    None,
    /// Right, but an effect is seen only at the third read after the action.
    Late,
    OkForNoContent,
    BodyAfterNoContent,
    LengthOnNoContent,
    NoTokenNeeded,
    NoPermissionNeeded,
    SixtyOneAccepted,
    FiftyDoneOfSixty,
    AnyMediaType,
    NothingChanges,
    OneChanges,
    ErrorIsText,
    ErrorCalledText,
    MalformedIs500,
    NoAllow,
    NoRequestId,
    TwoRequestIds,
    SecondCallFails,
    WrongMethodTaken,
    OptionalHeaderRefused,
    PersonalTaken,
    ExpiredTaken,
    WrongAudienceTaken,
    UserWithoutPermissionTaken,
    RefusesAfterActing,
    PartlyDone,
    ChunksIgnored,
    CharsetRefused,
    LeaveRefused,
    WhiteSpaceRefused,
    HeadHasBody,
    TopCapped,
    PageTwice,
    PageLost,
    LinkLeadsAway,
    FilterByStateIgnored,
    NewerMemberShown,
}

/// What a token may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Right {
    All,
    Nothing,
    Unknown,
}

/// Behind these words a request is answered.
struct Answer {
    status: u16,
    body: Option<Value>,
    headers: Vec<(&'static str, String)>,
}

struct State {
    users: BTreeMap<String, Value>,
    /// What reads still show, and how often.
    stale: (BTreeMap<String, Value>, usize),
    n_answers: usize,
    last: (String, Vec<u8>),
}

struct Second {
    defect: Defect,
    state: Mutex<State>,
}

const BASE: &str = "/graph/v9/beta";
/// Entities a page where nothing is asked for.
const PAGE: usize = 7;

/// Starts it; the base URL, and a guard.
pub(super) fn start(defect: Defect) -> (String, Listening) {
    let users = (0..90).map(user).map(|user| (user["id"].as_str().unwrap_or_default().to_owned(), user)).collect();
    let state = State { users, stale: Default::default(), n_answers: 0, last: Default::default() };
    let second = Second { defect, state: Mutex::new(state) };
    let server = http::listen(move |request| second.serve(request));
    (format!("http://{}{BASE}", server.address), server)
}

fn user(index: usize) -> Value {
    let level = ["low", "medium", "high"][index % 3];
    // One account is in a state that older clients do not know.
    let detail = if index == 3 { "microsoftRevokedSessions" } else { "none" };
    json!({
        "@odata.etag": format!("W/\"{index}\""), "userPrincipalName": format!("u{index}@example.org"),
        "userDisplayName": null, "riskState": "atRisk", "riskLevel": level, "riskDetail": detail,
        "riskLastUpdatedDateTime": "2026-01-01T01:00:00+01:00", "isProcessing": false, "isDeleted": index.is_multiple_of(5),
        "department": "of no documentation", "id": format!("77777777-0000-4000-a000-{index:012x}")
    })
}

fn refuse(status: u16, code: &str) -> Answer {
    Answer { status, body: Some(json!({"error": {"message": "It cannot be.", "code": code}})), headers: Vec::new() }
}

fn percent_decoded(text: &str) -> String {
    url::form_urlencoded::parse(format!("x={}", text.replace('+', "%2B")).as_bytes())
        .next()
        .map(|(_, value)| value.into_owned())
        .unwrap_or_default()
}

impl Second {
    fn is(&self, defect: Defect) -> bool {
        self.defect == defect
    }

    fn serve(&self, request: &Request) -> Written {
        let answer = self.answer(request);
        let mut state = self.state.lock().expect("no panic");
        state.n_answers += 1;
        self.write(request, answer, state.n_answers)
    }

    /// The bytes: titles in capitals, JSON in chunks, and now and then the end of the connection.
    fn write(&self, request: &Request, answer: Answer, n: usize) -> Written {
        let mut text = format!("HTTP/1.1 {} Whatever\r\n", answer.status);
        let body = answer.body.map(|body| match self.is(Defect::ErrorIsText) && answer.status >= 400 {
            true => "it cannot be".to_owned(),
            false => body.to_string(),
        });
        let closes = n.is_multiple_of(5);
        if closes {
            text += "CONNECTION: close\r\n";
        }
        for (name, value) in answer.headers {
            text += &format!("{name}: {value}\r\n");
        }
        for _ in 0..if self.is(Defect::TwoRequestIds) { 2 } else { usize::from(!self.is(Defect::NoRequestId)) } {
            text += &format!("REQUEST-ID:   answer-{n}\r\n");
        }
        match body {
            None if self.is(Defect::LengthOnNoContent) && answer.status == 204 => text += "CONTENT-LENGTH: 2\r\n\r\n",
            None => text += "CONTENT-LENGTH: 0\r\n\r\n",
            Some(body) => {
                let media = match self.is(Defect::ErrorCalledText) && answer.status >= 400 {
                    true => "text/plain",
                    false => "APPLICATION/JSON;charset=UTF-8",
                };
                text += &format!("CONTENT-TYPE: {media}\r\nTRANSFER-ENCODING: chunked\r\n\r\n");
                if request.method != "HEAD" || self.is(Defect::HeadHasBody) {
                    let (one, other) = body.split_at(body.len() / 2);
                    for part in [one, other].into_iter().filter(|part| !part.is_empty()) {
                        text += &format!("{:X};x=y\r\n{part}\r\n", part.len());
                    }
                    text += "0\r\n\r\n";
                }
            }
        }
        if answer.status == 204 && self.is(Defect::BodyAfterNoContent) {
            text += "{}";
        }
        Written { bytes: text.into_bytes(), closes }
    }

    fn right(&self, request: &Request) -> Right {
        let taken = |defect| if self.is(defect) { Right::All } else { Right::Unknown };
        match request.header("authorization") {
            None => taken(Defect::NoTokenNeeded),
            Some("Bearer good") => Right::All,
            Some("Bearer expired") => taken(Defect::ExpiredTaken),
            Some("Bearer wrong-audience") => taken(Defect::WrongAudienceTaken),
            Some("Bearer personal") => match self.is(Defect::PersonalTaken) {
                true => Right::All,
                false => Right::Nothing,
            },
            Some("Bearer delegated" | "Bearer no-role") if self.is(Defect::UserWithoutPermissionTaken) => Right::All,
            Some("Bearer no-permission") if self.is(Defect::NoPermissionNeeded) => Right::All,
            Some("Bearer no-permission" | "Bearer delegated" | "Bearer no-role") => Right::Nothing,
            Some(_) => Right::Unknown,
        }
    }

    fn answer(&self, request: &Request) -> Answer {
        let (path, query) = request.target.split_once('?').unwrap_or((&request.target, ""));
        let parts: Vec<&str> = path.strip_prefix(BASE).unwrap_or_default().split('/').skip(1).collect();
        let allowed: &[&str] = match parts.as_slice() {
            ["riskyUsers", "dismiss" | "confirmCompromised"] => &["POST"],
            ["riskyUsers"] | ["riskyUsers", _] => &["HEAD", "GET"],
            _ => return refuse(404, "noSuchThing"),
        };
        // Who it is comes before all else here.
        match self.right(request) {
            Right::All => {}
            Right::Nothing => return refuse(403, "accessDenied"),
            Right::Unknown => {
                let mut answer = refuse(401, "unauthenticated");
                answer.headers.push(("WWW-AUTHENTICATE", "Bearer".to_owned()));
                return answer;
            }
        }
        if !allowed.contains(&request.method.as_str()) {
            if self.is(Defect::WrongMethodTaken) {
                return Answer { status: 200, body: Some(json!({})), headers: Vec::new() };
            }
            let mut answer = refuse(405, "notThatWay");
            if !self.is(Defect::NoAllow) {
                answer.headers.push(("ALLOW", allowed.join(" ,")));
            }
            return answer;
        }
        if self.is(Defect::OptionalHeaderRefused) && request.header("workbook-session-id").is_some() {
            return refuse(400, "unknownHeader");
        }
        match parts.as_slice() {
            [_, "dismiss"] => self.act(request, ["none", "dismissed", "adminDismissedAllRiskForUser"]),
            [_, "confirmCompromised"] => {
                self.act(request, ["high", "confirmedCompromised", "adminConfirmedUserCompromised"])
            }
            [_, id] => self.get(request, id),
            _ => self.list(request, query),
        }
    }

    fn act(&self, request: &Request, becomes: [&str; 3]) -> Answer {
        let media = request.header("content-type").unwrap_or_default();
        let json = media == "application/json" || media.starts_with("application/json;");
        if !json && !self.is(Defect::AnyMediaType) || self.is(Defect::CharsetRefused) && media.contains(';') {
            return refuse(415, "mediaTypeNotSupported");
        }
        if request.expects && self.is(Defect::LeaveRefused) {
            return refuse(417, "expectationFailed");
        }
        let body = if request.chunked && self.is(Defect::ChunksIgnored) { &[][..] } else { &request.body };
        if body.is_empty() {
            return refuse(411, "bodyMissing");
        }
        let strict = self.is(Defect::WhiteSpaceRefused) && body.first() != Some(&b'{');
        let Ok(body) = serde_json::from_slice::<Value>(if strict { b"!" } else { body }) else {
            return refuse(if self.is(Defect::MalformedIs500) { 500 } else { 400 }, "cannotRead");
        };
        let ids: Vec<Option<&str>> =
            body["userIds"].as_array().map(|ids| ids.iter().map(Value::as_str).collect()).unwrap_or_default();
        let known: Vec<String> = ids.iter().flatten().map(|id| (*id).to_owned()).collect();
        let most = if self.is(Defect::SixtyOneAccepted) { usize::MAX } else { 60 };
        let guid = |id: &Option<&str>| id.is_some_and(|id| uuid::Uuid::parse_str(id).is_ok());
        let right = !ids.is_empty()
            && ids.len() <= most
            && ids.iter().all(guid)
            && body.as_object().is_some_and(|body| body.len() == 1);
        let acts = right || self.is(Defect::RefusesAfterActing) || self.is(Defect::PartlyDone) && known.len() > 1;
        let mut state = self.state.lock().expect("no panic");
        // All or nothing, also where an account is not there.
        if right && !self.is(Defect::SixtyOneAccepted) && !known.iter().all(|id| state.users.contains_key(id)) {
            return refuse(404, "noSuchAccount");
        }
        if right && known.iter().any(|id| state.users.get(id).is_some_and(|user| user["isDeleted"] == true)) {
            return refuse(409, "itIsGone");
        }
        if right && self.is(Defect::SecondCallFails) && state.last == (request.target.clone(), request.body.clone()) {
            return refuse(409, "alreadyDone");
        }
        if acts {
            state.last = (request.target.clone(), request.body.clone());
            let before = state.users.clone();
            let most = match self.defect {
                Defect::NothingChanges => 0,
                Defect::OneChanges => 1,
                Defect::FiftyDoneOfSixty => 50,
                _ => usize::MAX,
            };
            for id in known.iter().take(most) {
                if let Some(user) = state.users.get_mut(id) {
                    for (name, value) in ["riskLevel", "riskState", "riskDetail"].into_iter().zip(becomes) {
                        user[name] = value.into();
                    }
                }
            }
            if self.is(Defect::Late) {
                state.stale = (before, 2);
            }
        }
        match (right, self.defect) {
            (false, _) => refuse(422, "notLikeThat"),
            (true, Defect::OkForNoContent) => Answer { status: 200, body: Some(json!({})), headers: Vec::new() },
            (true, _) => Answer { status: 204, body: None, headers: Vec::new() },
        }
    }

    /// A user as this client may see it.
    fn shown(&self, request: &Request, user: &Value) -> Value {
        let all = request.header("prefer").is_some_and(|value| value.contains("include-unknown-enum-members"));
        let mut user = user.clone();
        if !all && user["riskDetail"] == "microsoftRevokedSessions" && !self.is(Defect::NewerMemberShown) {
            user["riskDetail"] = "unknownFutureValue".into();
        }
        user
    }

    fn get(&self, request: &Request, id: &str) -> Answer {
        let mut state = self.state.lock().expect("no panic");
        let late = state.stale.1 > 0;
        state.stale.1 = state.stale.1.saturating_sub(1);
        let users = if late { &state.stale.0 } else { &state.users };
        match users.get(id) {
            Some(user) => Answer { status: 200, body: Some(self.shown(request, user)), headers: Vec::new() },
            None if uuid::Uuid::parse_str(id).is_err() => refuse(400, "noId"),
            None => refuse(404, "noSuchAccount"),
        }
    }

    fn list(&self, request: &Request, query: &str) -> Answer {
        let options: BTreeMap<String, String> = query
            .split('&')
            .filter_map(|option| option.split_once('='))
            .map(|(name, value)| (percent_decoded(name), percent_decoded(value)))
            .collect();
        let state = self.state.lock().expect("no panic");
        let mut listed: Vec<Value> = state.users.values().rev().cloned().collect();
        if let Some(filter) = options.get("$filter") {
            let words: Vec<&str> = filter.splitn(3, ' ').collect();
            let [name, "eq", literal] = words.as_slice() else { return refuse(400, "filter") };
            let Some((_, value)) = literal.trim_end_matches('\'').split_once('\'') else {
                return refuse(400, "filter");
            };
            if !["riskLevel", "riskState", "riskDetail", "userPrincipalName"].contains(name) {
                return refuse(400, "filter");
            }
            if !(self.is(Defect::FilterByStateIgnored) && *name == "riskState") {
                listed.retain(|user| user[name] == value);
            }
        }
        let number = |name: &str| options.get(name).map(|text| text.parse::<usize>());
        let size = match number("$top") {
            None => PAGE,
            Some(Ok(top)) if self.is(Defect::TopCapped) => top.clamp(1, 500),
            Some(Ok(top)) if (1..=500).contains(&top) => top,
            Some(_) => return refuse(400, "top"),
        };
        let skip = number("$skip").and_then(Result::ok).unwrap_or_default();
        let n_listed = listed.len();
        let mut page: Vec<Value> =
            listed.into_iter().skip(skip).take(size).map(|user| self.shown(request, &user)).collect();
        if let Some(select) = options.get("$select") {
            let names: Vec<&str> = select.split(',').collect();
            page.iter_mut()
                .filter_map(Value::as_object_mut)
                .for_each(|user| user.retain(|name, _| names.contains(&name.as_str())));
        }
        let mut body = json!({"@odata.context": "$metadata#riskyUsers", "value": page});
        let next = skip + size;
        if next < n_listed && !(self.is(Defect::PageLost) && skip > 0) {
            let next = if self.is(Defect::PageTwice) && skip > 0 { next - 1 } else { next };
            let host = match self.is(Defect::LinkLeadsAway) {
                true => "graph.example.org",
                false => request.header("host").unwrap_or_default(),
            };
            let others = options.iter().filter(|(name, _)| *name != "$skip");
            let query: String = others.map(|(name, value)| format!("{name}={value}&").replace(' ', "%20")).collect();
            body["@odata.nextLink"] = format!("http://{host}{BASE}/riskyUsers?{query}$skip={next}").into();
        }
        Answer { status: 200, body: Some(body), headers: Vec::new() }
    }
}
