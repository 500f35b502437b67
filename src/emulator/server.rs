//! The running emulator: listening, connections, stopping. It knows nothing of what is served.

use std::fmt;
use std::net::SocketAddr;
use std::sync::{Arc, RwLock};
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::JoinHandle;

use super::api::Api;
use super::auth::Authority;
use super::config::{Config, StartError};
use super::faults::{Active, Fault};
use super::identity::Identity;
use super::record::{Received, Recorder};
use super::seed;
use super::service::Service;
use super::watch::Watch;

/// A running emulator. Dropping it stops it; its connections end with the answers in flight.
pub struct Emulator {
    service: Arc<Service>,
    stop: watch::Sender<bool>,
    accepting: Option<JoinHandle<()>>,
    places: Arc<Semaphore>,
    n_places: u32,
}

impl fmt::Debug for Emulator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Emulator").field("address", &self.address()).finish_non_exhaustive()
    }
}

/// How long the head of a request may take, and a connection may be idle.
const HEAD: Duration = Duration::from_secs(60);
/// How long stopping waits for answers in flight.
const FAREWELL: Duration = Duration::from_secs(5);
/// How much of a connection is buffered, and how long a head may be.
const BUFFER: usize = 64 * 1024;

impl Emulator {
    /// Starts to listen. Needs a tokio runtime, of either kind, with IO and time.
    ///
    /// # Errors
    /// If the address cannot be listened on, or the contracts cannot be served together.
    pub async fn start(config: Config) -> Result<Self, StartError> {
        let mut versions: Vec<_> = config.contracts.iter().map(|contract| contract.api.as_str()).collect();
        versions.sort_unstable();
        if versions.is_empty() {
            return Err(StartError::Contracts("nothing: there is no contract".to_owned()));
        }
        if let Some(twice) = versions.windows(2).find(|pair| pair[0] == pair[1]) {
            return Err(StartError::Contracts(format!("two contracts of the same version, '{}'", twice[0])));
        }
        let store = seed::store(&config.contracts, config.users);
        let apis = config.contracts.iter().map(|contract| Api::new(contract, &store)).collect();
        let listen = |source| StartError::listen(config.listen, source);
        let listener = TcpListener::bind(config.listen).await.map_err(listen)?;
        let service = Arc::new(Service {
            apis,
            store: RwLock::new(store),
            authority: Authority::new().ok_or(StartError::Key)?,
            address: listener.local_addr().map_err(listen)?,
            page_size: config.page_size,
            capacity: config.capacity,
            watch: Watch::new(config.record, config.faults),
        });
        let n_places = u32::try_from(config.connections.clamp(1, 1 << 20)).unwrap_or(1);
        let places = Arc::new(Semaphore::new(n_places as usize));
        let (stop, stopped) = watch::channel(false);
        let accepting = tokio::spawn(accept(listener, service.clone(), places.clone(), stopped));
        Ok(Self { service, stop, accepting: Some(accepting), places, n_places })
    }

    /// The address that it listens on.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.service.address
    }

    /// The root of an API version: `http://127.0.0.1:8080/beta`.
    #[must_use]
    pub fn base_url(&self, api: &str) -> String {
        format!("http://{}/{api}", self.address())
    }

    /// A signed token for a caller, which this emulator, and no other, accepts.
    #[must_use]
    pub fn token(&self, identity: &Identity) -> String {
        self.service.authority.issue(identity)
    }

    /// What was received, the oldest first, as far as it is kept: nothing unless the
    /// configuration asks for a recording.
    #[must_use]
    pub fn received(&self) -> Vec<Arc<Received>> {
        self.service.watch.recorder.as_ref().map(Recorder::all).unwrap_or_default()
    }

    /// Waits for the next record, if there is none with a higher number than this yet. Never
    /// comes back where nothing is recorded.
    pub async fn received_after(&self, number: u64) -> Vec<Arc<Received>> {
        match &self.service.watch.recorder {
            Some(recorder) => recorder.after(number).await,
            None => std::future::pending().await,
        }
    }

    /// Forgets what was received.
    pub fn forget_received(&self) {
        if let Some(recorder) = &self.service.watch.recorder {
            recorder.clear();
        }
    }

    /// Each fault that is set, and how often it struck.
    #[must_use]
    pub fn faults(&self) -> Vec<(Fault, u64)> {
        self.service.watch.faults()
    }

    /// Sets these faults, and no others.
    pub fn set_faults(&self, faults: Vec<Fault>) {
        self.service.watch.change(|active| *active = Active::new(faults));
    }

    /// Waits until it no longer listens.
    pub async fn stopped(&mut self) {
        if let Some(accepting) = &mut self.accepting {
            let _ = accepting.await;
            self.accepting = None;
        }
    }

    /// Stops listening, and waits a while for the answers in flight.
    pub async fn shutdown(mut self) {
        self.stop.send_replace(true);
        self.stopped().await;
        let _ = tokio::time::timeout(FAREWELL, self.places.acquire_many(self.n_places)).await;
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        self.stop.send_replace(true);
    }
}

async fn accept(
    listener: TcpListener,
    service: Arc<Service>,
    places: Arc<Semaphore>,
    mut stopped: watch::Receiver<bool>,
) {
    loop {
        let next = async {
            let place = places.clone().acquire_owned().await.ok();
            (place, listener.accept().await)
        };
        let (place, accepted) = tokio::select! {
            next = next => next,
            () = told(&mut stopped) => return,
        };
        match (place, accepted) {
            (Some(place), Ok((stream, _))) => {
                tokio::spawn(serve(stream, service.clone(), place, stopped.clone()));
            }
            // Out of descriptors, or a connection that was gone before it was taken.
            _ => tokio::time::sleep(Duration::from_millis(20)).await,
        }
    }
}

async fn serve(
    stream: TcpStream,
    service: Arc<Service>,
    place: OwnedSemaphorePermit,
    mut stopped: watch::Receiver<bool>,
) {
    let _ = stream.set_nodelay(true);
    let answering = service_fn(move |request| {
        let service = service.clone();
        async move { service.handle(request).await }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD)
        .max_buf_size(BUFFER)
        .serve_connection(TokioIo::new(stream), answering);
    let mut connection = std::pin::pin!(connection);
    tokio::select! {
        // A connection that breaks concerns nobody but its client.
        _ = connection.as_mut() => {}
        () = told(&mut stopped) => {
            connection.as_mut().graceful_shutdown();
            let _ = tokio::time::timeout(FAREWELL, connection).await;
        }
    }
    drop(place);
}

/// Waits until stopping is asked for, or nobody is left to ask.
async fn told(stopped: &mut watch::Receiver<bool>) {
    let _ = stopped.wait_for(|stopped| *stopped).await;
}
