//! `/openapi.json`: the description of the API is true.

mod answers;
mod document;
mod examples;
mod limits;
mod schema;

use rocket::http::Method;
use serde_json::{Value, json};

use crate::support::answer::Answer;
use crate::support::calendar::{Calendar, SECRET};
use schema::Schemas;

/// The document, which needs no token.
pub(crate) fn document(calendar: &Calendar) -> Value {
    let answer = calendar.get("/openapi.json", "");
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("Content-Type"), Some("application/json"));
    assert_eq!(answer.header("X-Request-Id").map(str::len), Some(16));
    answer.json()
}

/// The operation of `method` on `path`, which may have a number for `{id}`, and for what is below it, and a secret.
pub(crate) fn operation<'d>(document: &'d Value, method: Method, path: &str) -> &'d Value {
    let path = path.split('?').next().unwrap();
    let is_number = |part: &str| part.chars().all(|c| c.is_ascii_digit()) && !part.is_empty();
    let part = |part| match part {
        SECRET => "{secret}",
        number if is_number(number) => "{id}",
        word => word,
    };
    let path = path.split('/').map(part).collect::<Vec<_>>().join("/");
    let path = path.replace("/invitation/{id}", "/invitation/{invitation}");
    let operation = &document["paths"][&path][method.as_str().to_lowercase()];
    assert!(operation.is_object(), "{method} {path} is not described");
    operation
}

/// Asserts that the description of the call has this answer.
#[track_caller]
pub(crate) fn assert_conforms(document: &Value, method: Method, path: &str, answer: &Answer) {
    let response = &operation(document, method, path)["responses"][answer.status.to_string()];
    assert!(response.is_object(), "{method} {path} is not said to answer {}", answer.status);
    assert_matches(document, response, answer);
}

#[track_caller]
/// Asserts that an answer is as `response` describes it.
pub(crate) fn assert_matches(document: &Value, response: &Value, answer: &Answer) {
    let schemas = Schemas(document);
    let wrong = schemas.check(&response["content"]["application/json"]["schema"], &answer.json());
    assert_eq!(wrong, None, "{}", answer.body);
    for (name, header) in response["headers"].as_object().unwrap() {
        let Some(given) = answer.header(name) else {
            assert_eq!(name, "Location", "{name} is missing");
            continue;
        };
        let schema = &header["schema"];
        let given = if schema["type"] == "integer" {
            given.parse::<i64>().unwrap().into()
        } else {
            json!(given)
        };
        assert_eq!(schemas.check(schema, &given), None, "{name}: {given}");
    }
}
