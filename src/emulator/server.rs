//! The running emulator: listening, connections, stopping. It knows nothing of what is served.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::atomic::AtomicI64;
use std::sync::{Arc, RwLock};
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

use super::api::Api;
use super::auth::Authority;
use super::change::Bounds;
use super::clock::{self, Clock};
use super::config::{Config, StartError};
use super::connection::{FAREWELL, serve, told};
use super::control;
use super::faults::{Active, Fault};
use super::identity::Identity;
use super::proxy::{Asked, Proxy};
use super::record::{Received, Recorder, Recording};
use super::seed;
use super::service::{Scheme, Service};
use super::tls::{CertificateError, Certificates};
use super::watch::Watch;

/// A running emulator. Dropping it stops it; its connections end with the answers in flight.
pub struct Emulator {
    service: Arc<Service>,
    stop: watch::Sender<bool>,
    tls_address: Option<SocketAddr>,
    certificates: Option<Arc<Certificates>>,
    control: Option<SocketAddr>,
    accepting: Vec<JoinHandle<()>>,
    places: Arc<Semaphore>,
    n_places: u32,
}

impl fmt::Debug for Emulator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Emulator").field("address", &self.address()).finish_non_exhaustive()
    }
}

/// What it takes to speak TLS.
struct Secured {
    certificates: Arc<Certificates>,
    acceptor: TlsAcceptor,
}

