//! Who gets in, and how often somebody may try.

use std::num::NonZeroU32;
use std::time::Duration;

use calendar_server::model::Rate;
use rocket::http::Method;

use super::{HOME, PASSWORD, PERSONAL, Program, basic, kim, meeting, refused};
use crate::support::calendar::{Calendar, PARK, Settings};

const CHALLENGE: &str = r#"Basic realm="calendar-server", charset="UTF-8""#;

fn with_password(calendar: &Calendar) -> Program<'_> {
    let body = format!(r#"{{"useremail": "{PARK}", "password": "{PASSWORD}"}}"#);
    let answer = calendar.post("/user/", "", body);
    let token = answer.json()["data"]["token"].as_str().unwrap().to_owned();
    Program::with(calendar, PARK, PASSWORD, token)
}

#[test]
fn who_sends_no_name_is_asked_for_one_in_the_same_words_everywhere() {
    let calendar = Calendar::new();
    for path in ["/dav/", HOME, PERSONAL, "/dav/calendars/nobody@example.com/personal/1.ics"] {
        for method in ["PROPFIND", "GET", "PUT", "REPORT", "MKCALENDAR"] {
            let answer = calendar.send_as(method, path, &[], "");
            assert_eq!((answer.status, answer.header("WWW-Authenticate")), (401, Some(CHALLENGE)));
        }
    }
}

#[test]
fn an_app_password_or_the_password_opens_the_calendar_and_a_token_does_not() {
    let calendar = Calendar::new();
    let program = with_password(&calendar);
    let app = calendar.app_password(&program.token, "all");
    let try_with = |email: &str, password: &str| {
        let sign_in = basic(email, password);
        let headers = [("Authorization", sign_in.as_str()), ("Depth", "0")];
        calendar.send_as("PROPFIND", PERSONAL, &headers, "").status
    };
    for _ in 0..2 {
        assert_eq!(try_with(PARK, PASSWORD), 207);
        assert_eq!(try_with("Park@Jungi.me", &app), 207);
    }
    assert_eq!(try_with(PARK, &program.token), 401);
    assert_eq!(try_with(PARK, "correct hors"), 401);
    assert_eq!(try_with("kim@example.com", &app), 401);
    assert_eq!(try_with("kim@example.com", PASSWORD), 401);
    assert_eq!(try_with(PARK, ""), 401);
}

#[test]
fn what_ends_the_tokens_ends_the_password_that_is_remembered() {
    let calendar = Calendar::new();
    let program = with_password(&calendar);
    assert_eq!(program.propfind(HOME, "0", "").status, 207);
    let change = r#"{"password": "better horse", "old_password": "correct horse"}"#;
    assert_eq!(calendar.put("/user/password", &program.token, change).status, 200);
    assert_eq!(program.propfind(HOME, "0", "").status, 401);
    let renewed = Program::with(&calendar, PARK, "better horse", String::new());
    assert_eq!(renewed.propfind(HOME, "0", "").status, 207);
}

#[test]
fn an_app_password_that_was_ended_opens_nothing() {
    let calendar = Calendar::new();
    let program = Program::new(&calendar);
    program.put(&format!("{PERSONAL}/a.ics"), &meeting("a", "Choir"));
    assert_eq!(calendar.delete("/user/app-password/1", &program.token, "").status, 200);
    let answer = program.call("GET", &format!("{PERSONAL}/a.ics"), &[], "");
    assert_eq!((answer.status, answer.header("WWW-Authenticate")), (401, Some(CHALLENGE)));
}

#[test]
fn an_app_password_for_reading_changes_nothing_and_says_so() {
    let calendar = Calendar::new();
    let writer = Program::new(&calendar);
    let path = format!("{PERSONAL}/a.ics");
    writer.put(&path, &meeting("a", "Choir"));
    let password = calendar.app_password(&writer.token, "read");
    let reader = Program::with(&calendar, PARK, &password, writer.token.clone());
    assert_eq!(reader.get(&path), meeting("a", "Choir"));
    let privileges = reader.propfind(PERSONAL, "0", "<D:current-user-privilege-set/>");
    assert!(privileges.body.contains("<D:read/>") && !privileges.body.contains("<D:write"));
    let privileges = writer.propfind(PERSONAL, "0", "<D:current-user-privilege-set/>");
    assert!(privileges.body.contains("<D:write-content/>"), "{}", privileges.body);
    let changes = [
        ("PUT", path.as_str(), meeting("a", "Other")),
        ("DELETE", path.as_str(), String::new()),
        ("MKCALENDAR", "/dav/calendars/park@jungi.me/new", String::new()),
        ("PROPPATCH", PERSONAL, "<D:propertyupdate xmlns:D=\"DAV:\"/>".to_owned()),
    ];
    for (method, path, body) in changes {
        let answer = reader.call(method, path, &[], &body);
        let why = refused(&answer, 403, "D:need-privileges");
        assert_eq!(why, "the scope of this app password is read: it changes nothing", "{method}");
    }
    assert_eq!(writer.get(&path), meeting("a", "Choir"));
}

