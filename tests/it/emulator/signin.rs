//! Signing in: what gives a token, what it may do then, and each way in which nobody gets one.

use base64::Engine as _;
use entra_risk::emulator::{App, Directory, Secret, Tenant, User};

use super::*;

const TENANT: &str = "11111111-aaaa-4bbb-8ccc-222222222222";
const CLIENT: &str = "33333333-aaaa-4bbb-8ccc-444444444444";
const FORM: &str = "Content-Type: application/x-www-form-urlencoded\r\n";
const SCOPE: &str = "scope=https%3A%2F%2Fgraph.microsoft.com%2F.default";

fn user(upn: &str, roles: &[&str], personal: bool) -> User {
    serde_json::from_value(serde_json::json!({
        "upn": upn, "password": "pass+word", "roles": roles, "personal": personal,
        "scopes": ["IdentityRiskyUser.Read.All", "IdentityRiskyUser.ReadWrite.All"],
    }))
    .expect("a user")
}

fn directory() -> Directory {
    let app = App {
        client_id: CLIENT.to_owned(),
        client_secret: Secret::new("s3cret+&"),
        permissions: Some(vec!["IdentityRiskyUser.Read.All".to_owned()]),
        ..App::new_with_everything()
    };
    let tenant = Tenant { id: TENANT.to_owned(), domains: vec!["contoso.example".to_owned()] };
    let users =
        vec![user("admin@contoso.example", &["Security Administrator"], false), user("me@outlook.example", &[], true)];
    Directory { tenants: vec![tenant], apps: vec![app], users }
}

async fn server() -> Server {
    let mut config = Config::new(&[beta()]);
    config.directory = directory();
    Server::serving(config).await
}

impl Server {
    async fn ask(&self, method: &str, path: &str, headers: &str, body: &str) -> Reply {
        let host = self.emulator.address();
        let length = body.len();
        self.raw(format!("{method} {path} HTTP/1.1\r\nHost: {host}\r\n{headers}Content-Length: {length}\r\n\r\n{body}"))
            .await
    }

    async fn sign_in(&self, tenant: &str, form: &str) -> Reply {
        self.ask("POST", &format!("/{tenant}/oauth2/v2.0/token"), FORM, form).await
    }

    /// The status of a call to the API with the token of a sign-in.
    async fn call(&self, method: &str, path: &str, signed_in: &Reply) -> u16 {
        assert_eq!(signed_in.status, 200, "{signed_in:?}");
        let token = signed_in.json()["access_token"].as_str().expect("a token").to_owned();
        let headers = format!("Authorization: Bearer {token}\r\nContent-Type: application/json\r\n");
        let body = if method == "POST" { ids(&[DISMISSED]) } else { String::new() };
        self.send(method, path, &headers, &body).await.status
    }
}

fn good() -> String {
    format!("grant_type=client_credentials&client_id={CLIENT}&client_secret=s3cret%2B%26&{SCOPE}")
}

fn claims(signed_in: &Reply) -> Value {
    let body = signed_in.json();
    let claims = body["access_token"].as_str().and_then(|token| token.split('.').nth(1)).expect("a token");
    let claims = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(claims).expect("base64");
    serde_json::from_slice(&claims).expect("JSON")
}

