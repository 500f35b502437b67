//! HTTP clients that several sessions share: each costs milliseconds to make, and keeps connections of
//! its own. It knows nothing of tokens, which stay with their session.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use url::Url;

use super::transport::{SessionError, http_client, is_loopback};

/// HTTP clients, made where they are first needed. Clones are the same ones.
#[derive(Clone, Default)]
pub struct Connections(Arc<Mutex<BTreeMap<Route, reqwest::Client>>>);

/// What clients differ in: whether they encrypt, whether they stay on this machine, and how long an
/// answer may take.
type Route = (bool, bool, Duration);

impl Connections {
    /// The client for addresses like this one.
    pub(crate) fn client(&self, url: &Url, timeout: Duration) -> Result<reqwest::Client, SessionError> {
        let is_local = url.host().is_some_and(|host| is_loopback(&host));
        let route = (url.scheme() == "https", is_local, timeout);
        let mut clients = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(client) = clients.get(&route) {
            return Ok(client.clone());
        }
        let client = http_client(url, timeout)?;
        Ok(clients.entry(route).or_insert(client).clone())
    }
}

impl fmt::Debug for Connections {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Connections")
    }
}
