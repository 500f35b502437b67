//! The control address: calls of test fixtures, who may call, and the page for people.

use entra_risk::emulator::Recording;
use serde_json::json;

use super::*;

struct Controlled {
    server: Server,
    address: std::net::SocketAddr,
}

async fn controlled() -> Controlled {
    let mut config = Config::new(&[beta()]);
    config.control = Some("127.0.0.1:0".parse().expect("an address"));
    config.users = 60;
    let server = Server::serving(config).await;
    let address = server.emulator.control_address().expect("asked for");
    Controlled { server, address }
}

impl Controlled {
    async fn raw(&self, bytes: impl AsRef<[u8]>) -> Reply {
        let mut stream = TcpStream::connect(self.address).await.expect("listening");
        stream.write_all(bytes.as_ref()).await.expect("sent");
        Reply::read(&mut stream).await
    }

    async fn send(&self, method: &str, path: &str, headers: &str, body: &str) -> Reply {
        let (host, length) = (self.address, body.len());
        self.raw(format!("{method} {path} HTTP/1.1\r\nHost: {host}\r\nContent-Length: {length}\r\n{headers}\r\n{body}"))
            .await
    }

    async fn call(&self, method: &str, path: &str, body: Value) -> Reply {
        self.send(method, path, "Content-Type: application/json\r\n", &body.to_string()).await
    }

    async fn get(&self, path: &str) -> Value {
        let reply = self.send("GET", path, "", "").await;
        assert_eq!((reply.status, reply.header("content-type")), (200, Some("application/json")), "{path}");
        reply.json()
    }

    /// Sends a form as the page does.
    async fn form(&self, form: &str, fields: &str) -> Reply {
        let head = format!(
            "Content-Type: application/x-www-form-urlencoded\r\nOrigin: http://{}\r\nSec-Fetch-Site: same-origin\r\nReferer: http://{}/?find=x\r\n",
            self.address, self.address
        );
        self.send("POST", &format!("/page/{form}"), &head, fields).await
    }

    async fn page(&self, path: &str) -> String {
        let reply = self.send("GET", path, "Accept: text/html\r\n", "").await;
        assert_eq!((reply.status, reply.header("content-type")), (200, Some("text/html; charset=utf-8")));
        String::from_utf8(reply.body).expect("UTF-8")
    }
}

#[track_caller]
fn in_words(reply: &Reply, status: u16, words: &str) {
    assert_eq!(reply.status, status, "{reply:?}");
    let error = &reply.json()["error"];
    assert!(error["code"].is_string(), "{error}");
    assert!(error["message"].as_str().is_some_and(|message| message.contains(words)), "{error}");
}

#[tokio::test]
async fn it_is_ready_and_says_what_there_is() {
    let control = controlled().await;
    let ready = control.get("/ready").await;
    assert_eq!(ready, json!({ "ready": true, "root": control.server.emulator.root(), "apis": ["beta"] }));
    let index = control.get("/").await;
    let calls = index["calls"].as_array().expect("calls");
    assert!(calls.iter().any(|call| call["path"] == "/clock" && call["methods"] == json!(["GET", "PUT"])), "{index}");
    in_words(&control.send("GET", "/nothing", "", "").await, 404, "no such call");
    for call in calls {
        let path = call["path"].as_str().expect("a path").replace("{set}", "riskyUsers").replace("{id}", SHOWN);
        let reply = control.send("TRACE", &path, "", "").await;
        in_words(&reply, 405, "there is only");
        let methods = call["methods"].as_array().expect("methods").iter().filter_map(Value::as_str);
        assert_eq!(reply.header("allow"), Some(methods.collect::<Vec<_>>().join(", ").as_str()), "{path}");
    }
}

#[tokio::test]
async fn it_is_there_only_where_asked_for_and_never_at_the_api() {
    let server = Server::start().await;
    assert_eq!(server.emulator.control_address(), None);
    let head = |path: &str| format!("GET {path} HTTP/1.1\r\nHost: x\r\n\r\n");
    assert_eq!(server.raw(head("/ready")).await.status, 404);
    let mut config = Config::new(&[beta()]);
    config.control = Some(server.emulator.address());
    let error = Emulator::start(config).await.expect_err("taken").to_string();
    assert!(error.contains("the port is in use"), "{error}");
}

