//! The examples in the document are true: the server takes what they send, and answers what they
//! print.

use calendar_server::model::Invitations;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use rocket::http::Method;
use serde_json::{Value, json};

use super::schema::Schemas;
use crate::support::answer::Answer;
use crate::support::calendar::{Calendar, DONE, KIM, SECRET, Settings};

const PASSWORD: &str = "correct horse battery staple";

fn document() -> Value {
    Calendar::new().get("/openapi.json", "").json()
}

/// An operation of the document.
struct Call<'d> {
    method: Method,
    path: &'d str,
    described: &'d Value,
}

fn calls(document: &Value) -> Vec<Call<'_>> {
    let paths = document["paths"].as_object().unwrap();
    let calls = paths.iter().flat_map(|(path, item)| {
        item.as_object().unwrap().iter().map(move |(method, described)| Call {
            method: method.to_uppercase().parse().unwrap(),
            path: path.as_str(),
            described,
        })
    });
    calls.filter(|call| call.path != "/openapi.json").collect()
}

impl Call<'_> {
    fn name(&self) -> &str {
        self.described["operationId"].as_str().unwrap()
    }

    /// The path with the example of each parameter in its place.
    fn uri(&self) -> String {
        let mut uri = self.path.to_owned();
        for parameter in self.described["parameters"].as_array().into_iter().flatten() {
            let name = parameter["name"].as_str().unwrap();
            let example = &parameter["example"];
            match parameter["in"].as_str().unwrap() {
                "path" => uri = uri.replace(&format!("{{{name}}}"), &in_path(example)),
                "query" if example.is_null() => assert_ne!(parameter["required"], true),
                "query" => {
                    let value = utf8_percent_encode(example.as_str().unwrap(), NON_ALPHANUMERIC);
                    let sign = if uri.contains('?') { '&' } else { '?' };
                    uri += &format!("{sign}{name}={value}");
                }
                other => assert_eq!((other, example), ("header", &Value::Null)),
            }
        }
        uri
    }

    fn body(&self) -> String {
        match content(&self.described["requestBody"]).get("example") {
            Some(Value::String(file)) => file.clone(),
            example => example.map(Value::to_string).unwrap_or_default(),
        }
    }

    fn run(&self, calendar: &Calendar, token: &str) -> Answer {
        calendar.call(self.method, &self.uri(), token, self.body())
    }

    /// The examples of the answers with `status`.
    fn printed(&self, status: u16) -> Vec<&Value> {
        let content = content(&self.described["responses"][status.to_string()]);
        match content["examples"].as_object() {
            Some(many) => many.values().map(|example| &example["value"]).collect(),
            None => content.get("example").into_iter().collect(),
        }
    }

    #[track_caller]
    fn prints(&self, answer: &Answer) {
        let printed = self.printed(answer.status);
        let given = answer.json();
        assert!(printed.contains(&&given), "{}: {given} is none of {printed:?}", self.name());
    }
}

/// The example of a parameter as it stands in a path.
fn in_path(example: &Value) -> String {
    example.as_str().map_or_else(|| example.to_string(), str::to_owned)
}

/// What is sent or answered: JSON, or a calendar as a file.
fn content(described: &Value) -> &Value {
    let content = &described["content"];
    content.get("application/json").unwrap_or(&content["text/calendar"])
}

/// A calendar on which the examples that create something were run, and the token of its user.
fn with_examples_done(document: &Value) -> (Calendar, String) {
    let calendar = Calendar::new();
    let calls = calls(document);
    let run = |name: &str, token: &str| {
        calls.iter().find(|call| call.name() == name).unwrap().run(&calendar, token)
    };
    let token = run("register", "").json()["data"]["token"].as_str().unwrap().to_owned();
    for (name, id) in [("createEvent", 1), ("createGroup", 1), ("createGroupEvent", 2)] {
        assert_eq!(run(name, &token).made(), id);
    }
    run("selectGroups", &token).is(200, DONE);
    assert_eq!(run("createAppPassword", &token).json()["data"]["id"], 1);
    assert_eq!(run("createFeed", &token).json()["data"]["id"], 1);
    calendar.register("lee@jungi.me");
    calendar.keep_invitation(SECRET);
    calendar.execute(
        "INSERT INTO calendar_look (user_id, group_id, color, position) VALUES (1, 1, '#1a73e8', 1)",
    );
    (calendar, token)
}

#[test]
fn every_request_and_answer_has_an_example_that_fits_its_schema() {
    let document = document();
    let schemas = Schemas(&document);
    for call in calls(&document) {
        let name = call.name();
        for parameter in call.described["parameters"].as_array().into_iter().flatten() {
            if let Some(example) = parameter.get("example") {
                assert_eq!(schemas.check(&parameter["schema"], example), None, "{name}");
            }
        }
        if let Some(sent) = call.described.get("requestBody") {
            let content = content(sent);
            assert_eq!(schemas.check(&content["schema"], &content["example"]), None, "{name}");
        }
        for (status, response) in call.described["responses"].as_object().unwrap() {
            if status == "304" {
                continue;
            }
            let schema = &content(response)["schema"];
            let alternatives = schema["oneOf"].as_array().map_or(1, Vec::len);
            let printed = call.printed(status.parse().unwrap());
            assert_eq!(printed.len(), alternatives, "{name} {status}");
            for example in printed {
                assert_eq!(schemas.check(schema, example), None, "{name} {status}: {example}");
            }
        }
    }
}

