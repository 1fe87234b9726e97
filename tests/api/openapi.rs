//! The description of the API is true: of the routes, of the codes, and of what is answered.

use std::collections::BTreeSet;

use rocket::http::Method;
use serde_json::{Value, json};

use crate::helpers::{Answer, CALLS, Calendar, KIM, PARK};
use crate::schema::Schemas;

/// The document, as a server gives it to anybody.
fn document(calendar: &Calendar) -> Value {
    let answer = calendar.get("/openapi.json", "");
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("Content-Type"), Some("application/json"));
    assert_eq!(answer.header("X-Request-Id").map(str::len), Some(16));
    answer.json()
}

/// The operation of `method` on `path`, a path of the document or one with a number for an id.
fn operation<'d>(document: &'d Value, method: Method, path: &str) -> &'d Value {
    let path = path.split('?').next().unwrap();
    let path = if path.ends_with(|c: char| c.is_ascii_digit()) {
        format!("{}/{{id}}", path.rsplit_once('/').unwrap().0)
    } else {
        path.to_owned()
    };
    let operation = &document["paths"][&path][method.as_str().to_lowercase()];
    assert!(operation.is_object(), "{method} {path} is not described");
    operation
}

/// Asserts that an answer is one that is described for the call.
#[track_caller]
fn conforms(document: &Value, method: Method, path: &str, answer: &Answer) {
    let response = &operation(document, method, path)["responses"][answer.status.to_string()];
    assert!(response.is_object(), "{method} {path} is not said to answer {}", answer.status);
    is_as_described(document, response, answer);
}

