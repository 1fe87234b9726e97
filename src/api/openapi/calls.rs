//! The calls: for each its handler, and what no signature says. The numbers are those of the published
//! reference; calls without a number are additions.

use std::collections::BTreeMap;

use utoipa::openapi::path::HttpMethod::{self, Delete, Get, Post, Put};
use utoipa::openapi::path::{Operation, OperationBuilder, Parameter};
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::security::SecurityRequirement;
use utoipa::openapi::{ContentBuilder, RefOr, Required, Schema};

use super::answers::{done, envelope, known, refused};
use super::examples;
use super::handler::Handler;
use super::schemas::Schemas;
use crate::api::envelope::Code;
use crate::api::{calendar, event, group, user};

const EVENT_AT: &str = "^/api/v1/calendar/event/[1-9][0-9]*$";
const GROUP_AT: &str = "^/api/v1/group/[1-9][0-9]*$";
/// What calls refuse that change or delete something of the caller's.
const OWN: [Code; 2] = [Code::NOT_FOUND, Code::NOT_OWNER];

/// Every call of version 1. The schemas that they refer to are added to `schemas`.
pub(super) fn all(schemas: &mut Schemas) -> Vec<Call> {
    let mut all = user(schemas);
    all.extend(calendar(schemas));
    all.extend(group(schemas));
    all.push(document());
    all
}

fn user(schemas: &mut Schemas) -> Vec<Call> {
    vec![
        Call::of(Post, "/user", "register", user::register, schemas)
            .about("Registers a user and gives out the token (call 1)")
            .refuses(&[Code::REFUSED])
            .or(Code::EMAIL_EXISTS),
        Call::of(Post, "/user/login", "signIn", user::login, schemas)
            .about("Gives out a token for an email and a password")
            .refuses(&[Code::REFUSED]),
        Call::of(Put, "/user/password", "changePassword", user::change_password, schemas)
            .about("Sets the caller's password, ends all their tokens and gives out a new one")
            .refuses(&[Code::REFUSED]),
        Call::of(Delete, "/user/token", "endTokens", user::end_tokens, schemas)
            .about("Ends all tokens of the caller"),
        Call::of(Get, "/user", "me", user::me, schemas).about("The caller"),
        Call::of(Post, "/user/calendar/group", "selectGroups", user::select_groups, schemas)
            .about("Selects the groups that the caller's calendar shows (call 2)")
            .refuses(&[Code::NOT_FOUND]),
        Call::of(Get, "/user/calendar/group", "selectedGroups", user::selected_groups, schemas)
            .about("The groups that are selected"),
    ]
}

fn calendar(schemas: &mut Schemas) -> Vec<Call> {
    let birthday = "Registers the caller's birthday (call 11)";
    vec![
        Call::of(Get, "/calendar", "thisMonth", calendar::this_month, schemas)
            .about("This month's events (call 3)"),
        Call::of(Get, "/calendar/month", "month", calendar::month, schemas)
            .about("A month's events (call 4)")
            .says("With a `date` instead, a day's events, as an example of the reference has it."),
        Call::of(Get, "/calendar/today", "today", calendar::today, schemas)
            .about("Today's events (call 8)"),
        Call::of(Get, "/calendar/date", "day", calendar::date, schemas)
            .about("A day's events (call 9)"),
        Call::of(Get, "/calendar/search", "search", calendar::search, schemas)
            .about("Events whose subject contains a word (call 10)"),
        Call::of(Post, "/calendar/event", "createEvent", event::create, schemas)
            .about("Registers a personal event (call 5)")
            .made_at(EVENT_AT),
        Call::of(Put, "/calendar/event", "changeEvent", event::change, schemas)
            .about("Changes an event of the caller's (call 6)")
            .refuses(&OWN),
        Call::of(Delete, "/calendar/event", "deleteEvent", event::delete, schemas)
            .about("Deletes an event or the birthday (call 7)")
            .refuses(&OWN),
        Call::of(Get, "/calendar/event/{id}", "event", event::read, schemas)
            .about("One event that the caller registered or that the caller's calendar shows"),
        Call::of(Put, "/calendar/birthday", "putBirthday", calendar::put_birthday, schemas)
            .about(birthday)
            .or(Code::BIRTHDAY_EXISTS),
        Call::of(Post, "/calendar/birthday", "postBirthday", calendar::post_birthday, schemas)
            .about(birthday)
            .or(Code::BIRTHDAY_EXISTS),
    ]
}

