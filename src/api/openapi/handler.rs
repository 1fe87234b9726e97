//! What a handler's signature says of its call: its guards say what the call takes, the type of its answer
//! what data it gives. So the description cannot name other types than those that are read and written.

use std::future::Future;

use rocket::State;
use utoipa::ToSchema;
use utoipa::openapi::path::{HttpMethod, ParameterBuilder, ParameterIn};
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, SchemaType};
use utoipa::openapi::{ContentBuilder, Required};

use super::answers::{disposition, with_data};
use super::examples;
use super::operation::Call;
use super::schemas::{Any, form, string};
use crate::api::body::Body;
use crate::api::caller::{AccountCaller, Caller, WithinLimit};
use crate::api::conditional::{Conditional, TakesGzip};
use crate::api::envelope::{Answer, Code, Done, List};
use crate::api::event::IfMatch;
use crate::api::idempotency::{self, Idempotency};
use crate::api::parameters::Parameters;
use crate::api::path::{PathId, PathSecret, Root, SecondId};
use crate::api::query::Query;
use crate::api::refusal::Result;
use crate::api::transfer::export::Exported;
use crate::api::upload::Upload;
use crate::api::values::Id;
use crate::app::App;

/// The media type of iCalendar.
const CALENDAR: &str = "text/calendar";

/// The call that `handler` answers.
pub(super) fn call<G, H: Handler<G>>(
    method: HttpMethod,
    path: &'static str,
    id: &'static str,
    _handler: H,
) -> Call {
    let mut call = Call::new(method, path, id);
    H::describe(&mut call);
    call
}

/// A handler with guards of the types `Guards`.
pub(super) trait Handler<Guards> {
    /// Adds to `call` what the signature says.
    fn describe(call: &mut Call);
}

macro_rules! handler {
    ($($guard:ident)+) => {
        impl<H, F, A, $($guard),+> Handler<($($guard,)+)> for H
        where
            H: Fn($($guard),+) -> F,
            F: Future<Output = Result<A>>,
            A: Part,
            $($guard: Part),+
        {
            fn describe(call: &mut Call) {
                $($guard::describe(call);)+
                A::describe(call);
            }
        }
    };
}

handler!(G1 G2);
handler!(G1 G2 G3);
handler!(G1 G2 G3 G4);
handler!(G1 G2 G3 G4 G5);

/// A part of a signature: a guard or the answer.
trait Part {
    /// Adds to `call` what it says.
    fn describe(call: &mut Call);
}

impl Part for Answer<Done> {
    fn describe(_: &mut Call) {}
}

impl<T: ToSchema> Part for Answer<T> {
    fn describe(call: &mut Call) {
        call.done = with_data(call.schemas.data::<T>());
    }
}

impl<T: ToSchema> Part for Answer<List<T>> {
    fn describe(call: &mut Call) {
        let list = ArrayBuilder::new().items(call.schemas.data::<T>());
        call.done = with_data(list.into());
    }
}

impl Part for Exported {
    fn describe(call: &mut Call) {
        call.done = string().description(Some("iCalendar (RFC 5545).")).into();
        call.media = CALENDAR;
        call.gives(disposition());
        call.refusals.extend([Code::TOO_MANY]);
    }
}

impl Part for Upload<'_> {
    fn describe(call: &mut Call) {
        let about = "A calendar in iCalendar (RFC 5545), or a zip of some. It is told by how it begins, whatever \
                     its `Content-Type` says.";
        // Bytes, of which nothing can be said in JSON.
        let file = || {
            let any = ObjectBuilder::new().schema_type(SchemaType::AnyValue);
            ContentBuilder::new().schema(Some(any))
        };
        let (calendar, zip) = (file().example(examples::body(call.id)).build(), file().build());
        let body = RequestBodyBuilder::new().description(Some(about));
        let body = body.required(Some(Required::True)).content(CALENDAR, calendar);
        call.operation.request_body = Some(body.content("application/zip", zip).build().into());
        call.refusals.extend([Code::INVALID, Code::TOO_LARGE, Code::TOO_MANY]);
    }
}

impl Part for &State<App> {
    fn describe(_: &mut Call) {}
}

