//! Why a calendar could not be fetched, in words for whoever subscribed to it.

use std::io;
use std::time::Duration;

use tokio_rustls::rustls;
use tokio_rustls::rustls::CertificateError;

use super::address::Inside;

/// Why a calendar could not be fetched. Each is one sentence, and names no more of the address than its host.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FetchError {
    /// What the address, or one that it leads to, was expected to be.
    #[error("the address leads to one that cannot be used: {0}")]
    Address(String),
    /// The host, all of whose addresses are private.
    #[error(
        "{0} is in a private network, from which this server fetches no calendars: ask your administrator"
    )]
    Forbidden(String),
    /// It leads on to another address, and so on.
    #[error("the address leads on from one to the next without an end")]
    TooManyRedirects,
    /// It leads from https to http.
    #[error(
        "the address leads from https to http, where anybody on the way could change the calendar"
    )]
    Downgrade,
    /// The server answered, with something else than a calendar.
    #[error("{}", answer(*.status))]
    Answer {
        /// The status of HTTP.
        status: u16,
        /// How long to wait, if the server says so.
        retry_after: Option<Duration>,
    },
    /// It is larger than this many bytes.
    #[error("the calendar is larger than {}", size(*.0))]
    TooLarge(u64),
    /// It took longer than it may.
    #[error("the server took too long to send the calendar")]
    Slow,
    /// There is no connection, or it broke off.
    #[error("{0}")]
    Connect(String),
    /// There is no connection that is secure.
    #[error("there is no secure connection to the server: {0}")]
    Tls(String),
    /// What came is not HTTP, or its coding is broken.
    #[error("what the server sent cannot be read")]
    Garbled,
}

fn answer(status: u16) -> String {
    let what = match status {
        401 | 403 => "the server does not give the calendar to everybody, check the address",
        404 | 410 => "there is no calendar at the address any longer, or never was",
        429 => "the server is asked too often",
        500..=599 => "the server has a problem of its own",
        _ => "the server answered with something else than a calendar",
    };
    format!("{what} (HTTP status {status})")
}

/// In the largest unit of which it is a whole number.
fn size(bytes: u64) -> String {
    match bytes {
        _ if bytes.is_multiple_of(1 << 20) => format!("{} MiB", bytes >> 20),
        _ if bytes.is_multiple_of(1 << 10) => format!("{} KiB", bytes >> 10),
        _ => format!("{bytes} bytes"),
    }
}

/// What an error of the client says of a request to `host`, whose answer may have `most` bytes.
pub(super) fn of_client(error: ureq::Error, host: &str, most: u64) -> FetchError {
    match error {
        ureq::Error::Timeout(_) => FetchError::Slow,
        ureq::Error::HostNotFound => {
            FetchError::Connect(format!("no server of the name {host} was found"))
        }
        ureq::Error::BodyExceedsLimit(_) => FetchError::TooLarge(most),
        ureq::Error::Rustls(error) => of_tls(&error),
        ureq::Error::Tls(_) | ureq::Error::TlsRequired => FetchError::Tls("it has no name".into()),
        ureq::Error::Io(error) => of_io(&error),
        ureq::Error::Other(error) if error.is::<Inside>() => FetchError::Forbidden(host.to_owned()),
        ureq::Error::ConnectionFailed => unreachable(),
        ureq::Error::BadUri(_) | ureq::Error::Http(_) => {
            FetchError::Address("expected a web address".into())
        }
        _ => FetchError::Garbled,
    }
}

fn of_io(error: &io::Error) -> FetchError {
    if let Some(error) = error.get_ref().and_then(|inner| inner.downcast_ref()) {
        return of_tls(error);
    }
    match error.kind() {
        io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock => FetchError::Slow,
        io::ErrorKind::ConnectionRefused => {
            FetchError::Connect("the server accepts no connection".into())
        }
        io::ErrorKind::UnexpectedEof
        | io::ErrorKind::ConnectionReset
        | io::ErrorKind::ConnectionAborted
        | io::ErrorKind::BrokenPipe => {
            FetchError::Connect("the server closed the connection before the end".into())
        }
        // Also what flate2 says of bytes that are not gzip.
        io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput => FetchError::Garbled,
        _ => unreachable(),
    }
}

fn unreachable() -> FetchError {
    FetchError::Connect("the server cannot be reached".into())
}

fn of_tls(error: &rustls::Error) -> FetchError {
    let what = match error {
        rustls::Error::InvalidCertificate(wrong) => match wrong {
            CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
                "its certificate has expired"
            }
            CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
                "its certificate is not valid yet"
            }
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
                "its certificate is for another name"
            }
            CertificateError::UnknownIssuer => {
                "its certificate is of an issuer that is not trusted"
            }
            CertificateError::Revoked => "its certificate was revoked",
            // Also one that a server made for itself, and that is no more than that.
            _ => "its certificate is not trusted",
        },
        rustls::Error::InvalidMessage(_) => "it does not speak TLS",
        // What rustls-platform-verifier says of a machine without certificates of issuers.
        rustls::Error::General(_) => "this machine trusts no issuer of certificates",
        _ => "it does not agree on one",
    };
    FetchError::Tls(what.into())
}
