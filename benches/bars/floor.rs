//! The floor of `requests`: what anybody writes with axum who wants the same answers. It parses
//! the same JSON and checks one header, and validates, permits and remembers nothing.

use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::{Deserialize, Serialize};

type Failure = Box<dyn std::error::Error>;

/// The argument by which this program is told to be this server, before the folder of its file.
pub(crate) const ARGUMENT: &str = "--floor";
/// The file, in the folder, with the token to ask for and the users to answer.
pub(crate) const FILE: &str = "floor.json";

/// What the server starts with.
#[derive(Serialize, Deserialize)]
pub(crate) struct Held {
    pub(crate) token: String,
    pub(crate) users: Vec<User>,
}

/// A user as it is answered.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct User {
    pub(crate) id: String,
    pub(crate) is_deleted: Option<bool>,
    is_processing: Option<bool>,
    risk_last_updated_date_time: Option<String>,
    risk_level: Option<String>,
    risk_state: Option<String>,
    risk_detail: Option<String>,
    user_display_name: Option<String>,
    user_principal_name: Option<String>,
}

struct Served {
    authorization: String,
    root: String,
    users: Vec<User>,
    by_id: HashMap<String, User>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Ids {
    user_ids: Vec<String>,
}

#[derive(Deserialize)]
struct Options {
    #[serde(rename = "$top")]
    top: usize,
}

#[derive(Serialize)]
struct Page<'a> {
    #[serde(rename = "@odata.context")]
    context: String,
    value: &'a [User],
    #[serde(rename = "@odata.nextLink")]
    next: String,
}

#[derive(Serialize)]
struct Entity<'a> {
    #[serde(rename = "@odata.context")]
    context: String,
    #[serde(flatten)]
    user: &'a User,
}

/// Serves until the process ends. Prints what `serve` prints that a client needs.
pub(crate) fn serve(folder: &str) -> Result<(), Failure> {
    let held: Held = serde_json::from_slice(&std::fs::read(std::path::Path::new(folder).join(FILE))?)?;
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(async {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        let root = format!("http://{}", listener.local_addr()?);
        println!("export ENTRA_RISK_GRAPH_ROOT={root}\nexport ENTRA_RISK_TOKEN={}", held.token);
        let served = Arc::new(Served {
            authorization: format!("Bearer {}", held.token),
            root,
            by_id: held.users.iter().map(|user| (user.id.clone(), user.clone())).collect(),
            users: held.users,
        });
        let routes = Router::new()
            .route("/beta/riskyUsers", get(list))
            .route("/beta/riskyUsers/{id}", get(one))
            .route("/beta/riskyUsers/dismiss", post(act))
            .route("/beta/riskyUsers/confirmCompromised", post(act))
            .with_state(served);
        Ok(axum::serve(listener, routes).await?)
    })
}

impl Served {
    fn admits(&self, headers: &HeaderMap) -> Result<(), StatusCode> {
        let value = headers.get(AUTHORIZATION).ok_or(StatusCode::UNAUTHORIZED)?;
        if value == self.authorization.as_str() { Ok(()) } else { Err(StatusCode::UNAUTHORIZED) }
    }
}

type Shared = State<Arc<Served>>;

async fn act(State(served): Shared, headers: HeaderMap, Json(ids): Json<Ids>) -> Result<StatusCode, StatusCode> {
    served.admits(&headers)?;
    if ids.user_ids.is_empty() { Err(StatusCode::BAD_REQUEST) } else { Ok(StatusCode::NO_CONTENT) }
}

async fn one(State(served): Shared, headers: HeaderMap, Path(id): Path<String>) -> Result<Response, StatusCode> {
    served.admits(&headers)?;
    let user = served.by_id.get(&id).ok_or(StatusCode::NOT_FOUND)?;
    let context = format!("{}/beta/$metadata#riskyUsers/$entity", served.root);
    Ok(Json(Entity { context, user }).into_response())
}

async fn list(
    State(served): Shared,
    headers: HeaderMap,
    Query(options): Query<Options>,
) -> Result<Response, StatusCode> {
    served.admits(&headers)?;
    let value = served.users.get(..options.top).unwrap_or(&served.users);
    let context = format!("{}/beta/$metadata#riskyUsers", served.root);
    let last = value.last().map_or("", |user| user.id.as_str());
    let next = format!("{}/beta/riskyUsers?$top={}&$skiptoken={last}", served.root, options.top);
    Ok(Json(Page { context, value, next }).into_response())
}
