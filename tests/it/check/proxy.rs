//! Programs that call the real addresses: the recorder answers for them as a proxy.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;

use serde_json::{Value, json};

use super::{check, judged, rules};

/// The passages of a verdict, each with its host.
fn hosts(verdict: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().expect("text").to_owned();
    let hosts = verdict["hosts"].as_array().expect("a list");
    hosts.iter().map(|host| (text(&host["host"]), text(&host["passage"]))).collect()
}

/// A server on this machine that answers every request alike; gives its port.
fn other_server() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback");
    let port = listener.local_addr().expect("an address").port();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(stream) = stream else { return };
            let mut reader = BufReader::new(&stream);
            let mut head = String::new();
            while !head.ends_with("\r\n\r\n") && reader.read_line(&mut head).is_ok_and(|n| n > 0) {}
            let first = head.lines().next().unwrap_or_default();
            let body = format!("heard {first}; proxy header {}", head.contains("roxy-"));
            let _ = write!(&stream, "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len());
        }
    });
    port
}

#[test]
fn the_addresses_of_every_cloud_that_is_described_are_answered_for() {
    let mut script = String::new();
    for host in ["graph.microsoft.com", "graph.microsoft.us", "dod-graph.microsoft.us"] {
        script += &format!(
            "G https://{host}/beta/riskyUsers || exit 3; G --http1.1 https://{host}/beta/riskyUsers || exit 4;"
        );
    }
    let (code, verdict) = judged(&[], &script);
    assert_eq!(code, Some(0), "{verdict:#}");
    assert_eq!(verdict["requests"]["documented"], 6);
    assert_eq!(verdict["hosts"], json!([]));
}

#[test]
fn the_issue_s_own_example_is_caught() {
    let (code, verdict) = judged(&[], "curl -s https://graph.microsoft.com/beta/riskyUsers");
    assert_eq!((code, rules(&verdict)), (Some(1), vec!["token_missing"]), "{verdict:#}");
}

#[test]
fn next_links_stay_at_the_address_that_was_asked() {
    let script =
        "curl -s -H \"Authorization: Bearer $ENTRA_RISK_TOKEN\" 'https://graph.microsoft.com/beta/riskyUsers?$top=1'";
    let checked = check(&[], script);
    assert_eq!(checked.code, Some(0), "{}", checked.stdout);
    let link = "\"@odata.nextLink\":\"https://graph.microsoft.com/beta/riskyUsers?";
    assert!(checked.stdout.contains(link), "{}", checked.stdout);
}

#[test]
fn a_cloud_without_the_operation_is_a_mistake() {
    let (code, verdict) = judged(&[], "G https://microsoftgraph.chinacloudapi.cn/beta/riskyUsers");
    assert_eq!((code, rules(&verdict)), (Some(1), vec!["cloud_not_offered"]), "{verdict:#}");
    assert!(verdict["wrong"][0]["documented"].as_str().is_some_and(|text| text.contains("https://graph.microsoft.us")));
}

#[test]
fn another_host_is_refused_and_fails_a_strict_run_only() {
    let script = "curl -s https://example.org/; curl -s http://example.org/a; G $ENTRA_RISK_BASE_URL_BETA/riskyUsers";
    let (code, verdict) = judged(&[], script);
    assert_eq!(code, Some(0), "{verdict:#}");
    let refused = |host: &str| (host.to_owned(), "refused".to_owned());
    assert_eq!(hosts(&verdict), [refused("example.org:443"), refused("example.org:80")]);
    let (code, verdict) = judged(&["--strict"], script);
    assert_eq!(code, Some(1));
    assert_eq!(verdict["reasons"], json!(["other hosts were asked for, and the run is strict"]));
    let checked = check(&[], "curl -s http://example.org/a >&2; G $ENTRA_RISK_BASE_URL_BETA/riskyUsers");
    assert!(checked.stderr.contains("example.org:80 is refused: this recorder answers for"), "{}", checked.stderr);
}

#[test]
fn an_allowed_host_is_reached_with_and_without_a_tunnel() {
    let port = other_server();
    let script = format!(
        "export NO_PROXY= no_proxy=; curl -sS http://127.0.0.1:{port}/a?b >&2; echo >&2; \
         curl -sS -p http://127.0.0.1:{port}/c >&2; echo >&2; G $ENTRA_RISK_BASE_URL_BETA/riskyUsers"
    );
    let checked = check(&["--allow-host", "127.0.0.*", "--format", "json"], &script);
    assert_eq!(checked.code, Some(0), "{}{}", checked.stdout, checked.stderr);
    let heard = "heard GET /a?b HTTP/1.1; proxy header false\nheard GET /c HTTP/1.1; proxy header false\n";
    assert_eq!(checked.stderr, heard);
    let verdict: Value = serde_json::from_str(&checked.stdout).expect("JSON");
    assert_eq!(hosts(&verdict), [(format!("127.0.0.1:{port}"), "allowed".to_owned())]);
    // What is answered for is not let through, whatever the pattern.
    let (_, verdict) = judged(&["--allow-host", "*"], "G https://graph.microsoft.com/beta/riskyUsers");
    assert_eq!((&verdict["requests"]["documented"], &verdict["hosts"]), (&json!(1), &json!([])));
    // Nobody listens there any more.
    let closed = TcpListener::bind("127.0.0.1:0").expect("loopback").local_addr().expect("an address").port();
    let script = format!("NO_PROXY= no_proxy= curl -s http://127.0.0.1:{closed}/");
    let (_, verdict) = judged(&["--allow-host", "127.0.0.1"], &script);
    assert_eq!(hosts(&verdict), [(format!("127.0.0.1:{closed}"), "unreachable".to_owned())]);
}

#[test]
fn a_token_in_the_clear_is_a_mistake_by_either_way_of_asking() {
    for tunnel in ["", "-p"] {
        let script = format!("G {tunnel} http://graph.microsoft.com/beta/riskyUsers");
        let (code, verdict) = judged(&[], &format!("{script}; true"));
        assert_eq!((code, rules(&verdict)), (Some(1), vec!["sent_in_the_clear"]), "{tunnel}: {verdict:#}");
    }
}

#[test]
fn a_program_that_does_not_trust_the_recorder_is_told_so() {
    let script = "unset SSL_CERT_FILE CURL_CA_BUNDLE; G https://graph.microsoft.com/beta/riskyUsers; true";
    let (code, verdict) = judged(&[], script);
    assert_eq!(code, Some(1));
    assert_eq!(hosts(&verdict), [("graph.microsoft.com:443".to_owned(), "untrusted".to_owned())]);
    let said = verdict["reasons"][0].as_str().expect("text");
    assert!(said.contains("did not trust its certificate for graph.microsoft.com"), "{said}");
}

#[test]
fn who_asks_the_proxy_for_the_recorder_itself_reaches_it() {
    let script =
        "export NO_PROXY= no_proxy=; G $ENTRA_RISK_BASE_URL_BETA/riskyUsers; G -p $ENTRA_RISK_BASE_URL_BETA/riskyUsers";
    let (code, verdict) = judged(&[], script);
    assert_eq!(code, Some(0), "{verdict:#}");
    assert_eq!((&verdict["requests"]["documented"], &verdict["hosts"]), (&json!(2), &json!([])));
}
