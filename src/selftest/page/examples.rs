//! Damage to examples and their annotations.

use super::Damage;
use crate::selftest::mutant::Operator::{Alter, Drop, Narrow, Widen};

pub(super) const DAMAGES: &[Damage] = &[
    Damage {
        name: "example-method",
        operator: Alter,
        breaks: "the example uses another method than the operation",
        aims: &["docs/method_contradicts_example", "drift/example_differs"],
        apply: |site| {
            let line = site.first_line(&site.request()?);
            let (method, _) = site.text()[line.clone()].split_once(' ')?;
            let other = if method == "PUT" { "PATCH" } else { "PUT" };
            site.edit(line.start..line.start + method.len(), other)
        },
    },
    Damage {
        name: "example-path",
        operator: Alter,
        breaks: "the example calls another path",
        aims: &["docs/example_path_fits_no_template", "drift/example_differs"],
        apply: |site| {
            let (_, path) = site.operation()?;
            let first = path.split('/').nth(1)?;
            site.replace_in(site.first_line(&site.request()?), first, "elsewhere")
        },
    },
    Damage {
        name: "example-parameters",
        operator: Widen,
        breaks: "the example passes a parameter that the operation does not have",
        aims: &["docs/function_parameters_differ"],
        apply: |site| {
            // A literal last segment may be a function; a key may not.
            let (_, path) = site.operation().filter(|(_, path)| !path.ends_with('}'))?;
            let last = path.rsplit('/').next()?;
            let line = site.first_line(&site.request()?);
            let end = line.start + site.text()[line].rfind(last)? + last.len();
            site.edit(end..end, "(coat=2)")
        },
    },
    Damage {
        name: "example-capitals",
        operator: Alter,
        breaks: "the example spells the path with other capitals",
        aims: &["docs/letter_case_differs"],
        apply: |site| {
            let (_, path) = site.operation()?;
            let first = path.split('/').nth(1).filter(|segment| !segment.starts_with('{'))?;
            let line = site.first_line(&site.request()?);
            site.replace_in(line, first, &first.to_uppercase())
        },
    },
    Damage {
        name: "example-version",
        operator: Alter,
        breaks: "the example calls another version of the API",
        aims: &["docs/example_of_other_version"],
        apply: |site| {
            let other = if site.api == "beta" { "v1.0" } else { "beta" };
            let line = site.first_line(&site.request()?);
            site.replace_in(line, &format!("/{}/", site.api), &format!("/{other}/"))
        },
    },
    Damage {
        name: "example-url",
        operator: Alter,
        breaks: "the URL of the example has two schemes",
        aims: &["docs/url_unreadable"],
        apply: |site| site.replace_in(site.first_line(&site.request()?), "https://", "https://https://"),
    },
    Damage {
        name: "answer-line",
        operator: Alter,
        breaks: "the status line of the answer has no version of HTTP",
        aims: &["docs/message_unreadable"],
        apply: |site| site.replace_in(site.answer()?, "HTTP/1.1 ", "HTTP "),
    },
    Damage {
        name: "words-in-request",
        operator: Widen,
        breaks: "words for the reader stand before the JSON of the example",
        aims: &["docs/prose_in_request"],
        apply: |site| {
            let body = site.body(&site.request()?)?;
            site.edit(body.start..body.start, "Request body\n")
        },
    },
    Damage {
        name: "comma",
        operator: Widen,
        breaks: "a comma stands behind the last property of a body",
        aims: &["docs/example_json_invalid"],
        apply: |site| {
            let body = site.body(&site.request()?).or_else(|| site.body(&site.answer()?))?;
            let end = body.start + site.text()[body].rfind("\n}")?;
            site.edit(end..end, ",")
        },
    },
    Damage {
        name: "key-twice",
        operator: Widen,
        breaks: "an object of an example has a key twice",
        aims: &["docs/duplicate_json_key"],
        apply: |site| {
            let body = site.body(&site.answer()?).or_else(|| site.body(&site.request()?))?;
            site.edit(body.start + 1..body.start + 1, "\n  \"again\": 1,\n  \"again\": 2,")
        },
    },
    Damage {
        name: "length",
        operator: Alter,
        breaks: "a request declares a length that it does not have",
        aims: &["docs/content_length_wrong"],
        apply: |site| {
            let body = site.body(&site.request()?)?;
            site.edit(body.start - 1..body.start - 1, "Content-Length: 99999\n")
        },
    },
    Damage {
        name: "content-type-missing",
        operator: Drop,
        breaks: "a request with a body does not say its media type",
        aims: &["docs/content_type_missing"],
        apply: |site| {
            let request = site.request()?;
            site.body(&request)?;
            let line = site.text()[request.clone()].lines().find(|line| line.starts_with("Content-Type:"))?;
            site.replace_in(request, &format!("\n{line}"), "")
        },
    },
    Damage {
        name: "content-type",
        operator: Alter,
        breaks: "the example sends another media type",
        aims: &["drift/content_type_differs"],
        apply: |site| {
            let request = site.request()?;
            site.body(&request)?;
            site.replace_in(request, "Content-Type: application/json", "Content-Type: text/plain")
        },
    },
    Damage {
        name: "get-with-body",
        operator: Widen,
        breaks: "a GET is shown with a body",
        aims: &["docs/body_without_meaning"],
        apply: |site| {
            site.operation().filter(|(method, _)| *method == "GET")?;
            let request = site.request()?;
            let edited = site.edit(request.end..request.end, "\nContent-Type: application/json\n\n{\n  \"a\": 1\n}")?;
            // The section that says that there is none would be contradicted as well.
            site.with(edited.text?.replacen("## Request body", "## Remarks", 1))
        },
    },
    Damage {
        name: "body-property-added",
        operator: Widen,
        breaks: "the example sends a property that the table lacks",
        aims: &["docs/body_property_undocumented"],
        apply: |site| {
            let body = site.body(&site.request()?)?;
            let section = site.section("Request body")?;
            let mut text = site.edit(body.start + 1..body.start + 1, "\n  \"coat\": 2,")?.text?;
            // Only a table that is meant to have everything can lack something.
            let lead = "\nIn the request body, provide a JSON object with the following parameters.\n";
            text.insert_str(section.start, lead);
            site.with(text)
        },
    },
    Damage {
        name: "example-values",
        operator: Alter,
        breaks: "the example has other values than the transcript",
        aims: &["drift/example_differs"],
        apply: |site| {
            let message = site.body(&site.request()?).or_else(|| site.body(&site.answer()?))?;
            let quote = message.start + site.text()[message].rfind('"')?;
            site.edit(quote..quote, "x")
        },
    },
    Damage {
        name: "answer-status",
        operator: Alter,
        breaks: "the example is answered with another status than the text says",
        aims: &["docs/status_contradicts_example", "drift/example_differs"],
        apply: |site| site.edit(site.first_line(&site.answer()?), "HTTP/1.1 201 Created"),
    },
    Damage {
        name: "reason-phrase",
        operator: Alter,
        breaks: "the reason phrase belongs to another status",
        aims: &["docs/reason_phrase_wrong"],
        apply: |site| {
            let line = site.first_line(&site.answer()?);
            let status = site.text()[line.clone()].split(' ').nth(1)?.to_owned();
            site.edit(line, &format!("HTTP/1.1 {status} Moved Permanently"))
        },
    },
    Damage {
        name: "204-with-body",
        operator: Widen,
        breaks: "a 204 is shown with a body",
        aims: &["docs/no_content_has_body"],
        apply: |site| {
            let answer = site.answer().filter(|answer| site.text()[answer.clone()].contains(" 204"))?;
            site.edit(answer.end..answer.end, "\n\n{\n  \"ok\": true\n}")
        },
    },
    Damage {
        name: "204-with-media-type",
        operator: Widen,
        breaks: "a 204 is shown with a media type",
        aims: &["docs/no_content_has_entity_headers"],
        apply: |site| {
            let answer = site.answer().filter(|answer| site.text()[answer.clone()].contains(" 204"))?;
            site.edit(answer.end..answer.end, "\nContent-Type: text/plain")
        },
    },
    Damage {
        name: "collection-flag",
        operator: Alter,
        breaks: "the annotation says one or many, the answer shows the other",
        aims: &["docs/collection_flag_contradicts_response"],
        apply: |site| {
            let body = site.body(&site.answer()?)?;
            let many = site.text()[body.clone()].contains("\n  \"value\": [");
            // One value may be a primitive, or a list that was cut short.
            if !many && site.text()[body].contains("\n  \"value\": ") {
                return None;
            }
            let typed = "\"blockType\":\"response\",\"@odata.type\":\"string\"";
            let flagged = format!("{typed},\"isCollection\":{}", !many);
            site.replace("\"blockType\":\"response\"", &flagged)
        },
    },
    Damage {
        name: "type",
        operator: Alter,
        breaks: "the annotation names a type that is nearly one that the page links to",
        aims: &["docs/odata_type_unknown"],
        apply: |site| {
            site.body(&site.answer()?)?;
            let resource = site.pages.iter().find(|page| page.path.contains("/resources/"))?;
            let file = resource.path.rsplit('/').next()?;
            let name = file.trim_end_matches(".md");
            let linked = format!("Namespace: microsoft.graph\n\nSee [it](../resources/{file}).");
            let typed = format!("\"blockType\":\"response\",\"@odata.type\":\"microsoft.graph.{name}s\"");
            let text = site.text().replacen("Namespace: microsoft.graph", &linked, 1);
            site.with(text.replacen("\"blockType\":\"response\"", &typed, 1))
        },
    },
    Damage {
        name: "annotation-comma",
        operator: Widen,
        breaks: "an annotation is no JSON",
        aims: &["docs/annotation_unparsable"],
        apply: |site| site.replace("{\"blockType\":\"request\",", "{\"blockType\":\"request\",,"),
    },
    Damage {
        name: "annotation-apart",
        operator: Widen,
        breaks: "words stand between an annotation and its block",
        aims: &["docs/annotation_dangling"],
        apply: |site| {
            let request = site.request()?;
            let fence = request.start - "```http\n".len();
            site.edit(fence..fence, "Look:\n\n")
        },
    },
    Damage {
        name: "annotation-kind",
        operator: Alter,
        breaks: "a request is annotated as an answer",
        aims: &["docs/annotation_of_other_kind"],
        apply: |site| site.replace("\"blockType\":\"request\"", "\"blockType\":\"response\""),
    },
    Damage {
        name: "example-name-repeated",
        operator: Widen,
        breaks: "an example is on the page twice",
        aims: &["docs/example_name_repeated"],
        apply: |site| {
            let request = site.request()?;
            let begin = site.text()[..request.start].rfind("<!--")?;
            let again = format!("\n### Request\n\n{}\n```\n", &site.text()[begin..request.end]);
            site.with(format!("{}{again}", site.text()))
        },
    },
    Damage {
        name: "fence-open",
        operator: Drop,
        breaks: "a block has no end",
        aims: &["docs/fence_unclosed"],
        apply: |site| {
            let templates = site.templates()?;
            site.edit(templates.end..templates.end + "\n```".len(), "")
        },
    },
    Damage {
        name: "example-renamed",
        operator: Alter,
        breaks: "the example has another name than its transcript",
        aims: &["drift/example_renamed"],
        apply: |site| {
            site.replace("\"blockType\":\"request\",\"name\":\"", "\"blockType\":\"request\",\"name\":\"new_")
        },
    },
    Damage {
        name: "example-added",
        operator: Widen,
        breaks: "the page shows an example that no transcript holds",
        aims: &["drift/example_unrecorded"],
        apply: |site| {
            let (method, path) = site.operation()?;
            let path = path.replace(['{', '}'], "");
            let url = format!("https://graph.microsoft.com/{}{path}?more=1", site.api);
            let example = format!(
                "\n### Example 9: another\n\n#### Request\n\n\
                 <!-- {{\"blockType\":\"request\",\"name\":\"another_example\"}} -->\n```http\n{method} {url}\n```\n"
            );
            site.request()?;
            site.with(format!("{}{example}", site.text()))
        },
    },
    Damage {
        name: "examples-gone",
        operator: Drop,
        breaks: "the page no longer shows the example of a transcript",
        aims: &["drift/transcript_unfounded"],
        apply: |site| {
            let examples = site.section("Examples")?;
            site.edit(examples, "\nThere are none.\n")
        },
    },
    Damage {
        name: "one-example-of-several",
        operator: Narrow,
        breaks: "the page no longer shows the first of its examples",
        aims: &["drift/transcript_unfounded"],
        apply: |site| {
            let first = site.text().find("### Example 1:")?;
            let second = first + site.text()[first..].find("### Example 2:")?;
            site.edit(first..second, "")
        },
    },
];
