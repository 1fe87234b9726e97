//! `/calendar/event`.

mod change;
mod create;
mod delete;
mod read;
mod subject;
mod times;

use crate::support::calendar::Calendar;
use crate::support::expected::Shown;

/// Event 1 of [`Calendar::populated`], as the database holds it.
pub(crate) const STORED: &str =
    "1|1|-|테스트 일정|2017-06-20 09:00:00|2017-06-20 12:00:00|2017-06-19 19:55:04|-|0";

/// The same event, as the API shows it.
pub(crate) fn first() -> Shown<'static> {
    Shown {
        subject: "테스트 일정",
        sdate: "Tue, 20 Jun 2017 09:00:00 GMT",
        edate: "Tue, 20 Jun 2017 12:00:00 GMT",
        ..Shown::default()
    }
}

/// The body of a change, whose values are JSON.
pub(crate) fn change(id: &str, subject: &str) -> String {
    format!(
        r#"{{"event_id":{id},"sdate":"2017-06-19 20:00:00","edate":"2017-06-19 23:00:00","subject":{subject}}}"#
    )
}

/// Asserts that neither creating nor changing an event takes `subject`, which is JSON.
pub(crate) fn assert_subject_is_invalid(
    calendar: &Calendar,
    token: &str,
    subject: &str,
    detail: &str,
) {
    let body = change("1", subject);
    calendar.post("/calendar/event", token, &body).invalid(detail);
    calendar.put("/calendar/event", token, &body).invalid(detail);
}
