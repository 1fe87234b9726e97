//! The key that signs tokens. No error shows it.

use std::path::Path;

use rocket::figment::Figment;
use rocket::figment::value::Value;

use super::lookup::path;
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

/// The bytes of a key file, without the line breaks that editors leave at its end.
fn key_from(path: &Path) -> Result<Vec<u8>> {
    let mut key = std::fs::read(path).map_err(|error| {
        Error::Setup(format!("secret_key_file: cannot read {}: {error}", path.display()))
    })?;
    while key.last().is_some_and(|byte| matches!(byte, b'\n' | b'\r')) {
        key.pop();
    }
    if key.is_empty() {
        return Err(Error::Setup(format!("secret_key_file: {} is empty", path.display())));
    }
    Ok(key)
}
