//! `GET /calendar/event/<id>`.

use super::first;
use crate::support::calendar::{Calendar, KIM};
use crate::support::expected::Shown;

#[test]
fn an_event_is_read_only_by_users_who_registered_it_or_see_it_in_their_calendar() {
    let (calendar, park) = Calendar::populated();
    let kim = calendar.register(KIM);
    let at = ("2017-06-20 09:00:00", "2017-06-20 12:00:00");
    let in_group = calendar.group_event(&park, 1, at.0, at.1, "a");
    let shown = Shown { id: in_group, subject: "a", group: Some(1), ..first() };
    calendar.get("/calendar/event/1", &kim).not_found("event 1 does not exist");
    calendar.get("/calendar/event/2", &kim).not_found("event 2 does not exist");
    calendar.select(&kim, "1");
    calendar.get("/calendar/event/1", &kim).not_found("event 1 does not exist");
    calendar.get("/calendar/event/2", &kim).is_event(&shown);
    calendar.select(&park, "0");
    calendar.get("/calendar/event/2", &park).is_event(&shown);
}
