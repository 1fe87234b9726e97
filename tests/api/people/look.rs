//! How a group looks: `visibility`, `everyone`, `color`, `description` and `role` in calls 12, 13, 15 and 16.

use serde_json::{Value, json};

use super::{Club, LEE};
use crate::support::calendar::{DONE, KIM, PARK};
use crate::support::expected::{group, groups, one_group};

/// The keys that the published reference does not have, of group 1 as `token` sees it.
#[track_caller]
fn more(club: &Club, token: &str) -> Value {
    let answer = club.calendar.get("/group/1", token);
    assert_eq!(answer.status, 200, "{}", answer.body);
    let mut group = answer.json()["data"].clone();
    for known in ["id", "name", "creator_email", "created", "updated", "events"] {
        group.as_object_mut().unwrap().remove(known).unwrap();
    }
    let list = club.calendar.get("/group/list", token).json()["data"][0].clone();
    for (key, value) in group.as_object().unwrap() {
        assert_eq!(list[key], *value);
    }
    group
}

#[test]
fn a_group_as_in_the_reference_says_no_more_than_there() {
    let club = Club::open();
    club.member(KIM, "writer");
    let plain = group(1, "club", PARK, None);
    for token in [&club.park, &club.kim, &club.lee] {
        club.calendar.get("/group/1", token).is(200, &one_group(&plain, 0));
        club.calendar.get("/group/list", token).is(200, &groups(std::slice::from_ref(&plain)));
    }
    club.calendar.get("/group", &club.park).is(200, &groups(std::slice::from_ref(&plain)));
}

#[test]
fn a_group_is_made_and_changed_with_its_look() {
    let club = Club::open();
    let body = json!({
        "group_name": "team", "visibility": "private", "color": "#1A73E8", "description": " Who sings ",
    });
    club.calendar.post("/group", &club.kim, body.to_string()).made();
    let made = club.calendar.get("/group", &club.kim).json()["data"][0].clone();
    for (key, value) in [
        ("visibility", "private"),
        ("everyone", "none"),
        ("color", "#1a73e8"),
        ("description", "Who sings"),
    ] {
        assert_eq!(made[key], value);
    }
    assert_eq!(made.get("role"), None, "its creator owns it");

    club.change(&club.park, &json!({"color": "#00ff00", "description": "a"})).is(200, DONE);
    club.change(&club.park, &json!({})).is(200, DONE);
    assert_eq!(more(&club, &club.park), json!({"color": "#00ff00", "description": "a"}));
    club.change(&club.park, &json!({"color": null, "description": null})).is(200, DONE);
    assert_eq!(more(&club, &club.park), json!({}));
}

#[test]
fn the_role_is_told_where_it_is_not_the_references() {
    let club = Club::open();
    club.member(KIM, "owner");
    assert_eq!(more(&club, &club.kim), json!({"role": "owner"}));
    club.member(KIM, "reader");
    assert_eq!(more(&club, &club.kim), json!({"role": "reader"}));
    club.change(&club.park, &json!({"everyone": "reader"})).is(200, DONE);
    assert_eq!(more(&club, &club.park), json!({"everyone": "reader"}));
    assert_eq!(more(&club, &club.lee), json!({"everyone": "reader", "role": "reader"}));
    club.member(KIM, "owner");
    club.put(&club.kim, PARK, "editor").is(200, DONE);
    assert_eq!(more(&club, &club.park), json!({"everyone": "reader", "role": "editor"}));
    let email = club.calendar.get("/group/1", &club.lee).json()["data"]["creator_email"].clone();
    assert_eq!(email, PARK, "who created it stays who did");
}

#[test]
fn visibility_and_everyone_agree_or_are_refused() {
    let club = Club::open();
    let both =
        |visibility: &str, everyone: &str| json!({"visibility": visibility, "everyone": everyone});
    club.change(&club.park, &both("open", "none"))
        .invalid("everyone: expected writer or reader, since the group is to be open");
    for everyone in ["reader", "writer"] {
        club.change(&club.park, &both("private", everyone))
            .invalid("everyone: expected none, since the group is to be private");
    }
    club.change(&club.kim, &both("open", "none"))
        .invalid("everyone: expected writer or reader, since the group is to be open");
    let made = json!({"group_name": "a", "visibility": "open", "everyone": "none"}).to_string();
    club.calendar
        .post("/group", &club.kim, made)
        .invalid("everyone: expected writer or reader, since the group is to be open");
    club.change(&club.park, &json!({"visibility": "secret"}))
        .invalid("visibility: expected one of open, private");
    club.change(&club.park, &json!({"everyone": "editor"}))
        .invalid("everyone: expected one of none, reader, writer");
    club.change(&club.park, &json!({"color": "red"}))
        .invalid("color: expected a colour, such as #1a73e8");
    club.change(&club.park, &json!({"description": ""}))
        .invalid("description: expected 1 to 1024 characters");
    assert_eq!(more(&club, &club.park), json!({}));

    club.change(&club.park, &json!({"everyone": "none"})).is(200, DONE);
    assert_eq!(more(&club, &club.park), json!({"visibility": "private", "everyone": "none"}));
    club.change(&club.park, &json!({"visibility": "open"})).is(200, DONE);
    assert_eq!(more(&club, &club.lee), json!({}));
    club.change(&club.park, &both("open", "reader")).is(200, DONE);
    club.change(&club.park, &json!({"visibility": "open"})).is(200, DONE);
    assert_eq!(more(&club, &club.park), json!({"everyone": "reader"}));
    club.member(LEE, "reader");
    club.change(&club.lee, &json!({"everyone": "writer"}))
        .not_owned("group 1 belongs to somebody else");
}
