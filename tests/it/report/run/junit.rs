//! JUnit's XML against the rules of Jenkins' schema (xunit-plugin, `junit-10.xsd`), which most
//! readers of the format follow: told here in our own words, since no crate reads XSD.

use entra_risk::report::Format;
use roxmltree::{Document, Node};

use super::{hostile, ordinary, rendered};

/// An element: the attributes that it must have, those that it may have, what is in it, and
/// whether text is.
type Element = (&'static str, &'static [&'static str], &'static [&'static str], &'static [&'static str], bool);

const ELEMENTS: &[Element] = &[
    ("testsuites", &[], &["name", "time", "tests", "failures", "errors"], &["testsuite"], false),
    (
        "testsuite",
        &["name", "tests", "failures", "errors"],
        &["group", "time", "skipped", "timestamp", "hostname", "id", "package", "file", "log", "url"],
        &["testsuite", "properties", "testcase", "system-out", "system-err"],
        false,
    ),
    ("properties", &[], &[], &["property"], false),
    ("property", &["name", "value"], &[], &[], false),
    (
        "testcase",
        &["name"],
        &["time", "classname", "group"],
        &["skipped", "error", "failure", "system-out", "system-err"],
        false,
    ),
    ("failure", &[], &["type", "message"], &[], true),
    ("skipped", &[], &["type", "message"], &[], true),
];

/// What the schema would say against an element and what is in it.
fn objections(node: Node<'_, '_>, found: &mut Vec<String>) {
    let name = node.tag_name().name();
    let Some((_, must, may, children, text)) = ELEMENTS.iter().find(|(known, ..)| *known == name) else {
        return found.push(format!("there is no element {name}"));
    };
    let has: Vec<&str> = node.attributes().map(|attribute| attribute.name()).collect();
    found.extend(must.iter().filter(|name| !has.contains(name)).map(|missing| format!("{name} lacks {missing}")));
    let known = |attribute: &&&str| must.contains(attribute) || may.contains(attribute);
    found.extend(has.iter().filter(|name| !known(name)).map(|other| format!("{name} has {other}")));
    for child in node.children() {
        match child.is_element() {
            true if !children.contains(&child.tag_name().name()) => {
                found.push(format!("{name} holds {}", child.tag_name().name()));
            }
            true => objections(child, found),
            false if !text && child.text().is_some_and(|text| !text.trim().is_empty()) => {
                found.push(format!("{name} holds text"));
            }
            false => {}
        }
    }
}

fn check(text: &str) -> Vec<String> {
    let document = Document::parse(text).expect("well-formed XML");
    let mut found = Vec::new();
    if document.root_element().tag_name().name() != "testsuites" {
        found.push("the root is another one".to_owned());
    }
    objections(document.root_element(), &mut found);
    found
}

#[test]
fn junit_keeps_to_the_rules_of_its_schema() {
    for report in [ordinary(), hostile()] {
        for strict in [false, true] {
            assert_eq!(check(&rendered(&report, strict, Format::Junit)), [""; 0]);
        }
    }
    // The rules can be broken.
    let right = rendered(&ordinary(), false, Format::Junit);
    for (from, to, objection) in [
        ("<testsuites ", "<testsuites skipped=\"1\" ", "testsuites has skipped"),
        ("<testsuite name=", "<testsuite label=", "testsuite lacks name"),
        ("<property name=\"tool\"", "<property key=\"tool\"", "property lacks name"),
        ("<skipped ", "<ignored ", "testcase holds ignored"),
        ("<properties>", "<properties>x", "properties holds text"),
    ] {
        let wrong = right.replacen(from, to, 1);
        let wrong = if from == "<skipped " { close(&wrong) } else { wrong };
        assert!(check(&wrong).iter().any(|found| found == objection), "{objection}: {:?}", check(&wrong));
    }
}

/// The element that was renamed ends under its new name.
fn close(text: &str) -> String {
    let at = text.find("<ignored ").expect("the element");
    let (before, rest) = text.split_at(at);
    match rest.find("/>") {
        Some(end) if rest.find('>') == Some(end + 1) => text.to_owned(),
        _ => format!("{before}{}", rest.replacen("</skipped>", "</ignored>", 1)),
    }
}

#[test]
fn what_does_not_fail_the_run_is_skipped_with_its_reason() {
    let text = rendered(&ordinary(), false, Format::Junit);
    let document = Document::parse(&text).expect("XML");
    let of = |name: &'static str| document.descendants().filter(move |node| node.has_tag_name(name));
    let messages: Vec<&str> = of("skipped").filter_map(|node| node.attribute("message")).collect();
    for part in ["accepted: the generator", "an assumption", "warning: ", "not run: the server", "not applicable: "] {
        assert!(messages.iter().any(|message| message.starts_with(part)), "{part}: {messages:?}");
    }
    assert_eq!(messages.len(), 5);
    assert_eq!(of("failure").count(), 3, "two checks and an entry of the accepted list");
    // The counts that readers trust are right.
    for suite in of("testsuite") {
        let count = |name: &str| suite.children().filter(|node| node.has_tag_name(name)).count().to_string();
        assert_eq!(suite.attribute("tests"), Some(&*count("testcase")));
        let inner = |name: &str| suite.descendants().filter(|node| node.has_tag_name(name)).count().to_string();
        assert_eq!(suite.attribute("failures"), Some(&*inner("failure")));
        assert_eq!(suite.attribute("skipped"), Some(&*inner("skipped")));
    }
    let strict = rendered(&ordinary(), true, Format::Junit);
    assert_eq!(strict.matches("<failure ").count(), 5);
}
