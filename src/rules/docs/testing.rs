//! Pages for the tests of rules: a sound one, made wrong in one place.

use super::{Mentions, Rule};
use crate::docs::{self, Page};

const SOUND: &str = r#"---
title: "widget: paint"
doc_type: apiPageType
---

# widget: paint

Namespace: microsoft.graph

Paints a [widget](../resources/widget.md).

## Permissions

|Permission type|Permissions (from least to most privileged)|
|:---|:---|
|Delegated (work or school account)|Widget.ReadWrite.All|
|Delegated (personal Microsoft account)|Not supported.|
|Application|Widget.ReadWrite.All|

## HTTP request

<!-- { "blockType": "ignored" } -->
```http
POST /widgets/{id}/paint
```

## Request headers

|Name|Description|
|:---|:---|
|Authorization|Bearer {token}. Required.|

## Request body

In the request body, provide a JSON object with the following parameters.

|Parameter|Type|Description|
|:---|:---|:---|
|colour|String|The colour. Required.|

## Response

If successful, this action returns a `200 OK` response code and the widget in the response body.

## Examples

### Request

<!-- {
  "blockType": "request",
  "name": "widget_paint"
}-->
```http
POST https://graph.microsoft.com/beta/widgets/7/paint
Content-Type: application/json

{
  "colour": "red"
}
```

### Response

<!-- {
  "blockType": "response",
  "truncated": true,
  "@odata.type": "microsoft.graph.widget"
}-->
```http
HTTP/1.1 200 OK
Content-Type: application/json

{
  "id": "7",
  "colour": "red"
}
```
"#;

/// A page as text.
#[derive(Clone)]
pub(super) struct Sound {
    name: String,
    text: String,
}

impl Sound {
    pub(super) fn page() -> Self {
        Self::named("beta/api/widget-paint.md")
    }

    pub(super) fn named(name: &str) -> Self {
        Self { name: name.to_owned(), text: SOUND.to_owned() }
    }

    /// An operation that answers with nothing.
    pub(super) fn no_content() -> Self {
        let body = "Content-Type: application/json\n\n{\n  \"id\": \"7\",\n  \"colour\": \"red\"\n}\n";
        Self::page()
            .with("`200 OK` response code and the widget in the response body.", "`204 No Content` response code.")
            .with(&format!("HTTP/1.1 200 OK\n{body}"), "HTTP/1.1 204 No Content\n")
            .with(",\n  \"@odata.type\": \"microsoft.graph.widget\"\n", "\n")
    }

    /// The first place that says one thing says another.
    pub(super) fn with(&self, from: &str, to: &str) -> Self {
        assert!(self.text.contains(from), "the page has no {from}");
        Self { text: self.text.replacen(from, to, 1), ..self.clone() }
    }

    /// Something more at the end.
    pub(super) fn and(&self, more: &str) -> Self {
        Self { text: format!("{}\n{more}", self.text), ..self.clone() }
    }

    fn read(&self) -> Page {
        docs::read(&self.name, &self.text, &|_| None)
    }

    /// The line that a text begins in: the last place that has it.
    fn line(&self, text: &str) -> usize {
        let at = self.text.rfind(text).unwrap_or_else(|| panic!("the page has no {text}"));
        1 + self.text[..at].matches('\n').count()
    }
}

/// Rule and line of everything that is found on a page, read among others.
fn found(page: &Sound, others: &[&Sound]) -> Vec<(String, usize)> {
    let read = page.read();
    let mut mentions: Vec<Mentions> = others.iter().map(|other| super::mentions(&other.read())).collect();
    mentions.push(super::mentions(&read));
    let of_page = super::lint(&read).into_iter();
    let of_all = super::corpus(&mentions).into_iter().filter(|finding| finding.origin.file == page.name);
    of_page.chain(of_all).map(|finding| (finding.rule, finding.origin.line)).collect()
}

/// The rule fires in these places, and no other rule does anywhere.
#[track_caller]
pub(super) fn fires(rule: &Rule, page: &Sound, places: &[&str]) {
    fires_among(rule, page, &[], places);
}

#[track_caller]
pub(super) fn fires_among(rule: &Rule, page: &Sound, others: &[&Sound], places: &[&str]) {
    let expected: Vec<(String, usize)> = places.iter().map(|place| (rule.id.to_owned(), page.line(place))).collect();
    assert_eq!(found(page, others), expected, "{}", page.text);
}

/// Neither this rule nor any other fires.
#[track_caller]
pub(super) fn quiet(rule: &Rule, page: &Sound) {
    quiet_among(rule, page, &[]);
}

#[track_caller]
pub(super) fn quiet_among(rule: &Rule, page: &Sound, others: &[&Sound]) {
    let found = found(page, others);
    assert!(found.is_empty(), "{}: {found:?}\n{}", rule.id, page.text);
}

#[test]
fn each_rule_has_the_name_of_its_file_and_a_reason() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/rules/docs");
    for rule in super::RULES {
        let stem = rule.id.strip_prefix("docs/").unwrap_or_default();
        assert!(folder.join(format!("{stem}.rs")).is_file(), "{}", rule.id);
        assert!(rule.reason.len() > 20, "{}", rule.id);
    }
    let mut ids: Vec<&str> = super::RULES.iter().map(|rule| rule.id).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), super::RULES.len());
}

#[test]
fn the_sound_page_is_sound() {
    assert!(found(&Sound::page(), &[]).is_empty(), "{:?}", super::lint(&Sound::page().read()));
    assert!(found(&Sound::no_content(), &[]).is_empty());
}
