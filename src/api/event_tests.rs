//! Tests of how events are written into answers.

use super::*;

#[test]
fn an_event_is_written_as_it_serializes() {
    let (park, time) = (Email::stored("\"박\"@정이.한국".into()), WallTime::MIN);
    let all = PrintedProperties {
        all_day: Some(true),
        location: Some("\"여기\""),
        occurrence: Some("2017-06-20 09:00:00".into()),
        reminders: Some(&[10]),
        ..PrintedProperties::default()
    };
    for (group, updated, birthday, more) in [
        (None, None, None, None),
        (Some("2".into()), Some(WallTime::MAX), Some("1"), Some(PrintedProperties::default())),
        (None, None, None, Some(all)),
    ] {
        let event = Event {
            id: EventId(25),
            email: &park,
            useremail: &park,
            subject: "a \"b\" \\ \u{1} 👍",
            group,
            sdate: time,
            edate: WallTime::MAX,
            created: time,
            updated,
            birthday,
            more,
        };
        let mut written = Vec::new();
        event.write(&mut written).unwrap();
        assert_eq!(str::from_utf8(&written).unwrap(), serde_json::to_string(&event).unwrap());
    }
}