#[tokio::test]
async fn an_application_gets_a_token_for_what_it_was_granted() {
    let server = server().await;
    let id = base64::engine::general_purpose::STANDARD.encode(format!("{CLIENT}:s3cret%2B%26"));
    let basic = format!("{FORM}Authorization: Basic {id}\r\n");
    let path = format!("/{TENANT}/oauth2/v2.0/token");
    let by_header = server.ask("POST", &path, &basic, &format!("grant_type=client_credentials&{SCOPE}")).await;
    for signed_in in
        [server.sign_in(TENANT, &good()).await, server.sign_in("CONTOSO.example", &good()).await, by_header]
    {
        let answer = signed_in.json();
        assert_eq!((answer["token_type"].as_str(), answer["expires_in"].as_i64()), (Some("Bearer"), Some(3599)));
        assert_eq!(signed_in.header("cache-control"), Some("no-store, no-cache"));
        assert_eq!(server.call("GET", "/riskyUsers", &signed_in).await, 200);
        assert_eq!(server.call("POST", DISMISS, &signed_in).await, 403, "only reading was granted");
        let claims = claims(&signed_in);
        assert_eq!((claims["tid"].as_str(), claims["appid"].as_str()), (Some(TENANT), Some(CLIENT)));
        assert_eq!(
            (claims["idtyp"].as_str(), claims["roles"][0].as_str()),
            (Some("app"), Some("IdentityRiskyUser.Read.All"))
        );
        assert_eq!(claims["iss"], format!("{}/{TENANT}/v2.0", server.emulator.root()));
        assert_eq!(claims["exp"].as_i64(), claims["iat"].as_i64().map(|start| start + 3600));
    }
    // Clients that make the scope from the host, and from the application id of Graph.
    for scope in
        [format!("{}/.default", server.emulator.root()), "00000003-0000-0000-c000-000000000000/.default".to_owned()]
    {
        let form = good().replace(SCOPE, &format!("scope={scope}"));
        assert_eq!(server.sign_in(TENANT, &form).await.status, 200, "{scope}");
    }
}

#[tokio::test]
async fn a_user_gets_what_was_consented_to_and_the_role_decides() {
    let server = server().await;
    let form = |name: &str, scope: &str| {
        format!("grant_type=password&client_id={CLIENT}&username={name}&password=pass%2Bword&scope={scope}")
    };
    let all = "https%3A%2F%2Fgraph.microsoft.com%2F.default+openid";
    let admin = server.sign_in("organizations", &form("admin@contoso.example", all)).await;
    assert_eq!(server.call("POST", DISMISS, &admin).await, 204);
    let said = claims(&admin);
    assert_eq!(said["scp"], "IdentityRiskyUser.Read.All IdentityRiskyUser.ReadWrite.All");
    assert_eq!(said["wids"][0], "194ae4cb-b126-40b2-bd5b-6091b380977d");
    let reader = form("admin@contoso.example", "IdentityRiskyUser.Read.All+offline_access");
    let reader = server.sign_in(TENANT, &reader).await;
    assert_eq!(
        (server.call("GET", "/riskyUsers", &reader).await, server.call("POST", DISMISS, &reader).await),
        (200, 403)
    );
    let personal = server.sign_in("common", &form("me@outlook.example", all)).await;
    assert_eq!(server.call("GET", "/riskyUsers", &personal).await, 403);
    for (name, password, scope, code) in [
        ("nobody@contoso.example", "pass%2Bword", all, 50_126),
        ("admin@contoso.example", "wrong", all, 50_126),
        ("admin@contoso.example", "pass%2Bword", "Mail.Read", 65_001),
    ] {
        let form = form(name, scope).replace("pass%2Bword", password);
        denied(&server.sign_in(TENANT, &form).await, 400, "invalid_grant", code);
    }
    let tokens: Vec<_> = server.emulator.user_tokens().map(|(upn, token)| (upn.to_owned(), token)).collect();
    assert_eq!(tokens[0].0, "admin@contoso.example");
    let headers = format!("Authorization: Bearer {}\r\n", tokens[0].1);
    assert_eq!(server.send("GET", "/riskyUsers", &headers, "").await.status, 200);
}

#[track_caller]
fn denied(reply: &Reply, status: u16, error: &str, code: u64) {
    assert_eq!(reply.status, status, "{reply:?}");
    assert_eq!(reply.header("content-type"), Some("application/json; charset=utf-8"));
    let body = reply.json();
    assert_eq!((body["error"].as_str(), &body["error_codes"]), (Some(error), &serde_json::json!([code])));
    let text = body["error_description"].as_str().expect("a description");
    assert!(text.starts_with(&format!("AADSTS{code}: ")) && !text.contains("s3cret"), "{text}");
    for part in ["timestamp", "trace_id", "correlation_id"] {
        let part = body[part].as_str().expect("there");
        assert!(text.contains(part), "{text}");
    }
    assert_eq!(body["timestamp"].as_str().map(str::len), Some(20));
}