/// Every call with a token refuses a query that cannot be decoded.
impl Part for Caller {
    fn describe(call: &mut Call) {
        call.operation.security = None;
        call.refusals.extend([Code::MALFORMED, Code::MISSING_TOKEN, Code::INVALID_TOKEN]);
        // The scope of an app password may be to read.
        if call.method != HttpMethod::Get {
            call.refusals.extend([Code::NOT_OWNER]);
        }
    }
}

/// No app password is good for it.
impl Part for AccountCaller {
    fn describe(call: &mut Call) {
        Caller::describe(call);
        call.refusals.extend([Code::NOT_OWNER]);
    }
}

impl Part for WithinLimit {
    fn describe(call: &mut Call) {
        call.refusals.extend([Code::TOO_MANY]);
    }
}

impl<T: Parameters + ToSchema> Part for Body<T> {
    fn describe(call: &mut Call) {
        let (schema, first) = call.schemas.body::<T>();
        let content = ContentBuilder::new().schema(Some(schema)).example(examples::body(call.id));
        let body = RequestBodyBuilder::new().required(Some(Required::True));
        let body = body.content("application/json", content.build()).build();
        call.operation.request_body = Some(body.into());
        call.first = first;
        // What takes a body writes, so it is limited by user if not by client.
        call.refusals.extend([Code::MALFORMED, Code::INVALID, Code::TOO_LARGE, Code::TOO_MANY]);
    }
}

impl<T: Parameters + ToSchema> Part for Query<T> {
    fn describe(call: &mut Call) {
        for (name, schema, required) in call.schemas.query::<T>() {
            if required {
                call.first.get_or_insert_with(|| name.clone());
                value(call, ParameterIn::Query, &name, schema);
            } else {
                let optional = ParameterBuilder::new().name(name).parameter_in(ParameterIn::Query);
                call.take(optional.schema(Some(schema)));
            }
        }
        call.refusals.extend([Code::INVALID]);
    }
}

/// A path that ends in anything but an integer does not exist.
impl Part for PathId {
    fn describe(call: &mut Call) {
        let id = call.schemas.value::<Id>();
        value(call, ParameterIn::Path, "id", id);
        call.refusals.extend([Code::NOT_FOUND]);
    }
}

impl Part for SecondId {
    fn describe(call: &mut Call) {
        let id = call.schemas.value::<Id>();
        value(call, ParameterIn::Path, "invitation", id);
    }
}

impl Part for PathSecret {
    fn describe(call: &mut Call) {
        value(call, ParameterIn::Path, "secret", form("^[a-z2-7]{52}$").into());
        call.refusals.extend([Code::NOT_FOUND]);
    }
}

impl Part for Conditional {
    fn describe(call: &mut Call) {
        call.gives_tag();
        let about = "Entity tags, or `*`: if it has one of them, it is answered 304.";
        header(call, "If-None-Match", about);
    }
}

/// What the client calls the server changes an answer, and nothing of its form.
impl Part for Root {
    fn describe(_: &mut Call) {}
}

/// A content coding changes nothing of what is described.
impl Part for TakesGzip {
    fn describe(_: &mut Call) {}
}

impl Part for Idempotency {
    fn describe(call: &mut Call) {
        let about = "A text of the client's own, of 1 to 64 characters. The same one within a day gives the \
                     first answer again and makes nothing, so that a call whose answer was lost can be \
                     repeated.";
        header(call, idempotency::HEADER, about);
    }
}

impl Part for IfMatch {
    fn describe(call: &mut Call) {
        let about = "Entity tags of the event's states in which it may be done, or `*`. Without it, it is \
                     done in any state. `revision` does the same, whatever a proxy makes of tags.";
        header(call, "If-Match", about);
        call.refusals.extend([Code::CHANGED]);
    }
}

fn value(call: &mut Call, place: ParameterIn, name: &str, schema: Any) {
    let value = ParameterBuilder::new().name(name).parameter_in(place).schema(Some(schema));
    call.take(value.required(Required::True).example(examples::parameter(name)));
}

fn header(call: &mut Call, name: &str, about: &str) {
    let header = ParameterBuilder::new().name(name).parameter_in(ParameterIn::Header);
    call.take(header.description(Some(about)).schema(Some(string())));
}
