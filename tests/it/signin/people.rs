//! A person who signs in: with a browser that is scripted, and with a code.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::mpsc;

use entra_risk::signin::Cause;
use wiremock::matchers::body_string_contains;

use super::*;

/// A browser: it opens an address, and goes on to where it is sent, as a thread of its own.
struct Browser {
    /// What the address becomes on the way back.
    change: fn(String) -> Option<String>,
    opened: Mutex<Vec<String>>,
    seen: Mutex<mpsc::Sender<String>>,
    codes: Mutex<Vec<(String, String)>>,
}

impl Browser {
    fn new(change: fn(String) -> Option<String>) -> (Arc<Self>, mpsc::Receiver<String>) {
        let (seen, pages) = mpsc::channel();
        let (opened, codes) = (Mutex::default(), Mutex::default());
        (Arc::new(Self { change, opened, seen: Mutex::new(seen), codes }), pages)
    }
}

impl Ask for Browser {
    fn open(&self, url: &str) {
        self.opened.lock().unwrap().push(url.to_owned());
        let (url, change, seen) = (url.to_owned(), self.change, self.seen.lock().unwrap().clone());
        std::thread::spawn(move || {
            let (head, _) = get(&url);
            let back = head.lines().find_map(|line| line.strip_prefix("location: ")).expect("a redirect").trim();
            let Some(back) = change(back.to_owned()) else { return };
            // What browsers ask for beside.
            let origin = back.split("/?").next().unwrap();
            assert!(get(&format!("{origin}/favicon.ico")).0.contains("404"));
            let _ = seen.send(get(&back).1);
        });
    }

    fn enter(&self, url: &str, code: &str) {
        self.codes.lock().unwrap().push((url.to_owned(), code.to_owned()));
    }
}

