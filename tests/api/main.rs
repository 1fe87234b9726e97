//! The API and the pages, by the in-process client, laid out as the URLs are. What only bytes on
//! a socket can show is asked of the spawned binary.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that panics has failed")]

mod app_password;
mod caldav;
mod calendar;
mod clock_set_back;
mod event;
mod feed;
mod group;
mod history;
mod http;
mod large_answers;
mod many_events;
mod openapi;
mod people;
mod property;
mod reference;
mod series;
mod transfer;
mod user;
mod web;

#[path = "../support"]
#[expect(dead_code, reason = "each crate uses some of it")]
mod support {
    pub(crate) mod answer;
    pub(crate) mod calendar;
    pub(crate) mod calls;
    pub(crate) mod database;
    pub(crate) mod expected;
    pub(crate) mod kept;
    pub(crate) mod postgres;
    pub(crate) mod printed_token;
    pub(crate) mod server;
    pub(crate) mod wait;
}
