//! One connection, from its first byte to its last: TLS, which HTTP it speaks, and how long it
//! may take over things. It knows nothing of what is served.

use std::io::{self, Cursor};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use hyper::body::Incoming;
use hyper::server::conn::{http1, http2};
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use super::content::{Broken, Content};
use super::proxy;
use super::service::{Scheme, Service};

/// How long the head of a request may take, and a connection may be idle.
const HEAD: Duration = Duration::from_secs(60);
/// How long the handshake of TLS may take.
pub(super) const HANDSHAKE: Duration = Duration::from_secs(10);
/// How long stopping waits for answers in flight.
pub(super) const FAREWELL: Duration = Duration::from_secs(5);
/// How much of a connection is buffered, and how long a head may be.
const BUFFER: usize = 64 * 1024;
/// The least that HTTP/2 recommends (RFC 9113, 6.5.2).
const STREAMS: u32 = 100;
/// How much a client may send on a stream before it was read: twenty times the longest documented
/// body. What all streams of a connection may send together is a few times that.
const STREAM_WINDOW: u32 = 64 * 1024;
const CONNECTION_WINDOW: u32 = 256 * 1024;

/// What a client that speaks HTTP/2 without TLS begins with (RFC 9113, 3.4).
const PREFACE: &[u8; 24] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// Serves a connection until it ends, its client is too slow, or stopping is asked for.
pub(super) async fn serve(
    stream: TcpStream,
    tls: Option<TlsAcceptor>,
    service: Arc<Service>,
    mut stopped: watch::Receiver<bool>,
) {
    let _ = stream.set_nodelay(true);
    let Some(tls) = tls else {
        let serving = Serving { service, scheme: Scheme::Http };
        let opened = within(HEAD, opening(stream), &mut stopped).await;
        let Some((first, stream, is_http2)) = opened else { return };
        // An own half each way: sharing a connection by a lock would cost each request.
        let (read, write) = stream.into_split();
        let stream = tokio::io::join(first.chain(read), write);
        return match is_http2 {
            true => serving.http2(stream, stopped).await,
            false => serving.http1(stream, stopped).await,
        };
    };
    let Some(stream) = within(HANDSHAKE, tls.accept(stream), &mut stopped).await else { return };
    serve_secure(stream, service, stopped).await;
}

/// Serves what came out of TLS.
pub(super) async fn serve_secure<I>(stream: TlsStream<I>, service: Arc<Service>, stopped: watch::Receiver<bool>)
where
    I: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let serving = Serving { service, scheme: Scheme::Https };
    match stream.get_ref().1.alpn_protocol() {
        Some(b"h2") => serving.http2(stream, stopped).await,
        _ => serving.http1(stream, stopped).await,
    }
}

/// Serves HTTP/1.1 on what is no connection of its own.
pub(super) async fn serve_plain<I>(stream: I, service: Arc<Service>, stopped: watch::Receiver<bool>)
where
    I: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    Serving { service, scheme: Scheme::Http }.http1(stream, stopped).await;
}

/// What is done in time and before stopping is asked for.
async fn within<T>(
    limit: Duration,
    step: impl Future<Output = io::Result<T>>,
    stopped: &mut watch::Receiver<bool>,
) -> Option<T> {
    tokio::select! {
        done = tokio::time::timeout(limit, step) => done.ok()?.ok(),
        () = told(stopped) => None,
    }
}

/// Reads as much as tells HTTP/2 from HTTP/1; gives it back with the connection.
async fn opening(mut stream: TcpStream) -> io::Result<(Cursor<Vec<u8>>, TcpStream, bool)> {
    let mut first = Vec::with_capacity(PREFACE.len());
    loop {
        let n_missing = PREFACE.len() - first.len();
        let n_read = (&mut stream).take(n_missing as u64).read_buf(&mut first).await?;
        let is_http2 = first == PREFACE;
        if is_http2 || n_read == 0 || !PREFACE.starts_with(&first) {
            return Ok((Cursor::new(first), stream, is_http2));
        }
    }
}

/// What requests on a connection are answered by.
struct Serving {
    service: Arc<Service>,
    scheme: Scheme,
}