#[test]
fn running_an_example_gives_what_it_prints() {
    let document = document();
    for call in calls(&document) {
        let (calendar, token) = if call.name() == "register" {
            (Calendar::new(), String::new())
        } else {
            with_examples_done(&document)
        };
        if ["birthday", "deleteBirthday"].contains(&call.name()) {
            let put = calls(&document).into_iter().find(|call| call.name() == "putBirthday");
            put.unwrap().run(&calendar, &token).is(200, DONE);
        }
        if call.name() == "removeGroupMember" {
            let put = calls(&document).into_iter().find(|call| call.name() == "putGroupMember");
            put.unwrap().run(&calendar, &token).is(200, DONE);
        }
        let answer = call.run(&calendar, &token);
        assert_eq!(answer.status, 200, "{}: {}", call.name(), answer.body);
        if answer.header("Content-Type") == Some("text/calendar; charset=utf-8") {
            assert!(["export", "exportGroup"].contains(&call.name()));
            continue;
        }
        let mut given = answer.json();
        for random in ["token", "revision", "url", "password"] {
            if given["data"].get(random).is_some() {
                given["data"][random] = call.printed(200)[0]["data"][random].clone();
            }
        }
        let printed = call.printed(200);
        let success = printed.iter().find(|example| example["meta"]["code"] == 20000).unwrap();
        assert_eq!(given, **success, "{}", call.name());
    }
}

#[test]
fn repeating_an_example_gives_the_example_of_what_exists_already() {
    let document = document();
    for name in ["register", "putBirthday", "postBirthday"] {
        let (calendar, token) = with_examples_done(&document);
        let calls = calls(&document);
        let call = calls.iter().find(|call| call.name() == name).unwrap();
        call.run(&calendar, &token);
        call.prints(&call.run(&calendar, &token));
    }
}

#[test]
fn the_examples_of_refusals_are_what_is_answered() {
    let document = document();
    for call in calls(&document) {
        let (calendar, token) = with_examples_done(&document);
        let refuses = |status: u16| call.described["responses"].get(status.to_string()).is_some();
        let needs_token = call.described.get("security").is_none();
        if needs_token {
            call.prints(&call.run(&calendar, ""));
            call.prints(&call.run(&calendar, "abc"));
        }
        let ask =
            |path: &str, token: &str, body: &str| calendar.call(call.method, path, token, body);
        if call.name() == "import" {
            call.prints(&ask("/import?%zz", &token, ""));
            call.prints(&ask("/import", &token, &format!("PK\u{5}\u{6}{}", "\0".repeat(18))));
        } else if call.described.get("requestBody").is_some() {
            call.prints(&ask(call.path, &token, "[]"));
            call.prints(&ask(call.path, &token, "{}"));
            call.prints(&ask(call.path, &token, &" ".repeat(70_000)));
        } else if refuses(400) {
            let path = call.uri();
            let path = path.split('?').next().unwrap();
            call.prints(&ask(&format!("{path}?%zz"), &token, ""));
            if call.uri().contains('?') {
                call.prints(&ask(path, &token, ""));
            } else if ["myGroups", "allGroups"].contains(&call.name()) {
                call.prints(&ask(&format!("{path}?limit=0"), &token, ""));
            }
        }
        let kim = calendar.register(KIM);
        let others = call.run(&calendar, &kim);
        if others.body.contains("UNAUTHORIZED REQUEST") {
            call.prints(&others);
        } else {
            assert!(
                !["changeEvent", "deleteEvent", "renameGroup", "deleteGroup"]
                    .contains(&call.name())
            );
        }
        if refuses(404) {
            let empty = Calendar::new();
            let token = empty.register(KIM);
            let continued = match call.name() {
                "search" => "&after=1",
                "import" => "?group=1",
                _ => "",
            };
            let uri = call.uri() + continued;
            let body = match call.name() {
                "register" => {
                    json!({"useremail": "new@jungi.me", "invitation": SECRET}).to_string()
                }
                _ => call.body(),
            };
            call.prints(&empty.call(call.method, &uri, &token, body));
        }
        if refuses(412) {
            let headers = [("X-calendar-access-token", token.as_str()), ("If-Match", "\"a\"")];
            let uri = format!("/api/v1{}", call.path);
            call.prints(&calendar.send(call.method, &uri, &headers, call.body()));
        }
    }
}

#[test]
fn the_examples_of_refused_sign_ins_are_what_is_answered() {
    let document = document();
    let settings = Settings { registration_open: false, ..Settings::default() };
    let closed = Calendar::with(settings);
    let (calendar, token) = with_examples_done(&document);
    let off = Calendar::with(Settings { invitations: Invitations::Off, ..Settings::default() });
    let park = off.register("park@jungi.me");
    for call in calls(&document) {
        match call.name() {
            "createInvitation" => call.prints(&call.run(&off, &park)),
            "register" | "signIn" => call.prints(&call.run(&closed, "")),
            "changePassword" => {
                let body = json!({"password": PASSWORD, "old_password": "wrong"}).to_string();
                call.prints(&calendar.call(call.method, call.path, &token, body));
            }
            _ => {}
        }
    }
}
