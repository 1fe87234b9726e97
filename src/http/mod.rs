//! HTTP that does not depend on Rocket: entity tags, content coding, CORS and the request log.
//!
//! All of it works on plain strings and bytes, so that code outside Rocket's routing can use it too.

pub(crate) mod coding;
pub(crate) mod cors;
pub(crate) mod etag;
pub(crate) mod trace;
