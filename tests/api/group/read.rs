//! `GET /group`, `GET /group/<id>` and `GET /group/list`.

use super::two_users;
use crate::support::calendar::{DONE, KIM, PARK};
use crate::support::expected::{group, groups, one_group};

#[test]
fn a_group_is_listed_for_its_creator_and_among_all_for_everybody() {
    let (calendar, park, kim) = two_users();
    calendar.group(&kim, "하이용");
    calendar.group(&park, "테테테스트그룹2");
    calendar.group(&kim, "하이용");
    let (one, two, three) = (
        group(1, "하이용", KIM, None),
        group(2, "테테테스트그룹2", PARK, None),
        group(3, "하이용", KIM, None),
    );
    calendar.get("/group/", &park).is(200, &groups(std::slice::from_ref(&two)));
    calendar.get("/group/", &kim).is(200, &groups(&[one.clone(), three.clone()]));
    for token in [&park, &kim] {
        calendar
            .get("/group/list", token)
            .is(200, &groups(&[one.clone(), two.clone(), three.clone()]));
    }
}

#[test]
fn without_groups_the_lists_are_empty() {
    let (calendar, park, kim) = two_users();
    calendar.get("/group/list", &park).is(200, &groups(&[]));
    calendar.group(&kim, "a");
    calendar.get("/group/", &park).is(200, &groups(&[]));
}

#[test]
fn groups_are_listed_by_id_past_nine() {
    let (calendar, park, _) = two_users();
    let made: Vec<_> = (1..=12).map(|id| (calendar.group(&park, "a"), id)).collect();
    assert!(made.iter().all(|(made, id)| made == id));
    let all: Vec<_> = (1..=12).map(|id| group(id, "a", PARK, None)).collect();
    calendar.get("/group/", &park).is(200, &groups(&all));
    calendar.get("/group/list", &park).is(200, &groups(&all));
}

#[test]
fn a_group_says_how_many_events_it_has() {
    let (calendar, park, kim) = two_users();
    calendar.group(&park, "a");
    calendar.group(&park, "b");
    let time = "2017-06-20 09:00:00";
    calendar.event(&park, time, time, "personal");
    calendar.group_event(&park, 1, time, time, "one");
    calendar.group_event(&kim, 1, "2017-06-20 09:00:00", "2018-06-20 09:00:00", "two");
    calendar.group_event(&kim, 2, time, time, "elsewhere");
    for token in [&park, &kim] {
        calendar.get("/group/1", token).is(200, &one_group(&group(1, "a", PARK, None), 2));
        calendar.get("/group/2", token).is(200, &one_group(&group(2, "b", PARK, None), 1));
    }
    calendar.delete("/calendar/event", &kim, r#"{"event_id":3}"#).is(200, DONE);
    calendar.get("/group/1", &park).is(200, &one_group(&group(1, "a", PARK, None), 1));
    let both = groups(&[group(1, "a", PARK, None), group(2, "b", PARK, None)]);
    calendar.get("/group/", &park).is(200, &both);
    calendar.get("/group/list", &kim).is(200, &both);
}

#[test]
fn a_group_path_without_an_integer_is_not_found() {
    let (calendar, park, _) = two_users();
    calendar.group(&park, "a");
    for path in ["/group/a", "/group/1a", "/group/1.0", "/group/+1", "/group/9223372036854775808"] {
        calendar.get(path, &park).not_found("no such path");
    }
}
