//! The answers: a schema for each code and message, and the responses made of them.

use std::collections::BTreeMap;

use serde_json::Value;
use utoipa::openapi::example::Example;
use utoipa::openapi::header::{Header, HeaderBuilder};
use utoipa::openapi::response::{Response, ResponseBuilder};
use utoipa::openapi::schema::{AdditionalProperties, ObjectBuilder, OneOfBuilder, Type};
use utoipa::openapi::{ContentBuilder, RefOr};

use super::examples;
use super::schemas::{Any, form, named, string};
use crate::api::envelope::Code;

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
        "The request cannot be read: malformed JSON, a body that is not an object, broken \
         percent-encoding.",
    ),
    (
        Code::INVALID,
        "Invalid",
        "A parameter is missing, of the wrong type or form, or contradicts another; or the caller has as \
         many groups or events as a user may have.",
    ),
    (
        Code::REFUSED,
        "Refused",
        "Registration is closed, the email or the password is not right, or invitations are switched off.",
    ),
    (Code::MISSING_TOKEN, "MissingToken", "No token."),
    (Code::INVALID_TOKEN, "InvalidToken", "Not a valid token."),
    (Code::NOT_OWNER, "NotOwner", "A valid token, but the event or group is somebody else's."),
    (
        Code::METHOD_NOT_ALLOWED,
        "MethodNotAllowed",
        "The path does not take this method; `Allow` says which it takes.",
    ),
    (Code::NOT_FOUND, "NotFound", "No such path, event, group, birthday or invitation."),
    (
        Code::CHANGED,
        "Changed",
        "The event is in none of the states that `revision` and `If-Match` name; nothing was changed.",
    ),
    (
        Code::TOO_LARGE,
        "TooLarge",
        "The body has more than 65536 bytes; or, where it is a file, more than 67108864.",
    ),
    (
        Code::TOO_MANY,
        "TooMany",
        "Too many registrations and sign-ins from this address or for this account, or too many \
 writes, imports or exports.",
    ),
    (Code::INTERNAL, "Internal", "A fault of the server; its log has it under the `X-Request-Id`."),
    (
        Code::UNAVAILABLE,
        "Unavailable",
        "The database cannot be used now, and nothing was stored; or the answer would have more than 64 MB, \
         and the detail says how to ask for less.",
    ),
];

