//! The address of a PostgreSQL database, and the way to the server of it that takes writes.

use std::env;
use std::fmt;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio_postgres::config::{Host, SslMode, TargetSessionAttrs};
use tokio_postgres::{AsyncMessage, Client, Config, NoTls};
use tokio_postgres_rustls::MakeRustlsConnect;
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

use super::error::said;
use crate::error::{Error, Result};
use crate::model::PostgresUrl;

/// PostgreSQL's own port.
const PORT: u16 = 5432;
/// How long one server may take to accept a connection.
const CONNECT: Duration = Duration::from_secs(2);
/// How long data may be on its way until the connection counts as lost. A machine that is gone says nothing.
const SILENCE: Duration = Duration::from_secs(10);

/// Where the database is, and how it is reached.
#[derive(Clone)]
pub(in crate::store) struct Address {
    /// The servers, each with all that a connection to it needs, in the order in which they are tried.
    servers: Vec<Config>,
    tls: Option<MakeRustlsConnect>,
}

/// Without the user and the password.
impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let servers = self.servers.iter().map(|server| {
            let port = server.get_ports().first().copied().unwrap_or(PORT);
            match server.get_hosts() {
                [Host::Unix(folder), ..] => format!("{}:{port}", folder.display()),
                [Host::Tcp(name), ..] => format!("{name}:{port}"),
                [] => format!("localhost:{port}"),
            }
        });
        let servers = servers.collect::<Vec<_>>().join(",");
        let name = self.servers.first().and_then(|server| server.get_dbname()).unwrap_or_default();
        write!(f, "postgres://{servers}/{name}")
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl Address {
    /// What `url` says; where it says nothing, what the variables of PostgreSQL's own programs say.
    ///
    /// # Errors
    /// [`Error::Setup`] that names what cannot be read, and never shows the password.
    pub(in crate::store) fn of(url: &PostgresUrl) -> Result<Self> {
        let wrong = |what: &str| Error::Setup(format!("database: {what}"));
        if !url.is_plain() {
            return Err(wrong(
                "has a / or ? in its user or password: write them as %2F and %3F, and an @ as %40",
            ));
        }
        // The error of the parser may quote the password.
        let mut config: Config = url.as_str().parse().map_err(|_| {
            wrong("is not an address: give one such as postgres://calendar@db.example.com/calendar")
        })?;
        let set = |name: &str| env::var(name).ok().filter(|value| !value.is_empty());
        if config.get_hosts().is_empty() {
            let hosts = set("PGHOST").unwrap_or_else(|| "localhost".into());
            for host in hosts.split(',') {
                config.host(host);
            }
        }
        if config.get_ports().is_empty()
            && let Some(ports) = set("PGPORT")
        {
            for port in ports.split(',') {
                config.port(port.parse().map_err(|_| wrong("PGPORT is not a port"))?);
            }
        }
        if config.get_user().is_none() {
            let user = set("PGUSER").or_else(|| set("USER"));
            config.user(user.ok_or_else(|| wrong("names no user, nor does PGUSER"))?);
        }
        if config.get_dbname().is_none() {
            let name = set("PGDATABASE").or_else(|| config.get_user().map(str::to_owned));
            config.dbname(name.unwrap_or_default());
        }
        let password = url.password().map(str::to_owned).or_else(|| set("PGPASSWORD"));
        if let Some(password) = password {
            config.password(password);
        }
        let tls = match url.ca() {
            Some(file) => {
                config.ssl_mode(SslMode::Require);
                let read = || -> std::result::Result<RootCertStore, Box<dyn std::error::Error>> {
                    let mut roots = RootCertStore::empty();
                    for certificate in CertificateDer::pem_file_iter(file)? {
                        roots.add(certificate?)?;
                    }
                    Ok(roots)
                };
                let roots = read().map_err(|error| {
                    Error::Setup(format!("database_ca: cannot read {}: {error}", file.display()))
                })?;
                if roots.is_empty() {
                    return Err(Error::Setup(format!(
                        "database_ca: {} has no certificate",
                        file.display()
                    )));
                }
                Some(MakeRustlsConnect::new(client_config(roots)?))
            }
            None if config.get_ssl_mode() == SslMode::Require => {
                return Err(wrong(
                    "asks for TLS, and database_ca names no certificate to check the server's by",
                ));
            }
            None => None,
        };
        Ok(Self { servers: servers(&config), tls })
    }

    /// The servers, in the order in which they are tried.
    pub(super) fn servers(&self) -> &[Config] {
        &self.servers
    }

    /// Whether a password or anything else crosses a network unencrypted.
    pub(in crate::store) fn is_plain(&self) -> bool {
        let is_near = |host: &Host| match host {
            Host::Unix(_) => true,
            Host::Tcp(name) => {
                name == "localhost"
                    || name.parse().is_ok_and(|ip: std::net::IpAddr| ip.is_loopback())
            }
        };
        self.tls.is_none() && !self.servers.iter().flat_map(Config::get_hosts).all(is_near)
    }

    /// Connects to `server`, if it takes writes. The connection has to be polled for anything to happen.
    ///
    /// # Errors
    /// Why there is none.
    pub(super) async fn connect(
        &self,
        server: &Config,
    ) -> std::result::Result<(Client, Poller), String> {
        match &self.tls {
            None => {
                let (client, mut connection) =
                    server.connect(NoTls).await.map_err(|error| said(&error))?;
                Ok((client, Box::new(move |cx| connection.poll_message(cx))))
            }
            Some(tls) => {
                let (client, mut connection) =
                    server.connect(tls.clone()).await.map_err(|error| said(&error))?;
                Ok((client, Box::new(move |cx| connection.poll_message(cx))))
            }
        }
    }
}

/// The settings of `config` for each of its servers alone: each has its own time to answer.
fn servers(config: &Config) -> Vec<Config> {
    let ports = config.get_ports();
    let one = |(at, host): (usize, &Host)| {
        let mut one = Config::new();
        match host {
            Host::Tcp(name) => one.host(name),
            Host::Unix(folder) => one.host_path(folder),
        };
        one.port(ports.get(at).or(ports.first()).copied().unwrap_or(PORT));
        one.ssl_mode(config.get_ssl_mode()).channel_binding(config.get_channel_binding());
        one.target_session_attrs(TargetSessionAttrs::ReadWrite);
        one.keepalives_idle(SILENCE).keepalives_interval(CONNECT).keepalives_retries(3);
        one.connect_timeout(config.get_connect_timeout().copied().unwrap_or(CONNECT));
        one.tcp_user_timeout(config.get_tcp_user_timeout().copied().unwrap_or(SILENCE));
        one.application_name(config.get_application_name().unwrap_or("calendar-server"));
        if let Some(user) = config.get_user() {
            one.user(user);
        }
        if let Some(password) = config.get_password() {
            one.password(password);
        }
        if let Some(name) = config.get_dbname() {
            one.dbname(name);
        }
        if let Some(options) = config.get_options() {
            one.options(options);
        }
        one
    };
    config.get_hosts().iter().enumerate().map(one).collect()
}

/// Polls a connection for what the server says; none at its end.
type Poller = Box<
    dyn FnMut(
            &mut Context<'_>,
        ) -> Poll<Option<std::result::Result<AsyncMessage, tokio_postgres::Error>>>
        + Send,
>;

fn client_config(roots: RootCertStore) -> Result<ClientConfig> {
    let provider = Arc::new(tokio_rustls::rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| Error::Setup(format!("cannot prepare TLS: {error}")))?;
    Ok(config.with_root_certificates(roots).with_no_client_auth())
}
