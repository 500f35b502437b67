//! What an emulator is started with, and why it may not start.

use std::collections::BTreeMap;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use serde_json::{Map, Value};

use super::clock::Clock;
use super::directory::Directory;
use super::faults::Fault;
use super::proxy::Proxying;
use super::record::Recording;
use crate::contract::Contract;

/// What to serve, and where.
#[derive(Debug, Clone)]
pub struct Config {
    /// The address to listen on; port 0 takes a free one.
    pub listen: SocketAddr,
    /// The address to listen on for HTTPS as well, if any; port 0 takes a free one.
    pub tls: Option<SocketAddr>,
    /// The address of the calls for test fixtures and of the page, if any; port 0 takes a free
    /// one. Who can reach it can do everything: it asks for no token.
    pub control: Option<SocketAddr>,
    /// What to serve, each below its version.
    pub contracts: Vec<Contract>,
    /// Who may sign in.
    pub directory: Directory,
    /// Whether every token, and every sign-in, is accepted for everything: for a quick try.
    pub any_token: bool,
    /// How many entities to make for each set, besides those that documented exchanges name.
    pub users: usize,
    /// How many entities a page holds for a request that does not say.
    pub page_size: usize,
    /// How many entities a set may grow to.
    pub capacity: usize,
    /// How many items are kept of what is written down of changes: of one entity.
    pub logged_per_entity: usize,
    /// The same, of all entities together.
    pub logged: usize,
    /// How long an action takes to be done once it was accepted; in between, the property that
    /// the description names for it says so. By the emulator's clock.
    pub settle_after: Duration,
    /// Members to begin with, by the name of their set; they stand before those that documented
    /// exchanges name.
    pub entities: BTreeMap<String, Vec<Map<String, Value>>>,
    /// What time it is for the emulator. A clone of it can be set while the emulator runs.
    pub clock: Clock,
    /// How many connections may be open at once; further ones wait.
    pub connections: usize,
    /// What to keep of the requests; nothing by default, the last thousand with a control address.
    pub record: Option<Recording>,
    /// Whether a path of which no contract speaks is answered 501 and not 404, where requests are
    /// recorded: the client asked for something that may exist.
    pub outside_is_501: bool,
    /// Whom to answer for as a proxy, on the address for plain HTTP; no proxy by default.
    pub proxy: Option<Proxying>,
    /// What goes wrong from the start.
    pub faults: Vec<Fault>,
    /// How the dice of faults with a probability fall: the same number gives the same falls.
    pub dice: u64,
}

impl Config {
    /// Serves contracts on a free port of the loopback address.
    #[must_use]
    pub fn new(contracts: &[Contract]) -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            tls: None,
            control: None,
            contracts: contracts.to_vec(),
            directory: Directory::default(),
            any_token: false,
            users: 0,
            page_size: 100,
            capacity: 100_000,
            logged_per_entity: 50,
            logged: 5_000,
            settle_after: Duration::ZERO,
            entities: BTreeMap::new(),
            clock: Clock::default(),
            connections: 1024,
            record: None,
            outside_is_501: false,
            proxy: None,
            faults: Vec::new(),
            dice: 0,
        }
    }
}

/// Why an emulator did not start. The text completes "failed to …".
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Another program has the port.
    #[error(
        "listen on {address}: the port is in use; stop the program that has it, or choose another port (0 takes a free one)"
    )]
    PortInUse {
        /// The address asked for.
        address: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
    /// The address cannot be listened on.
    #[error(
        "listen on {address}: it is not an address of this machine, or not one that you may use; 127.0.0.1:0 always is"
    )]
    Listen {
        /// The address asked for.
        address: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
    /// Two contracts have the same version, or there is none.
    #[error("serve {0}")]
    Contracts(String),
    /// Who may sign in makes no sense.
    #[error("serve this directory: {0}")]
    Directory(String),
    /// A member to begin with does not fit the description.
    #[error("serve the members of '{set}': number {index}, {property}: {reason}")]
    Entity {
        /// The set.
        set: String,
        /// Its place among the members of the set, from 1.
        index: usize,
        /// The property.
        property: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The system has no randomness for the signing key.
    #[error("make a signing key: the system offers no randomness")]
    Key,
    /// The certificates for HTTPS could not be made.
    #[error("{0}")]
    Certificates(String),
}

impl StartError {
    pub(super) fn listen(address: SocketAddr, source: io::Error) -> Self {
        match source.kind() {
            io::ErrorKind::AddrInUse => Self::PortInUse { address, source },
            _ => Self::Listen { address, source },
        }
    }
}
