//! How many connections each client has, and how many bytes are held for it.
//!
//! A client is an IPv4 address, or the first 64 bits of an IPv6 address, since one subscriber usually gets a
//! whole /64. A trusted proxy stands for many clients and is not counted.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::atomic::AtomicUsize;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{Semaphore, SemaphorePermit};

use crate::config;
use crate::http::peer::first_bits;

/// How many requests of one client are worked on at once; others wait.
const AT_ONCE: usize = 64;

/// The clients that are connected.
pub(super) struct Clients {
    most_connections: usize,
    most_bytes: usize,
    connected: Arc<Mutex<HashMap<IpAddr, Connected>>>,
}

struct Connected {
    connections: usize,
    held: Arc<AtomicUsize>,
    turns: Arc<Semaphore>,
}

impl Default for Connected {
    fn default() -> Self {
        let turns = Arc::new(Semaphore::new(AT_ONCE));
        Self { connections: 0, held: Arc::default(), turns }
    }
}

/// The client of a connection, which counts until this is dropped.
pub(super) struct Client(Option<Counted>);

struct Counted {
    address: IpAddr,
    held: Arc<AtomicUsize>,
    turns: Arc<Semaphore>,
    most_bytes: usize,
    connected: Arc<Mutex<HashMap<IpAddr, Connected>>>,
}

impl Clients {
    /// No client yet. One client may have half of all bytes that are held.
    pub(super) fn new(settings: &config::Front) -> Self {
        Self {
            most_connections: settings.max_connections_per_client,
            most_bytes: settings.max_unsent_bytes / 2,
            connected: Arc::default(),
        }
    }

    /// Counts a connection from `peer`; `None` if its client has as many as it may have.
    pub(super) fn enter(&self, peer: IpAddr) -> Option<Client> {
        let address = first_bits(peer.to_canonical(), 64);
        let mut connected = self.connected.lock().unwrap_or_else(PoisonError::into_inner);
        let client = connected.entry(address).or_default();
        if client.connections >= self.most_connections {
            return None;
        }
        client.connections += 1;
        Some(Client(Some(Counted {
            address,
            held: Arc::clone(&client.held),
            turns: Arc::clone(&client.turns),
            most_bytes: self.most_bytes,
            connected: Arc::clone(&self.connected),
        })))
    }
}

impl Client {
    /// A trusted proxy, which stands for many clients and is not counted.
    pub(super) const PROXY: Self = Self(None);

    /// The bytes that are held for it, and how many it may have; `None` without a limit of its own.
    pub(super) fn held(&self) -> Option<(&Arc<AtomicUsize>, usize)> {
        self.0.as_ref().map(|client| (&client.held, client.most_bytes))
    }

    /// Waits until one more of its requests may be worked on.
    pub(super) async fn turn(&self) -> Option<SemaphorePermit<'_>> {
        self.0.as_ref()?.turns.acquire().await.ok()
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        let mut connected = self.connected.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(client) = connected.get_mut(&self.address) {
            client.connections -= 1;
            if client.connections == 0 {
                connected.remove(&self.address);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clients() -> Clients {
        Clients { most_connections: 2, most_bytes: 100, connected: Arc::default() }
    }

    #[test]
    fn a_client_has_so_many_connections_and_another_has_its_own() {
        let clients = clients();
        let enter = |address: &str| clients.enter(address.parse().unwrap());
        let (first, second) = (enter("192.0.2.1"), enter("192.0.2.1"));
        assert!(first.is_some() && second.is_some());
        assert!(enter("192.0.2.1").is_none());
        assert!(enter("192.0.2.2").is_some());
        drop(first);
        assert!(enter("192.0.2.1").is_some());
        drop(second);
        assert!(clients.connected.lock().unwrap().is_empty(), "who has left is forgotten");
    }

    #[test]
    fn a_subscriber_of_ipv6_is_one_client_and_a_mapped_address_is_that_of_ipv4() {
        let clients = clients();
        let enter = |address: &str| clients.enter(address.parse().unwrap());
        let _held = (enter("2001:db8::1"), enter("2001:db8::2"), enter("::ffff:192.0.2.1"));
        assert!(enter("2001:db8::3").is_none());
        assert!(enter("2001:db8:0:1::1").is_some());
        let _more = enter("192.0.2.1");
        assert!(enter("192.0.2.1").is_none());
    }
}
