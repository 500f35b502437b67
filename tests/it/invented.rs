//! A resource of which `src/` has no line: an invented harbour, in two versions. Its descriptions and
//! transcripts are all there is; it is called, served, checked, and its mutants are killed.

use std::any::TypeId;
use std::sync::LazyLock;

use entra_risk::accepted::Accepted;
use entra_risk::client::{AnyClient, Delivery, ErrorKind};
use entra_risk::conformance::{self, Options, Selection};
use entra_risk::contract::Contract;
use entra_risk::emulator::{Config, Emulator, Identity};
use entra_risk::selftest::{self, Known};
use entra_risk::verdict::{Outcome, Side};
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
    assert_eq!((beta::MoorIds::MAX, v1::MoorIds::MAX), (6, 4));
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
    for (api, most) in [("beta", 6), ("v1.0", 4)] {
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

#[tokio::test]
async fn the_suite_checks_client_and_server_of_it() {
    let all = Selection::default();
    let (emulator, _) = harbour().await;
    let versions = CONTRACTS.iter().map(|contract| {
        let server = super::conformance::options(&emulator, contract);
        conformance::Version { server: Some(server), connect, ..conformance::Version::new(contract) }
    });
    let options = Options {
        versions: versions.collect(),
        sides: &[Side::Client, Side::Server],
        selection: &all,
        accepted: &Accepted::default(),
        docs: None,
    };
    let report = conformance::run(options, &mut ()).await.unwrap();
    assert_eq!(super::conformance::with(&report, Outcome::Fail), Vec::<String>::new());
    assert_eq!(super::conformance::with(&report, Outcome::NotRun), Vec::<String>::new());
    for side in [Side::Client, Side::Server] {
        let n_passed = |part: &str| {
            let passed = report.checks.iter().filter(|judged| judged.outcome == Outcome::Pass);
            passed.filter(|judged| judged.check.side == side && judged.check.id.contains(part)).count()
        };
        for operation in ["boat.list", "boat.get", "boat.moor", "boat.release"] {
            for api in ["beta", "v1.0"] {
                assert!(n_passed(&format!("/{api}/{operation}/")) > 10, "{side:?} {api} {operation}");
            }
        }
    }
}

#[test]
fn its_mutants_are_killed() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (all, known) = (Selection::default(), Known::parse(include_str!("fixtures/invented/survivors.toml")).unwrap());
    let versions: Vec<_> =
        CONTRACTS.iter().map(|contract| selftest::Version { connect, ..selftest::Version::new(contract) }).collect();
    // Emulators of altered contracts take too long without optimisation.
    let mutants = ["page/**", "spec/**", "client/**", "server/*/*"].map(str::to_owned).to_vec();
    let options = selftest::Options {
        versions: &versions[..1],
        selection: &all,
        mutants: &Selection::new(mutants, Vec::new()),
        accepted: &Accepted::default(),
        known: &known,
    };
    let matrix = runtime.block_on(selftest::run(options, &mut ())).unwrap();
    let survivors: Vec<&str> = matrix.survivors().map(|fate| fate.mutant.id.as_str()).collect();
    assert_eq!(survivors, Vec::<&str>::new());
    assert_eq!(matrix.stale, Vec::<String>::new());
    assert_eq!(matrix.false_alarms, Vec::<String>::new());
    assert!(matrix.mutants.len() > 300, "{}", matrix.mutants.len());
}
