//! Pages of entities: filters, selections, counts, and walking from page to page.

use entra_risk::emulator::Config;

use super::*;

async fn crowded() -> Server {
    let mut config = Config::new(&[beta()]);
    config.users = 250;
    Server::serving(config).await
}

fn items(page: &Value) -> &[Value] {
    page["value"].as_array().expect("a page")
}

#[tokio::test]
async fn a_page_says_what_it_describes_and_holds_whole_entities() {
    let server = Server::start().await;
    for path in ["/riskyUsers", "/identityProtection/riskyUsers"] {
        let page = server.get(path).await.json();
        let root = server.emulator.base_url("beta");
        assert_eq!(page["@odata.context"], format!("{root}/$metadata#riskyUsers"));
        assert_eq!(items(&page).len(), 7);
        assert!(page.get("@odata.nextLink").is_none() && page.get("@odata.count").is_none(), "{page}");
        let shown = items(&page).iter().find(|user| user["id"] == SHOWN).expect("documented");
        assert_eq!(shown["userDisplayName"], "Alex Wilbur");
        assert_eq!(shown.as_object().map(serde_json::Map::len), Some(9));
    }
    assert_eq!(
        server.user(SHOWN).await["@odata.context"].as_str().map(|text| text.ends_with("#riskyUsers/$entity")),
        Some(true)
    );
}

#[tokio::test]
async fn next_links_lead_through_every_entity_once_and_keep_the_other_options() {
    let server = crowded().await;
    let first = server.get("/identityProtection/riskyUsers?%24top=100&$select=id,riskLevel&$count=true&$filter=riskLevel+ne+%27hidden%27").await.json();
    let (mut page, mut seen, mut pages) = (first.clone(), Vec::new(), 1);
    loop {
        assert_eq!(page["@odata.count"], first["@odata.count"]);
        for user in items(&page) {
            assert_eq!(user.as_object().map(serde_json::Map::len), Some(2));
            assert_ne!(user["riskLevel"], "hidden");
            seen.push(user["id"].as_str().expect("id").to_owned());
        }
        let Some(next) = page["@odata.nextLink"].as_str() else { break };
        assert_eq!(items(&page).len(), 100);
        let path = next.strip_prefix(&server.emulator.base_url("beta")).expect("on the same host");
        assert!(
            path.starts_with("/identityProtection/riskyUsers?%24top=100&") && path.matches("$skiptoken=").count() == 1
        );
        page = server.get(path).await.json();
        pages += 1;
    }
    let n_seen = seen.len();
    seen.sort();
    seen.dedup();
    assert_eq!((n_seen, pages), (seen.len(), 3));
    assert_eq!(first["@odata.count"], n_seen);
}

#[tokio::test]
async fn the_default_page_holds_a_hundred_and_a_last_page_that_is_full_is_the_last() {
    let server = crowded().await;
    assert_eq!(items(&server.get("/riskyUsers").await.json()).len(), 100);
    let page = server.get("/riskyUsers?$top=257").await.json();
    assert_eq!((items(&page).len(), page.get("@odata.nextLink")), (257, None));
    let page = server.get("/riskyUsers?$top=256").await.json();
    assert!(page.get("@odata.nextLink").is_some());
}

#[tokio::test]
async fn the_next_link_has_the_host_that_the_client_asked() {
    let server = crowded().await;
    for (host, root) in [("graph.example:8443", "http://graph.example:8443/beta/"), ("a b\"c", ""), ("user@evil", "")] {
        let request = format!("GET /beta/riskyUsers?$top=1 HTTP/1.1\r\nHost: {host}\r\n{}\r\n", server.bearer());
        let page = server.raw(request).await.json();
        let next = page["@odata.nextLink"].as_str().expect("there are more");
        let root = if root.is_empty() { server.emulator.base_url("beta") } else { root.to_owned() };
        assert!(next.starts_with(&root), "{host}: {next}");
    }
}

