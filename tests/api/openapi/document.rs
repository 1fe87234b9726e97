//! The document as such: which routes, names and codes it has.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::document;
use super::schema::Schemas;
use crate::support::calendar::Calendar;

#[test]
fn every_mounted_route_is_described_and_nothing_else() {
    let document = document(&Calendar::new());
    let routes = calendar_server::api::routes();
    let mounted: BTreeSet<(String, String)> = routes
        .iter()
        .filter(|route| route.name.as_deref() != Some("refusal"))
        .map(|route| {
            let path = route.uri.path().replacen("<_>", "{id}", 1);
            let path = path.replace("<_>", "{invitation}").replace("<secret>", "{secret}");
            (path, route.method.as_str().to_lowercase())
        })
        .collect();
    let paths = document["paths"].as_object().unwrap();
    let described: BTreeSet<(String, String)> = paths
        .iter()
        .flat_map(|(path, item)| {
            item.as_object().unwrap().keys().map(move |method| (path.clone(), method.clone()))
        })
        .collect();
    assert_eq!(described, mounted);
}

#[test]
fn the_document_is_openapi_3_1_and_of_this_version() {
    let document = document(&Calendar::new());
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1."));
    assert_eq!(document["info"]["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(document["info"]["license"]["identifier"], "MIT");
    assert_eq!(document["servers"], json!([{"url": "/api/v1"}]));
    let scheme = &document["components"]["securitySchemes"]["token"];
    assert_eq!(
        (&scheme["type"], &scheme["in"], &scheme["name"]),
        (&json!("apiKey"), &json!("header"), &json!("X-calendar-access-token"))
    );
    let ids: Vec<&Value> = operations(&document).map(|(_, call)| &call["operationId"]).collect();
    assert_eq!(ids.iter().map(|id| id.to_string()).collect::<BTreeSet<_>>().len(), ids.len());
}

#[test]
fn every_reference_resolves_and_every_schema_is_used() {
    let document = document(&Calendar::new());
    let mut used = BTreeSet::new();
    references(&document, &mut used);
    for reference in &used {
        assert!(document.pointer(&reference[1..]).is_some(), "{reference} is not there");
    }
    for name in document["components"]["schemas"].as_object().unwrap().keys() {
        assert!(used.contains(&format!("#/components/schemas/{name}")), "{name} is not used");
    }
}

/// The API's table of codes.
const CODES: [(u16, u32, &str); 16] = [
    (200, 20000, "SUCCESS"),
    (200, 20010, "USER ID EXIST"),
    (200, 20010, "USER BIRTHDAY EXIST"),
    (400, 40000, "INVALID PARAMETER"),
    (400, 40001, "INVALID PARAMETER"),
    (401, 40100, "INVALID AUTHORIZATION"),
    (401, 40101, "MISSING HEADER"),
    (401, 40102, "INVAILD TOKEN"),
    (401, 40102, "UNAUTHORIZED REQUEST"),
    (403, 40300, "METHOD NOT ALLOWED"),
    (404, 40400, "NOT FOUND"),
    (412, 41200, "PRECONDITION FAILED"),
    (413, 41300, "PAYLOAD TOO LARGE"),
    (429, 42900, "TOO MANY REQUESTS"),
    (500, 50000, "INTERNAL SERVER ERROR"),
    (503, 50300, "SERVICE UNAVAILABLE"),
];

#[test]
fn every_answer_is_an_envelope_of_a_known_code_under_its_status() {
    let document = document(&Calendar::new());
    let schemas = Schemas(&document);
    let mut described = BTreeSet::new();
    let any_method = &document["components"]["responses"]["MethodNotAllowed"];
    let responses =
        operations(&document).filter(|(path, _)| path != "/openapi.json").flat_map(|(_, call)| {
            call["responses"].as_object().unwrap().iter().map(|(s, r)| (s.as_str(), r))
        });
    for (status, response) in responses.chain([("403", any_method)]) {
        if status == "304" {
            assert_eq!(response.get("content"), None);
            continue;
        }
        if status == "200" && response["content"].get("text/calendar").is_some() {
            continue;
        }
        let schema = &response["content"]["application/json"]["schema"];
        let alternatives = schema["oneOf"].as_array().cloned().unwrap_or(vec![schema.clone()]);
        for envelope in alternatives {
            let meta = schemas.resolve(&schemas.resolve(&envelope)["properties"]["meta"]);
            let code = &meta["properties"]["code"]["enum"];
            let message = &meta["properties"]["message"]["enum"];
            assert_eq!((code.as_array().unwrap().len(), message.as_array().unwrap().len()), (1, 1));
            let code = u32::try_from(code[0].as_u64().unwrap()).unwrap();
            let status: u16 = status.parse().unwrap();
            let known = CODES
                .into_iter()
                .find(|known| *known == (status, code, message[0].as_str().unwrap()));
            described
                .insert(known.unwrap_or_else(|| panic!("{status} {code} {message} is no code")));
        }
    }
    assert_eq!(described, BTreeSet::from(CODES));
}

fn operations(document: &Value) -> impl Iterator<Item = (String, &Value)> {
    document["paths"].as_object().unwrap().iter().flat_map(|(path, item)| {
        item.as_object().unwrap().values().map(move |call| (path.clone(), call))
    })
}

fn references(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(object) => {
            if let Some(Value::String(reference)) = object.get("$ref") {
                found.insert(reference.clone());
            }
            object.values().for_each(|value| references(value, found));
        }
        Value::Array(values) => values.iter().for_each(|value| references(value, found)),
        _ => {}
    }
}
