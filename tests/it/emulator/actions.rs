//! What actions change, and what their answers look like to the byte.

use entra_risk::contract::Missing;
use entra_risk::emulator::Config;

use super::*;

#[tokio::test]
async fn an_action_has_its_documented_effect_and_answers_without_a_body() {
    let server = Server::start().await;
    let before = server.user(DISMISSED).await;
    for (path, level, state) in [(CONFIRM, "high", "confirmedCompromised"), (DISMISS, "none", "dismissed")] {
        let reply = server.post(path, &ids(&[DISMISSED.to_uppercase()])).await;
        assert_eq!((reply.status, reply.body.len()), (204, 0));
        assert_eq!(reply.header("content-type"), None);
        assert_eq!(reply.header("content-length"), None);
        assert_eq!(reply.header("transfer-encoding"), None);
        assert!(reply.header("date").is_some());
        let user = server.user(DISMISSED).await;
        assert_eq!((&user["riskLevel"], &user["riskState"]), (&level.into(), &state.into()));
        assert_eq!(user["userDisplayName"], before["userDisplayName"], "nothing else changes");
        let touched = user["riskLastUpdatedDateTime"].as_str().expect("a date");
        assert!(touched.len() == 28 && touched.ends_with('Z'), "{touched}");
        assert_ne!(user["riskLastUpdatedDateTime"], before["riskLastUpdatedDateTime"]);
    }
}