#[tokio::test]
async fn a_filter_keeps_what_meets_it() {
    let server = crowded().await;
    for filter in [
        "riskLevel eq 'medium'",
        "riskLevel eq microsoft.graph.riskLevel'medium'",
        "RISKLEVEL eq 'medium' and not (id eq null)",
    ] {
        let query: String = filter.replace(' ', "%20").replace('\'', "%27");
        let page = server.get(&format!("/riskyUsers?$filter={query}")).await.json();
        assert!(!items(&page).is_empty() && items(&page).iter().all(|user| user["riskLevel"] == "medium"), "{filter}");
    }
    let page = server
        .get("/riskyUsers?$filter=userPrincipalName+eq+'alexw@contoso.com'+and+riskLevel+eq+'high'&$count=true")
        .await
        .json();
    assert_eq!((&page["@odata.count"], &page["value"][0]["id"]), (&1.into(), &SHOWN.into()));
    let page = server.get("/riskyUsers?$filter=riskLastUpdatedDateTime+lt+2017-01-01").await.json();
    assert_eq!(items(&page).len(), 1);
    let page = server.get("/riskyUsers?$filter=riskLastUpdatedDateTime+lt+2000-01-01").await.json();
    assert_eq!(items(&page).len(), 0);
}

/// The description with further options on its listing.
fn with_options(names: &[&str]) -> entra_risk::contract::Contract {
    let mut contract = beta();
    let list = contract.operations.iter_mut().find(|operation| operation.id == "riskyUser.list").expect("described");
    for name in names {
        let mut query = list.query[0].clone();
        query.name = (*name).to_owned();
        query.shape = entra_risk::contract::Shape::Any;
        list.query.push(query);
    }
    contract
}

#[tokio::test]
async fn every_option_that_a_description_has_is_served_or_refused_and_never_unimplemented() {
    let mut config = Config::new(&[with_options(&["$orderby", "$skip", "$count", "$format", "$search", "$expand"])]);
    config.users = 30;
    let server = Server::serving(config).await;
    let (mut address, mut names, mut pages) =
        ("/riskyUsers?$orderby=userPrincipalName+desc,id&$top=7&$count=true".to_owned(), Vec::new(), 0);
    let root = server.emulator.base_url("beta");
    loop {
        let page = server.get(&address).await.json();
        assert_eq!(page["@odata.count"], 37);
        names.extend(items(&page).iter().map(|user| user["userPrincipalName"].as_str().unwrap_or_default().to_owned()));
        pages += 1;
        let Some(next) = page["@odata.nextLink"].as_str() else { break };
        address = next.strip_prefix(&root).expect("here").to_owned();
    }
    assert_eq!((names.len(), pages), (37, 6));
    assert!(names.is_sorted_by(|left, right| left >= right), "{names:?}");
    let all = server.get("/riskyUsers?$top=500").await.json();
    let rest = server.get("/riskyUsers?$skip=30&$top=500&$format=json").await.json();
    assert_eq!(items(&rest), &items(&all)[30..]);
    for bad in [
        "$orderby=nope",
        "$orderby=id+up",
        "$skip=-1",
        "$format=xml",
        "$search=x",
        "$expand=history",
        "$top=501",
        "$top=0",
    ] {
        server.get(&format!("/riskyUsers?{bad}")).await.refused(400, "BadRequest");
    }
    Server::start().await.get("/riskyUsers?$orderby=id").await.refused(400, "BadRequest");
}

#[tokio::test]
async fn a_skip_token_is_taken_whole_or_not_at_all() {
    let server = crowded().await;
    let page = server.get("/riskyUsers?$top=5").await.json();
    let next = page["@odata.nextLink"].as_str().expect("more");
    let token = next.split("$skiptoken=").nth(1).expect("a token");
    let path = |top: u8, token: &str| format!("/riskyUsers?$top={top}&$skiptoken={token}");
    assert_eq!(server.get(&path(5, token)).await.status, 200);
    assert_eq!(server.get(&path(5, token).replace('$', "%24")).await.status, 200);
    let mut tampered = token.to_owned();
    tampered.replace_range(4..5, if &token[4..5] == "A" { "B" } else { "A" });
    for path in [
        path(6, token),
        path(5, &tampered),
        path(5, ""),
        path(5, "YQ"),
        format!("/riskyUsers?$skiptoken={token}"),
        format!("/riskyUsers/{SHOWN}/history?$top=5&$skiptoken={token}"),
    ] {
        server.get(&path).await.refused(400, "BadRequest");
    }
}
