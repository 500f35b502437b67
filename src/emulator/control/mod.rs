//! The control address: calls for test fixtures and a page for people, on a port of its own.
//! Graph has nothing like it. It must not know any operation or set by name, and nothing here
//! runs for a request to the API.

mod calls;
mod entities;
mod guard;
mod page;
mod page_forms;
mod reply;

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use http_body_util::{BodyExt as _, Limited};
use hyper::body::{Body as _, Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};

use super::record::Recorder;
use super::service::Service;
use crate::odata;
use reply::{Reply, Trouble};

/// What the control address controls, and where it is.
pub(super) struct Control {
    service: Arc<Service>,
    address: SocketAddr,
    /// The root of the API that is controlled.
    root: String,
}

/// One call.
struct Call {
    method: Method,
    /// The segments of the path, decoded.
    path: Vec<String>,
    query: Vec<(String, String)>,
    /// Whether it comes from somebody who reads HTML.
    is_for_people: bool,
    content_type: String,
    /// The query of the page that a form was sent from, with its question mark.
    came_from: String,
    body: Bytes,
}

impl Call {
    /// The value of an option of the query, unless it is empty.
    fn option(&self, name: &str) -> Option<&str> {
        let found = self.query.iter().find(|(option, _)| option == name);
        found.map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
    }
}

/// The longest body that is read.
const LONGEST_BODY: usize = 1024 * 1024;
/// How long a head, and a body, may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// How many connections may be open at once.
const CONNECTIONS: usize = 64;

/// Serves calls until stopping is asked for.
pub(super) async fn serve(
    listener: TcpListener,
    service: Arc<Service>,
    root: String,
    mut stopped: watch::Receiver<bool>,
) {
    let Ok(address) = listener.local_addr() else { return };
    let control = Arc::new(Control { service, address, root });
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    loop {
        let next = async {
            let accepted = listener.accept().await;
            (accepted, places.clone().acquire_owned().await.ok())
        };
        let (accepted, place) = tokio::select! {
            next = next => next,
            _ = stopped.wait_for(|stopped| *stopped) => return,
        };
        match (accepted, place) {
            (Ok((stream, _)), Some(place)) => {
                let (control, mut stopped) = (control.clone(), stopped.clone());
                tokio::spawn(async move {
                    tokio::select! {
                        () = connection(stream, control) => {}
                        _ = stopped.wait_for(|stopped| *stopped) => {}
                    }
                    drop(place);
                });
            }
            _ => tokio::time::sleep(Duration::from_millis(20)).await,
        }
    }
}

async fn connection(stream: TcpStream, control: Arc<Control>) {
    let _ = stream.set_nodelay(true);
    let answering = service_fn(move |request| {
        let control = control.clone();
        async move { Ok::<_, Infallible>(control.answer(request).await.into_response()) }
    });
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(PATIENCE).max_buf_size(64 * 1024);
    // A connection that breaks concerns nobody but its client.
    let _ = http.serve_connection(TokioIo::new(stream), answering).await;
}

impl Control {
    fn recorder(&self) -> &Recorder {
        self.service.watch.recorder.as_ref().expect("who has a control address records")
    }

    async fn answer(&self, request: Request<Incoming>) -> Reply {
        let (parts, body) = request.into_parts();
        if let Err(trouble) = guard::check(&parts, self.address) {
            return trouble.into();
        }
        let body = match arrived(body).await {
            Ok(body) => body,
            Err(trouble) => return trouble.into(),
        };
        let text = |name: &str| parts.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let decoded = |raw: &str| odata::segment(raw).unwrap_or_else(|| raw.to_owned());
        let call = Call {
            method: parts.method.clone(),
            path: parts.uri.path().split('/').filter(|segment| !segment.is_empty()).map(decoded).collect(),
            query: pairs(parts.uri.query().unwrap_or_default().as_bytes()),
            is_for_people: text("accept").contains("text/html"),
            content_type: text("content-type").to_owned(),
            came_from: text("referer").split_once('?').map_or(String::new(), |(_, query)| format!("?{query}")),
            body,
        };
        calls::answer(self, &call).await.unwrap_or_else(Reply::from)
    }
}

/// Takes a body from the connection.
async fn arrived(body: Incoming) -> Result<Bytes, Trouble> {
    let too_long = || {
        let message = format!("the body is longer than {LONGEST_BODY} bytes, or did not arrive whole");
        Trouble::new(StatusCode::PAYLOAD_TOO_LARGE, "bodyTooLong", message)
    };
    // What is announced as too long is not waited for.
    if body.size_hint().lower() > LONGEST_BODY as u64 {
        return Err(too_long());
    }
    match tokio::time::timeout(PATIENCE, Limited::new(body, LONGEST_BODY).collect()).await {
        Ok(Ok(body)) => Ok(body.to_bytes()),
        Ok(Err(_)) => Err(too_long()),
        Err(_) => Err(Trouble::new(StatusCode::REQUEST_TIMEOUT, "timeout", "the body took too long")),
    }
}

/// Names and values as HTML forms write them, in queries and bodies.
fn pairs(text: &[u8]) -> Vec<(String, String)> {
    url::form_urlencoded::parse(text).map(|(name, value)| (name.into_owned(), value.into_owned())).collect()
}
