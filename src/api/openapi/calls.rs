//! The calls, each with what it takes and what it answers. The numbers are those of the published
//! reference; the calls without one are additions.

use std::collections::BTreeMap;

use utoipa::openapi::path::{
    HttpMethod, Operation, OperationBuilder, Parameter, ParameterBuilder, ParameterIn,
};
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, Type};
use utoipa::openapi::security::SecurityRequirement;
use utoipa::openapi::{ContentBuilder, RefOr, Required, Schema};
use utoipa::{IntoParams, ToSchema};

use super::answers::{done, envelope, known, refused, with_data};
use super::examples;
use super::taken::{Schemas, Taken};
use crate::api::calendar::{Birthday, Search, WhichDay, WhichMonth};
use crate::api::envelope::Code;
use crate::api::event::{Event, NewEvent, WhichEvent};
use crate::api::group::{Group, NewGroup, OneGroup, WhichGroup};
use crate::api::user::{
    Me, PasswordChange, Registration, SelectedGroups, Selection, SignIn, Token,
};
use crate::api::values::{Day, Id, Month, Text};

const EVENT_AT: &str = "^/api/v1/calendar/event/[1-9][0-9]*$";
const GROUP_AT: &str = "^/api/v1/group/[1-9][0-9]*$";

/// One call.
pub(super) struct Call {
    method: HttpMethod,
    path: &'static str,
    id: &'static str,
    summary: &'static str,
    description: Option<&'static str>,
    parameters: Vec<Parameter>,
    body: Option<RefOr<Schema>>,
    /// The schemas that it names.
    schemas: Schemas,
    with_token: bool,
    done: RefOr<Schema>,
    /// What 200 can stand for besides success.
    or: Option<Code>,
    location: Option<&'static str>,
    /// Whether it gives an entity tag, and is not answered again to who has what has it.
    tagged: bool,
    refusals: Vec<Code>,
}

/// Every call of version 1.
pub(super) fn all() -> Vec<Call> {
    [user(), views(), events(), groups(), vec![document()]].into_iter().flatten().collect()
}

fn user() -> Vec<Call> {
    use HttpMethod::{Delete, Get, Post, Put};
    let taken = [Code::REFUSED, Code::TOO_MANY];
    vec![
        Call::new(Post, "/user", "register", "Registers a user and gives out the token (call 1)")
            .without_token()
            .takes::<Registration>()
            .refuses(&taken)
            .gives::<Token>()
            .or(Code::EMAIL_EXISTS),
        Call::new(Post, "/user/login", "signIn", "Gives out a token for an email and a password")
            .without_token()
            .takes::<SignIn>()
            .refuses(&taken)
            .gives::<Token>(),
        Call::new(
            Put,
            "/user/password",
            "changePassword",
            "Sets the caller's password, ends all their tokens and gives out a new one",
        )
        .takes::<PasswordChange>()
        .refuses(&taken)
        .gives::<Token>(),
        Call::new(Delete, "/user/token", "endTokens", "Ends all tokens of the caller"),
        Call::new(Get, "/user", "me", "The caller").gives::<Me<'_>>(),
        Call::new(
            Post,
            "/user/calendar/group",
            "selectGroups",
            "Selects the groups that the caller's calendar shows (call 2)",
        )
        .takes::<Selection>()
        .refuses(&[Code::NOT_FOUND]),
        Call::new(Get, "/user/calendar/group", "selectedGroups", "The groups that are selected")
            .gives::<SelectedGroups>(),
    ]
}

fn views() -> Vec<Call> {
    let list =
        |path, id, summary| Call::new(HttpMethod::Get, path, id, summary).lists::<Event<'_>>();
    let view = |path, id, summary| list(path, id, summary).tagged();
    vec![
        view("/calendar", "thisMonth", "This month's events (call 3)"),
        view("/calendar/month", "month", "A month's events (call 4)")
            .asks::<WhichMonth, Month>()
            .says("With a `date` instead, a day's events, as an example of the reference has it."),
        view("/calendar/today", "today", "Today's events (call 8)"),
        view("/calendar/date", "day", "A day's events (call 9)").asks::<WhichDay, Day>(),
        list("/calendar/search", "search", "Events whose subject contains a word (call 10)")
            .asks::<Search, Text>(),
    ]
}

