//! An example of each call: the request and the answers.
//!
//! Tried one after the other, the examples give the answers as printed: somebody has registered, has event
//! 1, group 1, which the calendar shows, event 2 in that group, and, where a call is about it, a birthday or
//! another member. A test tries each and compares.

use serde_json::{Value, json};

use crate::api::envelope::Code;
use crate::api::values::LIMIT;
use crate::holidays;

/// The token that the published reference prints.
const TOKEN: &str = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJKVU5HSVBBUksiLCJ1c2VyZW1haWwiOiJwYXJrQGp1bmdpLm1lIiwiYXVkIjoiQ0FMRU5EQVJfQVBJIn0.8gpD2Wd-p26UuPVLHP9bLD9gbXo_nbP19rzO8N0N0zo";
const EMAIL: &str = "park@jungi.me";
const MEMBER: &str = "lee@jungi.me";
const PASSWORD: &str = "correct horse battery staple";
const CREATED: &str = "Mon, 19 Jun 2017 19:55:04 GMT";
const DINNER: &str = "친구들과 약속";
const TEST: &str = "테스트 일정";
const GROUP: &str = "회식 관련";
const CLUB: &str = "동호회 홈페이지";
const HOLIDAYS: &str = "https://holidays.example/korea.ics";
const PHONE: &str = "내 휴대폰";
const APP_PASSWORD: &str = "app-k3vq-7m2x-wz5t-ehyj-b2mt-o3dp-l5rs";
const FEED: &str =
    "https://calendar.example/feed/4wz5k7qf2n6c3vx7ehyjb2mto3dpl5rsa6ugi4wq7zk2n5c6vxe3.ics";

/// The calls on what opens the account, and is nobody else's.
const ON_ACCOUNT: [&str; 6] = [
    "changePassword",
    "endTokens",
    "appPasswords",
    "createAppPassword",
    "endAppPassword",
    "createFeed",
];

/// The calls on what may be somebody else's.
const OF_OTHERS: [&str; 12] = [
    "changeEvent",
    "deleteEvent",
    "import",
    "renameGroup",
    "deleteGroup",
    "createGroupEvent",
    "putGroupMember",
    "removeGroupMember",
    "invitations",
    "createInvitation",
    "endInvitation",
    "undo",
];

const SECRET: &str = "7qk2vhx5zn3mcf6twd4ybgrjp2laeo5usik3xq7hnv2mzc4twf6y";
const LINK: &str =
    "https://calendar.example/join/7qk2vhx5zn3mcf6twd4ybgrjp2laeo5usik3xq7hnv2mzc4twf6y";
const EXPIRES: &str = "Mon, 26 Jun 2017 19:55:04 GMT";

/// The body of a call, if it takes one.
pub(super) fn body(call: &str) -> Option<Value> {
    Some(match call {
        "register" | "signIn" => json!({"useremail": EMAIL, "password": PASSWORD}),
        "changePassword" => json!({"password": "another long one", "old_password": PASSWORD}),
        "selectGroups" => json!({"selected_group": "1"}),
        "createEvent" => json!({
            "sdate": "2017-06-19 20:00:00", "edate": "2017-06-19 23:00:00", "subject": DINNER,
        }),
        "changeEvent" => json!({
            "event_id": 1, "sdate": "2017-06-19 19:00:00", "edate": "2017-06-19 22:00:00",
            "subject": "친구들과 저녁 약속",
        }),
        "changeLook" => json!({"group": 1, "color": "#d50000"}),
        "orderGroups" => json!({"groups": "1"}),
        "changeSettings" => json!({
            "week_start": "monday", "clock": 24, "week_numbers": true, "default_group": 1,
        }),
        "createAppPassword" => json!({"name": PHONE, "scope": "read"}),
        "createFeed" => json!({"name": CLUB, "group": 1, "busy_only": true}),
        "deleteEvent" => json!({"event_id": 1}),
        "putBirthday" | "postBirthday" => json!({"birthday": "1990-06-22"}),
        "createGroup" => json!({"group_name": GROUP}),
        "subscribe" => json!({"url": HOLIDAYS, "group_name": "공휴일", "color": "#d50000"}),
        "import" => json!(CALENDAR),
        "renameGroup" => json!({"group_id": 1, "group_name": "회식 및 저녁 약속 일정"}),
        "deleteGroup" => json!({"group_id": 1}),
        "putGroupMember" => json!({"useremail": MEMBER, "role": "editor"}),
        "createInvitation" => json!({"role": "writer"}),
        "removeGroupMember" => json!({"useremail": MEMBER}),
        "createGroupEvent" => json!({
            "group_id": 1, "sdate": "2017-06-20 09:00:00", "edate": "2017-06-20 12:00:00",
            "subject": TEST,
        }),
        _ => return None,
    })
}

/// The value of a parameter.
pub(super) fn parameter(name: &str) -> Option<Value> {
    Some(match name {
        "id" | "invitation" => json!(1),
        "secret" => json!(SECRET),
        "year_month" => json!("2017-06"),
        "date" => json!("2017-06-20"),
        "sdate" => json!("2017-06-01 00:00:00"),
        "edate" => json!("2017-07-01 00:00:00"),
        "search_word" => json!("약속"),
        _ => return None,
    })
}