fn group(schemas: &mut Schemas) -> Vec<Call> {
    vec![
        Call::of(Post, "/group", "createGroup", group::create, schemas)
            .about("Makes a group (call 12)")
            .made_at(GROUP_AT),
        Call::of(Put, "/group", "renameGroup", group::rename, schemas)
            .about("Renames a group of the caller's (call 13)")
            .refuses(&OWN),
        Call::of(Delete, "/group", "deleteGroup", group::delete, schemas)
            .about("Deletes a group and all its events (call 14)")
            .refuses(&OWN),
        Call::of(Get, "/group", "myGroups", group::mine, schemas)
            .about("The groups that the caller made (call 15)"),
        Call::of(Get, "/group/list", "allGroups", group::all, schemas)
            .about("All groups (call 16)"),
        Call::of(Get, "/group/{id}", "group", group::read, schemas)
            .about("One group, with how many events are in it"),
        Call::of(Post, "/group/event", "createGroupEvent", group::create_event, schemas)
            .about("Registers an event in a group (call 17)")
            .refuses(&[Code::NOT_FOUND])
            .made_at(EVENT_AT),
    ]
}

fn document() -> Call {
    let version = ObjectBuilder::new().schema_type(Type::String).pattern(Some(r"^3\.1\."));
    let document = ["openapi", "info", "paths"]
        .into_iter()
        .fold(ObjectBuilder::new().property("openapi", version), ObjectBuilder::required);
    let call =
        Call::new(Get, "/openapi.json", "openapi").about("This document, which is no envelope");
    Call { done: document.into(), ..call }
}

/// One call.
pub(super) struct Call {
    method: HttpMethod,
    path: &'static str,
    id: &'static str,
    summary: &'static str,
    description: Option<&'static str>,
    pub(super) parameters: Vec<Parameter>,
    pub(super) body: Option<RefOr<Schema>>,
    /// The parameter that is missing if none is given.
    pub(super) first: Option<String>,
    pub(super) with_token: bool,
    /// What 200 stands for.
    pub(super) done: RefOr<Schema>,
    /// What else 200 can stand for.
    or: Option<Code>,
    location: Option<&'static str>,
    /// Whether it gives an entity tag, and 304 to a client that has it.
    pub(super) tagged: bool,
    refusals: Vec<Code>,
}

impl Call {
    /// The call that `handler` answers.
    fn of<G, H: Handler<G>>(
        method: HttpMethod,
        path: &'static str,
        id: &'static str,
        _handler: H,
        schemas: &mut Schemas,
    ) -> Self {
        let mut call = Self::new(method, path, id);
        H::describe(&mut call, schemas);
        call
    }

    /// A call without a token that takes nothing and gives no data.
    fn new(method: HttpMethod, path: &'static str, id: &'static str) -> Self {
        Self {
            method,
            path,
            id,
            summary: "",
            description: None,
            parameters: Vec::new(),
            body: None,
            first: None,
            with_token: false,
            done: envelope(Code::SUCCESS),
            or: None,
            location: None,
            tagged: false,
            refusals: vec![Code::INTERNAL, Code::UNAVAILABLE],
        }
    }

    fn about(self, summary: &'static str) -> Self {
        Self { summary, ..self }
    }

    fn says(self, description: &'static str) -> Self {
        Self { description: Some(description), ..self }
    }

    fn or(self, code: Code) -> Self {
        Self { or: Some(code), ..self }
    }

    /// A header `Location` of that form says where what it made can be read.
    fn made_at(self, location: &'static str) -> Self {
        Self { location: Some(location), ..self }
    }

    fn refuses(mut self, codes: &[Code]) -> Self {
        self.refuse(codes);
        self
    }

    /// Adds what it refuses with.
    pub(super) fn refuse(&mut self, codes: &[Code]) {
        for code in codes {
            if !self.refusals.contains(code) {
                self.refusals.push(*code);
            }
        }
    }

    /// The path and the method, with the operation of OpenAPI.
    pub(super) fn operation(self) -> (&'static str, HttpMethod, Operation) {
        let tag = self.path.split(['/', '.']).nth(1).unwrap_or_default();
        let mut operation = OperationBuilder::new()
            .tag(tag)
            .operation_id(Some(self.id))
            .summary(Some(self.summary))
            .description(self.description)
            .response("200", done(self.id, self.done, self.or, self.location, self.tagged));
        if self.tagged {
            operation = operation.response("304", known());
        }
        if !self.parameters.is_empty() {
            operation = operation.parameters(Some(self.parameters));
        }
        if let Some(body) = self.body {
            let content = ContentBuilder::new().schema(Some(body)).example(examples::body(self.id));
            let body = RequestBodyBuilder::new().required(Some(Required::True));
            let body = body.content("application/json", content.build()).build();
            operation = operation.request_body(Some(body));
        }
        if !self.with_token {
            operation = operation.securities(Some(Vec::<SecurityRequirement>::new()));
        }
        let mut by_status: BTreeMap<u16, Vec<Code>> = BTreeMap::new();
        for code in self.refusals {
            by_status.entry(code.0).or_default().push(code);
        }
        let first = self.first.unwrap_or_default();
        for (status, mut codes) in by_status {
            codes.sort_by_key(|code| code.1);
            let response = refused(self.id, &first, &codes);
            operation = operation.response(status.to_string(), response);
        }
        (self.path, self.method, operation.build())
    }
}
