//! Invented descriptions of many operations, in the form of ours.

use std::fmt::Write as _;
use std::fs;

use tempfile::TempDir;

/// Paths of each entity.
const PATHS: usize = 5;
/// Scopes of the security schemes: Graph has some hundreds.
const SCOPES: usize = 600;

const COMPONENTS: &str = "\ncomponents:\n";

/// A description of entities, each with eight operations on it, without a defect.
pub(crate) fn description(n_entities: usize) -> String {
    let mut text = HEAD.to_owned();
    for entity in 0..n_entities {
        operations(&mut text, entity, &format!("Thing{}.Read.All", entity % SCOPES));
    }
    text += "components:\n  securitySchemes:\n    application:\n      type: oauth2\n      flows:\n        clientCredentials:\n          tokenUrl: https://login.example.com/token\n          scopes:\n";
    for scope in 0..SCOPES {
        let _ = writeln!(text, "            Thing{scope}.Read.All: Read things of kind {scope}.");
    }
    text += ERRORS;
    for entity in 0..n_entities {
        schemas(&mut text, entity);
    }
    text
}

/// Our description with 8,000 more paths, and our transcripts, in a folder.
pub(crate) fn beside_ours() -> std::io::Result<TempDir> {
    const N_ENTITIES: usize = 8000 / PATHS;
    const OURS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/openapi");
    let ours = fs::read_to_string(format!("{OURS}/beta.yaml"))?;
    let cut = |text: &str| std::io::Error::other(format!("there is no '{}' in our description", text.trim()));
    let (mut text, components) = ours.split_once(COMPONENTS).map(|(a, b)| (a.to_owned(), b)).ok_or(cut(COMPONENTS))?;
    text.push('\n');
    for entity in 0..N_ENTITIES {
        // A permission that is there already: with more of them, the token, and with it every
        // request, would be longer.
        operations(&mut text, entity, "IdentityRiskyUser.Read.All");
    }
    text += COMPONENTS.trim_start();
    text += components;
    for entity in 0..N_ENTITIES {
        schemas(&mut text, entity);
    }
    let folder = tempfile::tempdir()?;
    fs::write(folder.path().join("beta.yaml"), text)?;
    let transcripts = folder.path().join("exchanges/beta");
    fs::create_dir_all(&transcripts)?;
    for file in fs::read_dir(format!("{OURS}/exchanges/beta"))? {
        let file = file?;
        fs::copy(file.path(), transcripts.join(file.file_name()))?;
    }
    Ok(folder)
}

fn operations(text: &mut String, entity: usize, permission: &str) {
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
        let _ = write!(
            text,
            "    {method}:\n      operationId: thing{entity}.{verb}\n      summary: The {verb} of things of kind {entity}.\n      x-entra-source: {{page: beta/api/thing{entity}-{verb}.md (2026), rests: documented}}\n      security:\n        - application: [{permission}]\n      parameters:\n        - {{name: X-Trace, in: header, schema: {{type: string}}}}\n"
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
