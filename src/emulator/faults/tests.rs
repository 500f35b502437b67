use proptest::prelude::*;
use serde_json::json;

use super::*;

fn read(text: &str) -> Fault {
    text.parse().unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn refused(text: &str) -> String {
    match text.parse::<Fault>() {
        Ok(fault) => panic!("{text} was read as {fault:?}"),
        Err(error) => error.to_string(),
    }
}

#[test]
fn every_kind_is_read_by_its_name_and_written_back() {
    for (kind, _) in FaultKind::catalogue() {
        let fault = read(kind.as_str());
        assert_eq!(fault, Fault::new(kind));
        let written = serde_json::to_value(&fault).expect("JSON");
        assert_eq!(serde_json::from_value::<Fault>(written).expect("read back"), fault);
        assert_eq!(read(&fault.to_string()), fault);
    }
}

#[test]
fn text_and_object_say_the_same() {
    let fault =
        read("throttle=2.5, retry-after=3,operation=*.dismiss,method=post,times=2,every=3,skip=1,probability=0.5");
    let object = json!({
        "fault": "throttle", "rate": 2.5, "retryAfter": 3, "operation": "*.dismiss", "method": "POST",
        "times": 2, "every": 3, "skip": 1, "probability": 0.5,
    });
    assert_eq!(serde_json::from_value::<Fault>(object.clone()).expect("read"), fault);
    assert_eq!(serde_json::to_value(&fault).expect("written"), object);
    assert_eq!(read(&fault.to_string()), fault);
    let file = json!({ "fault": "unavailable", "retry-after": 3 });
    assert_eq!(serde_json::from_value::<Fault>(file).expect("read"), read("unavailable=3"));
}

#[test]
fn what_cannot_be_used_is_refused_in_words() {
    for (text, words) in [
        ("", "there is no fault ''; there are throttle, unavailable"),
        ("trottle", "there is no fault 'trottle'"),
        ("throttle=fast", "'rate' has to be a number, not 'fast'"),
        ("throttle=0", "above 0"),
        ("throttle=NaN", "above 0"),
        ("throttle=-1", "above 0"),
        ("throttle,millis=1", "'millis' is a setting of latency, not of throttle"),
        ("latency=1,retryAfter=1", "'retryAfter' is a setting of throttle and unavailable"),
        ("latency=99999999999", "at most a day"),
        ("html=204", "that has a body"),
        ("html=99", "that has a body"),
        ("truncated=1", "'truncated' takes no value"),
        ("unavailable,twice", "'twice' is no SETTING=VALUE"),
        ("unavailable,time=2", "there is no setting 'time'"),
        ("unavailable,times=0", "at least 1"),
        ("unavailable,every=0", "at least 1"),
        ("unavailable,probability=1.5", "from 0 to 1"),
        ("unavailable,operation=", "'operation' is empty"),
        ("unavailable,method=GET POST", "an HTTP method"),
        ("foreign-link=http://x/", "a host name"),
        ("foreign-link=a@b", "a host name"),
    ] {
        let error = refused(text);
        assert!(error.starts_with("read the fault: ") && error.contains(words), "{text}: {error}");
    }
    let unknown = serde_json::from_value::<Fault>(json!({ "fault": "html", "time": 2 })).expect_err("unknown");
    assert!(unknown.to_string().contains("unknown field `time`"), "{unknown}");
}

proptest! {
    #[test]
    fn no_text_panics(text in "[a-z]{0,9}(=[-0-9.eN*]{0,5})?(,[a-z]{0,9}=?[-0-9.*]{0,5}){0,3}|\\PC{0,30}") {
        let _ = text.parse::<Fault>();
    }
}

const SUBJECT: Subject<'static> =
    Subject { operation: "thing.alter", method: "POST", tenant: Some("one"), token: Some((1, 100)), would_act: true };

/// What strikes a request at each of these seconds.
fn struck(faults: &[&str], seconds: &[f64]) -> Vec<Option<&'static str>> {
    let mut active = Active::new(faults.iter().map(|text| read(text)).collect());
    let strike = |second: &f64| active.before(&SUBJECT, (second * 1e7) as i64).map(|(_, fault)| fault);
    seconds.iter().map(strike).collect()
}

