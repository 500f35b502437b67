//! `entra-risk spec lint` of 8,000 operations, beside the bare parser over the same text.

use std::fmt::Write as _;
use std::process::{Command, Stdio};
use std::time::Duration;

use saphyr_parser::{Event, Parser, Span, SpannedEventReceiver};

use super::bar::{Bar, Most, Result};
use super::cost;
use super::program::PROGRAM;

/// Entities, each with eight operations on it.
const ENTITIES: usize = 1000;
/// Scopes of the security schemes: Graph has some hundreds.
const SCOPES: usize = 600;

/// The process, since a person waits for all of it. The floor reads no more than the text.
pub(crate) fn lint(quick: bool) -> Result {
    let text = description();
    // A folder of its own: what is beside a description is looked at too.
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("beta.yaml");
    std::fs::write(&file, &text)?;
    let run = || {
        let begun = cost::of_children()?;
        let status = Command::new(PROGRAM).args(["spec", "lint"]).arg(&file).stdout(Stdio::null()).status()?;
        match status.success() {
            true => Ok::<_, Box<dyn std::error::Error>>(cost::of_children()?.saturating_sub(begun)),
            false => Err(format!("entra-risk spec lint ended with {status}").into()),
        }
    };
    let (value, floor) = cost::least(if quick { 3 } else { 15 }, run, || events(&text))?;
    Ok(vec![Bar {
        name: "lint of 8,000 operations, CPU",
        value: value / 1000.0,
        floor: floor / 1000.0,
        unit: "ms",
        most: Most::Absolute(1000.0),
    }])
}

/// Takes events, and keeps nothing of them.
struct Nothing(usize);

impl<'input> SpannedEventReceiver<'input> for Nothing {
    fn on_event(&mut self, _: Event<'input>, _: Span) {
        self.0 += 1;
    }
}

fn events(text: &str) -> std::result::Result<Duration, Box<dyn std::error::Error>> {
    let begun = cost::of_thread()?;
    let mut receiver = Nothing(0);
    Parser::new_from_str(text).load(&mut receiver, true)?;
    let spent = cost::of_thread()?.saturating_sub(begun);
    if receiver.0 < ENTITIES { Err("there are no events".into()) } else { Ok(spent) }
}

/// An invented description, in the form of ours, without a defect.
fn description() -> String {
    let mut text = HEAD.to_owned();
    for entity in 0..ENTITIES {
        operations(&mut text, entity);
    }
    text += "components:\n  securitySchemes:\n    application:\n      type: oauth2\n      flows:\n        clientCredentials:\n          tokenUrl: https://login.example.com/token\n          scopes:\n";
    for scope in 0..SCOPES {
        let _ = writeln!(text, "            Thing{scope}.Read.All: Read things of kind {scope}.");
    }
    text += ERRORS;
    for entity in 0..ENTITIES {
        schemas(&mut text, entity);
    }
    text
}

fn operations(text: &mut String, entity: usize) {
    let key = "        - {name: id, in: path, required: true, schema: {type: string, format: uuid}}\n";
    for (path, method, verb, has_key, body, answer) in [
        ("", "get", "list", false, "", "Page"),
        ("", "post", "create", false, "Change", "Thing"),
        ("/{id}", "get", "get", true, "", "Thing"),
        ("/{id}", "patch", "update", true, "Change", "Thing"),
        ("/{id}", "delete", "delete", true, "", ""),
        ("/{id}/enable", "post", "enable", true, "Change", ""),
        ("/{id}/disable", "post", "disable", true, "Change", ""),
        ("/{id}/history", "get", "history", true, "", "Page"),
    ] {
        // A path has one entry: its second method goes below the first.
        if !matches!(verb, "create" | "update" | "delete") {
            let _ = writeln!(text, "  /things{entity}{path}:");
        }
        let scope = entity % SCOPES;
        let _ = write!(
            text,
            "    {method}:\n      operationId: thing{entity}.{verb}\n      summary: The {verb} of things of kind {entity}.\n      x-entra-source: {{page: beta/api/thing{entity}-{verb}.md (2026), rests: documented}}\n      security:\n        - application: [Thing{scope}.Read.All]\n      parameters:\n        - {{name: X-Trace, in: header, schema: {{type: string}}}}\n"
        );
        if has_key {
            text.push_str(key);
        }
        if !body.is_empty() {
            let _ = write!(
                text,
                "      requestBody:\n        required: true\n        content:\n          application/json:\n            schema: {{$ref: '#/components/schemas/{body}{entity}'}}\n            example: {{name: A name}}\n"
            );
        }
        text.push_str("      responses:\n");
        if answer.is_empty() {
            text.push_str("        '204': {description: Taken.}\n");
        } else {
            let _ = write!(
                text,
                "        '200':\n          description: As it is.\n          content:\n            application/json:\n              schema: {{$ref: '#/components/schemas/{answer}{entity}'}}\n"
            );
            if !body.is_empty() {
                text.push_str(
                    "              example: {id: 04487ee0-f4f6-4e7f-8999-facc5a30e232, name: A name, kind: first}\n",
                );
            }
        }
        text.push_str(
            "        4XX: {$ref: '#/components/responses/Error'}\n        5XX: {$ref: '#/components/responses/Error'}\n",
        );
    }
}

fn schemas(text: &mut String, entity: usize) {
    let source = format!("x-entra-source: {{page: beta/resources/thing{entity}.md (2026), rests: documented}}");
    let _ = write!(
        text,
        "    Thing{entity}:\n      type: object\n      x-entra-set: {{name: things{entity}, key: id}}\n      properties:\n        id: {{type: string, format: uuid}}\n        name: {{type: string, nullable: true}}\n        kind: {{$ref: '#/components/schemas/Kind{entity}'}}\n        changedDateTime: {{type: string, format: date-time, nullable: true}}\n      additionalProperties: {{}}\n      {source}\n    Kind{entity}:\n      type: string\n      enum: [first, second, unknownFutureValue]\n      {source}\n    Change{entity}:\n      type: object\n      required: [name]\n      properties:\n        name: {{type: string, maxLength: 64}}\n      {source}\n    Page{entity}:\n      type: object\n      required: [value]\n      properties:\n        '@odata.nextLink': {{type: string}}\n        value: {{type: array, items: {{$ref: '#/components/schemas/Thing{entity}'}}}}\n      additionalProperties: {{}}\n      {source}\n"
    );
}

const HEAD: &str = "openapi: 3.0.3
info: {title: Invented things, version: beta}
servers:
  - url: https://graph.microsoft.com/beta
    x-entra-source: {page: invented, rests: assumption}
paths:
";

const ERRORS: &str = "  responses:
    Error:
      description: Refused.
      content:
        application/json:
          schema: {$ref: '#/components/schemas/Refusal'}
  schemas:
    Refusal:
      type: object
      required: [error]
      properties:
        error: {$ref: '#/components/schemas/RefusalBody'}
      additionalProperties: {}
      x-entra-source: {page: invented, rests: assumption}
    RefusalBody:
      type: object
      required: [code, message]
      properties:
        code: {type: string}
        message: {type: string}
      additionalProperties: {}
      x-entra-source: {page: invented, rests: assumption}
";