/// What a connection has done: how a client that keeps it for nothing is told from one at work.
#[derive(Default)]
struct Activity {
    begun: AtomicU64,
    done: AtomicU64,
}

impl Serving {
    async fn http1<I>(self, stream: I, stopped: watch::Receiver<bool>)
    where
        I: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let activity = Arc::new(Activity::default());
        let is_proxy = self.service.proxy.is_some();
        // A slow head is seen to below: a timer for each would cost each request.
        let connection = http1::Builder::new()
            .header_read_timeout(None)
            .max_buf_size(BUFFER)
            .serve_connection(TokioIo::new(stream), self.answering(&activity));
        match is_proxy {
            true => drive(connection.with_upgrades(), |c| c.graceful_shutdown(), &activity, stopped).await,
            false => drive(connection, |c| c.graceful_shutdown(), &activity, stopped).await,
        }
    }

    async fn http2<I>(self, stream: I, stopped: watch::Receiver<bool>)
    where
        I: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let activity = Arc::new(Activity::default());
        let connection = http2::Builder::new(TokioExecutor::new())
            .timer(TokioTimer::new())
            .max_concurrent_streams(STREAMS)
            .max_header_list_size(BUFFER as u32)
            .max_send_buf_size(BUFFER)
            .initial_stream_window_size(STREAM_WINDOW)
            .initial_connection_window_size(CONNECTION_WINDOW)
            .serve_connection(TokioIo::new(stream), self.answering(&activity));
        drive(connection, |c| c.graceful_shutdown(), &activity, stopped).await;
    }

    fn answering(
        self,
        activity: &Arc<Activity>,
    ) -> impl hyper::service::Service<
        Request<Incoming>,
        Response = Response<Content>,
        Error = Broken,
        Future: Send + 'static,
    > + 'static {
        let activity = activity.clone();
        service_fn(move |request| {
            let (service, scheme) = (self.service.clone(), self.scheme);
            let at_work = AtWork::begin(&activity);
            async move {
                let is_passed_on =
                    service.proxy.as_ref().is_some_and(|proxy| proxy.is_meant(&request, service.address));
                let answer = match is_passed_on {
                    true => Ok(Box::pin(proxy::pass(service, request)).await),
                    false => service.handle(request, scheme).await,
                };
                drop(at_work);
                answer
            }
        })
    }
}

/// A request that is being answered. It is done when this is dropped, also where the client left.
struct AtWork(Arc<Activity>);

impl AtWork {
    fn begin(activity: &Arc<Activity>) -> Self {
        activity.begun.fetch_add(1, Ordering::Relaxed);
        Self(activity.clone())
    }
}

impl Drop for AtWork {
    fn drop(&mut self) {
        self.0.done.fetch_add(1, Ordering::Relaxed);
    }
}

impl Activity {
    /// How many requests have begun, and whether all of them are answered.
    fn now(&self) -> (u64, bool) {
        let begun = self.begun.load(Ordering::Relaxed);
        (begun, self.done.load(Ordering::Relaxed) == begun)
    }
}

/// Lets a connection do its work until it ends or stopping is asked for. One on which nothing
/// begins for a while, though nothing is in hand, is ended: whoever holds it sends a head byte by
/// byte, takes an answer that slowly, or is gone.
async fn drive<C: Future>(
    connection: C,
    shut_down: impl FnOnce(Pin<&mut C>),
    activity: &Activity,
    mut stopped: watch::Receiver<bool>,
) {
    let mut connection = std::pin::pin!(connection);
    let mut begun_before = u64::MAX;
    loop {
        tokio::select! {
            // A connection that breaks concerns nobody but its client.
            _ = connection.as_mut() => return,
            () = told(&mut stopped) => break,
            () = tokio::time::sleep(HEAD) => {
                let (begun, all_done) = activity.now();
                if all_done && begun == begun_before {
                    break;
                }
                begun_before = begun;
            }
        }
    }
    shut_down(connection.as_mut());
    let _ = tokio::time::timeout(FAREWELL, connection).await;
}

/// Waits until stopping is asked for, or nobody is left to ask.
pub(super) async fn told(stopped: &mut watch::Receiver<bool>) {
    let _ = stopped.wait_for(|stopped| *stopped).await;
}