/// The schema of `meta` for `code`. Codes for what exists already and for server faults have no detail.
fn meta(Code(status, code, message): Code) -> ObjectBuilder {
    let number = ObjectBuilder::new().schema_type(Type::Integer).enum_values(Some([code]));
    let text = string().enum_values(Some([message]));
    let meta = exactly(&[("code", number.into()), ("message", text.into())]);
    if [200, 500].contains(&status) {
        return meta;
    }
    let detail = string().min_length(Some(1)).description(Some("One sentence for a person."));
    meta.property("detail", detail)
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

/// The envelope of success around `data`.
pub(super) fn with_data(data: Any) -> Any {
    exactly(&[("meta", named("Success")), ("data", data)]).into()
}

/// The media type of the envelope.
pub(super) const JSON: &str = "application/json";

/// An answer of a call.
pub(super) struct Shown {
    status: u16,
    media: &'static str,
    name: &'static str,
    /// When it is answered, for a person.
    about: String,
    schema: Any,
    example: Value,
    headers: Vec<Named>,
}

/// A header and its name.
pub(super) type Named = (&'static str, Header);

/// That `call` is done, with an answer of the type `media` and the form `schema`.
pub(super) fn done(call: &str, schema: Any, media: &'static str, headers: Vec<Named>) -> Shown {
    let about = "It was done.".to_owned();
    Shown {
        status: 200,
        media,
        name: "Done",
        about,
        schema,
        example: examples::done(call),
        headers,
    }
}

/// The refusals of `call` with `codes`, in the order of the table; `first` is its first parameter.
pub(super) fn refused(call: &str, first: &str, codes: &[Code]) -> Vec<Shown> {
    let listed = REFUSALS.iter().filter(|(code, ..)| codes.contains(code));
    let shown = listed.map(|&(code, name, reason)| Shown {
        status: code.0,
        media: JSON,
        name,
        about: format!("{} `{}`: {reason}", code.1, code.2),
        schema: named(name),
        example: examples::refused(call, first, code),
        headers: headers(code),
    });
    shown.collect()
}

/// The headers of a refusal with `code` that others have not.
fn headers(code: Code) -> Vec<Named> {
    match code {
        Code::METHOD_NOT_ALLOWED => {
            let methods = form("^[A-Z]+(, [A-Z]+)*$");
            vec![("Allow", header(methods, "The methods that the path takes."))]
        }
        Code::TOO_MANY => {
            let seconds = ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(1));
            vec![("Retry-After", header(seconds, "Seconds to wait."))]
        }
        _ => Vec::new(),
    }
}

/// The responses, by status, that stand for `answers`.
pub(super) fn responses(answers: Vec<Shown>) -> BTreeMap<String, RefOr<Response>> {
    let mut by_status: BTreeMap<String, Vec<Shown>> = BTreeMap::new();
    for answer in answers {
        by_status.entry(answer.status.to_string()).or_default().push(answer);
    }
    by_status.into_iter().map(|(status, answers)| (status, response(&answers).into())).collect()
}

fn response(answers: &[Shown]) -> Response {
    let about: Vec<_> = answers.iter().map(|answer| answer.about.as_str()).collect();
    let mut content = ContentBuilder::new();
    if let [Shown { schema, example, .. }] = answers {
        content = content.schema(Some(schema.clone())).example(Some(example.clone()));
    } else {
        let schemas = answers.iter().map(|answer| answer.schema.clone());
        let one_of = schemas.fold(OneOfBuilder::new(), OneOfBuilder::item);
        let examples = answers.iter().map(|Shown { name, example, .. }| {
            (*name, Example::builder().value(Some(example.clone())).build())
        });
        content = content.schema(Some(one_of)).examples_from_iter(examples);
    }
    let headers = answers.iter().flat_map(|answer| answer.headers.clone());
    let media = answers.first().map_or(JSON, |answer| answer.media);
    with_headers(&about.join("\n\n"), headers).content(media, content.build()).build()
}

/// The response of no described operation: that of a method that a path does not take.
pub(super) fn not_allowed() -> Response {
    response(&refused("", "", &[Code::METHOD_NOT_ALLOWED]))
}

/// The response to a client that has the current representation.
pub(super) fn known() -> Response {
    with_headers("It is what `If-None-Match` names. There is no body.", [tag()]).build()
}

/// A response with `headers`, and the one that every response has.
fn with_headers(about: &str, headers: impl IntoIterator<Item = Named>) -> ResponseBuilder {
    let id = header(form("^[0-9a-f]{16}$"), "The id of the request in the log.");
    let response = ResponseBuilder::new().description(about).header("X-Request-Id", id);
    headers.into_iter().fold(response, |response, (name, header)| response.header(name, header))
}

/// Where what was made can be read: a path of the form `pattern`.
pub(super) fn location(pattern: &str) -> Named {
    ("Location", header(form(pattern), "Where it can be read."))
}

/// The name under which a file is to be kept.
pub(super) fn disposition() -> Named {
    let value = form(r#"^attachment; filename="[a-z0-9-]+\.ics""#);
    ("Content-Disposition", header(value, "The name under which it is to be kept (RFC 6266)."))
}

pub(super) fn tag() -> Named {
    let about = "Of what is shown, for `If-None-Match`; that of an event also for the `If-Match` of a change.";
    ("ETag", header(form("^(W/)?\"[0-9a-f-]+\"$"), about))
}

fn header(schema: ObjectBuilder, about: &str) -> Header {
    HeaderBuilder::new().schema(Some(schema)).description(Some(about)).build()
}