fn events() -> Vec<Call> {
    use HttpMethod::{Delete, Get, Post, Put};
    let path = "/calendar/event";
    let birthday = |method, id| {
        Call::new(method, "/calendar/birthday", id, "Registers the caller's birthday (call 11)")
            .takes::<Birthday>()
            .or(Code::BIRTHDAY_EXISTS)
    };
    vec![
        Call::new(Post, path, "createEvent", "Registers a personal event (call 5)")
            .takes::<NewEvent>()
            .made_at(EVENT_AT),
        Call::new(Put, path, "changeEvent", "Changes an event of the caller's (call 6)")
            .takes::<(WhichEvent, NewEvent)>()
            .if_unchanged()
            .refuses(&[Code::NOT_FOUND, Code::NOT_OWNER]),
        Call::new(Delete, path, "deleteEvent", "Deletes an event or the birthday (call 7)")
            .takes::<WhichEvent>()
            .if_unchanged()
            .refuses(&[Code::NOT_FOUND, Code::NOT_OWNER]),
        Call::new(
            Get,
            "/calendar/event/{id}",
            "event",
            "One event that the caller registered or that the caller's calendar shows",
        )
        .of_id()
        .tagged()
        .gives::<Event<'_>>(),
        birthday(Put, "putBirthday"),
        birthday(Post, "postBirthday"),
    ]
}

fn groups() -> Vec<Call> {
    use HttpMethod::{Delete, Get, Post, Put};
    let path = "/group";
    vec![
        Call::new(Post, path, "createGroup", "Makes a group (call 12)")
            .takes::<NewGroup>()
            .made_at(GROUP_AT),
        Call::new(Put, path, "renameGroup", "Renames a group of the caller's (call 13)")
            .takes::<(WhichGroup, NewGroup)>()
            .refuses(&[Code::NOT_FOUND, Code::NOT_OWNER]),
        Call::new(Delete, path, "deleteGroup", "Deletes a group and all its events (call 14)")
            .takes::<WhichGroup>()
            .refuses(&[Code::NOT_FOUND, Code::NOT_OWNER]),
        Call::new(Get, path, "myGroups", "The groups that the caller made (call 15)")
            .lists::<Group<'_>>(),
        Call::new(Get, "/group/list", "allGroups", "All groups (call 16)").lists::<Group<'_>>(),
        Call::new(Get, "/group/{id}", "group", "One group, with how many events are in it")
            .of_id()
            .gives::<OneGroup<'_>>(),
        Call::new(
            Post,
            "/group/event",
            "createGroupEvent",
            "Registers an event in a group (call 17)",
        )
        .takes::<(WhichGroup, NewEvent)>()
        .refuses(&[Code::NOT_FOUND])
        .made_at(EVENT_AT),
    ]
}

fn document() -> Call {
    let of_openapi = ObjectBuilder::new()
        .property(
            "openapi",
            ObjectBuilder::new().schema_type(Type::String).pattern(Some(r"^3\.1\.")),
        )
        .required("openapi")
        .required("info")
        .required("paths");
    let call = Call::new(
        HttpMethod::Get,
        "/openapi.json",
        "openapi",
        "This document, which is no envelope",
    );
    Call { done: of_openapi.into(), ..call.without_token() }
}

impl Call {
    /// A call with a token that takes nothing and returns nothing. A query that cannot be read is
    /// refused whether or not anything in it is asked for.
    fn new(
        method: HttpMethod,
        path: &'static str,
        id: &'static str,
        summary: &'static str,
    ) -> Self {
        let refusals = [
            Code::MALFORMED,
            Code::MISSING_TOKEN,
            Code::INVALID_TOKEN,
            Code::INTERNAL,
            Code::UNAVAILABLE,
        ];
        Self {
            method,
            path,
            id,
            summary,
            description: None,
            parameters: Vec::new(),
            body: None,
            schemas: Schemas::default(),
            with_token: true,
            done: envelope(Code::SUCCESS),
            or: None,
            location: None,
            tagged: false,
            refusals: refusals.into(),
        }
    }

