//! Spellings that were seen on the wire of SDKs are served like the plain one, and a refusal says
//! what it is about.

use entra_risk::emulator::{Config, Recording};

use super::*;

#[tokio::test]
async fn paths_that_clients_spell_otherwise_are_served() {
    let server = Server::start().await;
    for path in [
        "//riskyUsers//dismiss",
        "/riskyUsers/dismiss/",
        "/RiskyUsers/Dismiss",
        "/riskyUsers/microsoft.graph.dismiss",
        // msgraph-sdk, whose paths are those of v1.0.
        "/identityProtection/riskyUsers/dismiss",
    ] {
        assert_eq!(server.post(CONFIRM, &ids(&[DISMISSED])).await.status, 204);
        assert_eq!(server.post(path, &ids(&[DISMISSED])).await.status, 204, "{path}");
        assert_eq!(server.user(DISMISSED).await["riskState"], "dismissed", "{path}");
    }
    for path in ["/riskyUsers/?%24top=2", "//riskyUsers?$filter=riskLevel+eq+%27high%27", "/riskyusers"] {
        assert_eq!(server.get(path).await.status, 200, "{path}");
    }
    for path in [format!("/riskyUsers('{SHOWN}')"), format!("/riskyUsers/{SHOWN}/microsoft.graph.riskyUser/")] {
        assert_eq!(server.get(&path).await.json()["id"], SHOWN, "{path}");
    }
    for (path, version) in [("//beta/riskyUsers", true), ("/Beta/riskyUsers", true), ("/gamma/riskyUsers", false)] {
        let host = server.emulator.address();
        let reply = server.raw(format!("GET {path} HTTP/1.1\r\nHost: {host}\r\n{}\r\n", server.bearer())).await;
        assert_eq!(reply.status == 200, version, "{path}");
    }
    // Reading below the second path is what it was: that is the key of an account, and none.
    server.get("/identityProtection/riskyUsers/dismiss").await.refused(400, "BadRequest");
    server.get("/riskyUsers/microsoft.graph.explode").await.refused(400, "BadRequest");
    server.get("/riskyPeople/").await.refused(404, "ResourceNotFound");
    server.get("//").await.refused(404, "ResourceNotFound");
    let next = server.get("//riskyUsers/?$top=1").await.json();
    let plain = format!("{}/riskyUsers?", server.emulator.base_url("beta"));
    assert!(next["@odata.nextLink"].as_str().is_some_and(|next| next.starts_with(&plain)), "{next}");
}

#[tokio::test]
async fn bodies_that_clients_write_otherwise_are_taken() {
    let server = Server::start().await;
    let spaced = format!("\r\n{{ \"userIds\" :\t[ \"{DISMISSED}\" ] }}\n ");
    for content_type in
        ["application/json;charset=utf-8", "application/json; odata.metadata=minimal; IEEE754Compatible=true"]
    {
        let headers = format!("{}Content-Type: {content_type}\r\n", server.bearer());
        assert_eq!(server.send("POST", DISMISS, &headers, &spaced).await.status, 204, "{content_type}");
    }
    let (host, body) = (server.emulator.address(), ids(&[DISMISSED]));
    let (one, two) = body.split_at(20);
    let chunked = format!(
        "POST /beta{CONFIRM} HTTP/1.1\r\nHost: {host}\r\n{}Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n{:x}\r\n{one}\r\n{:x}\r\n{two}\r\n0\r\n\r\n",
        server.bearer(),
        one.len(),
        two.len(),
    );
    assert_eq!(server.raw(chunked).await.status, 204);
}

#[tokio::test]
async fn a_record_has_the_path_as_it_came_and_the_operation_that_it_meant() {
    let mut config = Config::new(&[beta()]);
    config.record = Some(Recording::default());
    let server = Server::serving(config).await;
    assert_eq!(server.post("//riskyUsers/microsoft.graph.dismiss", &ids(&[DISMISSED])).await.status, 204);
    let kept = server.emulator.received();
    assert_eq!(kept[0].operation.as_deref(), Some("riskyUser.dismiss"));
    assert!(kept[0].respelled && kept[0].target == "/beta//riskyUsers/microsoft.graph.dismiss", "{}", kept[0].target);
}

#[tokio::test]
async fn a_header_says_which_fact_was_violated_and_where_it_stands() {
    let server = Server::start().await;
    let many: Vec<String> = (0..61).map(|n| format!("00000000-0000-4000-8000-{n:012}")).collect();
    let reply = server.post(DISMISS, &ids(&many)).await;
    let header = reply.header("x-entra-risk-violated").expect("a header").to_owned();
    let inner = reply.refused(400, "BadRequest");
    assert_eq!(
        header,
        format!("{}; origin={}", inner["violated"].as_str().expect("text"), inner["origin"].as_str().expect("text"))
    );
    assert!(header.starts_with("beta POST /riskyUsers/dismiss#limit[userIds]; origin=openapi/beta.yaml:"), "{header}");
    assert_eq!(server.get("/riskyUsers").await.header("x-entra-risk-violated"), None);
}