#[tokio::test]
async fn each_mistake_has_its_code() {
    let server = server().await;
    let good = good();
    for (form, status, error, code) in [
        (good.replace("s3cret", "wrong"), 401, "invalid_client", 7_000_215),
        (good.replace("&client_secret=s3cret%2B%26", ""), 401, "invalid_client", 7_000_216),
        (good.replace("client_secret=s3cret%2B%26", "client_assertion=x"), 401, "invalid_client", 700_027),
        (good.replace(CLIENT, TENANT), 400, "unauthorized_client", 700_016),
        (good.replace(".default", "User.Read"), 400, "invalid_scope", 70_011),
        (good.replace("graph.microsoft.com", "elsewhere.example"), 400, "invalid_resource", 500_011),
        (good.replace(SCOPE, ""), 400, "invalid_request", 900_144),
        (good.replace("grant_type", "grant"), 400, "invalid_request", 900_144),
        (good.replace("client_id", "id"), 400, "invalid_request", 900_144),
        (String::new(), 400, "invalid_request", 900_144),
        (good.replace("client_credentials", "device_code"), 400, "unsupported_grant_type", 70_003),
        (format!("{good}&client_id={CLIENT}"), 400, "invalid_request", 9_000_411),
    ] {
        denied(&server.sign_in(TENANT, &form).await, status, error, code);
    }
    denied(&server.sign_in(CLIENT, &good).await, 400, "invalid_request", 90_002);
    denied(&server.sign_in("common", &good).await, 400, "invalid_request", 50_059);
    let path = format!("/{TENANT}/oauth2/v2.0/token");
    denied(
        &server.ask("POST", &path, "Content-Type: application/json\r\n", &good).await,
        400,
        "invalid_request",
        900_144,
    );
    denied(
        &server.ask("POST", &path, &format!("{FORM}Authorization: Bearer x\r\n"), &good).await,
        401,
        "invalid_client",
        7_000_216,
    );
    let wrong_method = server.ask("GET", &path, "", "").await;
    denied(&wrong_method, 405, "invalid_request", 900_561);
    assert_eq!(wrong_method.header("allow"), Some("POST"));
    let id = "9e8d7c6b-0000-4000-8000-000000000001";
    let headers = format!("{FORM}client-request-id: {id}\r\n");
    assert_eq!(server.ask("POST", &path, &headers, "").await.json()["correlation_id"], id);
}