#[tokio::test]
async fn foreign_pages_are_refused() {
    let control = controlled().await;
    let rebound = format!("GET /ready HTTP/1.1\r\nHost: rebound.example:{}\r\n\r\n", control.address.port());
    in_words(&control.raw(rebound).await, 403, "Host");
    for head in ["Origin: https://evil.example\r\n", "Sec-Fetch-Site: cross-site\r\n", "Origin: null\r\n"] {
        in_words(&control.send("POST", "/reset", head, "").await, 403, "a page of another");
        in_words(&control.send("DELETE", "/faults", head, "").await, 403, "a page of another");
    }
    let form = "Content-Type: text/plain\r\n";
    in_words(&control.send("POST", "/faults", form, r#"{"fault":"html"}"#).await, 415, "application/json");
    assert!(control.server.emulator.faults().is_empty());
    assert_eq!(control.send("POST", "/reset", "", "").await.status, 204, "a program");
}

#[tokio::test]
async fn bodies_have_a_limit_and_have_to_make_sense() {
    let control = controlled().await;
    let long = "x".repeat(2 * 1024 * 1024);
    let head = format!("PUT /faults HTTP/1.1\r\nHost: {}\r\nContent-Length: {}\r\n\r\n", control.address, long.len());
    in_words(&control.raw(head).await, 413, "longer than");
    in_words(&control.send("PUT", "/clock", "Content-Type: application/json\r\n", "{").await, 400, "cannot be used");
    in_words(&control.call("PUT", "/clock", json!({ "then": 1 })).await, 400, "unknown field `then`");
}

#[tokio::test]
async fn members_are_listed_a_page_at_a_time() {
    let control = controlled().await;
    let sets = control.get("/entities").await;
    let set = &sets["sets"][0];
    assert_eq!((set["name"].as_str(), set["key"].as_str()), (Some("riskyUsers"), Some("id")));
    let total = set["members"].as_u64().expect("a number");
    assert!(total > 60);
    let (mut after, mut seen) = (String::new(), 0);
    loop {
        let page = control.get(&format!("/entities/riskyUsers?top=25&after={after}")).await;
        seen += page["members"].as_array().expect("members").len() as u64;
        assert_eq!(page["total"], total);
        match page["next"].as_str() {
            Some(next) => after = next.to_owned(),
            None => break,
        }
    }
    assert_eq!(seen, total);
    in_words(&control.send("GET", "/entities/nothing", "", "").await, 404, "there are riskyUsers");
    for top in ["0", "1001", "x"] {
        let reply = control.send("GET", &format!("/entities/riskyUsers?top={top}"), "", "").await;
        in_words(&reply, 400, "from 1 to 1000");
    }
}

#[tokio::test]
async fn a_fixture_adds_alters_and_removes_members_that_the_api_serves() {
    let control = controlled().await;
    let user = json!({ "id": UNKNOWN, "riskLevel": "high", "riskState": "atRisk", "userDisplayName": "Zoë" });
    let reply = control.call("POST", "/entities/riskyUsers", user.clone()).await;
    assert_eq!(reply.status, 201, "{reply:?}");
    assert_eq!(reply.json()["riskLevel"], "high");
    assert_eq!(control.server.user(UNKNOWN).await["userDisplayName"], "Zoë");
    in_words(&control.call("POST", "/entities/riskyUsers", user).await, 409, "already");

    let member = format!("/entities/riskyUsers/{UNKNOWN}");
    assert_eq!(control.call("PATCH", &member, json!({ "riskLevel": "low" })).await.status, 200);
    assert_eq!(control.server.user(UNKNOWN).await["riskLevel"], "low");
    assert_eq!(control.get(&member).await["riskState"], "atRisk");

    assert_eq!(control.send("DELETE", &member, "", "").await.status, 204);
    in_words(&control.send("DELETE", &member, "", "").await, 404, "no such member");
    in_words(&control.call("PATCH", &member, json!({})).await, 404, "no such member");
    assert_eq!(control.server.get(&format!("/riskyUsers/{UNKNOWN}")).await.status, 404);

    let made = control.call("POST", "/entities/riskyUsers", json!({})).await.json();
    assert!(made["id"].as_str().is_some_and(|id| id.len() == 36), "{made}");
}

#[tokio::test]
async fn what_the_contract_does_not_allow_is_not_written() {
    let control = controlled().await;
    let member = format!("/entities/riskyUsers/{SHOWN}");
    let before = control.get(&member).await;
    for (given, words) in [
        (json!({ "riskLevel": "extreme" }), "is not one of low, medium, high"),
        (json!({ "riskLevel": 7 }), "riskLevel"),
        (json!({ "nothing": 1 }), "has no property 'nothing'"),
        (json!({ "riskLastUpdatedDateTime": "soon" }), "not a date"),
        (json!({ "riskState": "atRisk", "riskLevel": [] }), "riskLevel"),
        (json!({ "id": UNKNOWN }), "which stays"),
        (json!([]), "cannot be used"),
    ] {
        in_words(&control.call("PATCH", &member, given).await, 400, words);
    }
    in_words(&control.call("POST", "/entities/riskyUsers", json!({ "id": 7 })).await, 400, "identity");
    assert_eq!(control.get(&member).await, before);
}

#[tokio::test]
async fn requests_are_shown_with_their_verdicts_and_forgotten() {
    let control = controlled().await;
    control.server.get("/riskyUsers").await;
    control.server.send("POST", DISMISS, "Content-Type: text/plain\r\n", &ids(&["x"])).await;
    let requests = control.get("/requests?after=1").await["requests"].clone();
    let [request] = requests.as_array().expect("requests").as_slice() else { panic!("{requests}") };
    assert_eq!((request["number"].as_u64(), request["verdict"].as_str()), (Some(2), Some("wrong")));
    assert_eq!(request["violations"].as_array().map(Vec::len), Some(3), "{request}");
    assert_eq!(request["body"], ids(&["x"]));
    in_words(&control.send("GET", "/requests?after=x", "", "").await, 400, "number of a request");
    assert_eq!(control.send("DELETE", "/requests", "", "").await.status, 204);
    assert_eq!(control.get("/requests").await, json!({ "requests": [] }));
}

#[tokio::test]
async fn faults_are_set_listed_and_taken_back() {
    let control = controlled().await;
    let faults = json!([{ "fault": "unavailable", "times": 1, "operation": "*.list" }]);
    assert_eq!(control.call("PUT", "/faults", faults).await.status, 200);
    assert_eq!(control.call("POST", "/faults", json!({ "fault": "html" })).await.status, 200);
    assert_eq!(control.server.get("/riskyUsers").await.status, 503);
    let listed = control.get("/faults").await;
    let first = json!({ "fault": "unavailable", "times": 1, "operation": "*.list", "struck": 1 });
    assert_eq!(listed["faults"][0], first);
    assert_eq!(listed["faults"][1]["struck"], 0);
    for (wrong, words) in [
        (json!([{ "fault": "nothing" }]), "there is no fault 'nothing'"),
        (json!([{ "fault": "html", "time": 1 }]), "unknown field `time`"),
        (json!({ "fault": "html" }), "cannot be used"),
    ] {
        in_words(&control.call("PUT", "/faults", wrong).await, 400, words);
    }
    assert_eq!(control.get("/faults").await["faults"].as_array().map(Vec::len), Some(2), "unchanged");
    assert_eq!(control.send("DELETE", "/faults", "", "").await.status, 204);
    assert_eq!(control.server.get("/riskyUsers").await.status, 200);
}

#[tokio::test]
async fn the_clock_is_set_and_advanced() {
    let control = controlled().await;
    let clock = control.call("PUT", "/clock", json!({ "now": "2030-01-01T00:00:00Z" })).await.json();
    assert!(clock["now"].as_str().is_some_and(|now| now.starts_with("2030-01-01T00:0")), "{clock}");
    control.call("PUT", "/clock", json!({ "advanceSeconds": 86400 })).await;
    let clock = control.get("/clock").await;
    assert!(clock["now"].as_str().is_some_and(|now| now.starts_with("2030-01-02T00:0")), "{clock}");
    assert_eq!(control.server.get("/riskyUsers").await.status, 401, "the token is long expired");
    let clock = control.call("PUT", "/clock", json!({ "offsetSeconds": -60 })).await.json();
    assert_eq!(clock["offsetSeconds"], -60);
    assert_eq!(control.server.get("/riskyUsers").await.status, 200);
    for wrong in [json!({}), json!({ "now": "soon" }), json!({ "advanceSeconds": 1, "offsetSeconds": 1 })] {
        assert_eq!(control.call("PUT", "/clock", wrong.clone()).await.status, 400, "{wrong}");
    }
}

#[tokio::test]
async fn reset_brings_everything_back_to_the_start() {
    let control = controlled().await;
    let before = control.server.user(DISMISSED).await;
    assert_eq!(control.server.post(DISMISS, &ids(&[DISMISSED])).await.status, 204);
    assert_ne!(control.server.user(DISMISSED).await, before);
    control.call("POST", "/entities/riskyUsers", json!({ "id": UNKNOWN })).await;
    control.call("POST", "/faults", json!({ "fault": "html" })).await;
    control.call("PUT", "/clock", json!({ "advanceSeconds": 60 })).await;
    assert_eq!(control.send("POST", "/reset", "", "").await.status, 204);
    assert_eq!(control.get("/requests").await, json!({ "requests": [] }));
    assert_eq!(control.get("/faults").await, json!({ "faults": [] }));
    assert_eq!(control.get("/clock").await["offsetSeconds"], 0);
    assert_eq!(control.server.user(DISMISSED).await, before);
    assert_eq!(control.server.get(&format!("/riskyUsers/{UNKNOWN}")).await.status, 404);
}

#[tokio::test]
async fn a_recording_of_ones_own_is_kept_beside_the_page() {
    let mut config = Config::new(&[beta()]);
    config.control = Some("127.0.0.1:0".parse().expect("an address"));
    config.record = Some(Recording { keep: 1, ..Recording::default() });
    let server = Server::serving(config).await;
    server.get("/riskyUsers").await;
    server.get("/riskyUsers").await;
    assert_eq!(server.emulator.received().len(), 1);
}

#[tokio::test]
async fn the_page_shows_members_and_requests_and_escapes_them() {
    let control = controlled().await;
    let hostile = "<img src=x onerror=alert(1)>\"'&";
    let user = json!({ "id": "00000000-0000-4000-8000-000000000000", "userDisplayName": hostile });
    assert_eq!(control.call("POST", "/entities/riskyUsers", user).await.status, 201);
    control.server.send("GET", "/riskyUsers", "client-request-id: <script>\r\n", "").await;
    let page = control.page("/").await;
    assert!(page.contains("&lt;img src=x onerror=alert(1)&gt;&quot;") && !page.contains("<img"), "{page}");
    assert!(page.contains("&lt;script&gt;") && !page.contains("<script>"), "{page}");
    assert!(page.contains("risk level") && page.contains("risk state"), "what operations change is shown");
    assert!(page.contains("wrong") && page.contains("openapi/beta.yaml:"), "verdict and line");
    let reply = control.send("GET", "/", "Accept: text/html\r\n", "").await;
    let policy = reply.header("content-security-policy").expect("a policy");
    assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
    for file in ["/page.css", "/page.js"] {
        assert_eq!(control.send("GET", file, "", "").await.status, 200);
        assert!(page.contains(file));
    }
}

#[tokio::test]
async fn the_page_goes_through_members_and_finds_some() {
    let control = controlled().await;
    let first = control.page("/?set=riskyUsers").await;
    let (_, link) = first.split_once("after=").expect("there are more");
    let (after, _) = link.split_once('#').expect("an anchor");
    let second = control.page(&format!("/?set=riskyUsers&after={after}")).await;
    assert!(second.contains("First page") && !first.contains("First page"));
    assert!(!second.contains(&format!("<code class=\"plain\">{after}</code>")), "it comes after that one");
    let found = control.page(&format!("/?find={}", SHOWN.to_uppercase())).await;
    assert!(found.contains(SHOWN) && !found.contains(DISMISSED));
    let none = control.page("/?set=nothing&find=no+such+thing").await;
    assert!(none.contains("There is none."));
}

#[tokio::test]
async fn the_forms_of_the_page_do_what_they_say() {
    let control = controlled().await;
    let reply = control.form("fault", "on=unavailable").await;
    assert_eq!((reply.status, reply.header("location")), (303, Some("/?find=x#switch-unavailable")));
    assert_eq!(control.server.get("/riskyUsers").await.status, 503);
    assert!(control.page("/").await.contains("struck 1 time"));
    assert_eq!(control.form("fault", "text=html%2Ctimes%3D1").await.status, 303);
    assert_eq!(control.form("fault", "off=unavailable").await.status, 303);
    assert_eq!(control.server.emulator.faults().len(), 1);
    let wrong = control.form("fault", "text=nothing").await;
    assert_eq!(wrong.status, 422);
    assert!(String::from_utf8_lossy(&wrong.body).contains("there is no fault 'nothing'"));
    assert_eq!(control.form("fault", "off=*").await.status, 303);
    assert!(control.server.emulator.faults().is_empty());

    assert_eq!(control.form("clock", "by=2&unit=3600").await.status, 303);
    assert_eq!(control.get("/clock").await["offsetSeconds"], 7200);
    assert_eq!(control.form("clock", "by=x&unit=60").await.status, 422);
    assert_eq!(control.form("clock", "back=1").await.status, 303);
    assert_eq!(control.get("/clock").await["offsetSeconds"], 0);
    assert_eq!(control.form("forget", "").await.status, 303);
    assert_eq!(control.get("/requests").await, json!({ "requests": [] }));
    assert_eq!(control.form("reset", "").await.status, 303);
    assert_eq!(control.form("nothing", "").await.status, 404);
    in_words(&control.send("GET", "/page/fault", "", "").await, 405, "POST");
}

#[tokio::test]
async fn the_page_hears_of_news_as_soon_as_there_are_any() {
    let control = controlled().await;
    let version = control.get("/news?version=99").await["version"].as_u64().expect("a version");
    let news = format!("/news?version={version}");
    let (news, _) = tokio::join!(control.get(&news), control.server.get("/riskyUsers"));
    assert!(news["version"].as_u64().is_some_and(|news| news > version), "{news}");
}