#[tokio::test]
async fn no_byte_follows_the_head_of_a_204() {
    let server = Server::start().await;
    let (host, body) = (server.emulator.address(), ids(&[DISMISSED]));
    let request = format!(
        "POST /beta{DISMISS} HTTP/1.1\r\nHost: {host}\r\n{}Content-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        server.bearer(),
        body.len(),
    );
    let mut stream = TcpStream::connect(host).await.expect("listening");
    stream.write_all(request.as_bytes()).await.expect("sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.expect("closed");
    assert!(answer.starts_with("HTTP/1.1 204 No Content\r\n"), "{answer}");
    assert_eq!(answer.find("\r\n\r\n"), Some(answer.len() - 4), "{answer}");
}

#[tokio::test]
async fn an_unknown_identity_is_ignored_created_or_refused_as_the_contract_says() {
    let server = Server::start().await;
    assert_eq!(server.post(DISMISS, &ids(&[UNKNOWN])).await.status, 204);
    server.get(&format!("/riskyUsers/{UNKNOWN}")).await.refused(404, "Request_ResourceNotFound");
    assert_eq!(server.post(CONFIRM, &ids(&[UNKNOWN.to_uppercase()])).await.status, 204);
    let user = server.user(UNKNOWN).await;
    assert_eq!((&user["id"], &user["riskLevel"]), (&UNKNOWN.into(), &"high".into()));

    let mut contract = beta();
    for effect in contract.operations.iter_mut().flat_map(|operation| &mut operation.effects) {
        effect.missing = Missing::Refuse;
    }
    let server = Server::serving(Config::new(&[contract])).await;
    let inner = server.post(DISMISS, &ids(&[DISMISSED, UNKNOWN])).await.refused(400, "BadRequest");
    assert_eq!(inner["violated"], "beta POST /riskyUsers/dismiss#missing");
    assert_eq!(server.user(DISMISSED).await["riskState"], "atRisk", "all or nothing");
}

#[tokio::test]
async fn a_set_grows_to_its_capacity_and_no_further() {
    let mut config = Config::new(&[beta()]);
    config.capacity = 9;
    let server = Server::serving(config).await;
    let new: Vec<_> = (0..3).map(|n| format!("00000000-0000-4000-8000-{n:012}")).collect();
    server.post(CONFIRM, &ids(&new)).await.refused(507, "QuotaExceeded");
    assert_eq!(server.post(CONFIRM, &ids(&new[..2])).await.status, 204);
    assert_eq!(server.post(CONFIRM, &ids(&new[..2])).await.status, 204);
    server.post(CONFIRM, &ids(&new)).await.refused(507, "QuotaExceeded");
}

#[tokio::test]
async fn every_documented_exchange_is_answered_with_its_status() {
    let contracts = entra_risk::embedded::contracts();
    let server = Server::serving(Config::new(contracts)).await;
    for contract in contracts {
        for exchange in &contract.exchanges {
            let target = exchange.target(&contract.api).expect("of this version");
            let query = target.query.map(|query| format!("?{}", query.replace(' ', "%20"))).unwrap_or_default();
            let headers = match exchange.header("Content-Type") {
                Some(content_type) => format!("{}Content-Type: {content_type}\r\n", server.bearer()),
                None => server.bearer(),
            };
            let body = exchange.request.body.as_ref().map(ToString::to_string).unwrap_or_default();
            let path = format!("/{}{}{query}", contract.api, target.path);
            let reply = server.send_to(&exchange.method, &path, &headers, &body).await;
            assert_eq!(reply.status, exchange.status, "{}", exchange.name);
            let has_items = |value: &Value| value["value"].as_array().is_none_or(|items| !items.is_empty());
            assert!(reply.body.is_empty() || has_items(&reply.json()), "{}: {reply:?}", exchange.name);
        }
    }
}

#[tokio::test]
async fn two_emulators_share_nothing_and_two_versions_of_one_share_their_state() {
    let (one, other) = (Server::start().await, Server::start().await);
    assert_eq!(one.post(DISMISS, &ids(&[DISMISSED])).await.status, 204);
    assert_eq!(other.user(DISMISSED).await["riskState"], "atRisk");

    let mut second = beta();
    second.api = "v1.0".to_owned();
    let server = Server::serving(Config::new(&[beta(), second])).await;
    assert_eq!(server.post(DISMISS, &ids(&[DISMISSED])).await.status, 204);
    let host = server.emulator.address();
    let request = format!("GET /v1.0/riskyUsers/{DISMISSED} HTTP/1.1\r\nHost: {host}\r\n{}\r\n", server.bearer());
    assert_eq!(server.raw(request).await.json()["riskState"], "dismissed");
}

#[tokio::test]
async fn members_behind_the_sentinel_of_an_enumeration_are_shown_to_those_who_ask() {
    let mut contract = beta();
    for becomes in contract
        .operations
        .iter_mut()
        .flat_map(|operation| &mut operation.effects)
        .flat_map(|effect| &mut effect.becomes)
    {
        if becomes.property == "riskDetail" {
            becomes.value = "adminConfirmedAccountSafe".to_owned();
        }
    }
    let server = Server::serving(Config::new(&[contract])).await;
    assert_eq!(server.post(DISMISS, &ids(&[DISMISSED])).await.status, 204);
    assert_eq!(server.user(DISMISSED).await["riskDetail"], "unknownFutureValue");
    let headers = format!("{}Prefer: odata.maxpagesize=5, include-unknown-enum-members\r\n", server.bearer());
    let reply = server.send("GET", &format!("/riskyUsers/{DISMISSED}"), &headers, "").await;
    assert_eq!(reply.json()["riskDetail"], "adminConfirmedAccountSafe");
}

#[tokio::test]
async fn an_operation_without_state_answers_its_documented_exchange() {
    let mut contract = beta();
    let list = contract.exchanges.iter().position(|exchange| exchange.name == "list_riskyusers").expect("documented");
    let mut operation = contract.operation("riskyUser.list").expect("described").clone();
    operation.id = "other.read".to_owned();
    operation.path = entra_risk::contract::Template::new("/other");
    operation.aliases.clear();
    operation.success.shape = Some(entra_risk::contract::Shape::Any);
    contract.operations.push(operation);
    let mut exchange = contract.exchanges[list].clone();
    exchange.operation = "other.read".to_owned();
    exchange.response.headers.push(("X-Shown".to_owned(), "yes".to_owned()));
    let documented = exchange.response.body.clone().expect("documented");
    contract.exchanges.push(exchange);
    let server = Server::serving(Config::new(&[contract])).await;
    let reply = server.get("/other").await;
    assert_eq!((reply.status, reply.json()), (200, documented));
    assert_eq!(reply.header("x-shown"), Some("yes"));
    assert_eq!(reply.headers.iter().filter(|(name, _)| name == "content-type").count(), 1);
}
