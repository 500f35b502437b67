//! What holds for every input.

use std::time::Duration;

use entra_risk::beta::types::{DismissRequest, RiskyUser};
use entra_risk::beta::{DismissUserIds, RiskDetail, RiskLevel, RiskState};
use entra_risk::client::{Bounded, ErrorKind, RetryPolicy};
use proptest::prelude::*;
use serde_json::json;
use uuid::Uuid;

use super::wire::{Act, Wire, answer};
use super::{SHOWN, client, dismissal};

/// Runs a case on a runtime of its own.
fn run<T>(case: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(case)
}

fn settings() -> ProptestConfig {
    // No files of past failures: a found case becomes a test of its own.
    ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(128) }
}

proptest! {
    #![proptest_config(settings())]

    #[test]
    fn a_bounded_list_takes_exactly_its_lengths(items in prop::collection::vec(any::<u16>(), 0..12)) {
        let bounded = Bounded::<u16, 2, 7>::try_from(items.clone());
        prop_assert_eq!(bounded.is_ok(), (2..=7).contains(&items.len()));
        let read: Result<Bounded<u16, 2, 7>, _> = serde_json::from_value(json!(items));
        prop_assert_eq!(read.is_ok(), bounded.is_ok());
        if let Ok(bounded) = bounded {
            prop_assert_eq!(&bounded[..], &items[..]);
            prop_assert_eq!(json!(bounded), json!(items));
            prop_assert_eq!(bounded.into_inner(), items);
        }
    }

    #[test]
    fn chunks_hold_everything_in_order(items in prop::collection::vec(any::<u16>(), 0..40)) {
        let chunks = Bounded::<u16, 1, 7>::chunks(items.clone()).unwrap();
        prop_assert_eq!(chunks.len(), items.len().div_ceil(7));
        let all: Vec<_> = chunks.into_iter().flat_map(Bounded::into_inner).collect();
        prop_assert_eq!(all, items);
    }

    #[test]
    fn chunks_of_a_list_with_a_larger_minimum_hold_everything_or_fail(
        items in prop::collection::vec(any::<u16>(), 0..40),
    ) {
        match Bounded::<u16, 3, 7>::chunks(items.clone()) {
            Ok(chunks) => {
                let all: Vec<_> = chunks.into_iter().flat_map(Bounded::into_inner).collect();
                prop_assert_eq!(all, items);
            }
            Err(error) => prop_assert_eq!(error.n_items, items.len() % 7),
        }
    }

    #[test]
    fn ids_come_back_as_they_were(ids in prop::collection::vec(any::<u128>().prop_map(Uuid::from_u128), 1..=60)) {
        let body = DismissRequest { user_ids: DismissUserIds::try_from(ids.clone()).unwrap() };
        let text = serde_json::to_string(&body).unwrap();
        prop_assert_eq!(&serde_json::from_str::<serde_json::Value>(&text).unwrap(), &json!({"userIds": ids}));
        prop_assert_eq!(serde_json::from_str::<DismissRequest>(&text).unwrap(), body);
    }

    #[test]
    fn members_that_nobody_knows_are_kept(member in any::<String>()) {
        let value = json!({"id": SHOWN, "riskLevel": member, "riskState": member, "riskDetail": member});
        let user: RiskyUser = serde_json::from_value(value.clone()).unwrap();
        prop_assert_eq!(serde_json::to_value(&user).unwrap(), value);
        prop_assert_eq!(RiskLevel::from(member.as_str()).to_string(), member.clone());
        prop_assert_eq!(RiskState::from(member.clone()).to_string(), member.clone());
        let Ok(detail) = member.parse::<RiskDetail>();
        prop_assert_eq!(matches!(detail, RiskDetail::Other(_)), !RiskDetail::KNOWN.contains(&member.as_str()));
    }

    #[test]
    fn known_members_are_known(at in any::<prop::sample::Index>()) {
        let member = at.get(RiskDetail::KNOWN);
        let detail = RiskDetail::from(*member);
        prop_assert!(!matches!(detail, RiskDetail::Other(_)));
        prop_assert_eq!(json!(detail), json!(member));
    }

    #[test]
    fn a_wait_keeps_to_the_budget_and_to_retry_after(
        attempt in any::<u32>(),
        max_attempts in any::<u32>(),
        budget in any::<Duration>(),
        (first_wait, longest_wait) in (any::<Duration>(), any::<Duration>()),
        spent in any::<Duration>(),
        after in prop::option::of(any::<Duration>()),
        chance in prop::num::f64::ANY,
    ) {
        let policy = RetryPolicy { max_attempts, budget, first_wait, longest_wait };
        if let Some(wait) = policy.wait(attempt, spent, after, chance) {
            prop_assert!(attempt < max_attempts);
            prop_assert!(spent.checked_add(wait).is_some_and(|end| end <= budget));
            match after {
                Some(after) => prop_assert!(wait >= after, "{wait:?} < {after:?}"),
                None => prop_assert!(wait <= longest_wait, "{wait:?} > {longest_wait:?}"),
            }
        }
    }

    #[test]
    fn a_wait_that_fits_is_granted(after in 0_u64..100, chance in 0.0..1.0, attempt in 1_u32..5) {
        let wait = RetryPolicy::default().wait(attempt, Duration::ZERO, Some(Duration::from_secs(after)), chance);
        prop_assert!(wait.is_some_and(|wait| wait <= Duration::from_secs(after).mul_f64(1.1)));
    }
}

