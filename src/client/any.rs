//! A client of whatever API version, called by operation id.

use std::fmt;
use std::sync::Arc;

use serde_json::{Map, Value};

use super::{Answer, BoxFuture, Error, Session};

/// Calls by operation id. Every generated client has them.
pub trait Dispatch: fmt::Debug + Send + Sync + 'static {
    /// Calls an operation by its id, with arguments by their documented names and the body under
    /// `body`. An unknown operation or argument sends nothing.
    fn dispatch<'a>(
        &'a self,
        operation: &'a str,
        arguments: &'a Map<String, Value>,
    ) -> BoxFuture<'a, Result<Answer, Error>>;
}

/// Opens the client of an API version as in URLs; `None` if there is none. [`AnyClient::connect`] is
/// that of this build.
pub type Connect = fn(&Session, &str) -> Option<AnyClient>;

/// A client of some API version, for calls by operation id. Cheap to clone.
#[derive(Debug, Clone)]
pub struct AnyClient(Arc<dyn Dispatch>);

impl AnyClient {
    /// The client of an API version as in URLs; `None` if this build has none.
    #[must_use]
    pub fn connect(session: &Session, api: &str) -> Option<Self> {
        super::connect(session, api)
    }

    /// Calls an operation by its id, with arguments by their documented names and the body under
    /// `body`.
    ///
    /// # Errors
    /// As the call itself; an unknown operation or argument sends nothing.
    pub async fn dispatch(&self, operation: &str, arguments: &Map<String, Value>) -> Result<Answer, Error> {
        self.0.dispatch(operation, arguments).await
    }
}

impl<C: Dispatch> From<C> for AnyClient {
    fn from(client: C) -> Self {
        Self(Arc::new(client))
    }
}
