//! The listener: it takes every connection, and passes the requests on to Rocket in this process.
//!
//! Whatever a client can make many of, or be slow with, has a limit here: connections, streams, the head
//! and the body of a request, and the bytes of answers that it does not read. Rocket's own server
//! has none of these limits, and knows nine methods only.

mod body;
mod bridge;
mod budget;
mod clients;
mod connection;
mod forwarded;
mod refusal;
mod shared;
mod state;
mod tls;
mod unread;
mod wire;

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use rocket::local::asynchronous;
use rocket::{Build, Rocket};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio_util::task::TaskTracker;

use crate::config;
use crate::error::{Error, Result};
use crate::http::peer::Proxies;
use budget::Budget;
use clients::{Client, Clients};
use shared::Shared;
use state::Peer;
use tls::Certificates;

/// How long to wait after a connection could not be accepted: the process may be out of file descriptors.
const ACCEPT_AGAIN: Duration = Duration::from_millis(50);
/// How often such a failure is logged at most.
const SAY_AGAIN: Duration = Duration::from_mins(1);

/// A listening server.
pub struct Front {
    listener: TcpListener,
    shared: Arc<Shared>,
    stop: watch::Sender<bool>,
}

impl Front {
    /// Starts to listen; connections wait until it serves.
    ///
    /// # Errors
    /// [`Error::Setup`] if it cannot listen there, or a file of TLS cannot be read.
    pub async fn bind(settings: config::Front, rocket: Rocket<Build>) -> Result<Self> {
        let certificates = settings.tls.clone().map(Certificates::read).transpose()?;
        let listener = TcpListener::bind(settings.listen)
            .await
            .map_err(|error| cannot_listen(&error, settings.listen))?;
        let rocket = asynchronous::Client::untracked(rocket)
            .await
            .map_err(|error| Error::Setup(format!("cannot serve: {error}")))?;
        let ident = rocket.rocket().config().ident.as_str().map(str::to_owned);
        let (stop, stopping) = watch::channel(false);
        let budget = Budget::new(settings.max_unsent_bytes);
        let clients = Clients::new(&settings);
        let proxies = Proxies::at(settings.trusted_proxies.clone());
        let shared = Shared {
            rocket,
            settings,
            certificates,
            budget,
            proxies,
            clients,
            tasks: TaskTracker::new(),
            stopping,
            ident,
            distrusted: AtomicBool::new(false),
        };
        Ok(Self { listener, shared: Arc::new(shared), stop })
    }

    /// The address of this server, such as `https://127.0.0.1:5000/`.
    #[must_use]
    pub fn url(&self) -> String {
        let settings = &self.shared.settings;
        let scheme = if settings.tls.is_some() { "https" } else { "http" };
        let address = self.listener.local_addr().unwrap_or(settings.listen);
        format!("{scheme}://{address}{}/", settings.base_path)
    }

    /// What reads the files of TLS again.
    pub(crate) fn certificates(&self) -> Option<Certificates> {
        self.shared.certificates.clone()
    }

    /// Serves until `stop` is done. Then it takes no more connections, and gives open requests `grace` to be
    /// answered.
    pub async fn serve(self, stop: impl Future<Output = ()>, grace: Duration) {
        let Self { listener, shared, stop: stopping } = self;
        tokio::select! {
            () = accept(&listener, &shared) => {}
            () = stop => {}
        }
        drop(listener);
        let _ = stopping.send(true);
        shared.tasks.close();
        if tokio::time::timeout(grace, shared.tasks.wait()).await.is_err() {
            tracing::debug!("requests were open when the server stopped");
        }
    }
}

async fn accept(listener: &TcpListener, shared: &Arc<Shared>) {
    let places = Arc::new(Semaphore::new(shared.settings.max_connections));
    let mut said: Option<Instant> = None;
    loop {
        let Ok(place) = Arc::clone(&places).acquire_owned().await else { return };
        match listener.accept().await {
            Ok((tcp, peer)) => {
                let shared = Arc::clone(shared);
                let tasks = shared.tasks.clone();
                tasks.spawn(async move {
                    welcome(shared, tcp, peer).await;
                    drop(place);
                });
            }
            Err(error) => {
                if said.is_none_or(|said| said.elapsed() > SAY_AGAIN) {
                    said = Some(Instant::now());
                    tracing::error!("cannot accept a connection: {error}");
                }
                tokio::time::sleep(ACCEPT_AGAIN).await;
            }
        }
    }
}

/// Serves one connection, unless its client has too many.
async fn welcome(shared: Arc<Shared>, tcp: TcpStream, peer: SocketAddr) {
    let trusted = shared.proxies.trusts(peer.ip());
    let client = if trusted { Some(Client::PROXY) } else { shared.clients.enter(peer.ip()) };
    if let Some(client) = client {
        let peer = Peer { address: peer, trusted, client };
        connection::serve(shared, tcp, peer).await;
    } else {
        tracing::debug!(%peer, "closed: its client has too many connections");
    }
}

fn cannot_listen(error: &std::io::Error, at: SocketAddr) -> Error {
    use std::io::ErrorKind;
    let (address, port) = (at.ip(), at.port());
    Error::Setup(match error.kind() {
        ErrorKind::AddrInUse => format!(
            "port {port} of {address} is taken by another program: stop that, or choose another with --port"
        ),
        ErrorKind::PermissionDenied => {
            format!("no permission to listen on port {port}: choose one above 1023 with --port")
        }
        ErrorKind::AddrNotAvailable => {
            format!(
                "this machine does not have the address {address}: choose another with --address"
            )
        }
        _ => format!("cannot listen on port {port} of {address}: {error}"),
    })
}
