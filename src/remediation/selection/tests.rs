use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::json;

use super::*;
use crate::remediation::{Group, Members, VerbKind};

/// 2026-11-22T12:00:00.5Z
fn now() -> SystemTime {
    UNIX_EPOCH + Duration::from_millis(1_795_348_800_500)
}

fn members(group: &str) -> Members {
    let groups = Group::all(crate::embedded::contracts());
    let group = groups.iter().find(|known| known.name == group).expect("a group");
    let list = group.verbs.iter().find(|verb| verb.kind == VerbKind::List).and_then(|verb| verb.offer(None));
    let list = list.expect("a list");
    let set = list.contract.served_set(list.operation).expect("a set");
    Members::of(list.contract, &set.name).expect("reads")
}

/// What options come to: the filter, what is kept, and what people are told.
fn check(given: &[(&str, &[&str])]) -> Result<(Option<String>, Vec<Contains>, String), String> {
    let criteria = Criterion::all(&members("users"));
    let mut parts = Vec::new();
    for (name, values) in given {
        let criterion = criteria.iter().find(|criterion| criterion.name == *name).ok_or(format!("no {name}"))?;
        let values: Vec<String> = values.iter().map(|value| (*value).to_owned()).collect();
        parts.push(criterion.read(&values, now()).map_err(|error| error.to_string())?);
    }
    let Selection { filter, keep, described } = Selection::new(parts, None);
    Ok((filter, keep, described))
}

#[test]
fn every_set_has_its_words() {
    let mut text = String::new();
    for group in Group::all(crate::embedded::contracts()) {
        let names: Vec<String> = Criterion::all(&members(&group.name)).into_iter().map(|it| it.name).collect();
        text += &format!("{}: {}\n", group.name, names.join(" "));
    }
    insta::assert_snapshot!(text, @r"
    users: is-deleted is-processing detail updated-since updated-before level state display-name-contains upn-contains
    detections: request-id correlation-id event-type state level detail source detection-timing-type activity token-issuer-type ip-address activity-since activity-before detected-since detected-before updated-since updated-before user-id display-name-contains upn-contains
    service-principal-risk-detections: request-id correlation-id event-type state level detail source detection-timing-type activity token-issuer-type ip-address activity-since activity-before detected-since detected-before updated-since updated-before service-principal-id display-name-contains app-id
    service-principals: app-id display-name-contains is-enabled is-processing detail updated-since updated-before level state service-principal-type
    sign-ins: created-since created-before app-display-name-contains app-id client-app-used conditional-access-status correlation-id ip-address is-interactive resource-display-name-contains resource-id detail level-aggregated level-during-sign-in state user-display-name-contains user-id upn-contains
    agents: display-name-contains blueprint-id identity-type is-deleted is-enabled is-processing detail modified-since modified-before level state
    agent-risk-detections: activity-since activity-before blueprint-id detected-since detected-before detection-timing-type display-name-contains identity-id identity-type modified-since modified-before detail event-type evidence level state source agent-display-name-contains agent-id
    ");
}

#[test]
fn options_become_a_filter() {
    assert_eq!(
        check(&[("level", &["high", "MEDIUM"]), ("state", &["at-risk"]), ("is-deleted", &["false"])]),
        Ok((
            Some(
                "(riskLevel eq 'high' or riskLevel eq 'medium') and riskState eq 'atRisk' and isDeleted eq false"
                    .to_owned()
            ),
            vec![],
            "level high or medium; state atRisk; is deleted false".to_owned()
        ))
    );
    for (text, expected) in [
        ("7d", "2026-11-15T12:00:00Z"),
        ("36h", "2026-11-21T00:00:00Z"),
        ("90m", "2026-11-22T10:30:00Z"),
        ("2w", "2026-11-08T12:00:00Z"),
        ("2026-11-01", "2026-11-01T00:00:00Z"),
        ("2026-11-01t10:00:00+02:00", "2026-11-01T08:00:00Z"),
    ] {
        let filter = check(&[("updated-since", &[text])]).map(|(filter, ..)| filter);
        assert_eq!(filter, Ok(Some(format!("riskLastUpdatedDateTime ge {expected}"))), "{text}");
    }
    let before = check(&[("updated-before", &["2026-11-01"])]).map(|(filter, ..)| filter);
    assert_eq!(before, Ok(Some("riskLastUpdatedDateTime lt 2026-11-01T00:00:00Z".to_owned())));
}

#[test]
fn what_cannot_be_used_is_explained() {
    let level = check(&[("level", &["severe"])]).expect_err("no member");
    assert_eq!(
        level,
        "'severe' is none of low, medium, high, hidden, none, unknown-future-value; newer ones can be given with --filter"
    );
    for text in ["soon", "7", "d", "-7d", "99999999999999999999d", "9999999999d", "2026-13-01", "7é", "+1d1"] {
        let error = check(&[("updated-since", &[text])]).expect_err(text);
        assert!(error.contains("is no time"), "{text}: {error}");
    }
    assert!(check(&[("is-deleted", &["maybe"])]).is_err());
    assert!(check(&[("upn-contains", &[" "])]).is_err(), "every text contains nothing");
    assert!(check(&[("level", &[""])]).is_err());
}

#[test]
fn parts_of_names_are_looked_for_after_reading() {
    let (filter, keep, described) = check(&[("upn-contains", &["@Contoso"])]).expect("a part");
    assert_eq!((filter, described.as_str()), (None, "upn contains '@Contoso'"));
    let selection = Selection { filter: None, keep, described };
    let has = |member: serde_json::Value| selection.keeps(member.as_object().expect("a member"));
    assert!(!selection.is_empty());
    assert!(has(json!({"userPrincipalName": "Alex@CONTOSO.com"})));
    assert!(!has(json!({"userPrincipalName": "alex@fabrikam.com"})));
    assert!(!has(json!({"userPrincipalName": null})));
    assert!(!has(json!({})));
    assert!(Selection::default().is_empty());
}

#[test]
fn a_condition_of_the_caller_stands_by_itself() {
    let level = Criterion::all(&members("users")).into_iter().find(|criterion| criterion.name == "level");
    let level = level.and_then(|level| level.read(&["high".to_owned()], now()).ok()).expect("a part");
    let selection = Selection::new(vec![level], Some("isDeleted eq true or isProcessing eq true"));
    assert_eq!(
        selection.filter.as_deref(),
        Some("riskLevel eq 'high' and (isDeleted eq true or isProcessing eq true)")
    );
    assert_eq!(selection.described, "level high; filter isDeleted eq true or isProcessing eq true");
}
