//! The key that signs tokens. No error shows it.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use rocket::figment::Figment;
use rocket::figment::value::Value;

use super::lookup::path;
use super::{Tls, sources};
use crate::error::{Error, Result};

/// The key that is set by `secret_key` or in the file of `secret_key_file`, if one is.
///
/// # Errors
/// [`Error::Setup`] if both are set, the key is empty, or the file cannot be read.
pub(super) fn signing_key(given: &Figment) -> Result<Option<Vec<u8>>> {
    let direct = secret_key(given)?;
    let file = path(given, "secret_key_file")?;
    match (direct, file) {
        (Some(_), Some(_)) => Err(Error::Setup(
            "secret_key and secret_key_file are both set: keep one of them".into(),
        )),
        (Some(key), None) if key.is_empty() => {
            Err(Error::Setup("secret_key: expected a key, found none".into()))
        }
        (Some(key), None) => Ok(Some(key.into_bytes())),
        (None, Some(path)) => key_from(&path).map(Some),
        (None, None) => Ok(None),
    }
}

/// A key of the algorithm that signs tokens, HS256, has at least as many bytes as its hash (RFC 7518,
/// section 3.2).
const STRONG: usize = 32;

/// What the operator should know about the signing key `key`, if one is set, and about the key of TLS: that
/// it may be guessed, or that others can read it.
pub(super) fn warnings(given: &Figment, key: Option<&[u8]>, tls: Option<&Tls>) -> Vec<String> {
    let mut warnings = Vec::new();
    if let Some(key) = key.filter(|key| key.len() < STRONG) {
        warnings.push(format!(
            "the signing key has {} bytes, so it may be guessed, and with it every token: set one of {STRONG} or more, for example from openssl rand -hex 32",
            key.len()
        ));
    }
    let password = path(given, "database_password_file").ok().flatten();
    let files = [file_of_key(given), tls.map(|tls| tls.key.clone()), password];
    for file in files.into_iter().flatten().filter(|file| is_open_to_all(file)) {
        warnings.push(format!(
            "{} holds a secret, and its mode lets every user of this machine read or change it: chmod o= {0}",
            file.display()
        ));
    }
    warnings
}

/// The file that the signing key is in, unless it comes from the environment.
fn file_of_key(given: &Figment) -> Option<PathBuf> {
    if let Ok(Some(file)) = path(given, "secret_key_file") {
        return Some(file);
    }
    given.find_value("secret_key").ok().map(|_| sources::path())
}

fn is_open_to_all(file: &Path) -> bool {
    std::fs::metadata(file).is_ok_and(|found| found.permissions().mode() & 0o006 != 0)
}

/// The environment is read without figment. figment would take a key of digits for a number, and
/// its error would show the key.
fn secret_key(given: &Figment) -> Result<Option<String>> {
    for name in ["CALENDAR_SECRET_KEY", "ROCKET_SECRET_KEY"] {
        match std::env::var(name) {
            Ok(key) => return Ok(Some(key)),
            Err(std::env::VarError::NotUnicode(_)) => {
                return Err(Error::Setup(format!(
                    "secret_key: {name} is not UTF-8: use secret_key_file"
                )));
            }
            Err(std::env::VarError::NotPresent) => {}
        }
    }
    match given.find_value("secret_key") {
        Ok(Value::String(_, key)) => Ok(Some(key)),
        Ok(_) => Err(Error::Setup("secret_key: expected a string in quotes".into())),
        Err(_) => Ok(None),
    }
}

/// What some editors put at the start of a file.
const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// The bytes of a key file, without what editors put at its start and its end.
fn key_from(path: &Path) -> Result<Vec<u8>> {
    bytes_from("secret_key_file", path)
}

/// The text of the file that `key` names, which holds a secret, without what editors put at its start and its
/// end.
///
/// # Errors
/// [`Error::Setup`] if it cannot be read, is empty, or is not UTF-8.
pub(super) fn text_from(key: &str, path: &Path) -> Result<String> {
    String::from_utf8(bytes_from(key, path)?)
        .map_err(|_| Error::Setup(format!("{key}: {} is not UTF-8", path.display())))
}

fn bytes_from(key: &str, path: &Path) -> Result<Vec<u8>> {
    let mut bytes = std::fs::read(path)
        .map_err(|error| Error::Setup(format!("{key}: cannot read {}: {error}", path.display())))?;
    if bytes.starts_with(BYTE_ORDER_MARK) {
        bytes.drain(..BYTE_ORDER_MARK.len());
    }
    while bytes.last().is_some_and(|byte| matches!(byte, b'\n' | b'\r')) {
        bytes.pop();
    }
    if bytes.is_empty() {
        return Err(Error::Setup(format!("{key}: {} is empty", path.display())));
    }
    Ok(bytes)
}
