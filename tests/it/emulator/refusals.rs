//! Every kind of refusal, its status, and the fact that it names; none of them changes anything.

use entra_risk::emulator::{Config, Emulator, Identity};

use super::*;

const JSON: &str = "Content-Type: application/json\r\n";

#[tokio::test]
async fn an_unknown_path_is_not_found_before_anything_else_is_looked_at() {
    let server = Server::start().await;
    for path in ["/nothing", "/riskyUsers/a/b", "", "/riskyuser"] {
        let inner = server.send("GET", path, "", "").await.refused(404, "ResourceNotFound");
        assert_eq!(inner["violated"], "beta *#convention[unknown-path]", "{path}");
    }
    for target in ["/", "/v9/riskyUsers", "*", "/%62eta/riskyUsers", "/betaX", "//beta"] {
        let reply = server.raw(format!("OPTIONS {target} HTTP/1.1\r\nHost: a\r\n\r\n")).await;
        reply.refused(404, "ResourceNotFound");
    }
}

#[tokio::test]
async fn a_method_that_the_path_does_not_have_is_refused_with_those_that_it_has() {
    let server = Server::start().await;
    // No operation answers GET at an action's path, though it looks like a key.
    for (method, path, allowed) in [
        ("GET", DISMISS, "POST"),
        ("POST", "/riskyUsers", "GET"),
        ("DELETE", &*format!("/riskyUsers/{DISMISSED}"), "GET"),
        ("OPTIONS", "/identityProtection/riskyUsers", "GET"),
    ] {
        let reply = server.send(method, path, "", "").await;
        let inner = reply.refused(405, "MethodNotAllowed");
        assert_eq!(reply.header("allow"), Some(allowed), "{method} {path}");
        assert_eq!(inner["violated"], "beta *#convention[wrong-method]");
    }
    let host = server.emulator.address();
    let mut stream = TcpStream::connect(host).await.expect("listening");
    let head = format!("HEAD /beta/riskyUsers HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
    stream.write_all(head.as_bytes()).await.expect("sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.expect("closed");
    assert!(answer.starts_with("HTTP/1.1 405 ") && answer.ends_with("\r\n\r\n"), "{answer}");
}

#[tokio::test]
async fn a_request_without_one_good_token_is_unauthenticated() {
    let server = Server::start().await;
    let other = Emulator::start(Config::new(&[beta()])).await.expect("a free port");
    let all = Identity::all(&[beta()]);
    let token = &server.token;
    let (head, signature) = token.rsplit_once('.').expect("signed");
    let flipped: String = signature.chars().rev().collect();
    let expired = server.emulator.token(&all.clone().expiring_in(-1));
    let elsewhere = server.emulator.token(&all.clone().for_audience("https://management.azure.com"));
    let foreign = other.token(&all);
    for headers in [
        String::new(),
        "Authorization: \r\n".to_owned(),
        "Authorization: Bearer\r\n".to_owned(),
        "Authorization: Bearer x\r\n".to_owned(),
        format!("Authorization: Basic {token}\r\n"),
        format!("Authorization: {token}\r\n"),
        format!("Authorization: Bearer {token}\r\nAuthorization: Bearer {token}\r\n"),
        format!("Authorization: Bearer {head}.{flipped}\r\n"),
        format!("Authorization: Bearer {head}.\r\n"),
        format!("Authorization: Bearer {expired}\r\n"),
        format!("Authorization: Bearer {elsewhere}\r\n"),
        format!("Authorization: Bearer {foreign}\r\n"),
    ] {
        let reply = server.send("POST", DISMISS, &format!("{headers}{JSON}"), &ids(&[DISMISSED])).await;
        let inner = reply.refused(401, "InvalidAuthenticationToken");
        assert_eq!(reply.header("www-authenticate"), Some("Bearer"));
        assert_eq!(inner["violated"], "beta *#convention[unauthenticated]");
    }
    let reply = server.send("GET", "/riskyUsers", &format!("AUTHORIZATION: bEARER {token}\r\n"), "").await;
    assert_eq!(reply.status, 200, "names of headers and schemes have no case");
    assert_eq!(server.user(DISMISSED).await["riskState"], "atRisk");
}

#[tokio::test]
async fn a_token_without_a_documented_permission_is_forbidden() {
    let server = Server::start().await;
    let write = "IdentityRiskyUser.ReadWrite.All";
    let read = "IdentityRiskyUser.Read.All";
    for (identity, kind, status) in [
        (Identity::application([write]), "", 204),
        (Identity::delegated_work(["User.Read", write]).with_roles(["Security Administrator"]), "", 204),
        (Identity::application([read]), "application", 403),
        (Identity::none(), "application", 403),
        (Identity::application(["identityriskyuser.readwrite.all"]), "application", 403),
        (Identity::delegated_work([read]), "delegatedWork", 403),
        (Identity::delegated_personal([write]), "delegatedPersonal", 403),
    ] {
        let headers = format!("Authorization: Bearer {}\r\n{JSON}", server.emulator.token(&identity));
        let reply = server.send("POST", DISMISS, &headers, &ids(&[DISMISSED])).await;
        assert_eq!(reply.status, status, "{identity:?}");
        if status == 403 {
            let inner = reply.refused(403, "Forbidden");
            assert_eq!(inner["violated"], format!("beta POST /riskyUsers/dismiss#permission[{kind}]"));
            assert!(inner["origin"].as_str().is_some_and(|origin| origin.starts_with("openapi/beta.yaml:")));
        }
    }
}

#[tokio::test]
async fn a_user_without_a_role_is_forbidden_and_an_application_needs_none() {
    let server = Server::start().await;
    let write = "IdentityRiskyUser.ReadWrite.All";
    for (roles, status) in [
        (&["Security Administrator"][..], 204),
        (&["Security Reader", "Security Operator"], 204),
        (&["Security Reader"], 403),
        (&["Baker"], 403),
        (&[], 403),
    ] {
        let token = server.emulator.token(&Identity::delegated_work([write]).with_roles(roles.iter().copied()));
        let headers = format!("Authorization: Bearer {token}\r\n{JSON}");
        let reply = server.send("POST", DISMISS, &headers, &ids(&[DISMISSED])).await;
        assert_eq!(reply.status, status, "{roles:?}");
        if status == 403 {
            let inner = reply.refused(403, "Authorization_RequestDenied");
            assert_eq!(inner["violated"], "beta POST /riskyUsers/dismiss#role[Security Administrator]");
            assert!(inner["origin"].as_str().is_some_and(|origin| origin.starts_with("openapi/beta.yaml:")));
        }
    }
    // What the description says is what counts.
    let mut contract = beta();
    for operation in &mut contract.operations {
        operation.roles.retain(|role| role.name != "Security Operator");
    }
    let strict = Server::serving(Config::new(&[contract])).await;
    let operator = strict.emulator.token(&Identity::delegated_work([write]).with_roles(["Security Operator"]));
    let headers = format!("Authorization: Bearer {operator}\r\n{JSON}");
    assert_eq!(strict.send("POST", DISMISS, &headers, &ids(&[DISMISSED])).await.status, 403);
    let everything = server.emulator.token(&Identity::all_delegated(&[beta()]));
    let headers = format!("Authorization: Bearer {everything}\r\n{JSON}");
    assert_eq!(server.send("POST", DISMISS, &headers, &ids(&[DISMISSED])).await.status, 204);
}

#[tokio::test]
async fn a_higher_permission_suffices() {
    let mut contract = beta();
    for operation in &mut contract.operations {
        operation.permissions.higher.insert("application".to_owned(), vec!["Directory.ReadWrite.All".to_owned()]);
    }
    let server = Server::serving(Config::new(&[contract])).await;
    for (identity, status) in [
        (Identity::application(["Directory.ReadWrite.All"]), 204),
        (Identity::delegated_work(["Directory.ReadWrite.All"]), 403),
    ] {
        let headers = format!("Authorization: Bearer {}\r\n{JSON}", server.emulator.token(&identity));
        assert_eq!(server.send("POST", DISMISS, &headers, &ids(&[DISMISSED])).await.status, status, "{identity:?}");
    }
}

#[tokio::test]
async fn a_required_header_that_is_missing_is_refused() {
    let mut contract = beta();
    for header in contract.operations.iter_mut().flat_map(|operation| &mut operation.headers) {
        header.required = true;
    }
    let server = Server::serving(Config::new(&[contract])).await;
    let inner = server.get("/riskyUsers").await.refused(400, "BadRequest");
    assert_eq!(inner["violated"], "beta GET /riskyUsers#header[Workbook-Session-Id]");
    let headers = format!("{}Workbook-Session-Id: x\r\n", server.bearer());
    assert_eq!(server.send("GET", "/riskyUsers", &headers, "").await.status, 200);
}

#[tokio::test]
async fn a_query_that_is_not_documented_is_refused() {
    let server = Server::start().await;
    for query in [
        "$orderby=id",
        "$skip=1",
        "$search=x",
        "$expand=history",
        "filter=x",
        "x=1",
        "$TOP=1",
        "$top=0",
        "$top=501",
        "$top=-1",
        "$top=ten",
        "$top=1.5",
        "$top=",
        "$top=1&$top=2",
        "$top=%zz",
        "$count=1",
        "$filter=",
        "$filter=nope+eq+1",
        "$select=nope",
        "$select=",
        "$skiptoken=!",
        "$filter=riskLevel%20eq%20%27extreme%27",
    ] {
        server.get(&format!("/riskyUsers?{query}")).await.refused(400, "BadRequest");
    }
    let inner = server.get("/riskyUsers?$top=501").await.refused(400, "BadRequest");
    assert_eq!(inner["violated"], "beta GET /riskyUsers#query[$top]");
    let reply = server.get("/riskyUsers?$filter=riskLevel+eq+x").await;
    assert!(reply.json()["error"]["message"].as_str().is_some_and(|text| text.contains("position 14")), "{reply:?}");
    for path in [format!("/riskyUsers/{DISMISSED}?$select=id"), format!("/riskyUsers/{DISMISSED}?$count=true")] {
        server.get(&path).await.refused(400, "BadRequest");
    }
    server.post(&format!("{DISMISS}?$skiptoken=YQ"), &ids(&[DISMISSED])).await.refused(400, "BadRequest");
    assert_eq!(server.user(DISMISSED).await["riskState"], "atRisk");
}

#[tokio::test]
async fn a_key_in_the_path_that_is_not_one_is_refused() {
    let server = Server::start().await;
    for id in ["1", "alexw@contoso.com", "%zz", "%ff", &DISMISSED.replace('-', "")] {
        server.get(&format!("/riskyUsers/{id}")).await.refused(400, "BadRequest");
    }
    server.get(&format!("/riskyUsers/{UNKNOWN}")).await.refused(404, "Request_ResourceNotFound");
    let encoded = DISMISSED.replace('-', "%2D");
    assert_eq!(server.user(&encoded).await["id"], DISMISSED);
    assert_eq!(server.user(&DISMISSED.to_uppercase()).await["id"], DISMISSED);
}

#[tokio::test]
async fn a_body_of_another_media_type_is_refused() {
    let server = Server::start().await;
    for content_type in ["text/plain", "application/jsonx", "application/xml", "application", ""] {
        let headers = format!("{}Content-Type: {content_type}\r\n", server.bearer());
        let reply = server.send("POST", DISMISS, &headers, &ids(&[DISMISSED])).await;
        let inner = reply.refused(415, "UnsupportedMediaType");
        assert_eq!(inner["violated"], "beta POST /riskyUsers/dismiss#contentType");
    }
    let twice = format!("{}{JSON}{JSON}", server.bearer());
    server.send("POST", DISMISS, &twice, &ids(&[DISMISSED])).await.refused(415, "UnsupportedMediaType");
    server.send("POST", DISMISS, &server.bearer(), &ids(&[DISMISSED])).await.refused(415, "UnsupportedMediaType");
    assert_eq!(server.user(DISMISSED).await["riskState"], "atRisk");
    for content_type in ["application/json; charset=utf-8", "Application/JSON;odata.metadata=minimal"] {
        let headers = format!("{}content-type: {content_type}\r\n", server.bearer());
        assert_eq!(server.send("POST", DISMISS, &headers, &ids(&[DISMISSED])).await.status, 204, "{content_type}");
    }
}

#[tokio::test]
async fn a_body_that_is_not_the_documented_one_is_refused_with_the_fact_that_says_so() {
    let server = Server::start().await;
    let many: Vec<_> = (0..61).map(|n| format!("00000000-0000-4000-8000-{n:012}")).collect();
    let id = format!("\"{DISMISSED}\"");
    let operation = |fact: &str| format!("beta POST /riskyUsers/dismiss#{fact}");
    let promise = |name: &str| format!("beta *#convention[{name}]");
    for (body, violated) in [
        (String::new(), promise("malformed-body")),
        ("{".to_owned(), promise("malformed-body")),
        (format!("{{\"userIds\":[{id},]}}"), promise("malformed-body")),
        (format!("{} x", ids(&[DISMISSED])), promise("malformed-body")),
        (format!("[{id}]"), promise("malformed-body")),
        ("null".to_owned(), promise("malformed-body")),
        (format!("{{\"userIds\":[{id}],\"userIds\":[{id}]}}"), promise("duplicate-property")),
        (format!("{{\"userIds\":[{id}],\"x\":{{\"y\":1,\"y\":1}}}}"), promise("duplicate-property")),
        (format!("{{\"userIds\":[{id}],\"x\":1}}"), promise("unknown-property")),
        (format!("{{\"userIds\":[{id}],\"UserIds\":[{id}]}}"), promise("unknown-property")),
        ("{}".to_owned(), operation("body[userIds]")),
        ("{\"userIds\":null}".to_owned(), operation("body[userIds]")),
        (format!("{{\"userIds\":{id}}}"), operation("body[userIds]")),
        ("{\"userIds\":[1]}".to_owned(), operation("body[userIds]")),
        (format!("{{\"userIds\":[{id},null]}}"), operation("body[userIds]")),
        (ids(&["alexw@contoso.com"]), operation("format[userIds]")),
        (ids(&[DISMISSED, &format!("{{{DISMISSED}}}")]), operation("format[userIds]")),
        (ids::<&str>(&[]), operation("minimum[userIds]")),
        (ids(&many), operation("limit[userIds]")),
    ] {
        let inner = server.post(DISMISS, &body).await.refused(400, "BadRequest");
        assert_eq!(inner["violated"], violated, "{body}");
        assert!(inner["origin"].as_str().is_some_and(|origin| origin.starts_with("openapi/beta.yaml:")), "{body}");
    }
    assert_eq!(server.user(DISMISSED).await["riskState"], "atRisk");
    assert_eq!(server.post(DISMISS, &ids(&many[..60])).await.status, 204);
}

#[tokio::test]
async fn a_body_beyond_one_mebibyte_is_refused_whether_or_not_it_announces_its_length() {
    let server = Server::start().await;
    let long = format!("{{\"userIds\":[{}\"{DISMISSED}\"]}}", " ".repeat(1024 * 1024));
    server.post(DISMISS, &long).await.refused(413, "RequestEntityTooLarge");
    let headers = format!("{}{JSON}Transfer-Encoding: chunked\r\n", server.bearer());
    let chunked = format!("{:x}\r\n{long}\r\n0\r\n\r\n", long.len());
    let host = server.emulator.address();
    let request = format!("POST /beta{DISMISS} HTTP/1.1\r\nHost: {host}\r\n{headers}\r\n{chunked}");
    server.raw(request).await.refused(413, "RequestEntityTooLarge");
    assert_eq!(server.user(DISMISSED).await["riskState"], "atRisk");
}

#[tokio::test]
async fn nothing_that_is_debugged_shows_a_token() {
    let server = Server::start().await;
    assert_eq!(format!("{:?}", server.emulator), format!("Emulator {{ address: {}, .. }}", server.emulator.address()));
}
