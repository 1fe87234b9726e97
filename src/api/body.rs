//! The JSON body of a request, read as JSON whatever its `Content-Type` says.

use std::collections::HashMap;

use rocket::data::{ByteUnit, Data, FromData, Outcome};
use rocket::request::Request;
use serde_json::error::Category;
use serde_json::value::RawValue;

use super::input::Input;
use super::parameters::{Given, Parameters, Source};
use super::refusal::{Refusal, Result};
use crate::error::{self, Error};

/// The largest body that is read, in bytes.
pub(crate) const LIMIT: usize = 64 << 10;

/// How deep a body may be nested. Its parameters are one level deep.
const DEEPEST: usize = 100;

/// The parameters in a body, or why they were refused. The guard never fails, since an error of the
/// token is reported first: [`Caller`](super::caller::Caller) takes the result out after it.
pub(crate) struct Body<T>(Result<T>);

impl<T> Body<T> {
    /// Converts the parameters, for a check across several of them.
    pub(super) fn and_then<U>(self, convert: impl FnOnce(T) -> error::Result<U>) -> Body<U> {
        Body(self.0.and_then(|given| Ok(convert(given)?)))
    }
}

impl<T: Send + 'static> Input for Body<T> {
    type Value = T;

    fn read(self) -> Result<T> {
        self.0
    }
}

#[rocket::async_trait]
impl<'r, T: Parameters + Send> FromData<'r> for Body<T> {
    type Error = std::convert::Infallible;

    async fn from_data(_: &'r Request<'_>, data: Data<'r>) -> Outcome<'r, Self> {
        let fields = read(data).await;
        Outcome::Success(Self(fields.and_then(|fields| Ok(T::read(&fields)?))))
    }
}

/// The values of a JSON object as they were sent. If a name is given twice, the last value is used.
struct Fields(HashMap<String, Box<RawValue>>);

impl Source for Fields {
    fn get(&self, name: &str) -> error::Result<Option<Given<'_>>> {
        Ok(self.0.get(name).map(|value| Given::Json(value)))
    }
}

async fn read(data: Data<'_>) -> Result<Fields> {
    let malformed = |what: &str| Error::Malformed(format!("body: {what}"));
    let bytes = data.open(ByteUnit::from(LIMIT)).into_bytes().await;
    let bytes = bytes.map_err(|_| malformed("it ended before it was complete"))?;
    if !bytes.is_complete() {
        return Err(Refusal::TooLarge(format!("body: expected at most {LIMIT} bytes")));
    }
    if nested_deeper_than(DEEPEST, &bytes) {
        let what = format!("expected a JSON object (nested deeper than {DEEPEST} levels)");
        return Err(malformed(&what).into());
    }
    let text =
        str::from_utf8(&bytes).map_err(|_| malformed("expected a JSON object (in UTF-8)"))?;
    let fields = parse(text).map_err(|error| match error.classify() {
        Category::Data => malformed("expected a JSON object"),
        _ => malformed(&format!("expected a JSON object ({error})")),
    })?;
    Ok(Fields(fields))
}

/// Whether JSON has objects and arrays nested deeper than `levels`.
fn nested_deeper_than(levels: usize, json: &[u8]) -> bool {
    let (mut depth, mut in_string, mut escaped) = (0_usize, false, false);
    json.iter().any(|byte| {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            b'{' | b'[' if !in_string => depth += 1,
            b'}' | b']' if !in_string => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth > levels
    })
}

/// Reads JSON (RFC 8259), also after a byte order mark, which some editors and platforms write. Text that is
/// not JSON is read again without `//` comments: an example of the published reference has one, and every
/// example works as printed.
fn parse(text: &str) -> serde_json::Result<HashMap<String, Box<RawValue>>> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    serde_json::from_str(text).or_else(|error| {
        let bare = without_comments(text.as_bytes());
        if bare.len() == text.len() { Err(error) } else { serde_json::from_slice(&bare) }
    })
}

/// `text` without its comments: each goes from a `//` outside strings to the end of the line.
fn without_comments(text: &[u8]) -> Vec<u8> {
    let (mut bare, mut in_string, mut at) = (Vec::with_capacity(text.len()), false, 0);
    while let Some(&byte) = text.get(at) {
        if !in_string && text[at..].starts_with(b"//") {
            at += text[at..].iter().position(|byte| *byte == b'\n').unwrap_or(text.len() - at);
            continue;
        }
        let escape = in_string && byte == b'\\';
        in_string ^= byte == b'"';
        let taken = if escape { 2 } else { 1 };
        bare.extend(text[at..].iter().take(taken));
        at += taken;
    }
    bare
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comment_ends_with_its_line_and_never_begins_inside_a_string() {
        let bare = |text: &str| String::from_utf8(without_comments(text.as_bytes())).unwrap();
        assert_eq!(bare("{\"a\": 1 // one\n}// end"), "{\"a\": 1 \n}");
        for kept in [
            r#"{"a": "http://b"}"#,
            r#"{"a": "\"//"}"#,
            r#"{"a": "\\", "b": "//"}"#,
            "/",
            "a/b",
            r#"{"\"#,
        ] {
            assert_eq!(bare(kept), kept);
        }
        assert_eq!(bare(r#"{"a": "\\"//b"}"#), r#"{"a": "\\""#);
    }
}
