//! An object in which a changed occurrence stands for all after it as well (`RANGE=THISANDFUTURE`, RFC 5545, 3.2.13), as
//! objects in which none does.
//!
//! Such an object is two series or more under one UID. It is kept as it came, and shown as what it says. Before
//! anything of it is changed, each of its series gets an object of its own: that is how this server, and every
//! program of today, writes a change of this and all after.

use super::object::Object;
use super::rewrite::without_mark;
use super::tree::{Component, Part};

/// The text of an object without what stands for all after it.
#[must_use]
pub fn without_following(object: &Object) -> String {
    edited(object, |event| !reaches_on(event))
}

/// The text of the series that begins with the VEVENT of that number, from 0 on: of the others there is left what was
/// changed of single occurrences.
#[must_use]
pub fn following(object: &Object, number: usize) -> String {
    let mut at = 0;
    edited(object, |event| {
        at += 1;
        if at != number + 1 {
            return event.line("RECURRENCE-ID").is_some() && !reaches_on(event);
        }
        event.remove("RECURRENCE-ID");
        true
    })
}

/// The text with each VEVENT as `edit` leaves it, or without it.
fn edited(object: &Object, mut edit: impl FnMut(&mut Component<'_>) -> bool) -> String {
    let (mark, text) = without_mark(object.text());
    let mut whole = Component::read(text);
    for calendar in whole.components_mut().filter(|part| part.name == "VCALENDAR") {
        calendar.parts.retain_mut(|part| match part {
            Part::Component(event) if event.name == "VEVENT" => edit(event),
            _ => true,
        });
    }
    let mut out = String::from(mark);
    whole.print(&mut out);
    out
}

fn reaches_on(event: &Component<'_>) -> bool {
    let range = event.line("RECURRENCE-ID").and_then(|line| line.parameter("RANGE"));
    range.is_some_and(|range| range.trim_ascii().eq_ignore_ascii_case("THISANDFUTURE"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(events: &[&str]) -> String {
        let event = |lines: &&str| format!("BEGIN:VEVENT\nUID:a\n{lines}END:VEVENT\n");
        let events: String = events.iter().map(event).collect();
        format!("\u{feff}BEGIN:VCALENDAR\nVERSION:2.0\nX-OWN:1\n{events}END:VCALENDAR\n")
    }

    #[test]
    fn each_series_is_left_with_what_is_changed_of_single_occurrences() {
        let main = "RRULE:FREQ=DAILY\n";
        let second = "RECURRENCE-ID;RANGE=thisandfuture:20260107T090000\nX-OWN:2\n";
        let single = "RECURRENCE-ID:20260108T090000\n";
        let third = "RECURRENCE-ID;RANGE=\"THISANDFUTURE\":20260109T090000\n";
        let object = Object::parse(text(&[second, main, single, third])).unwrap();
        assert_eq!(without_following(&object), text(&[main, single]));
        assert_eq!(following(&object, 0), text(&["X-OWN:2\n", single]));
        assert_eq!(following(&object, 3), text(&[single, ""]));
    }
}