#[tokio::test]
async fn the_documents_lead_to_the_endpoint_and_the_key_verifies_the_token() {
    let server = server().await;
    let root = server.emulator.root();
    let get = async |path: String| server.ask("GET", &path, "", "").await;
    for tenant in [TENANT, "contoso.example", "organizations"] {
        let found = get(format!("/{tenant}/v2.0/.well-known/openid-configuration")).await.json();
        let issuer = if tenant == "organizations" { "{tenantid}" } else { TENANT };
        assert_eq!(found["issuer"], format!("{root}/{issuer}/v2.0"));
        assert_eq!(found["token_endpoint"], format!("{root}/{tenant}/oauth2/v2.0/token"));
        assert_eq!(found["jwks_uri"], format!("{root}/{tenant}/discovery/v2.0/keys"));
    }
    denied(&get(format!("/{CLIENT}/v2.0/.well-known/openid-configuration")).await, 400, "invalid_tenant", 90_002);
    let asked = "authorization_endpoint=https%3A%2F%2F127.0.0.1%3A8443%2Ft%2Foauth2%2Fv2.0%2Fauthorize&api-version=1.1";
    let found = get(format!("/common/discovery/instance?{asked}")).await.json();
    assert_eq!(found["tenant_discovery_endpoint"], "https://127.0.0.1:8443/t/v2.0/.well-known/openid-configuration");
    assert_eq!(found["metadata"][0]["aliases"][0], "127.0.0.1:8443");
    denied(&get("/common/discovery/instance".to_owned()).await, 400, "invalid_instance", 50_049);

    let keys = get(format!("/{TENANT}/discovery/v2.0/keys")).await.json();
    let decode = |text: &Value| {
        base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(text.as_str().expect("text")).expect("base64")
    };
    let point = [vec![4], decode(&keys["keys"][0]["x"]), decode(&keys["keys"][0]["y"])].concat();
    let token = server.sign_in(TENANT, &good()).await.json()["access_token"].as_str().expect("a token").to_owned();
    let (signed, signature) = token.rsplit_once('.').expect("signed");
    let key = ring::signature::UnparsedPublicKey::new(&ring::signature::ECDSA_P256_SHA256_FIXED, point);
    key.verify(signed.as_bytes(), &decode(&signature.into())).expect("the key of the document");
    let header: Value = serde_json::from_slice(&decode(&token.split('.').next().into())).expect("JSON");
    assert_eq!(header["kid"], keys["keys"][0]["kid"]);
}

#[tokio::test]
async fn any_token_lets_everybody_do_everything_but_nobody_without_a_token() {
    let mut config = Config::new(&[beta()]);
    config.any_token = true;
    let server = Server::serving(config).await;
    for (authorization, status) in [("Bearer anything", 204), ("bearer x.y.z", 204), ("Bearer ", 401), ("Basic x", 401)]
    {
        let headers = format!("Authorization: {authorization}\r\nContent-Type: application/json\r\n");
        assert_eq!(server.send("POST", DISMISS, &headers, &ids(&[DISMISSED])).await.status, status, "{authorization}");
    }
    assert_eq!(server.send("GET", "/riskyUsers", "", "").await.status, 401);
    let signed_in = server.sign_in(TENANT, &good()).await;
    assert_eq!(server.call("POST", DISMISS, &signed_in).await, 204);
}

#[tokio::test]
async fn a_directory_that_makes_no_sense_is_refused_before_anything_is_started() {
    type Wrong = (fn(&mut Directory), &'static str);
    let wrong: &[Wrong] = &[
        (|all| all.tenants.clear(), "there is no tenant"),
        (|all| all.tenants[0].id = "contoso".to_owned(), "'contoso' is not a GUID"),
        (|all| all.apps[0].client_id = "app".to_owned(), "'app' is not a GUID"),
        (|all| all.apps[0].client_secret = Secret::new(""), "is empty"),
        (|all| all.apps[0].tenant = Some("other".to_owned()), "there is no tenant 'other'"),
        (|all| all.apps.push(all.apps[0].clone()), "there twice"),
        (|all| all.users[0].roles.push("Baker".to_owned()), "no role 'Baker'; it has Global Administrator"),
        (|all| all.users[0].upn = " ".to_owned(), "the upn of user 1"),
        (|all| all.users[0].id = Some("x".to_owned()), "the id of user 1 'x' is not a GUID"),
    ];
    for (change, part) in wrong {
        let mut config = Config::new(&[beta()]);
        config.directory = directory();
        change(&mut config.directory);
        let error = Emulator::start(config).await.expect_err(part).to_string();
        assert!(error.starts_with("serve this directory: ") && error.contains(part), "{error}");
    }
}

#[test]
fn secrets_and_names_are_not_shown() {
    let shown = format!("{:?}", directory());
    assert!(shown.contains("(hidden)") && shown.contains(CLIENT), "{shown}");
    for hidden in ["s3cret", "pass+word", "admin@", "outlook"] {
        assert!(!shown.contains(hidden), "{shown}");
    }
}
