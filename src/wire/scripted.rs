//! A server on loopback that does what a script says, and keeps what it was sent.

use std::collections::VecDeque;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::io::AsyncWriteExt as _;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use super::codec::{Expect, Message, read};

/// What the server does with one request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Writes these bytes and waits for the next request.
    Answer(Vec<u8>),
    /// Writes these bytes and closes the connection.
    Truncated(Vec<u8>),
    /// Resets the connection.
    Reset,
    /// Writes nothing and keeps the connection open.
    Silence,
}

/// The server. Dropping it stops it.
#[derive(Debug)]
pub struct Scripted {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
    task: JoinHandle<()>,
}

#[derive(Debug, Default)]
struct State {
    script: VecDeque<Step>,
    received: Vec<Message>,
}

/// How long a silent connection is kept at most.
const SILENCE: Duration = Duration::from_secs(60);

impl Scripted {
    /// Starts on a free port.
    ///
    /// # Errors
    /// No port could be had.
    pub async fn start() -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let state = Arc::new(Mutex::new(State::default()));
        let shared = Arc::clone(&state);
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, Arc::clone(&shared)));
            }
        });
        Ok(Self { address, state, task })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Sets the script anew and forgets what was received. A request beyond the script gets a
    /// `500`.
    pub fn begin(&self, script: impl IntoIterator<Item = Step>) {
        let mut state = lock(&self.state);
        state.script = script.into_iter().collect();
        state.received.clear();
    }

    /// What was received since the script began.
    #[must_use]
    pub fn received(&self) -> Vec<Message> {
        std::mem::take(&mut lock(&self.state).received)
    }
}

impl Drop for Scripted {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn serve(mut stream: TcpStream, state: Arc<Mutex<State>>) {
    let mut buffer = Vec::new();
    // A test that needs to see a failure here sees it as a request that did not arrive.
    while let Ok(message) = read(&mut stream, &mut buffer, Expect::Request).await {
        let step = {
            let mut state = lock(&state);
            state.received.push(message);
            state.script.pop_front()
        };
        let off_script = || Step::Answer(b"HTTP/1.1 500 Off Script\r\nContent-Length: 0\r\n\r\n".to_vec());
        match step.unwrap_or_else(off_script) {
            Step::Answer(bytes) => {
                if stream.write_all(&bytes).await.is_err() {
                    return;
                }
            }
            Step::Truncated(bytes) => {
                let _ = stream.write_all(&bytes).await;
                let _ = stream.shutdown().await;
                return;
            }
            Step::Reset => {
                // Closing with unread time left makes the kernel send RST.
                let _ = stream.set_zero_linger();
                return;
            }
            Step::Silence => {
                tokio::time::sleep(SILENCE).await;
                return;
            }
        }
    }
}
