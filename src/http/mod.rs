//! The HTTP that all protocols share: entity tags, content coding, CORS, and the log line of a request.
//! It works on plain strings and bytes and not on Rocket's types, so that a protocol that Rocket cannot
//! route can use it too.

pub(crate) mod coding;
pub(crate) mod cors;
pub(crate) mod etag;
pub(crate) mod peer;
pub(crate) mod trace;
