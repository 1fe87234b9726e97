//! `DELETE /calendar/event`.

use super::{STORED, change};
use crate::support::calendar::{Calendar, DONE, KIM};
use crate::support::expected::EVENTS;

#[test]
fn a_deleted_event_is_gone() {
    let (calendar, park) = Calendar::populated();
    calendar.event(&park, "2017-06-20 09:00:00", "2017-06-20 12:00:00", "b");
    calendar.delete("/calendar/event", &park, r#"{"event_id":2}"#).is(200, DONE);
    let detail = "event 2 does not exist";
    calendar.get("/calendar/event/2", &park).not_found(detail);
    calendar.put("/calendar/event", &park, change("2", r#""b""#)).not_found(detail);
    calendar.delete("/calendar/event", &park, r#"{"event_id":2}"#).not_found(detail);
    assert_eq!(calendar.rows(EVENTS), [STORED]);
}

#[test]
fn a_groups_creator_may_delete_any_event_in_it_and_nobody_elses() {
    let (calendar, park) = Calendar::populated();
    let [kim, lee] = [KIM, "lee@jungi.me"].map(|email| calendar.register(email));
    let add = |group| {
        calendar.group_event(&kim, group, "2017-06-20 09:00:00", "2017-06-20 12:00:00", "spam")
    };
    let other = calendar.group(&kim, "다른 그룹");
    let (own, others) = (add(1), add(other));
    let delete =
        |token, id| calendar.delete("/calendar/event", token, format!(r#"{{"event_id":{id}}}"#));
    let refused = |id| format!("event {id} was registered by somebody else");
    delete(&lee, own).not_owned(&refused(own));
    delete(&park, others).not_owned(&refused(others));
    delete(&park, own).is(200, DONE);
    delete(&park, own).not_found(&format!("event {own} does not exist"));
    delete(&kim, others).is(200, DONE);
    assert_eq!(calendar.rows(EVENTS), [STORED]);
}

#[test]
fn the_id_of_a_deleted_event_is_never_used_again() {
    let (calendar, park) = Calendar::populated();
    for last in 1..4 {
        calendar
            .delete("/calendar/event", &park, format!(r#"{{"event_id":{last}}}"#))
            .is(200, DONE);
        let next = calendar.event(&park, "2017-06-20 09:00:00", "2017-06-20 12:00:00", "a");
        assert_eq!(next, last + 1);
    }
    calendar.group_event(&park, 1, "2017-06-20 09:00:00", "2017-06-20 12:00:00", "a");
    calendar.delete("/group/", &park, r#"{"group_id":1}"#).is(200, DONE);
    assert_eq!(calendar.event(&park, "2017-06-20 09:00:00", "2017-06-20 12:00:00", "a"), 6);
}
