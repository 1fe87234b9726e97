//! What a handler's signature says of its call: its guards say what the call takes, the type of its answer
//! what data it gives. So the description cannot name other types than those that are read and written.

use std::future::Future;

use rocket::State;
use utoipa::ToSchema;
use utoipa::openapi::path::{ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, Type};
use utoipa::openapi::{RefOr, Required, Schema};

use super::answers::with_data;
use super::calls::Call;
use super::examples;
use super::schemas::Schemas;
use crate::api::body::Body;
use crate::api::caller::{Caller, WithinLimit};
use crate::api::conditional::Conditional;
use crate::api::envelope::{Answer, Code, Done, List};
use crate::api::event::IfMatch;
use crate::api::parameters::Parameters;
use crate::api::path::PathId;
use crate::api::query::Query;
use crate::api::refusal::Result;
use crate::api::values::Id;
use crate::app::App;

/// A handler with guards of the types `Guards`.
pub(super) trait Handler<Guards> {
    /// Adds to `call` what the signature says.
    fn describe(call: &mut Call, schemas: &mut Schemas);
}

macro_rules! handler {
    ($($guard:ident)+) => {
        impl<H, F, D, $($guard),+> Handler<($($guard,)+)> for H
        where
            H: Fn($($guard),+) -> F,
            F: Future<Output = Result<Answer<D>>>,
            D: Data,
            $($guard: Guard),+
        {
            fn describe(call: &mut Call, schemas: &mut Schemas) {
                $($guard::describe(call, schemas);)+
                if let Some(schema) = D::schema(schemas) {
                    call.done = with_data(schema);
                }
            }
        }
    };
}

handler!(A B);
handler!(A B C);
handler!(A B C D1);

/// The data of an answer.
trait Data {
    /// Its schema; none for no data.
    fn schema(schemas: &mut Schemas) -> Option<RefOr<Schema>>;
}

impl Data for Done {
    fn schema(_: &mut Schemas) -> Option<RefOr<Schema>> {
        None
    }
}

impl<T: ToSchema> Data for T {
    fn schema(schemas: &mut Schemas) -> Option<RefOr<Schema>> {
        Some(schemas.data::<T>())
    }
}

impl<T: ToSchema> Data for List<T> {
    fn schema(schemas: &mut Schemas) -> Option<RefOr<Schema>> {
        Some(ArrayBuilder::new().items(schemas.data::<T>()).into())
    }
}

/// What a handler takes.
trait Guard {
    /// Adds it to `call`.
    fn describe(call: &mut Call, schemas: &mut Schemas);
}

impl Guard for &State<App> {
    fn describe(_: &mut Call, _: &mut Schemas) {}
}

/// Every call with a token refuses a query that cannot be decoded.
impl Guard for Caller {
    fn describe(call: &mut Call, _: &mut Schemas) {
        call.with_token = true;
        call.refuse(&[Code::MALFORMED, Code::MISSING_TOKEN, Code::INVALID_TOKEN]);
    }
}

impl Guard for WithinLimit {
    fn describe(call: &mut Call, _: &mut Schemas) {
        call.refuse(&[Code::TOO_MANY]);
    }
}

impl<T: Parameters + ToSchema> Guard for Body<T> {
    fn describe(call: &mut Call, schemas: &mut Schemas) {
        let (schema, first) = schemas.body::<T>();
        (call.body, call.first) = (Some(schema), first);
        call.refuse(&[Code::MALFORMED, Code::INVALID, Code::TOO_LARGE]);
    }
}

impl<T: Parameters + ToSchema> Guard for Query<T> {
    fn describe(call: &mut Call, schemas: &mut Schemas) {
        for (name, schema) in schemas.query::<T>() {
            call.first.get_or_insert_with(|| name.clone());
            parameter(call, ParameterIn::Query, &name, schema);
        }
        call.refuse(&[Code::INVALID]);
    }
}

/// A path that ends in anything but an integer does not exist.
impl Guard for PathId {
    fn describe(call: &mut Call, schemas: &mut Schemas) {
        parameter(call, ParameterIn::Path, "id", schemas.value::<Id>());
        call.refuse(&[Code::NOT_FOUND]);
    }
}

impl Guard for Conditional {
    fn describe(call: &mut Call, _: &mut Schemas) {
        call.tagged = true;
        let about = "Entity tags, or `*`: if it has one of them, it is answered 304.";
        condition(call, "If-None-Match", about);
    }
}

impl Guard for IfMatch {
    fn describe(call: &mut Call, _: &mut Schemas) {
        let about = "Entity tags of the event's states in which it may be done, or `*`; a weak tag allows \
                     nothing. Without it, it is done in any state.";
        condition(call, "If-Match", about);
        call.refuse(&[Code::CHANGED]);
    }
}

fn parameter(call: &mut Call, place: ParameterIn, name: &str, schema: RefOr<Schema>) {
    let parameter = ParameterBuilder::new()
        .name(name)
        .parameter_in(place)
        .required(Required::True)
        .example(examples::parameter(name))
        .schema(Some(schema));
    call.parameters.push(parameter.build());
}

fn condition(call: &mut Call, name: &str, about: &str) {
    let parameter = ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Header)
        .description(Some(about))
        .schema(Some(ObjectBuilder::new().schema_type(Type::String)));
    call.parameters.push(parameter.build());
}