#[test]
fn nobody_finds_what_is_another_users() {
    let calendar = Calendar::new();
    let (park, kim) = (Program::new(&calendar), kim(&calendar));
    park.put(&format!("{PERSONAL}/a.ics"), &meeting("a", "Choir"));
    for path in [
        HOME.to_owned(),
        PERSONAL.to_owned(),
        format!("{PERSONAL}/a.ics"),
        "/dav/principals/park@jungi.me/".to_owned(),
        "/dav/principals/nobody@example.com/".to_owned(),
    ] {
        for method in ["PROPFIND", "GET", "REPORT", "PUT", "DELETE", "PROPPATCH", "MKCALENDAR"] {
            let answer = kim.call(method, &path, &[("Depth", "0")], "");
            assert_eq!(
                (answer.status, answer.body.as_str()),
                (404, "there is nothing at this address\n"),
                "{method} {path}"
            );
        }
    }
}

#[test]
fn a_private_group_is_for_others_what_one_is_that_never_was() {
    let calendar = Calendar::new();
    let (park, kim) = (Program::new(&calendar), kim(&calendar));
    let body = r#"{"group_name": "Divorce", "visibility": "private"}"#;
    let private = calendar.post("/group/", &park.token, body).made();
    calendar.select(&park.token, &private.to_string());
    park.put(&format!("{HOME}/group-{private}/a.ics"), &meeting("a", "Lawyer"));
    let own = "/dav/calendars/kim@example.com/personal/own.ics";
    kim.put(own, &meeting("own", "Own"));
    let of_kim =
        |group: i64, rest: &str| format!("/dav/calendars/kim@example.com/group-{group}{rest}");
    let sync = format!("<D:sync-collection {}><D:sync-token/></D:sync-collection>", super::NAMES);
    for rest in ["/", "/a.ics"] {
        for method in [
            "PROPFIND",
            "REPORT",
            "GET",
            "PUT",
            "DELETE",
            "PROPPATCH",
            "MKCALENDAR",
            "COPY",
            "MOVE",
        ] {
            let (here, never) = (of_kim(private, rest), of_kim(4711, rest));
            let body = match method {
                "REPORT" => sync.clone(),
                "PUT" => meeting("b", "Mine"),
                "PROPPATCH" => format!("<D:propertyupdate {}/>", super::NAMES),
                _ => String::new(),
            };
            let ask = |path: &str| {
                let headers = [
                    ("Depth", "0"),
                    ("Destination", "/dav/calendars/kim@example.com/personal/c.ics"),
                ];
                let answer = kim.call(method, path, &headers, &body);
                (answer.status, answer.body.replace(path, ""))
            };
            assert_eq!(ask(&here), ask(&never), "{method} {here}");
        }
    }
    for method in ["COPY", "MOVE"] {
        let ask = |to: String| kim.call(method, own, &[("Destination", &to)], "").status;
        assert_eq!(ask(of_kim(private, "/b.ics")), 404);
        assert_eq!(ask(of_kim(4711, "/b.ics")), 404);
    }
    let home = kim.propfind("/dav/calendars/kim@example.com/", "1", "<D:displayname/>");
    assert!(!home.body.contains("Divorce") && !home.body.contains(&format!("group-{private}")));
    assert_eq!(park.get(&format!("{HOME}/group-{private}/a.ics")), meeting("a", "Lawyer"));
}

#[test]
fn a_password_that_was_sent_for_all_to_read_is_refused() {
    let calendar = Calendar::new();
    let token = calendar.register(PARK);
    let sign_in = basic(PARK, &calendar.app_password(&token, "all"));
    let path = format!("{PERSONAL}/a.ics");
    let from = |peer: &str| {
        let headers = [("Authorization", sign_in.as_str())];
        calendar.send_from(peer, Method::Get, &path, &headers, "")
    };
    assert_eq!(from("127.0.0.1:4711").status, 404);
    assert_eq!(from("[::1]:4711").status, 404);
    let why = refused(&from("192.0.2.7:4711"), 403, "D:need-privileges");
    assert_eq!(
        why,
        "the password was sent without TLS: use an address that begins with https, and name a proxy that ends TLS in trusted_proxies"
    );
}

#[test]
fn who_guesses_has_to_wait_and_who_asks_first_without_a_name_does_not() {
    let auth_rate = Some(Rate { times: NonZeroU32::new(3).unwrap(), per: Duration::from_hours(1) });
    let calendar = Calendar::with(Settings { auth_rate, ..Settings::default() });
    let peer = "127.0.0.1:4711";
    let body = format!(r#"{{"useremail": "{PARK}"}}"#);
    let made = calendar.send_from(peer, Method::Post, "/api/v1/user/", &[], body);
    let token = made.json()["data"]["token"].as_str().unwrap().to_owned();
    let app = calendar.app_password(&token, "all");
    let try_with = |sign_in: Option<&str>| {
        let header = sign_in.map(|sign_in| ("Authorization", sign_in));
        calendar.send_from(peer, Method::Get, PERSONAL, header.as_slice(), "")
    };
    for _ in 0..10 {
        assert_eq!(try_with(None).status, 401);
        assert_eq!(try_with(Some(&basic(PARK, &app))).status, 200);
    }
    let wrong = basic(PARK, "wrong");
    assert_eq!([0; 2].map(|_| try_with(Some(&wrong)).status), [401; 2]);
    let answer = try_with(Some(&wrong));
    assert_eq!(answer.status, 429);
    assert!(answer.header("Retry-After").unwrap().parse::<u64>().unwrap() > 0);
    // The program that has an app password goes on.
    assert_eq!(try_with(Some(&basic(PARK, &app))).status, 200);
}
