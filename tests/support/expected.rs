//! The JSON that the API is to answer, spelled out without the server's own types, and the rows that
//! the database is to hold.

use super::calendar::PARK;

/// When everything is registered, unless a test sets the clock.
pub(crate) const CREATED: &str = "Mon, 19 Jun 2017 19:55:04 GMT";

/// Every event in the database, with its times as text.
pub(crate) const EVENTS: &str = "SELECT id, user_id, group_id, subject, datetime(starts, 'unixepoch'),
    datetime(ends, 'unixepoch'), datetime(created, 'unixepoch'), datetime(updated, 'unixepoch'), birthday
    FROM event ORDER BY id";

pub(crate) const GROUPS: &str = "SELECT id, name, creator_id, datetime(created, 'unixepoch'),
    datetime(updated, 'unixepoch') FROM calendar_group ORDER BY id";

pub(crate) const SELECTIONS: &str = "SELECT user_id, group_id FROM selection ORDER BY 1, 2";

/// An event as the API shows it: by default a personal one of [`PARK`].
#[derive(Clone)]
pub(crate) struct Shown<'a> {
    pub(crate) id: i64,
    pub(crate) email: &'a str,
    pub(crate) subject: &'a str,
    pub(crate) group: Option<i64>,
    pub(crate) sdate: &'a str,
    pub(crate) edate: &'a str,
    pub(crate) created: &'a str,
    pub(crate) updated: Option<&'a str>,
    pub(crate) birthday: bool,
}

impl Default for Shown<'_> {
    fn default() -> Self {
        Self {
            id: 1,
            email: PARK,
            subject: "",
            group: None,
            sdate: "",
            edate: "",
            created: CREATED,
            updated: None,
            birthday: false,
        }
    }
}

fn quoted(text: &str) -> String {
    serde_json::to_string(text).unwrap()
}

fn or_null(text: Option<&str>) -> String {
    text.map_or("null".to_owned(), quoted)
}

impl Shown<'_> {
    pub(crate) fn json(&self) -> String {
        let group = self.group.map(|id| id.to_string());
        format!(
            r#"{{"id":{},"email":{email},"useremail":{email},"subject":{},"group":{},"sdate":{},"edate":{},"created":{},"updated":{},"birthday":{}}}"#,
            self.id,
            quoted(self.subject),
            or_null(group.as_deref()),
            quoted(self.sdate),
            quoted(self.edate),
            quoted(self.created),
            or_null(self.updated),
            or_null(self.birthday.then_some("1")),
            email = quoted(self.email),
        )
    }
}

/// The whole body of an answer that holds `json`.
pub(crate) fn data(json: &str) -> String {
    format!(r#"{{"meta":{{"code":20000,"message":"SUCCESS"}},"data":{json}}}"#)
}

/// The whole body of a list of events.
pub(crate) fn events(events: &[Shown<'_>]) -> String {
    data(&format!("[{}]", events.iter().map(Shown::json).collect::<Vec<_>>().join(",")))
}

pub(crate) fn group(id: i64, name: &str, creator: &str, updated: Option<&str>) -> String {
    format!(
        r#"{{"id":{id},"name":{},"creator_email":{},"created":{},"updated":{}}}"#,
        quoted(name),
        quoted(creator),
        quoted(CREATED),
        or_null(updated)
    )
}

/// The whole body of an answer that holds one group with so many events in it.
pub(crate) fn one_group(group: &str, events: u32) -> String {
    let group = group.strip_suffix('}').unwrap();
    data(&format!(r#"{group},"events":{events}}}"#))
}

/// The whole body of a list of groups.
pub(crate) fn groups(groups: &[String]) -> String {
    data(&format!("[{}]", groups.join(",")))
}
