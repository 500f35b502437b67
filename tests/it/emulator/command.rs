//! `entra-risk serve` as scripts use it: lines to evaluate, files, ports, logs.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};

/// A running `serve`, ended with the test.
struct Serving {
    child: Child,
    exports: BTreeMap<String, String>,
}

impl Serving {
    /// Starts it, and reads its lines up to that of `last`, which comes when it is ready.
    fn start(arguments: &[&str], last: &str) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_entra-risk"));
        let command = command.arg("serve").args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the program starts");
        let mut lines = BufReader::new(child.stdout.take().expect("piped")).lines();
        let mut exports = BTreeMap::new();
        while !exports.contains_key(last) {
            let line = lines.next().expect("the last line comes").expect("text");
            let (name, value) = line.strip_prefix("export ").and_then(|pair| pair.split_once('=')).expect("an export");
            exports.insert(name.to_owned(), value.to_owned());
        }
        Self { child, exports }
    }

    fn get(&self, name: &str) -> &str {
        self.exports.get(name).unwrap_or_else(|| panic!("{name} is not among {:?}", self.exports.keys()))
    }

    /// Ends it as a service manager does, and gives what it logged.
    fn stop(mut self) -> String {
        let kill = Command::new("kill").arg(self.child.id().to_string()).status();
        assert!(kill.is_ok_and(|kill| kill.success()));
        assert_eq!(self.child.wait().expect("it ends").code(), Some(0));
        let mut log = String::new();
        self.child.stderr.take().expect("piped").read_to_string(&mut log).expect("text");
        log
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn curl(arguments: &[&str]) -> Option<String> {
    let output = Command::new("curl").args(["-sS", "-m", "10", "--noproxy", "*"]).args(arguments).output();
    let Ok(Output { stdout, .. }) = output else {
        println!("skipped: there is no curl");
        return None;
    };
    Some(String::from_utf8_lossy(&stdout).into_owned())
}

fn file(name: &str, text: &str) -> String {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::write(&path, text).expect("written");
    path.display().to_string()
}

#[cfg(unix)]
#[test]
fn what_it_prints_is_enough_to_sign_in_and_call_over_https_and_its_log_tells_no_secret() {
    let seed = file(
        "serve-seed.toml",
        "[[apps]]\nclient_id = \"5c1b2f0e-3a57-4f0a-9c8d-0b7d6f2e1a44\"\nclient_secret = \"it's $ecret\"\n\
         [[callers]]\nupn = \"al.ex@contoso.example\"\nroles = [\"Security Reader\"]\n",
    );
    let serving = Serving::start(&["--tls", "--seed", &seed, "--users", "3", "--log", "info"], "ENTRA_RISK_CA_FILE");
    assert_eq!(serving.get("ENTRA_RISK_CLIENT_SECRET"), r"'it'\''s $ecret'");
    let ca = serving.get("ENTRA_RISK_CA_FILE").to_owned();
    assert!(!std::fs::read_to_string(&ca).expect("the file").contains("PRIVATE"));
    let (authority, tenant) = (serving.get("ENTRA_RISK_AUTHORITY"), serving.get("ENTRA_RISK_TENANT_ID"));
    assert!(authority.starts_with("https://127.0.0.1:"), "{authority}");
    let id = format!("client_id={}", serving.get("ENTRA_RISK_CLIENT_ID"));
    let url = format!("{authority}/{tenant}/oauth2/v2.0/token");
    let form = ["-d", "grant_type=client_credentials", "-d", &id, "--data-urlencode", "client_secret=it's $ecret"];
    let scope = ["-d", "scope=https://graph.microsoft.com/.default", "--cacert", &ca, &url];
    let Some(answer) = curl(&[&form[..], &scope[..]].concat()) else { return };
    let answer: serde_json::Value = serde_json::from_str(&answer).unwrap_or_else(|error| panic!("{error}: {answer}"));
    let token = answer["access_token"].as_str().expect("a token");
    let bearer = format!("Authorization: Bearer {token}");
    let users = format!("{}/riskyUsers", serving.get("ENTRA_RISK_BASE_URL_BETA_TLS"));
    let answer = curl(&["--cacert", &ca, "--http2", "-w", "%{http_version} %{http_code}", "-H", &bearer, &users]);
    assert!(answer.is_some_and(|answer| answer.ends_with("}2 200")), "HTTP/2");
    let bearer = format!("Authorization: Bearer {}", serving.get("ENTRA_RISK_TOKEN_OF_AL_EX"));
    let plain = format!("{}/riskyUsers/04487ee0-f4f6-4e7f-8999-facc5a30e232", serving.get("ENTRA_RISK_BASE_URL_BETA"));
    let answer = curl(&["-o", "/dev/null", "-w", "%{http_code}", "-H", &bearer, &plain]);
    assert_eq!(answer.as_deref(), Some("200"));
    let action = format!("{}/riskyUsers/dismiss", serving.get("ENTRA_RISK_BASE_URL_BETA"));
    let body = "{\"userIds\":[\"04487ee0-f4f6-4e7f-8999-facc5a30e232\"]}";
    let typed = "Content-Type: application/json";
    let refused = curl(&["--http2-prior-knowledge", "-H", &bearer, "-H", typed, "-d", body, &action]);
    assert!(refused.is_some_and(|refused| refused.contains("Authorization_RequestDenied")));
    let secrets = [token.to_owned(), serving.get("ENTRA_RISK_TOKEN").to_owned(), "ecret".into(), "al.ex".into()];
    let log = serving.stop();
    assert!(!std::path::Path::new(&ca).exists(), "the file goes with it");
    assert!(log.contains("endpoint=\"token\" status=200"), "{log}");
    assert!(log.contains("path=\"/beta/riskyUsers/{id}\"") && log.contains("operation=\"riskyUser.get\""), "{log}");
    assert!(
        log.contains("violated=\"beta POST /riskyUsers/dismiss#permission[delegatedWork]\"") || log.contains("#role["),
        "{log}"
    );
    for secret in secrets.iter().map(String::as_str).chain(["04487ee0", "Bearer"]) {
        assert!(!log.contains(secret), "{secret} is in the log");
    }
}

#[cfg(unix)]
#[test]
fn without_asking_for_more_it_is_silent_and_has_one_address() {
    let serving = Serving::start(&[], "ENTRA_RISK_TOKEN_NO_ROLE");
    assert!(!serving.exports.keys().any(|name| name.contains("TLS") || name.contains("CA_FILE")));
    assert_eq!(serving.get("ENTRA_RISK_AUTHORITY"), serving.get("ENTRA_RISK_GRAPH_ROOT"));
    assert_eq!(serving.stop(), "");
}

#[test]
fn what_it_cannot_use_is_one_error_and_nothing_is_started() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = taken.local_addr().expect("an address").to_string();
    let misspelt = file("serve-misspelt.toml", "[[apps]]\nclient_ids = \"x\"\n");
    let role = file("serve-role.json", "{\"callers\": [{\"upn\": \"a@b\", \"roles\": [\"Baker\"]}]}");
    let level = "[[entities.riskyUsers]]\nid = \"11111111-2222-4333-8444-555555555555\"\nriskLevel = \"enormous\"\n";
    let level = file("serve-level.toml", level);
    for (arguments, part) in [
        (&["--listen", &address][..], "the port is in use"),
        (&["--tls", "--tls-listen", &address], "the port is in use"),
        (&["--seed", &misspelt], "serve-misspelt.toml:2:1: unknown field `client_ids`"),
        (&["--seed", &role], "no role 'Baker'"),
        (&["--seed", &level], "'riskLevel': is not one of low, medium, high"),
        (&["--seed", &level], "help: correct "),
        (&["--seed", "gone.toml"], "gone.toml"),
        (&["--users", "100001"], "make 100001 accounts"),
        (&["--fault", "nonsense"], "nonsense"),
        (&["--tls-listen", "127.0.0.1:0"], "--tls"),
    ] {
        let output = Command::new(env!("CARGO_BIN_EXE_entra-risk")).arg("serve").args(arguments).output();
        let output = output.expect("the program starts");
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0), "{said}");
        assert!(said.contains(part) && said.matches("error:").count() == 1, "{said}");
    }
}
