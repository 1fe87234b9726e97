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

/// How long one server may take to answer a new connection.
const CONNECT: Duration = Duration::from_secs(2);
/// How long data may be on its way until the connection counts as lost. A machine that is gone says nothing.
const SILENCE: Duration = Duration::from_secs(10);

/// Where the database is, and how it is reached.
#[derive(Clone)]
pub(in crate::store) struct Address {
    config: Config,
    tls: Option<MakeRustlsConnect>,
}

/// Without the user and the password.
impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ports = self.config.get_ports();
        let hosts = self.config.get_hosts().iter().enumerate().map(|(at, host)| {
            let port = ports.get(at).or(ports.first()).copied().unwrap_or(5432);
            match host {
                Host::Tcp(name) => format!("{name}:{port}"),
                Host::Unix(folder) => format!("{}:{port}", folder.display()),
            }
        });
        let hosts = hosts.collect::<Vec<_>>().join(",");
        write!(f, "postgres://{hosts}/{}", self.config.get_dbname().unwrap_or_default())
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
        if config.get_application_name().is_none() {
            config.application_name("calendar-server");
        }
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(CONNECT);
        }
        if config.get_tcp_user_timeout().is_none() {
            config.tcp_user_timeout(SILENCE);
        }
        config.keepalives_idle(SILENCE).keepalives_interval(CONNECT).keepalives_retries(3);
        config.target_session_attrs(TargetSessionAttrs::ReadWrite);
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
        Ok(Self { config, tls })
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
        self.tls.is_none() && !self.config.get_hosts().iter().all(is_near)
    }

    /// Connects to the first server that takes writes. The connection has to be polled for anything to
    /// happen.
    ///
    /// # Errors
    /// Why there is none.
    pub(super) async fn connect(&self) -> std::result::Result<(Client, Poller), String> {
        match &self.tls {
            None => {
                let (client, mut connection) =
                    self.config.connect(NoTls).await.map_err(|error| said(&error))?;
                Ok((client, Box::new(move |cx| connection.poll_message(cx))))
            }
            Some(tls) => {
                let (client, mut connection) =
                    self.config.connect(tls.clone()).await.map_err(|error| said(&error))?;
                Ok((client, Box::new(move |cx| connection.poll_message(cx))))
            }
        }
    }
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