/// Head, in lower-case, and body of an answer.
fn get(url: &str) -> (String, String) {
    let url = url::Url::parse(url).unwrap();
    let mut stream = TcpStream::connect((url.host_str().unwrap(), url.port().unwrap())).unwrap();
    let target = format!("{}?{}", url.path(), url.query().unwrap_or_default());
    write!(stream, "GET {target} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", url.authority()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let head = head.lines().map(|line| match line.split_once(": ") {
        Some((name, value)) => format!("{}: {value}", name.to_ascii_lowercase()),
        None => line.to_owned(),
    });
    (head.collect::<Vec<_>>().join("\n"), body.to_owned())
}

/// An authority that signs everybody in.
async fn authority() -> MockServer {
    let server = MockServer::start().await;
    let back = |request: &Request| {
        let query: BTreeMap<String, String> = request.url.query_pairs().into_owned().collect();
        let mut url = url::Url::parse(&query["redirect_uri"]).unwrap();
        url.query_pairs_mut().append_pair("code", "code+1").append_pair("state", &query["state"]);
        ResponseTemplate::new(302).insert_header("Location", url.as_str())
    };
    let authorize = format!("/{TENANT}/oauth2/v2.0/authorize");
    Mock::given(method("GET")).and(path(authorize)).respond_with(back).mount(&server).await;
    let count = AtomicUsize::new(0);
    let answer = move |_: &Request| {
        let number = count.fetch_add(1, Ordering::Relaxed) + 1;
        ResponseTemplate::new(200).set_body_json(json!({
            "token_type": "Bearer", "scope": "A.Read", "expires_in": 3599, "ext_expires_in": 3599,
            "access_token": format!("token-{number}"), "refresh_token": format!("renews-{number}"),
        }))
    };
    Mock::given(method("POST")).and(path(token_path())).respond_with(answer).mount(&server).await;
    server
}

fn person(server: &MockServer, ask: Arc<Browser>, clock: Arc<Watch>) -> Tokens {
    let means = Means { ask, ..means(clock) };
    at(&server.uri(), Credential::Interactive(CLIENT.to_owned()), means).unwrap()
}

async fn posted(server: &MockServer) -> Vec<BTreeMap<String, String>> {
    forms(server).await.into_iter().filter(|form| !form.is_empty()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_signs_in_once_and_the_sign_in_is_renewed() {
    let (server, clock) = (authority().await, Watch::patient());
    let (browser, pages) = Browser::new(Some);
    let tokens = person(&server, browser.clone(), clock.clone());
    assert_eq!(tokens.obtain(PLAIN).await.unwrap(), is("token-1"));
    assert!(pages.recv().unwrap().contains("You may close this window"));
    let opened = url::Url::parse(&browser.opened.lock().unwrap()[0]).unwrap();
    let query: BTreeMap<String, String> = opened.query_pairs().into_owned().collect();
    assert_eq!((query["client_id"].as_str(), query["response_type"].as_str()), (CLIENT, "code"));
    assert_eq!(query["scope"], format!("{GRAPH}/.default openid profile offline_access"));
    assert!(query["redirect_uri"].starts_with("http://localhost:"), "{query:?}");
    let form = posted(&server).await.remove(0);
    assert_eq!((form["code"].as_str(), form["redirect_uri"].as_str()), ("code+1", query["redirect_uri"].as_str()));
    let hashed = ring::digest::digest(&ring::digest::SHA256, form["code_verifier"].as_bytes());
    assert_eq!(query["code_challenge"], URL_SAFE_NO_PAD.encode(hashed));
    assert_eq!(query["code_challenge_method"], "S256");

    clock.advance(3600);
    let second = tokens.obtain(PLAIN).await.unwrap();
    assert_eq!(second, is("token-2"));
    let challenged = TokenRequest { claims: Some(r#"{"access_token":{"acrs":{}}}"#), rejected: Some(&second), ..PLAIN };
    assert_eq!(tokens.obtain(challenged).await.unwrap(), is("token-3"));
    let forms = posted(&server).await;
    assert_eq!((forms[1]["grant_type"].as_str(), forms[1]["refresh_token"].as_str()), ("refresh_token", "renews-1"));
    assert_eq!(forms[2]["refresh_token"], "renews-2");
    assert!(forms[2]["claims"].contains("acrs") && !forms[1]["claims"].contains("acrs"));
    assert_eq!(browser.opened.lock().unwrap().len(), 1, "nobody was asked twice");
}

#[tokio::test(flavor = "multi_thread")]
async fn whose_sign_in_was_ended_is_asked_again() {
    let (server, clock) = (authority().await, Watch::patient());
    let (browser, _pages) = Browser::new(Some);
    let tokens = person(&server, browser.clone(), clock.clone());
    tokens.obtain(PLAIN).await.unwrap();
    let ended = json!({"error": "invalid_grant", "error_description": "AADSTS50173: The grant was revoked."});
    Mock::given(method("POST"))
        .and(body_string_contains("grant_type=refresh_token"))
        .respond_with(ResponseTemplate::new(400).set_body_json(ended))
        .with_priority(1)
        .mount(&server)
        .await;
    clock.advance(3600);
    assert_eq!(tokens.obtain(PLAIN).await.unwrap(), is("token-2"));
    assert_eq!(browser.opened.lock().unwrap().len(), 2);
}

/// What comes of it if the way back is changed.
async fn changed(change: fn(String) -> Option<String>, clock: Arc<Watch>) -> (SignInError, Option<String>) {
    let server = authority().await;
    let (browser, pages) = Browser::new(change);
    let tokens = person(&server, browser, clock);
    let error = tokens.obtain(PLAIN).await.unwrap_err();
    assert!(posted(&server).await.is_empty(), "no code was sent on");
    (error, pages.recv_timeout(Duration::from_secs(5)).ok())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_was_not_asked_for_is_refused() {
    let change = |back: String| Some(back.replace("state=", "state=x"));
    let (error, page) = changed(change, Watch::patient()).await;
    assert!(error.to_string().contains("was not asked for"), "{error}");
    assert_eq!(error.cause, Cause::Refused);
    assert!(page.unwrap().contains("the terminal says why"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_authority_says_in_the_browser_is_told() {
    let change = |back: String| {
        let said = "error=access_denied&error_description=AADSTS65004%3A+User+declined+to+consent.+Trace+ID%3A+1";
        Some(back.replace("code=code%2B1", said))
    };
    let (error, page) = changed(change, Watch::patient()).await;
    assert_eq!(error.to_string(), "sign in: AADSTS65004: User declined to consent");
    assert!(error.remedy.contains("administrator"), "{error:?}");
    let page = page.unwrap();
    assert!(page.contains("This did not work") && !page.contains("declined"), "nothing of it is repeated: {page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_does_not_come_back_is_not_waited_for_for_ever() {
    let (error, _) = changed(|_| None, Arc::new(Watch::default())).await;
    assert_eq!(error.cause, Cause::Unreachable);
    assert!(error.to_string().contains("nobody came back") && error.remedy.contains("device-code"), "{error:?}");
}

#[tokio::test]
async fn a_code_is_entered_elsewhere_while_this_waits() {
    let server = MockServer::start().await;
    let details = json!({
        "user_code": "ABCD-EFGH", "device_code": "device-secret", "expires_in": 900, "interval": 5,
        "verification_uri": "https://microsoft.com/devicelogin", "message": "To sign in, …",
    });
    let devices = format!("/{TENANT}/oauth2/v2.0/devicecode");
    Mock::given(method("POST"))
        .and(path(devices))
        .respond_with(ResponseTemplate::new(200).set_body_json(details))
        .mount(&server)
        .await;
    let count = AtomicUsize::new(0);
    let answer = move |_: &Request| match count.fetch_add(1, Ordering::Relaxed) {
        0 => ResponseTemplate::new(400).set_body_json(json!({"error": "authorization_pending"})),
        1 => ResponseTemplate::new(400).set_body_json(json!({"error": "slow_down"})),
        _ => ResponseTemplate::new(200).set_body_json(json!({
            "token_type": "Bearer", "expires_in": 3599, "access_token": "token-of-device",
        })),
    };
    Mock::given(method("POST")).and(path(token_path())).respond_with(answer).mount(&server).await;
    let (browser, _) = Browser::new(Some);
    let clock = Arc::new(Watch::default());
    let means = Means { ask: browser.clone(), ..means(clock.clone()) };
    let tokens = at(&server.uri(), Credential::DeviceCode(CLIENT.to_owned()), means).unwrap();
    assert_eq!(tokens.obtain(PLAIN).await.unwrap(), is("token-of-device"));
    let shown = browser.codes.lock().unwrap().clone();
    assert_eq!(shown, [("https://microsoft.com/devicelogin".to_owned(), "ABCD-EFGH".to_owned())]);
    assert_eq!(*clock.waits.lock().unwrap(), [Duration::from_secs(5), Duration::from_secs(10)]);
    assert_eq!(forms(&server).await[1]["device_code"], "device-secret");
}

#[tokio::test]
async fn a_tenant_that_blocks_codes_says_so() {
    let server = MockServer::start().await;
    let blocked = json!({
        "error": "invalid_grant",
        "error_description": "AADSTS53003: Access has been blocked by Conditional Access policies.",
    });
    Mock::given(method("POST")).respond_with(ResponseTemplate::new(400).set_body_json(blocked)).mount(&server).await;
    let tokens = at(&server.uri(), Credential::DeviceCode(CLIENT.to_owned()), means(Watch::patient())).unwrap();
    let error = tokens.obtain(PLAIN).await.unwrap_err();
    assert!(error.to_string().contains("AADSTS53003") && error.remedy.contains("--auth interactive"), "{error:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_authority_repeats_of_a_sign_in_is_not_shown() {
    let server = authority().await;
    let repeats = |request: &Request| {
        let form: BTreeMap<String, String> = url::form_urlencoded::parse(&request.body).into_owned().collect();
        let said = format!("AADSTS9002313: Invalid: {} {}", form["code"], form["code_verifier"]);
        ResponseTemplate::new(400).set_body_json(json!({"error": "invalid_grant", "error_description": said}))
    };
    Mock::given(method("POST")).respond_with(repeats).with_priority(1).mount(&server).await;
    let (browser, _pages) = Browser::new(Some);
    let error = person(&server, browser, Watch::patient()).obtain(PLAIN).await.unwrap_err();
    assert_eq!(error.to_string(), "sign in: AADSTS9002313: Invalid: (hidden) (hidden)");
}
