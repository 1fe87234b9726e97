//! What every protocol of the house speaks of HTTP: entity tags, content coding, CORS, and what is
//! told of a request. All of it over plain strings and bytes, and nothing over Rocket, so that a
//! protocol that Rocket cannot route uses the same.

pub(crate) mod coding;
pub(crate) mod cors;
pub(crate) mod etag;
pub(crate) mod trace;