proptest! {
    // Each case is a server and a call.
    #![proptest_config(ProptestConfig { cases: 48, ..settings() })]

    #[test]
    fn a_header_is_sent_as_it_is_or_not_at_all(value in header_values()) {
        run(async {
            let server = Wire::start([answer("204 No Content", "", "")]).await;
            let result = dismissal(&client(&server.root())).workbook_session_id(value.as_str()).await;
            match result {
                Ok(_) => {
                    let request = server.requests().remove(0);
                    let line = format!("\r\nworkbook-session-id: {value}\r\n");
                    prop_assert!(request.contains(&line), "{request:?}");
                    // What the other side reads, which is without the space around it.
                    prop_assert_eq!(value.trim_matches([' ', '\t']), value.as_str());
                }
                Err(error) => {
                    prop_assert_eq!(error.kind(), ErrorKind::Invalid);
                    server.untouched();
                }
            }
            Ok(())
        })?;
    }

    #[test]
    fn no_body_of_a_refusal_loses_its_status(
        number in prop::sample::select(vec![400_u16, 401, 403, 404, 500, 502]),
        body in bodies(),
    ) {
        run(async {
            let status = wiremock::ResponseTemplate::new(number).set_body_bytes(body);
            let server = super::answering([status]).await;
            let error = dismissal(&client(&server.uri())).await.unwrap_err();
            prop_assert_eq!(error.kind(), ErrorKind::Refused);
            prop_assert_eq!(error.status().map(|status| status.as_u16()), Some(number));
            prop_assert!(!error.message().contains(['\r', '\n']) || error.code().is_some());
            Ok(())
        })?;
    }

    #[test]
    fn no_challenge_does_harm(challenge in challenges()) {
        run(async {
            let header = format!("WWW-Authenticate: {challenge}\r\n");
            let server = Wire::start([answer("401 Unauthorized", &header, ""), Act::Close(String::new())]).await;
            let error = dismissal(&client(&server.root())).await.unwrap_err();
            prop_assert_eq!(error.kind(), ErrorKind::Refused);
            prop_assert_eq!(error.status().map(|status| status.as_u16()), Some(401));
            Ok(())
        })?;
    }
}

fn header_values() -> impl Strategy<Value = String> {
    prop_oneof![any::<String>(), "[ -~]{0,40}", "[ \t\r\n\u{0}a-c\u{80}-\u{ff}]{0,6}", "[a-zA-Z0-9=+/.-]{1,80}",]
}

fn bodies() -> impl Strategy<Value = Vec<u8>> {
    let pieces = prop::sample::select(vec![
        r#"{"error":"#,
        r#"{"code":"#,
        r#""message":"#,
        r#""innerError":"#,
        "null",
        "1",
        r#""\u0000""#,
        "{",
        "}",
        "}}",
        "[",
        "]",
        ",",
        ":",
        r#""a""#,
        "<",
        ">",
        "<html>",
        "\u{feff}",
        "é",
        "\r\n",
    ]);
    prop_oneof![
        prop::collection::vec(any::<u8>(), 0..2000),
        prop::collection::vec(pieces, 0..60).prop_map(|pieces| pieces.concat().into_bytes()),
        // Deeper than a recursive reader likes.
        (1_usize..20_000).prop_map(|n| r#"{"error":"#.repeat(n).into_bytes()),
        (1_usize..20_000).prop_map(|n| "[".repeat(n).into_bytes()),
    ]
}

fn challenges() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "Bearer ",
        "bearer",
        "Basic ",
        "error=\"insufficient_claims\"",
        "claims=\"",
        "claims=",
        "\"",
        ", ",
        "e30=",
        "e30",
        "eyJhIjoxfQ",
        "%",
        "=",
        "====",
        "_-",
        "é",
        "/w==",
        "\t",
    ]);
    prop_oneof![prop::collection::vec(pieces, 0..12).prop_map(|pieces| pieces.concat()), "[ -~é]{0,80}"]
}
