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