#[track_caller]
fn is_as_described(document: &Value, response: &Value, answer: &Answer) {
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

#[test]
fn every_mounted_route_is_described_and_nothing_else() {
    let document = document(&Calendar::new());
    let routes = calendar_server::api::routes();
    let mounted: BTreeSet<(String, String)> = routes
        .iter()
        .filter(|route| route.name.as_deref() != Some("refusal"))
        .map(|route| {
            let path = route.uri.path().replace("<_>", "{id}");
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
fn the_document_is_of_openapi_3_1_and_says_of_what_it_is() {
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
fn every_name_that_is_used_is_there_and_every_one_that_is_there_is_used() {
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

#[test]
fn what_every_call_answers_is_as_described() {
    for (method, path, body) in CALLS {
        let (calendar, token) = Calendar::populated();
        let document = document(&calendar);
        let call = |token: &str, body: &str| {
            let answer = calendar.call(method, path, token, body);
            conforms(&document, method, path, &answer);
            answer
        };
        call("", body);
        call("abc", body);
        let takes_a_body = operation(&document, method, path)["requestBody"].is_object();
        if takes_a_body {
            assert_eq!(call(&token, "{").status, 400);
            assert_eq!(call(&token, "{}").status, 400);
            assert_eq!(call(&token, &" ".repeat(70_000)).status, 413);
        }
        let kim = calendar.register(KIM);
        calendar.select(&kim, "1");
        call(&kim, body);
        assert_eq!(call(&token, body).status, 200);
        call(&token, body);
        let without_query = path.split('?').next().unwrap();
        let broken = calendar.call(method, &format!("{without_query}?%zz"), &token, body);
        assert_eq!(broken.status, 400);
        conforms(&document, method, path, &broken);
        calendar.execute(
            "DROP TABLE selection; DROP TABLE event; DROP TABLE calendar_group; DROP TABLE user;",
        );
        assert_eq!(call(&token, body).status, 500);
    }
}

#[test]
fn what_the_views_show_is_as_described() {
    let (calendar, token) = Calendar::populated();
    let document = document(&calendar);
    calendar.group_event(&token, 1, "2017-06-20 09:00:00", "2017-06-22 09:00:00", "회식");
    calendar
        .put("/calendar/birthday", &token, r#"{"birthday": "1990-06-20"}"#)
        .is(200, crate::helpers::DONE);
    let time = "2017-06-21 00:00:00";
    let change = json!({"event_id": 1, "sdate": time, "edate": time, "subject": "a"}).to_string();
    calendar.put("/calendar/event", &token, change).is(200, crate::helpers::DONE);
    let month = calendar.get("/calendar/month?year_month=2017-06", &token);
    assert_eq!(month.json()["data"].as_array().unwrap().len(), 3);
    conforms(&document, Method::Get, "/calendar/month", &month);
}

#[test]
fn a_change_on_condition_is_answered_as_described() {
    let (calendar, token) = Calendar::populated();
    let document = document(&calendar);
    for (method, path, body) in CALLS {
        let parameters = &operation(&document, method, path)["parameters"];
        let condition = ["If-Match", "If-None-Match"].into_iter().find(|name| {
            let described = parameters.as_array().into_iter().flatten();
            described.into_iter().any(|it| it["name"] == *name && it["in"] == "header")
        });
        let expected = match (method, path) {
            (Method::Put | Method::Delete, "/calendar/event") => Some("If-Match"),
            (Method::Get, "/calendar/event/1" | "/calendar" | "/calendar/today") => {
                Some("If-None-Match")
            }
            (Method::Get, view) if view.contains("/month?") || view.contains("/date?") => {
                Some("If-None-Match")
            }
            _ => None,
        };
        assert_eq!(condition, expected, "{method} {path}");
        let headers = |value| {
            [("X-calendar-access-token", token.as_str()), (expected.unwrap_or("X-Other"), value)]
        };
        let uri = format!("/api/v1{path}");
        if expected == Some("If-Match") {
            let refused = calendar.send(method, &uri, &headers("\"old\""), body);
            assert_eq!(refused.status, 412);
            conforms(&document, method, path, &refused);
        } else if expected == Some("If-None-Match") {
            let known = calendar.send(method, &uri, &headers("*"), body);
            assert_eq!((known.status, known.body.as_str()), (304, ""));
            let responses = &operation(&document, method, path)["responses"];
            for name in responses["304"]["headers"].as_object().unwrap().keys() {
                assert!(known.header(name).is_some(), "{name} is missing");
            }
        }
    }
}

#[test]
fn signing_in_answers_as_described() {
    let calendar = Calendar::new();
    let document = document(&calendar);
    let post = |path: &str, body: &str| {
        let answer = calendar.post(path, "", body);
        conforms(&document, Method::Post, path, &answer);
        answer
    };
    let credentials = format!(r#"{{"useremail": "{PARK}", "password": "correct horse"}}"#);
    assert_eq!(post("/user", &credentials).status, 200);
    assert_eq!(post("/user", &credentials).json()["meta"]["code"], 20010);
    let token =
        post("/user/login", &credentials).json()["data"]["token"].as_str().unwrap().to_owned();
    assert_eq!(post("/user/login", r#"{"useremail": "a@b", "password": "c"}"#).status, 401);
    for (body, status) in [
        (r#"{"password": "battery staple"}"#, 400),
        (r#"{"password": "battery staple", "old_password": "wrong horse"}"#, 401),
        (r#"{"password": "battery staple", "old_password": "correct horse"}"#, 200),
    ] {
        let answer = calendar.put("/user/password", &token, body);
        assert_eq!(answer.status, status, "{}", answer.body);
        conforms(&document, Method::Put, "/user/password", &answer);
    }
    let answer = calendar.delete("/user/token", &token, "");
    conforms(&document, Method::Delete, "/user/token", &answer);
}

#[test]
fn a_client_that_calls_too_often_is_answered_as_described() {
    let rate = calendar_server::model::Rate {
        times: std::num::NonZeroU32::MIN,
        per: std::time::Duration::from_secs(3600),
    };
    let settings = crate::helpers::Settings { auth_rate: Some(rate), ..Default::default() };
    let calendar = Calendar::with(settings);
    let document = document(&calendar);
    let register = |email: &str| {
        let body = format!(r#"{{"useremail": "{email}"}}"#);
        calendar.send_from("192.0.2.1:4000", Method::Post, "/api/v1/user", &[], body)
    };
    register(PARK);
    let answer = register(KIM);
    assert_eq!(answer.status, 429);
    conforms(&document, Method::Post, "/user", &answer);
}

#[test]
fn a_method_that_a_path_does_not_take_is_answered_as_described() {
    let calendar = Calendar::new();
    let document = document(&calendar);
    let response = &document["components"]["responses"]["MethodNotAllowed"];
    for path in ["/user", "/calendar/event/1", "/openapi.json"] {
        let answer = calendar.call(Method::Patch, path, "", "");
        assert_eq!(answer.status, 403);
        assert!(answer.header("Allow").is_some());
        is_as_described(&document, response, &answer);
    }
}

#[test]
fn what_the_limits_take_the_server_takes_and_what_they_refuse_it_refuses() {
    let (calendar, token) = Calendar::populated();
    let document = document(&calendar);
    let subjects =
        ["a", " a ", &"👍".repeat(128), "\u{feff}", "", " \u{3000}\t\n", &"👍".repeat(129)];
    let days = [
        "0001-01-01",
        "9999-12-31",
        "2017-02-28",
        "2016-02-29",
        "2010-10-30",
        "0000-01-01",
        "2017-02-30",
        "2017-04-31",
        "2017-13-01",
        "2017-00-10",
        "2017-1-01",
        "10000-01-01",
        " 2017-01-01",
        "2017-01-01\n",
        "２０１７-01-01",
    ];
    let clocks = ["00:00:00", "23:59:59", "24:00:00", "10:60:00", "10:00:60", "10:00"];
    let event = |sdate: &str, subject: &str| {
        let edate = "9999-12-31 23:59:59";
        json!({"sdate": sdate, "edate": edate, "subject": subject})
    };
    let mut tries: Vec<(Method, &str, Value)> = Vec::new();
    for subject in subjects {
        tries.push((Method::Post, "/calendar/event", event("2017-06-20 09:00:00", subject)));
        tries.push((Method::Post, "/group", json!({"group_name": subject})));
    }
    for day in days {
        tries.push((Method::Post, "/calendar/event", event(&format!("{day} 09:00:00"), "a")));
        tries.push((Method::Put, "/calendar/birthday", json!({"brithday": day})));
        tries.push((
            Method::Put,
            "/calendar/birthday",
            json!({"sdate": format!("{day} 09:00:00")}),
        ));
    }
    for clock in clocks {
        tries.push((Method::Post, "/calendar/event", event(&format!("2017-06-20 {clock}"), "a")));
    }
    for id in [
        json!(1),
        json!(i64::MAX),
        json!(i64::MIN),
        json!(u64::MAX),
        json!(1.5),
        json!("1"),
        json!(true),
    ] {
        tries.push((Method::Delete, "/group", json!({"group_id": id})));
    }
    for ids in ["0", "1", " 1 , 2", "1,0", "", "a", "1,,2", "01", "-1", "1\t,2", "\t1\n"] {
        tries.push((Method::Post, "/user/calendar/group", json!({"selected_group": ids})));
    }
    for name in ["useremail", "usereamil", "email"] {
        tries.push((Method::Post, "/user", json!({name: "a@b"})));
    }
    let long = format!("{}@b", "가".repeat(252));
    for email in
        ["박@정이.한국", &long, "a@", "@b", "a@b@c", "a b@c", "a\u{7f}@b", &format!("{long}c")]
    {
        tries.push((Method::Post, "/user", json!({"useremail": email})));
    }
    for password in ["12345678", "1234567", &"👍".repeat(256), &"👍".repeat(257)] {
        tries.push((Method::Post, "/user", json!({"useremail": "c@d", "password": password})));
    }
    for (method, path, body) in tries {
        let taken = &operation(&document, method, path)["requestBody"]["content"];
        let schema = &taken["application/json"]["schema"];
        let fits = Schemas(&document).check(schema, &body).is_none();
        let answer = calendar.call(method, path, &token, body.to_string());
        assert_eq!(fits, answer.status != 400, "{method} {path} {body}: {}", answer.body);
    }
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
