//! What all calls have in common as HTTP: how a request is read, in which order it is checked, and
//! what every answer has.

mod access_token;
mod body;
mod content_coding;
mod cors;
mod envelope;
mod front;
mod idempotency;
mod methods;
mod not_modified;
mod order_of_checks;
mod preconditions;
mod query;
mod server_errors;
mod wire;
