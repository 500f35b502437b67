//! A resource of which `src/` has no line: an invented harbour, in two versions. Its descriptions and
//! transcripts are all there is; it is called, served, checked, and its mutants are killed.

use std::any::TypeId;
use std::sync::LazyLock;

use entra_risk::client::{AnyClient, Delivery, ErrorKind};
use entra_risk::contract::Contract;
use entra_risk::emulator::{Config, Emulator, Identity};
use entra_risk::{Session, StaticToken, embedded};
use serde_json::json;
use uuid::{Uuid, uuid};

use generated::{beta, v1};

#[allow(dead_code, unused_imports)]
mod generated {
    include!(concat!(env!("OUT_DIR"), "/invented/modules.rs"));
}

static CONTRACTS: LazyLock<Vec<Contract>> =
    LazyLock::new(|| serde_json::from_str(include_str!(concat!(env!("OUT_DIR"), "/invented/contracts.json"))).unwrap());

/// Boats of the transcripts.
const PETREL: Uuid = uuid!("5d0c5a60-83f5-4c1a-9d7b-0a3f5b1c2d01");
const SKUA: Uuid = uuid!("5d0c5a60-83f5-4c1a-9d7b-0a3f5b1c2d02");

/// The client of an API version, as the library has it for its own.
fn connect(session: &Session, api: &str) -> Option<AnyClient> {
    match api {
        beta::API => Some(beta::Client::on(session, &session.version_url(beta::API)).into()),
        v1::API => Some(v1::Client::on(session, &session.version_url(v1::API)).into()),
        _ => None,
    }
}

async fn harbour() -> (Emulator, Session) {
    let emulator = Emulator::start(Config::new(&CONTRACTS)).await.unwrap();
    let token = StaticToken::new(emulator.token(&Identity::all(&CONTRACTS))).unwrap();
    let session = Session::builder().root(&format!("http://{}", emulator.address())).token(token).build().unwrap();
    (emulator, session)
}

#[test]
fn types_that_are_equal_in_both_versions_are_one_and_others_are_not() {
    fn same<A: 'static, B: 'static>() -> bool {
        TypeId::of::<A>() == TypeId::of::<B>()
    }
    // It is worded otherwise, and it is the same boat.
    let boat: beta::types::Boat = v1::types::Boat { berth: Some(v1::Berth::Moored), ..Default::default() };
    assert_eq!(boat.berth, Some(beta::Berth::Moored));
    assert!(same::<beta::types::BoatCollection, v1::types::BoatCollection>());
    assert!(same::<beta::types::ODataError, v1::types::ODataError>());
    assert!(same::<beta::ReleaseIds, v1::ReleaseIds>());
    assert!(same::<beta::types::ReleaseRequest, v1::types::ReleaseRequest>());
    // Another bound, another property; and what refers to these, though its own text is the same.
    assert!(!same::<beta::MoorIds, v1::MoorIds>());
    assert!(!same::<beta::types::Report, v1::types::Report>());
    assert!(!same::<beta::types::MoorRequest, v1::types::MoorRequest>());
    assert_eq!((beta::MoorIds::MAX, v1::MoorIds::MAX), (12, 8));
}

#[test]
fn the_library_knows_nothing_of_it() {
    let known = embedded::contracts().iter().flat_map(|contract| &contract.operations);
    assert_eq!(known.filter(|operation| operation.id.starts_with("boat.")).count(), 0);
    let code = include!(concat!(env!("OUT_DIR"), "/sources.rs"));
    assert!(code.iter().all(|(_, code)| !code.contains("Boat")));
    for (file, tokens) in super::source::library() {
        let named = tokens.iter().find(|token| token.text.to_lowercase().contains("boat"));
        assert!(named.is_none(), "{}: {named:?}", file.path);
    }
}

#[tokio::test]
async fn it_is_called_and_served_in_both_versions() {
    let (_emulator, session) = harbour().await;
    let client = v1::Client::on(&session, &session.version_url(v1::API));
    let at_sea = client.boat_list().filter("berth eq 'atSea'").pages().all().await.unwrap();
    assert!(at_sea.iter().any(|boat| boat.id == Some(PETREL)), "{at_sea:?}");
    let report = v1::types::Report { text: Some("calm".to_owned()), ..Default::default() };
    let body = v1::types::MoorRequest { boat_ids: [PETREL].try_into().unwrap(), report: Some(report) };
    client.boat_moor().harbour_master("Ana").body(body).await.unwrap();
    assert_eq!(client.boat_get().id(PETREL).await.unwrap().berth, Some(v1::Berth::Moored));
    // The other version is of the same boats.
    let other = beta::Client::on(&session, &session.version_url(beta::API));
    let body = beta::types::ReleaseRequest { boat_ids: [PETREL].try_into().unwrap() };
    other.boat_release().body(body).await.unwrap();
    let boat: v1::types::Boat = other.boat_get().id(PETREL).await.unwrap().into_inner();
    assert_eq!(boat.berth, Some(v1::Berth::AtSea));
    let unknown = beta::types::ReleaseRequest { boat_ids: [Uuid::nil()].try_into().unwrap() };
    let error = other.boat_release().body(unknown).await.unwrap_err();
    assert_eq!((error.kind(), error.status().map(|status| status.as_u16())), (ErrorKind::Refused, Some(400)));
}

#[tokio::test]
async fn it_is_called_by_operation_id() {
    let (_emulator, session) = harbour().await;
    assert!(connect(&session, "v9").is_none());
    for (api, most) in [("beta", 12), ("v1.0", 8)] {
        let client = connect(&session, api).unwrap();
        let call = async |operation: &str, arguments: serde_json::Value| {
            client.dispatch(operation, arguments.as_object().unwrap()).await
        };
        let ids = |n_ids: u128| (0..n_ids).map(Uuid::from_u128).chain([SKUA]).collect::<Vec<_>>();
        let moored = call("boat.moor", json!({"body": {"boatIds": ids(most - 1)}})).await.unwrap();
        assert_eq!((moored.status, moored.body), (204, None));
        let error = call("boat.moor", json!({"body": {"boatIds": ids(most)}})).await.unwrap_err();
        assert_eq!((error.kind(), error.delivery()), (ErrorKind::Invalid, Delivery::NotSent));
        let boat = call("boat.get", json!({ "id": SKUA })).await.unwrap().body.unwrap();
        assert_eq!(boat["berth"], "moored");
        call("boat.release", json!({"body": {"boatIds": [SKUA]}})).await.unwrap();
        for (operation, arguments) in [("boat.sink", json!({})), ("boat.get", json!({"id": SKUA, "$top": 1}))] {
            assert_eq!(call(operation, arguments).await.unwrap_err().kind(), ErrorKind::Invalid);
        }
    }
}
