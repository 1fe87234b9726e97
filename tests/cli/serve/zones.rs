//! A server whose zone is changed.

use std::path::Path;

use serde_json::{Value, json};

use crate::support::server::{Server, command, run};

fn server_in(folder: &Path, zone: &str) -> Server {
    let mut command = command(folder, &["dev-run", "--port", "0"]);
    command.env("CALENDAR_TIMEZONE", zone);
    Server::start(command)
}

/// The subject, the start and the end of each event in a fortnight, and the name of the occurrence.
fn shown(server: &Server, token: &str) -> Vec<String> {
    let path = "/calendar/range?sdate=2017-10-30+00:00:00&edate=2017-11-13+00:00:00";
    let (status, body) = server.call("GET", path, token, "");
    assert_eq!(status, 200, "{body}");
    let answer: Value = serde_json::from_str(&body).unwrap();
    let events = answer["data"].as_array().unwrap().iter();
    let time = |value: &Value| value.as_str().unwrap()[5..22].to_owned();
    let line = |event: &Value| {
        let occurrence = event["occurrence"].as_str().unwrap_or("-");
        format!(
            "{} {} {} {occurrence}",
            event["subject"],
            time(&event["sdate"]),
            time(&event["edate"])
        )
    };
    events.map(line).collect()
}

#[test]
fn events_with_a_zone_of_their_own_are_told_anew_and_the_others_keep_their_digits() {
    let folder = tempfile::tempdir().unwrap();
    let server = server_in(folder.path(), "Asia/Seoul");
    let token = server.register("park@jungi.me");
    let event = |subject: &str, more: Value| {
        let mut body = json!({"sdate": "2017-10-31 09:00:00", "edate": "2017-10-31 10:00:00", "subject": subject});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let (status, body) = server.call("POST", "/calendar/event", &token, &body.to_string());
        assert_eq!(status, 200, "{body}");
    };
    event("plain", json!({}));
    event("series", json!({"rrule": "FREQ=WEEKLY;COUNT=2"}));
    event("there", json!({"timezone": "America/New_York"}));
    event("weekly there", json!({"timezone": "America/New_York", "rrule": "FREQ=WEEKLY;COUNT=2"}));
    let of_seoul = [
        r#""plain" 31 Oct 2017 09:00 31 Oct 2017 10:00 -"#,
        r#""series" 31 Oct 2017 09:00 31 Oct 2017 10:00 2017-10-31 09:00:00"#,
        r#""there" 31 Oct 2017 22:00 31 Oct 2017 23:00 -"#,
        r#""weekly there" 31 Oct 2017 22:00 31 Oct 2017 23:00 2017-10-31 22:00:00"#,
        r#""series" 07 Nov 2017 09:00 07 Nov 2017 10:00 2017-11-07 09:00:00"#,
        r#""weekly there" 07 Nov 2017 23:00 08 Nov 2017 00:00 2017-11-07 23:00:00"#,
    ];
    assert_eq!(shown(&server, &token), of_seoul);
    assert!(server.stop().0.success());
    let server = server_in(folder.path(), "America/Sao_Paulo");
    assert_eq!(
        shown(&server, &token),
        [
            of_seoul[0],
            of_seoul[1],
            r#""there" 31 Oct 2017 11:00 31 Oct 2017 12:00 -"#,
            r#""weekly there" 31 Oct 2017 11:00 31 Oct 2017 12:00 2017-10-31 11:00:00"#,
            of_seoul[4],
            r#""weekly there" 07 Nov 2017 12:00 07 Nov 2017 13:00 2017-11-07 12:00:00"#,
        ]
    );
    assert!(server.stop().0.success());
    let server = server_in(folder.path(), "Asia/Seoul");
    assert_eq!(shown(&server, &token), of_seoul);
    assert!(server.stop().0.success());
    assert_eq!(run(folder.path(), &["db", "check"]).out, "calendar.sqlite is sound\n");
}

#[test]
fn a_series_that_was_ended_keeps_its_occurrences_in_another_zone_and_is_edited_there() {
    let folder = tempfile::tempdir().unwrap();
    let server = server_in(folder.path(), "Asia/Seoul");
    let token = server.register("park@jungi.me");
    let call = |server: &Server, method: &str, more: Value| {
        let times = json!({"sdate": "2017-10-31 23:30:00", "edate": "2017-10-31 23:45:00"});
        let mut body = if method == "DELETE" { json!({}) } else { times };
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let (status, answer) = server.call(method, "/calendar/event", &token, &body.to_string());
        assert_eq!(status, 200, "{answer}");
    };
    call(&server, "POST", json!({"subject": "late", "rrule": "FREQ=DAILY"}));
    let rest = json!({"event_id": 1, "occurrence": "2017-11-02 23:30:00", "scope": "following"});
    call(&server, "DELETE", rest);
    let seen = |subject: &str| {
        let day = |day: &str, name: &str| {
            format!(r#""{subject}" {day} 2017 23:30 {day} 2017 23:45 2017-{name} 23:30:00"#)
        };
        [day("31 Oct", "10-31"), day("01 Nov", "11-01")]
    };
    assert_eq!(shown(&server, &token), seen("late"));
    assert!(server.stop().0.success());
    let mut subject = "late";
    for zone in ["America/Sao_Paulo", "UTC", "Australia/Lord_Howe"] {
        let server = server_in(folder.path(), zone);
        assert_eq!(shown(&server, &token), seen(subject));
        subject = zone;
        call(&server, "PUT", json!({"event_id": 1, "subject": zone, "scope": "all"}));
        assert_eq!(shown(&server, &token), seen(subject));
        assert!(server.stop().0.success());
    }
}

#[test]
fn other_rules_of_a_zone_tell_the_events_in_it_anew() {
    let folder = tempfile::tempdir().unwrap();
    let server = server_in(folder.path(), "Asia/Seoul");
    let token = server.register("park@jungi.me");
    for more in [json!({}), json!({"rrule": "FREQ=WEEKLY;COUNT=2"})] {
        let mut body = json!({
            "sdate": "2017-10-31 09:00:00", "edate": "2017-10-31 10:00:00", "subject": "there",
            "timezone": "America/New_York",
        });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let (status, body) = server.call("POST", "/calendar/event", &token, &body.to_string());
        assert_eq!(status, 200, "{body}");
    }
    let before = shown(&server, &token);
    assert_eq!(before.len(), 3);
    assert!(server.stop().0.success());
    // As a server wrote them that knew of no summer time there.
    let conn = rusqlite::Connection::open(folder.path().join("calendar.sqlite")).unwrap();
    let older = "UPDATE event SET starts = starts + 3600, ends = ends + 3600";
    assert_eq!(conn.execute(older, []).unwrap(), 2);
    drop(conn);
    let server = server_in(folder.path(), "Asia/Seoul");
    assert_eq!(shown(&server, &token), before);
    let (code, log) = server.stop();
    assert!(code.success());
    assert!(log.contains("told the times of events in other zones anew"), "{log}");
}
