//! `POST /calendar/event`.

use super::{STORED, first};
use crate::support::calendar::{Calendar, DONE, PARK};
use crate::support::expected::EVENTS;

#[test]
fn location_leads_to_a_created_event() {
    let calendar = Calendar::new();
    let park = calendar.register(PARK);
    let answer = calendar.post(
        "/calendar/event",
        &park,
        r#"{"sdate":"2017-06-20 09:00:00","edate":"2017-06-20 12:00:00","subject":"테스트 일정"}"#,
    );
    answer.is(200, DONE);
    assert_eq!(answer.header("Location"), Some("/api/v1/calendar/event/1"));
    calendar.get("/calendar/event/1", &park).is_event(&first());
    assert_eq!(calendar.rows(EVENTS), [STORED]);
}

#[test]
fn creating_an_event_ignores_other_fields() {
    let calendar = Calendar::new();
    let park = calendar.register(PARK);
    calendar.group(&park, "a");
    calendar
        .post(
            "/calendar/event",
            &park,
            r#"{"sdate":"2017-06-20 09:00:00","edate":"2017-06-20 12:00:00","subject":"테스트 일정",
                "id":7,"event_id":7,"group_id":1,"group":"1","birthday":"1","email":"kim@example.com",
                "created":"x","updated":[{}]}"#,
        )
        .is(200, DONE);
    assert_eq!(calendar.rows(EVENTS), [STORED]);
}
