//! Every call of the API through the in-process client, one file a resource.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that panics has failed")]

mod account;
mod birthday;
mod body;
mod calendar_event;
mod calendar_views;
mod conditional;
mod cors;
mod envelope;
mod event_times;
mod examples;
mod faults;
mod group;
mod group_event;
mod helpers;
mod large;
mod methods;
mod openapi;
mod order;
mod overlap;
mod query;
mod reference;
mod schema;
mod search;
mod selection;
mod token;
mod unchanged;
mod user;
mod wire;
