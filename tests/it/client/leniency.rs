//! Answers that say more, less or other than is described, of every operation: read without loss.

use chrono::DateTime;
use entra_risk::client::AnyClient;
use entra_risk::contract::{Contract, Exchange, Operation, Shape};
use entra_risk::embedded;
use serde_json::{Map, Value, json};

use super::wire::{Wire, page};
use super::{Watch, session};

/// A value of this form that has every property, or the required ones, members of enumerations that
/// nobody knows, and properties that are not described.
fn unlike(contract: &Contract, shape: &Shape, is_whole: bool) -> Value {
    match contract.resolve(shape) {
        Shape::Object { properties, open, .. } => {
            let mut object: Map<String, Value> = properties
                .iter()
                .filter(|property| property.required || is_whole)
                .map(|property| (property.name.clone(), unlike(contract, &property.shape, is_whole)))
                .collect();
            if *open && is_whole {
                object.insert("ofTomorrow".to_owned(), json!({"deep": [1, null, "text"]}));
            }
            Value::Object(object)
        }
        Shape::List { of, .. } => json!([unlike(contract, of, is_whole)]),
        Shape::Text { format, .. } => json!(match format.as_deref() {
            Some("uuid") => "c2b6c2b9-dddc-acd0-2b39-d519d803dbc3",
            Some("date-time") => "2026-01-02T03:04:05.1234567Z",
            _ => "text",
        }),
        Shape::Enum { .. } => json!("memberOfTomorrow"),
        Shape::Boolean => json!(true),
        Shape::Integer { .. } => json!(7),
        Shape::Number => json!(0.5),
        Shape::Any | Shape::Named { .. } => json!({"any": "thing"}),
    }
}

/// Equal, but that a moment may be written in several ways.
fn is_same(sent: &Value, read: &Value) -> bool {
    match (sent, read) {
        (Value::Object(sent), Value::Object(read)) => {
            sent.len() == read.len()
                && sent.iter().all(|(name, sent)| read.get(name).is_some_and(|read| is_same(sent, read)))
        }
        (Value::Array(sent), Value::Array(read)) => {
            sent.len() == read.len() && sent.iter().zip(read).all(|(sent, read)| is_same(sent, read))
        }
        (Value::String(sent), Value::String(read)) if sent != read => {
            let moment = |text: &str| DateTime::parse_from_rfc3339(text).ok();
            moment(sent).is_some() && moment(sent) == moment(read)
        }
        _ => sent == read,
    }
}

/// The answers to one operation, each with what it is.
fn answers(contract: &Contract, operation: &Operation) -> Vec<(&'static str, Value)> {
    let Some(shape) = &operation.success.shape else { return Vec::new() };
    let whole = unlike(contract, shape, true);
    let mut answers = vec![("with more", whole.clone()), ("with less", unlike(contract, shape, false))];
    if contract.entity_set(shape).is_some() {
        answers.push(("within value", json!({ "value": &whole })));
        answers.push(("within a list", json!({ "value": [whole] })));
    }
    answers
}

/// What the call needs: the parameters in the path, and the body.
fn arguments(contract: &Contract, operation: &Operation, exchange: &Exchange) -> Map<String, Value> {
    let target = exchange.target(&contract.api).expect("a documented URL");
    let fits = operation.paths().find_map(|path| path.matches(&target.path)).expect("a documented path");
    let mut arguments: Map<String, Value> =
        fits.parameters.into_iter().map(|(name, value)| (name, Value::String(value))).collect();
    arguments.extend(exchange.request.body.clone().map(|body| ("body".to_owned(), body)));
    arguments
}

#[tokio::test]
async fn what_is_not_as_described_is_read_without_loss() {
    let mut n_answers = 0;
    for contract in embedded::contracts() {
        for exchange in &contract.exchanges {
            let operation = contract.operation(&exchange.operation).expect("an operation");
            for (what, answer) in answers(contract, operation) {
                let server = Wire::start([page(&answer)]).await;
                let session = session(&server.root(), &Watch::default()).build().unwrap();
                let client = AnyClient::connect(&session, &contract.api).expect("a client");
                let arguments = arguments(contract, operation, exchange);
                let read = client.dispatch(&operation.id, &arguments).await;
                let place = format!("{} {} {what}", contract.api, operation.id);
                let read = read.unwrap_or_else(|error| panic!("{place}: {error}")).body.expect("a body");
                assert!(is_same(&answer, &read), "{place}: {answer} was read as {read}");
                n_answers += 1;
            }
        }
    }
    assert!(n_answers > 100, "{n_answers}");
}

#[test]
fn a_loss_is_seen() {
    let sent = json!({"at": "2026-01-02T03:04:05.1234567Z", "extra": 1});
    assert!(is_same(&sent, &json!({"at": "2026-01-02T03:04:05.123456700Z", "extra": 1})));
    for lost in [json!({"at": "2026-01-02T03:04:05.123Z", "extra": 1}), json!({"at": sent["at"]}), json!([])] {
        assert!(!is_same(&sent, &lost), "{lost}");
    }
}
