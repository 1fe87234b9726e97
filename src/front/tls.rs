//! TLS: the certificates, and how they are read again when they change.

use std::fs;
use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, SystemTime};

use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::{CryptoProvider, ring};
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::{ServerConfig, SupportedCipherSuite};

use crate::config;
use crate::error::{Error, Result};

/// How often to look whether the files have changed.
const LOOK: Duration = Duration::from_secs(5);

/// The certificates of a server, shared by all that hold them.
#[derive(Clone)]
pub(crate) struct Certificates(Arc<Kept>);

struct Kept {
    files: config::Tls,
    present: RwLock<Arc<ServerConfig>>,
}

impl Certificates {
    /// Reads the files.
    ///
    /// # Errors
    /// [`Error::Setup`] that names the key.
    pub(super) fn read(files: config::Tls) -> Result<Self> {
        let present = RwLock::new(Arc::new(server_config(&files)?));
        Ok(Self(Arc::new(Kept { files, present })))
    }

    /// What does the handshakes of new connections.
    pub(super) fn acceptor(&self) -> TlsAcceptor {
        Arc::clone(&self.0.present.read().unwrap_or_else(PoisonError::into_inner)).into()
    }

    /// Reads the files again. If they cannot be read, those read before stay in use.
    pub(crate) fn reload(&self) {
        match server_config(&self.0.files) {
            Ok(config) => {
                *self.0.present.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(config);
                tracing::info!("read the certificates again");
            }
            Err(error) => {
                tracing::error!(
                    "the certificates were not read again, the earlier ones stay in use: {error}"
                );
            }
        }
    }

    /// Reads the files again whenever they have changed, for ever.
    pub(crate) async fn follow(self) {
        let mut seen = self.state();
        loop {
            tokio::time::sleep(LOOK).await;
            let now = self.state();
            if now != seen {
                seen = now;
                // A certificate and its key are two files: the second may not be written yet.
                self.reload();
            }
        }
    }

    fn state(&self) -> [Option<(SystemTime, u64)>; 2] {
        [&self.0.files.certs, &self.0.files.key].map(|path| {
            let about = fs::metadata(path).ok()?;
            Some((about.modified().ok()?, about.len()))
        })
    }
}

fn server_config(files: &config::Tls) -> Result<ServerConfig> {
    let unread = |key: &str, path: &Path, error: &dyn std::fmt::Display| {
        Error::Setup(format!("tls: {key}: cannot read {}: {error}", path.display()))
    };
    let certs = CertificateDer::pem_file_iter(&files.certs)
        .and_then(Iterator::collect::<std::result::Result<Vec<_>, _>>)
        .map_err(|error| unread("certs", &files.certs, &error))?;
    if certs.is_empty() {
        return Err(unread("certs", &files.certs, &"it has no certificate"));
    }
    let key = PrivateKeyDer::from_pem_file(&files.key)
        .map_err(|error| unread("key", &files.key, &error))?;
    let wrong = |error: &dyn std::fmt::Display| Error::Setup(format!("tls: {error}"));
    let mut config = ServerConfig::builder_with_provider(Arc::new(provider(&files.ciphers)?))
        .with_safe_default_protocol_versions()
        .map_err(|error| wrong(&error))?
        .with_no_client_auth()
        .with_single_cert(certs, key)
        .map_err(|error| wrong(&error))?;
    config.ignore_client_order = files.prefer_server_cipher_order;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

/// The cryptography, with the named cipher suites alone, in the order in which they are named; with all, if
/// none is.
fn provider(ciphers: &[String]) -> Result<CryptoProvider> {
    let all = ring::default_provider();
    if ciphers.is_empty() {
        return Ok(all);
    }
    let named = |name: &String| {
        let suite = all.cipher_suites.iter().find(|suite| name_of(suite) == *name).copied();
        suite.ok_or_else(|| {
            let known: Vec<_> = all.cipher_suites.iter().map(name_of).collect();
            Error::Setup(format!("tls: ciphers: {name:?} is none of {}", known.join(", ")))
        })
    };
    let cipher_suites = ciphers.iter().map(named).collect::<Result<Vec<_>>>()?;
    Ok(CryptoProvider { cipher_suites, ..all })
}

/// The name of a cipher suite in the registry of IANA.
fn name_of(suite: &SupportedCipherSuite) -> String {
    format!("{:?}", suite.suite()).replacen("TLS13_", "TLS_", 1)
}
