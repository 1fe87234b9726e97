//! Outside calendars over TLS, whose servers may be others than they say.

use std::env;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::thread;

use calendar_server::fetch::{FetchError, Known};
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::{ServerConfig, ServerConnection, StreamOwned};

use crate::feeds::{CALENDAR, bytes, fetcher, head, ok, url};

/// Makes the certificate of an issuer in `folder`, and one that it issued for 127.0.0.1.
fn certificates(folder: &Path) {
    let make = |name: &str, more: &[&str]| {
        let made = Command::new("openssl")
            .args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"])
            .args(["-nodes", "-days", "2", "-subj", &format!("/CN={name}")])
            .args(["-keyout", &format!("{name}-key.pem"), "-out", &format!("{name}.pem")])
            .args(more)
            .current_dir(folder)
            .output()
            .unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    };
    make("issuer", &[]);
    let issued = ["-CA", "issuer.pem", "-CAkey", "issuer-key.pem"];
    let of =
        ["-addext", "basicConstraints=critical,CA:FALSE", "-addext", "subjectAltName=IP:127.0.0.1"];
    make("server", &[issued, of].concat());
}

/// A server with the certificate in `folder`. Its calendar is at `/`; all else leads to http.
fn over_tls(folder: &Path) -> SocketAddr {
    let certificate = CertificateDer::from_pem_file(folder.join("server.pem")).unwrap();
    let key = PrivateKeyDer::from_pem_file(folder.join("server-key.pem")).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .unwrap();
    let config = Arc::new(config);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let connection = ServerConnection::new(Arc::clone(&config)).unwrap();
            let mut stream = StreamOwned::new(connection, stream.unwrap());
            let answer = match head(&mut stream).split(' ').nth(1) {
                Some("/") => ok("", CALENDAR.as_bytes()),
                _ => b"HTTP/1.1 301 Moved\r\nLocation: http://127.0.0.1/\r\n\r\n".into(),
            };
            let _ = stream.write_all(&answer);
        }
    });
    address
}

/// Over which address the calendar comes to the process whose trusted issuer is that of the certificates.
const TRUSTING: &str = "FEED_OVER_TLS";

#[test]
fn a_calendar_comes_over_tls_from_a_server_with_a_trusted_certificate() {
    let fetch = |host: &str, path: &str, port: &str| {
        fetcher().fetch(&url(&format!("webcal://{host}:{port}{path}")), Known::default())
    };
    // Which issuers are trusted is said by the environment, hence by that of another process.
    if let Ok(port) = env::var(TRUSTING) {
        assert_eq!(bytes(fetch("127.0.0.1", "/", &port)), CALENDAR.as_bytes());
        assert_eq!(fetch("127.0.0.1", "/http", &port), Err(FetchError::Downgrade));
        let other = FetchError::Tls("its certificate is for another name".into());
        assert_eq!(fetch("localhost", "/", &port), Err(other));
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    certificates(folder.path());
    let port = over_tls(folder.path()).port().to_string();
    let name = "feeds_over_tls::a_calendar_comes_over_tls_from_a_server_with_a_trusted_certificate";
    let trusting = Command::new(env::current_exe().unwrap())
        .args([name, "--exact"])
        .env(TRUSTING, &port)
        .env("SSL_CERT_FILE", folder.path().join("issuer.pem"))
        .output()
        .unwrap();
    let printed = String::from_utf8_lossy(&trusting.stdout);
    assert!(trusting.status.success() && printed.contains("1 passed"), "{printed}");
    let text = fetch("127.0.0.1", "/", &port).unwrap_err().to_string();
    let unknown = "its certificate is of an issuer that is not trusted";
    assert_eq!(text, format!("there is no secure connection to the server: {unknown}"));
}

#[test]
fn a_server_that_does_not_speak_tls_is_not_asked_without_it() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let at = url(&format!("https://{}/", listener.local_addr().unwrap()));
    let server = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").unwrap();
        let mut sent = Vec::new();
        let _ = stream.read_to_end(&mut sent);
        sent
    });
    let error = fetcher().fetch(&at, Known::default()).unwrap_err();
    assert_eq!(error, FetchError::Tls("it does not speak TLS".into()));
    let sent = server.join().unwrap();
    assert!(!sent.windows(4).any(|bytes| bytes == b"GET "), "{sent:?}");
}