/// A calendar as a file.
const CALENDAR: &str = "\
BEGIN:VCALENDAR\r
VERSION:2.0\r
PRODID:-//Example//Calendar//EN\r
BEGIN:VEVENT\r
UID:dinner@example.com\r
DTSTAMP:20170619T105504Z\r
DTSTART:20170619T200000\r
DTEND:20170619T230000\r
SUMMARY:친구들과 약속\r
END:VEVENT\r
END:VCALENDAR\r
";

/// The whole answer of a call that is done.
pub(super) fn done(call: &str) -> Value {
    if ["export", "exportGroup"].contains(&call) {
        return json!(CALENDAR);
    }
    let meta = meta(Code::SUCCESS);
    match data(call) {
        Some(document) if call == "openapi" => document,
        Some(data) => json!({"meta": meta, "data": data}),
        None => json!({"meta": meta}),
    }
}

fn data(call: &str) -> Option<Value> {
    let dinner = event(1, DINNER, None, "Mon, 19 Jun 2017", ["20", "23"]);
    let test = event(2, TEST, Some("1"), "Tue, 20 Jun 2017", ["09", "12"]);
    let mut birthday = event(3, "park@jungi.me 생일", None, "Fri, 22 Jun 1990", ["00", "00"]);
    birthday["birthday"] = json!("1");
    let mut group = json!({
        "id": 1, "name": GROUP, "creator_email": EMAIL, "created": CREATED, "updated": null,
    });
    Some(match call {
        "register" | "signIn" | "changePassword" => json!({"token": TOKEN}),
        "me" => json!({"useremail": EMAIL, "created": CREATED, "timezone": "Asia/Seoul"}),
        "settings" => json!({}),
        "looks" => json!([{"group": 1, "color": "#1a73e8", "position": 1}]),
        "feeds" => json!([{
            "id": 1, "name": CLUB, "group": 1, "busy_only": true, "created": CREATED, "used": null,
        }]),
        "appPasswords" => json!([{
            "id": 1, "name": PHONE, "scope": "read", "created": CREATED, "used": null,
        }]),
        "createAppPassword" => json!({"id": 2, "password": APP_PASSWORD}),
        "createFeed" => json!({"id": 2, "url": FEED}),
        "selectedGroups" => json!({"selected_group": "1"}),
        "thisMonth" | "month" | "range" => json!([dinner, test]),
        "today" | "search" => json!([dinner]),
        "day" => json!([test]),
        "event" | "birthday" => {
            let mut event = if call == "event" { dinner } else { birthday };
            event["revision"] = json!("6f1e0c2ab94d3758");
            event
        }
        "myGroups" | "allGroups" => json!([group]),
        "eventHistory" => json!([made(1, &dinner)]),
        "activity" => json!([made_group(), made(1, &dinner)]),
        "groupActivity" => json!([made(3, &test), made_group()]),
        "undo" => {
            let mut entry = made(4, &dinner);
            let state = entry["after"].take();
            let fields = entry.as_object_mut()?;
            fields.remove("after");
            fields.insert("action".into(), json!("undo"));
            fields.insert("before".into(), state);
            fields.insert("undoes".into(), json!(1));
            entry
        }
        "invitations" => json!([{
            "id": 1, "role": "writer", "useremail": EMAIL, "created": CREATED, "expires": EXPIRES,
        }]),
        "createInvitation" => json!({"id": 2, "url": LINK, "expires": EXPIRES}),
        "invitation" => json!({
            "group_name": GROUP, "useremail": EMAIL, "role": "writer", "expires": EXPIRES,
            "sign_up": true,
        }),
        "acceptInvitation" => json!({"group": 1, "role": "owner", "was_member": true}),
        "groupMembers" => json!([{"useremail": EMAIL, "role": "owner"}]),
        "group" => {
            group["events"] = json!(1);
            group
        }
        "holidays" => holidays::countries()
            .map(|country| {
                json!({
                    "country": country.code, "name": country.name,
                    "url": format!("holidays:{}", country.code),
                })
            })
            .collect(),
        "import" => json!({
            "read": 1, "created": 1, "updated": 0, "unchanged": 0, "skipped": 0, "items": [],
        }),
        "openapi" => json!({"openapi": "3.1.0", "info": {"title": "calendar-server"}, "paths": {}}),
        _ => return None,
    })
}

fn event(id: i64, subject: &str, group: Option<&str>, day: &str, hours: [&str; 2]) -> Value {
    let [sdate, edate] = hours.map(|hour| format!("{day} {hour}:00:00 GMT"));
    json!({
        "id": id, "email": EMAIL, "useremail": EMAIL, "subject": subject, "group": group,
        "sdate": sdate, "edate": edate, "created": CREATED, "updated": null, "birthday": null,
    })
}

