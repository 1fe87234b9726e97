//! The answers: a schema for each code and message, and the responses made of them.

use serde_json::Value;
use utoipa::openapi::example::Example;
use utoipa::openapi::header::{Header, HeaderBuilder};
use utoipa::openapi::response::{Response, ResponseBuilder};
use utoipa::openapi::schema::{AdditionalProperties, ObjectBuilder, OneOfBuilder, Type};
use utoipa::openapi::{ContentBuilder, RefOr, Schema};

use super::examples;
use super::schemas::named;
use crate::api::envelope::Code;

type Any = RefOr<Schema>;

/// An object of an answer: it has all of these properties and no others.
fn exactly(properties: &[(&str, Any)]) -> ObjectBuilder {
    let mut object =
        ObjectBuilder::new().additional_properties(Some(AdditionalProperties::FreeForm(false)));
    for (name, schema) in properties {
        object = object.property(*name, schema.clone()).required(*name);
    }
    object
}

/// Every code but success, with the name of its schema and when it is answered.
const REFUSALS: [(Code, &str, &str); 15] = [
    (Code::EMAIL_EXISTS, "EmailExists", "The email is registered already; no token is given out."),
    (
        Code::BIRTHDAY_EXISTS,
        "BirthdayExists",
        "The caller has a birthday already; it is not changed.",
    ),
    (
        Code::MALFORMED,
        "Malformed",
        "The request cannot be read: malformed JSON, a body that is no object, broken \
         percent-encoding.",
    ),
    (
        Code::INVALID,
        "Invalid",
        "A parameter is missing, of the wrong type or form, or contradicts another.",
    ),
    (
        Code::REFUSED,
        "Refused",
        "Registration is closed, or the email or the password is not right.",
    ),
    (Code::MISSING_TOKEN, "MissingToken", "No token."),
    (Code::INVALID_TOKEN, "InvalidToken", "Not a valid token."),
    (Code::NOT_OWNER, "NotOwner", "A valid token, but the event or group is somebody else's."),
    (
        Code::METHOD_NOT_ALLOWED,
        "MethodNotAllowed",
        "The path does not take this method; `Allow` says which it takes.",
    ),
    (Code::NOT_FOUND, "NotFound", "No such path, event or group."),
    (
        Code::CHANGED,
        "Changed",
        "The event is in none of the states that `If-Match` names; nothing was changed.",
    ),
    (Code::TOO_LARGE, "TooLarge", "The body has more than 65536 bytes."),
    (Code::TOO_MANY, "TooMany", "Too many registrations and sign-ins from this address."),
    (Code::INTERNAL, "Internal", "A fault of the server; its log has it under the `X-Request-Id`."),
    (Code::UNAVAILABLE, "Unavailable", "The database cannot take it now; nothing was stored."),
];

/// The schema of `meta` for `code`. Codes for what exists already and for server faults have no detail.
fn meta(Code(status, code, message): Code) -> ObjectBuilder {
    let number = ObjectBuilder::new().schema_type(Type::Integer).enum_values(Some([code]));
    let text = ObjectBuilder::new().schema_type(Type::String).enum_values(Some([message]));
    let meta = exactly(&[("code", number.into()), ("message", text.into())]);
    if [200, 500].contains(&status) {
        return meta;
    }
    let detail = ObjectBuilder::new().schema_type(Type::String).min_length(Some(1));
    meta.property("detail", detail.description(Some("One sentence for a person.")))
}

/// The envelope of each refusal, and that of success without data.
pub(super) fn schemas() -> Vec<(&'static str, Any)> {
    let refusals = REFUSALS.iter().map(|(code, name, about)| {
        let envelope = exactly(&[("meta", meta(*code).into())]);
        (*name, envelope.description(Some(*about)).into())
    });
    let done = exactly(&[("meta", named("Success"))]);
    refusals.chain([("Success", meta(Code::SUCCESS).into()), ("Done", done.into())]).collect()
}

/// The response of no described operation: that of a method that a path does not take.
pub(super) fn responses() -> Vec<(&'static str, RefOr<Response>)> {
    vec![("MethodNotAllowed", refused("", "", &[Code::METHOD_NOT_ALLOWED]).into())]
}