#[test]
fn counts_say_which_requests_are_struck() {
    let of = |text: &str| -> String {
        let struck = struck(&[text], &[0.0; 8]);
        struck.iter().map(|struck| if struck.is_some() { 'x' } else { '.' }).collect()
    };
    assert_eq!(of("unavailable"), "xxxxxxxx");
    assert_eq!(of("unavailable,times=2"), "xx......");
    assert_eq!(of("unavailable,skip=3"), "...xxxxx");
    assert_eq!(of("unavailable,every=3"), "..x..x..");
    assert_eq!(of("unavailable,skip=1,every=2,times=2"), "..x.x...");
    assert_eq!(of("unavailable,probability=0"), "........");
    assert_eq!(of("unavailable,probability=1"), "xxxxxxxx");
    let some = of("unavailable,probability=0.5");
    assert!(some.contains('x') && some.contains('.') && some == of("unavailable,probability=0.5"), "{some}");
}

#[test]
fn a_fault_keeps_to_its_operations_and_method() {
    for (text, strikes) in [
        ("unavailable,operation=*.alter", true),
        ("unavailable,operation=thing.*", true),
        ("unavailable,operation=thing.alter,method=POST", true),
        ("unavailable,operation=*.read", false),
        ("unavailable,method=GET", false),
    ] {
        assert_eq!(struck(&[text], &[0.0]) != [None], strikes, "{text}");
    }
}

#[test]
fn the_first_fault_that_strikes_is_the_only_one() {
    let both = struck(&["html,times=1", "unavailable,times=1"], &[0.0; 3]);
    assert_eq!(both, [Some("html"), Some("unavailable"), None]);
}

#[test]
fn throttling_leaves_so_many_a_second_through() {
    let throttled =
        |text: &str, seconds: &[f64]| -> Vec<bool> { struck(&[text], seconds).iter().map(Option::is_some).collect() };
    assert_eq!(
        throttled("throttle=1", &[0.0, 0.5, 0.99, 1.0, 1.5, 2.5]),
        [false, true, true, false, true, false],
        "one that was refused does not count"
    );
    assert_eq!(throttled("throttle=3", &[0.0, 0.0, 0.0, 0.0, 0.4, 0.4]), [false, false, false, true, false, true]);
    assert_eq!(throttled("throttle=0.5", &[0.0, 1.0, 2.0]), [false, true, false]);
    assert_eq!(throttled("throttle=1", &[1000.0, 0.0, 0.1]), [false, false, true], "a clock that was set back");
}

#[test]
fn each_tenant_is_throttled_by_itself() {
    let mut active = Active::new(vec![read("throttle=1")]);
    let mut is_struck = |tenant| active.before(&Subject { tenant, ..SUBJECT }, 0).is_some();
    assert!(!is_struck(Some("one")));
    assert!(!is_struck(Some("two")));
    assert!(is_struck(Some("one")));
    assert!(!is_struck(None), "nobody knows whose request this is");
}

#[test]
fn a_challenge_ends_with_a_newer_token() {
    let mut active = Active::new(vec![read("claims-challenge")]);
    let mut is_struck = |token, issued| {
        let subject = Subject { token: Some((token, issued)), ..SUBJECT };
        active.before(&subject, 200 * 10_000_000).is_some()
    };
    assert!(is_struck(1, 100));
    assert!(is_struck(1, 100), "the same token again");
    assert!(is_struck(2, 150), "another one, but older than the challenge");
    assert!(!is_struck(3, 200));
    assert!(is_struck(1, 100));
}

#[test]
fn success_without_effect_needs_something_to_leave_undone() {
    let mut active = Active::new(vec![read("no-effect")]);
    assert!(active.before(&Subject { would_act: false, ..SUBJECT }, 0).is_none());
    assert!(matches!(active.before(&SUBJECT, 0), Some((Strike::NoEffect, "no-effect"))));
}

#[test]
fn an_answer_is_spoilt_only_where_it_can_be() {
    let of = |text: &str, has_body, is_page| {
        Active::new(vec![read(text)]).after(&SUBJECT, has_body, is_page).map(|(spoil, _)| spoil)
    };
    assert_eq!(of("truncated", true, false), Some(Spoil::Truncated));
    assert_eq!(of("truncated", false, false), None);
    assert_eq!(of("empty-page", true, true), Some(Spoil::EmptyPage));
    assert_eq!(of("looping-link", true, false), None);
    assert_eq!(of("foreign-link=a.test:1", true, true), Some(Spoil::Foreign("a.test:1".to_owned())));
    assert_eq!(of("reset-after", false, false), Some(Spoil::Reset));
    assert_eq!(of("unavailable", true, true), None);
}

#[test]
fn delays_add_up() {
    let mut active = Active::new(vec![read("latency=20"), read("latency=3,times=1")]);
    let mut delay = || active.delay(&SUBJECT).map(|delay| delay.as_millis());
    assert_eq!([delay(), delay()], [Some(23), Some(20)]);
}