/// The entry of the history that says that `event` was made.
fn made(id: i64, event: &Value) -> Value {
    let mut entry = json!({
        "id": id, "at": CREATED, "useremail": EMAIL, "door": "api", "action": "create", "event": event["id"],
        "subject": event["subject"],
        "after": {"subject": event["subject"], "sdate": event["sdate"], "edate": event["edate"]},
        "undone": false,
    });
    if event["group"] == "1" {
        entry["group"] = json!(1);
    }
    entry
}

/// The entry of the history that says that group 1 was made.
fn made_group() -> Value {
    json!({
        "id": 2, "at": CREATED, "useremail": EMAIL, "door": "api", "action": "create", "group": 1, "subject": GROUP,
        "after": {"group_name": GROUP, "everyone": "writer"}, "undone": false,
    })
}

/// The whole answer of a call that is not done. Its first parameter is `first`.
pub(super) fn refused(call: &str, first: &str, code: Code) -> Value {
    let mut meta = meta(code);
    if let Some(detail) = detail(call, first, code) {
        meta["detail"] = json!(detail);
    }
    json!({ "meta": meta })
}

fn meta(Code(_, code, message): Code) -> Value {
    json!({"code": code, "message": message})
}

fn detail(call: &str, first: &str, code: Code) -> Option<String> {
    if call == "undo" {
        match code {
            Code::NOT_FOUND => return Some("entry 1 does not exist, or is too old".into()),
            Code::CHANGED => return Some("event 1 was changed since: undo that first".into()),
            Code::INVALID => {
                return Some(
                    "with this there would be more than 200000 events, which is the most: delete some first".into(),
                );
            }
            _ => {}
        }
    }
    let of_group = call == "import"
        || call.to_lowercase().contains("group")
        || call.to_lowercase().contains("invitation");
    let thing = if of_group { "group" } else { "event" };
    Some(match code {
        Code::INVALID if call == "import" => {
            "zip: expected a file with the ending .ics in it".into()
        }
        Code::TOO_LARGE if call == "import" => "body: expected at most 67108864 bytes".into(),
        Code::MALFORMED if body(call).is_some() && call != "import" => {
            "body: expected a JSON object".into()
        }
        Code::MALFORMED => "query: expected percent-encoded UTF-8".into(),
        Code::INVALID if call == "selectGroup" => {
            "you have selected 1000 groups, which is the most: unselect one first".into()
        }
        Code::INVALID if call == "acceptInvitation" => {
            "the group has 1000 members, which is the most: ask an owner to remove one first".into()
        }
        Code::INVALID if call == "changeLook" => "color: required, but missing".into(),
        Code::INVALID if call == "changeSettings" => "clock: expected 12 or 24".into(),
        Code::INVALID if first.is_empty() => format!("limit: {LIMIT}"),
        Code::INVALID => format!("{first}: required, but missing"),
        Code::REFUSED if call == "register" => "registration is closed".into(),
        Code::REFUSED if call == "createInvitation" => {
            "invitations are switched off on this server".into()
        }
        Code::REFUSED => "the email or the password is not right".into(),
        Code::MISSING_TOKEN => "the header X-calendar-access-token is missing".into(),
        Code::INVALID_TOKEN => "the access token is not valid".into(),
        Code::NOT_OWNER if ["import", "createGroupEvent"].contains(&call) => {
            "the events of group 1 come from an outside calendar".into()
        }
        Code::NOT_OWNER if ON_ACCOUNT.contains(&call) => {
            "an app password may not do this, whatever its scope: send a token".into()
        }
        Code::NOT_OWNER if !OF_OTHERS.contains(&call) => {
            "the scope of this app password is read: it changes nothing".into()
        }
        Code::NOT_OWNER if of_group => "group 1 belongs to somebody else".into(),
        Code::NOT_OWNER => "event 1 was registered by somebody else".into(),
        Code::METHOD_NOT_ALLOWED => "this path takes GET, HEAD, POST".into(),
        Code::NOT_FOUND if call == "search" => {
            "after: event 1 does not exist: search again without it".into()
        }
        Code::NOT_FOUND if ["birthday", "deleteBirthday"].contains(&call) => {
            "you have no birthday registered".into()
        }
        Code::NOT_FOUND if ["changeSettings", "createFeed", "changeLook"].contains(&call) => {
            "group 1 does not exist".into()
        }
        Code::NOT_FOUND if call == "endAppPassword" => "app password 1 does not exist".into(),
        Code::NOT_FOUND if ["register", "invitation", "acceptInvitation"].contains(&call) => {
            "there is no such invitation".into()
        }
        Code::NOT_FOUND if call == "endFeed" => "feed 1 does not exist".into(),
        Code::NOT_FOUND => format!("{thing} 1 does not exist"),
        Code::CHANGED => {
            "event 1 was changed in the meantime: read it again, and send its new revision".into()
        }
        Code::TOO_LARGE => "body: expected at most 65536 bytes".into(),
        Code::TOO_MANY => "too many requests: try again in 6 s".into(),
        Code::UNAVAILABLE => "nothing was stored; try again later".into(),
        _ => return None,
    })
}
