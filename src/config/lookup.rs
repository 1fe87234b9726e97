//! The value of a key, in the form that the key takes.

use std::path::PathBuf;

use rocket::figment::value::Value;
use rocket::figment::{self, Figment};
use serde::de::DeserializeOwned;

use crate::error::{Error, Result};

/// The value of `key`, if it is set.
///
/// # Errors
/// [`Error::Setup`] that names the key, if it is not a `T`.
pub(super) fn read<T: DeserializeOwned>(given: &Figment, key: &str) -> Result<Option<T>> {
    match given.extract_inner(key) {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.missing() => Ok(None),
        Err(error) => Err(wrong(&error, Some(key))),
    }
}

/// The text that `key` is set to, if it is. figment reads digits in the environment as a number.
///
/// # Errors
/// [`Error::Setup`] that names the key, if it is not a text.
pub(super) fn text(given: &Figment, key: &str) -> Result<Option<String>> {
    match given.find_value(key) {
        Err(_) => Ok(None),
        Ok(Value::String(_, text)) => Ok(Some(text)),
        Ok(Value::Num(_, number)) => {
            let digits = number.to_u128().map(|number| number.to_string());
            let digits = digits.or_else(|| number.to_i128().map(|number| number.to_string()));
            digits
                .map(Some)
                .ok_or_else(|| Error::Setup(format!("{key}: expected a string in quotes")))
        }
        Ok(_) => Err(Error::Setup(format!("{key}: expected a string in quotes"))),
    }
}

/// The texts that `key` is set to; a single one need not be a list.
///
/// # Errors
/// [`Error::Setup`] that names the key, if they are not texts.
pub(super) fn texts(given: &Figment, key: &str) -> Result<Vec<String>> {
    match given.find_value(key) {
        Ok(Value::String(_, text)) => Ok(vec![text]),
        _ => Ok(read(given, key)?.unwrap_or_default()),
    }
}

/// The path that `key` is set to, if it is.
///
/// # Errors
/// [`Error::Setup`] that names the key, if it is empty or not a text.
pub(super) fn path(given: &Figment, key: &str) -> Result<Option<PathBuf>> {
    match text(given, key)? {
        Some(text) if text.is_empty() => {
            Err(Error::Setup(format!("{key}: expected a path, found none")))
        }
        text => Ok(text.map(PathBuf::from)),
    }
}

/// figment's error, with the key that figment names, or else `key`.
pub(super) fn wrong(error: &figment::Error, key: Option<&str>) -> Error {
    let path = error.path.join(".");
    let key = if path.is_empty() { key.unwrap_or("configuration") } else { &path };
    Error::Setup(format!("{key}: {}", error.kind))
}