    /// It needs no token, and reads no query.
    fn without_token(mut self) -> Self {
        self.with_token = false;
        self.refusals = vec![Code::INTERNAL, Code::UNAVAILABLE];
        self
    }

    /// It takes a body of that type.
    fn takes<T: Taken>(mut self) -> Self {
        self.body = Some(T::describe(&mut self.schemas));
        self.refuses(&[Code::MALFORMED, Code::INVALID, Code::TOO_LARGE])
    }

    /// It takes parameters in the query, of values of that type.
    fn asks<T: IntoParams, V: ToSchema>(mut self) -> Self {
        self.schemas.add::<V>();
        for parameter in T::into_params(|| Some(ParameterIn::Query)) {
            let example = examples::parameter(&parameter.name);
            self.parameters.push(ParameterBuilder::from(parameter).example(example).build());
        }
        self.refuses(&[Code::INVALID])
    }

    /// Its path ends in an id. A path that ends in anything else does not exist.
    fn of_id(mut self) -> Self {
        let parameter = ParameterBuilder::new()
            .name("id")
            .parameter_in(ParameterIn::Path)
            .required(Required::True)
            .example(examples::parameter("id"))
            .schema(Some(self.schemas.add::<Id>()));
        self.parameters.push(parameter.build());
        self.refuses(&[Code::NOT_FOUND])
    }

    /// What there is to say of it besides.
    fn says(mut self, description: &'static str) -> Self {
        self.description = Some(description);
        self
    }

    /// It returns that.
    fn gives<T: ToSchema>(mut self) -> Self {
        self.done = with_data(self.schemas.add::<T>());
        self
    }

    /// It returns a list of that.
    fn lists<T: ToSchema>(mut self) -> Self {
        self.done = with_data(ArrayBuilder::new().items(self.schemas.add::<T>()).into());
        self
    }

    /// It may also answer 200 with another code than success.
    fn or(mut self, code: Code) -> Self {
        self.or = Some(code);
        self
    }

    /// It says where what it made can be read.
    fn made_at(mut self, location: &'static str) -> Self {
        self.location = Some(location);
        self
    }

    /// It gives an entity tag.
    fn tagged(mut self) -> Self {
        self.tagged = true;
        self.condition(
            "If-None-Match",
            "Entity tags, or `*`: if it has one of them, it is answered 304.",
        )
    }

    /// It may be sent on condition that the event is as the client knows it.
    fn if_unchanged(self) -> Self {
        let call = self.condition(
            "If-Match",
            "Entity tags of the event's states in which it may be done, or `*`; a weak tag allows \
             nothing. Without it, it is done in any state.",
        );
        call.refuses(&[Code::CHANGED])
    }

    fn condition(mut self, name: &str, about: &str) -> Self {
        let parameter = ParameterBuilder::new()
            .name(name)
            .parameter_in(ParameterIn::Header)
            .description(Some(about))
            .schema(Some(ObjectBuilder::new().schema_type(Type::String)));
        self.parameters.push(parameter.build());
        self
    }

    fn refuses(mut self, codes: &[Code]) -> Self {
        for code in codes {
            if !self.refusals.contains(code) {
                self.refusals.push(*code);
            }
        }
        self
    }

    /// The call as OpenAPI has it: its path, its method and what it does. The schemas that it names are
    /// added to `schemas`.
    pub(super) fn operation(self, schemas: &mut Schemas) -> (&'static str, HttpMethod, Operation) {
        schemas.extend(self.schemas);
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
            let content =
                ContentBuilder::new().schema(Some(body)).example(examples::body(self.id)).build();
            let body = RequestBodyBuilder::new().required(Some(Required::True));
            operation =
                operation.request_body(Some(body.content("application/json", content).build()));
        }
        if !self.with_token {
            operation = operation.securities(Some(Vec::<SecurityRequirement>::new()));
        }
        let mut by_status: BTreeMap<u16, Vec<Code>> = BTreeMap::new();
        for code in self.refusals {
            by_status.entry(code.0).or_default().push(code);
        }
        for (status, mut codes) in by_status {
            codes.sort_by_key(|code| code.1);
            operation = operation.response(status.to_string(), refused(self.id, &codes));
        }
        (self.path, self.method, operation.build())
    }
}