impl Secured {
    fn new(address: Option<IpAddr>) -> Result<Self, StartError> {
        let fail = |error: CertificateError| StartError::Certificates(error.to_string());
        let certificates =
            Arc::new(Certificates::new(Clock::default().now_seconds(), address.as_slice()).map_err(fail)?);
        let tls = certificates.clone().server().map_err(fail)?;
        Ok(Self { certificates, acceptor: TlsAcceptor::from(Arc::new(tls)) })
    }
}

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
        config.directory.check(&config.contracts).map_err(StartError::Directory)?;
        let store = seed::store(&config.contracts, &config.entities, config.users)?;
        let apis = config.contracts.iter().map(|contract| Api::new(contract, &store)).collect();
        let (listener, address) = listen(config.listen).await?;
        let secure = match config.tls {
            Some(address) => Some(listen(address).await?),
            None => None,
        };
        let control = match config.control {
            Some(address) => Some(listen(address).await?),
            None => None,
        };
        let record = config.record.or_else(|| control.is_some().then(Recording::default));
        let n_places = u32::try_from(config.connections.clamp(1, 1 << 20)).unwrap_or(1);
        let places = Arc::new(Semaphore::new(n_places as usize));
        let (stop, stopped) = watch::channel(false);
        let secured = match (&secure, &config.proxy) {
            (None, None) => None,
            (secure, _) => Some(Secured::new(secure.as_ref().map(|(_, address)| address.ip()))?),
        };
        let proxy = config
            .proxy
            .zip(secured.as_ref())
            .map(|(proxying, secured)| Proxy::new(proxying, secured.acceptor.clone(), places.clone(), stopped.clone()));
        let service = Arc::new(Service {
            apis,
            store: RwLock::new(store),
            authority: Authority::new(&config.contracts, config.clock.clone()).ok_or(StartError::Key)?,
            address,
            directory: config.directory,
            any_token: config.any_token,
            page_size: config.page_size,
            capacity: config.capacity,
            watch: Watch::new(record, config.faults).with_dice(config.dice).answering_outside(config.outside_is_501),
            users: config.users,
            bounds: Bounds { per_entity: config.logged_per_entity, total: config.logged },
            clock: config.clock,
            entities: config.entities,
            settle_after: clock::ticks(config.settle_after),
            due: AtomicI64::new(i64::MAX),
            proxy,
        });
        let accept =
            |listener, tls| tokio::spawn(accept(listener, tls, service.clone(), places.clone(), stopped.clone()));
        let mut accepting = vec![accept(listener, None)];
        let (certificates, acceptor) = secured.map(|secured| (secured.certificates, secured.acceptor)).unzip();
        let tls_address = secure.map(|(listener, address)| {
            accepting.push(accept(listener, acceptor));
            address
        });
        let control = control.map(|(listener, address)| {
            let root = root(Scheme::Http, service.address);
            accepting.push(tokio::spawn(control::serve(listener, service.clone(), root, stopped.clone())));
            address
        });
        Ok(Self { service, stop, tls_address, certificates, control, accepting, places, n_places })
    }

    /// The address that it listens on.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.service.address
    }

    /// The address that it listens on for HTTPS, if it does.
    #[must_use]
    pub fn tls_address(&self) -> Option<SocketAddr> {
        self.tls_address
    }

    /// The address of its calls for test fixtures and of its page, if it has one.
    #[must_use]
    pub fn control_address(&self) -> Option<SocketAddr> {
        self.control
    }

    /// The root of the same: `http://127.0.0.1:8081`.
    #[must_use]
    pub fn control_root(&self) -> Option<String> {
        self.control.map(|address| root(Scheme::Http, address))
    }

    /// Brings everything back to the start: members, history, faults, records, clock.
    pub fn reset(&self) {
        self.service.reset();
    }

    /// The root of everything that it serves: `http://127.0.0.1:8080`.
    #[must_use]
    pub fn root(&self) -> String {
        root(Scheme::Http, self.address())
    }

    /// The same over HTTPS, if it listens for that.
    #[must_use]
    pub fn tls_root(&self) -> Option<String> {
        self.tls_address().map(|address| root(Scheme::Https, address))
    }

    /// The root of an API version: `http://127.0.0.1:8080/beta`.
    #[must_use]
    pub fn base_url(&self, api: &str) -> String {
        format!("{}/{api}", self.root())
    }

    /// The hosts that it was asked for as a proxy, and what became of that.
    #[must_use]
    pub fn asked(&self) -> Vec<Asked> {
        self.service.proxy.as_ref().map(Proxy::asked).unwrap_or_default()
    }

    /// The certificate of the authority behind its HTTPS, in PEM: who trusts it can call, and
    /// nobody else does. It was made at the start and is forgotten at the end.
    #[must_use]
    pub fn authority_pem(&self) -> Option<&str> {
        self.certificates.as_ref().map(|certificates| certificates.authority_pem())
    }

    /// A signed token for a caller, which this emulator, and no other, accepts.
    #[must_use]
    pub fn token(&self, identity: &Identity) -> String {
        // On loopback, so that nobody can take the token for one of a real tenant.
        self.service.authority.issue(identity, "http://127.0.0.1")
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

    /// A signed token for each user of the directory, with its name.
    pub fn user_tokens(&self) -> impl Iterator<Item = (&str, String)> {
        let service = &self.service;
        let identity = |user| service.directory.delegated(user, &service.contracts());
        service.directory.users.iter().map(move |user| (user.upn.as_str(), self.token(&identity(user))))
    }

    /// Waits until it no longer listens.
    pub async fn stopped(&mut self) {
        while let Some(accepting) = self.accepting.last_mut() {
            let _ = accepting.await;
            self.accepting.pop();
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

/// Listens, and says where: port 0 took a free one.
async fn listen(address: SocketAddr) -> Result<(TcpListener, SocketAddr), StartError> {
    let fail = |source| StartError::listen(address, source);
    let listener = TcpListener::bind(address).await.map_err(fail)?;
    let address = listener.local_addr().map_err(fail)?;
    Ok((listener, address))
}

/// The root of an address, as a client on this machine can use it.
fn root(scheme: Scheme, mut address: SocketAddr) -> String {
    match address {
        SocketAddr::V4(v4) if v4.ip().is_unspecified() => address.set_ip(Ipv4Addr::LOCALHOST.into()),
        SocketAddr::V6(v6) if v6.ip().is_unspecified() => address.set_ip(Ipv6Addr::LOCALHOST.into()),
        _ => {}
    }
    format!("{}://{address}", scheme.as_str())
}

/// Takes connections until stopping is asked for.
async fn accept(
    listener: TcpListener,
    tls: Option<TlsAcceptor>,
    service: Arc<Service>,
    places: Arc<Semaphore>,
    mut stopped: watch::Receiver<bool>,
) {
    loop {
        let next = async {
            let accepted = listener.accept().await;
            (accepted, places.clone().acquire_owned().await.ok())
        };
        let (accepted, place) = tokio::select! {
            next = next => next,
            () = told(&mut stopped) => return,
        };
        match (accepted, place) {
            (Ok((stream, _)), Some(place)) => {
                let serving = serve(stream, tls.clone(), service.clone(), stopped.clone());
                tokio::spawn(async move {
                    serving.await;
                    drop(place);
                });
            }
            // Out of descriptors, or a connection that was gone before it was taken.
            _ => tokio::time::sleep(Duration::from_millis(20)).await,
        }
    }
}