/// The envelope of success around `data`.
pub(super) fn with_data(data: Any) -> Any {
    exactly(&[("meta", named("Success")), ("data", data)]).into()
}

/// The envelope of `code`.
pub(super) fn envelope(code: Code) -> Any {
    named(name_and_reason(code).0)
}

fn name_and_reason(code: Code) -> (&'static str, &'static str) {
    let found = REFUSALS.iter().find(|(listed, ..)| *listed == code);
    found.map_or(("Done", "Done."), |(_, name, reason)| (name, reason))
}

/// When `code` is answered, for a person.
fn reason(code: Code) -> String {
    format!("{} `{}`: {}", code.1, code.2, name_and_reason(code).1)
}

/// The response of `call` with one status, which stands for `codes`; `first` is its first parameter.
pub(super) fn refused(call: &str, first: &str, codes: &[Code]) -> Response {
    let reasons: Vec<String> = codes.iter().map(|code| reason(*code)).collect();
    let answers: Vec<_> = codes.iter().map(|code| refusal(call, first, *code)).collect();
    let mut response = response(&reasons.join("\n\n"), &answers);
    if codes.contains(&Code::METHOD_NOT_ALLOWED) {
        let methods = string("^[A-Z]+(, [A-Z]+)*$");
        response = response.header("Allow", header(methods, "The methods that the path takes."));
    }
    if codes.contains(&Code::TOO_MANY) {
        let seconds = ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(1));
        response = response.header("Retry-After", header(seconds, "Seconds to wait."));
    }
    response.build()
}

/// An answer: its name, its schema and an example.
type Shown = (&'static str, Any, Value);

fn refusal(call: &str, first: &str, code: Code) -> Shown {
    (name_and_reason(code).0, envelope(code), examples::refused(call, first, code))
}

/// The response of `call` with status 200: the schema `success` or the envelope of the code `or`. With the
/// header `Location` of the form `location`, and with an `ETag` if it is `tagged`.
pub(super) fn done(
    call: &str,
    success: Any,
    or: Option<Code>,
    location: Option<&str>,
    tagged: bool,
) -> Response {
    let mut about = "Done.".to_owned();
    if let Some(code) = or {
        about += &format!("\n\n{}", reason(code));
    }
    let mut answers = vec![("Done", success, examples::done(call))];
    answers.extend(or.map(|code| refusal(call, "", code)));
    let mut response = response(&about, &answers);
    if let Some(pattern) = location {
        response =
            response.header("Location", header(string(pattern), "Where it can be read now."));
    }
    if tagged {
        response = response.header("ETag", tag());
    }
    response.build()
}

/// The response to a client that has the current representation.
pub(super) fn known() -> Response {
    ResponseBuilder::new()
        .description("It is what `If-None-Match` names. There is no body.")
        .header("X-Request-Id", id())
        .header("ETag", tag())
        .build()
}

fn tag() -> Header {
    let form = string("^(W/)?\"[0-9a-f-]+\"$");
    header(
        form,
        "Of what is shown, for `If-None-Match`; that of an event also for the `If-Match` of a change.",
    )
}

fn id() -> Header {
    header(string("^[0-9a-f]{16}$"), "Under which the log has the request.")
}

fn response(about: &str, answers: &[Shown]) -> ResponseBuilder {
    let mut content = ContentBuilder::new();
    if let [(_, schema, example)] = answers {
        content = content.schema(Some(schema.clone())).example(Some(example.clone()));
    } else {
        let schemas = answers.iter().map(|(_, schema, _)| schema.clone());
        let one_of = schemas.fold(OneOfBuilder::new(), OneOfBuilder::item);
        let examples = answers.iter().map(|(name, _, example)| {
            (*name, Example::builder().value(Some(example.clone())).build())
        });
        content = content.schema(Some(one_of)).examples_from_iter(examples);
    }
    ResponseBuilder::new()
        .description(about)
        .header("X-Request-Id", id())
        .content("application/json", content.build())
}

fn string(pattern: &str) -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String).pattern(Some(pattern))
}

fn header(schema: ObjectBuilder, about: &str) -> Header {
    HeaderBuilder::new().schema(Some(schema)).description(Some(about)).build()
}
