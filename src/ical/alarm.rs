//! The alarms of an event (RFC 5545, 3.6.6) that are plain reminders.

use super::part::Part;
use super::source_line::SourceLine;
use super::value::Length;
use crate::model::Properties;

/// When an event reminds, in minutes before its start, each once. Alarms that are not plain stay in the
/// bytes alone: those at a fixed time, after the start, by its end, or of another action.
pub(super) fn reminders(text: &str, event: &Part) -> Vec<u32> {
    let mut found = Vec::new();
    for minutes in event.parts.iter().filter_map(|part| reminder(text, part)) {
        if !found.contains(&minutes) && found.len() < Properties::MOST_REMINDERS {
            found.push(minutes);
        }
    }
    found
}

/// The minutes before the start of an alarm that is a plain reminder, rounded up.
pub(super) fn reminder(text: &str, part: &Part) -> Option<u32> {
    if part.name != "VALARM" {
        return None;
    }
    let action = part.line(text, "ACTION");
    let shown = |line: &SourceLine| {
        ["DISPLAY", "AUDIO"].iter().any(|word| line.value().trim().eq_ignore_ascii_case(word))
    };
    let trigger = part.line(text, "TRIGGER").filter(|_| action.is_some_and(|line| shown(&line)))?;
    if trigger.says("RELATED", "END") {
        return None;
    }
    let length = Length::read(trigger.value())?;
    let before = u64::try_from(-(length.days + length.exact)).ok()?;
    let minutes = u32::try_from(before.div_ceil(60)).ok()?;
    Some(minutes).filter(|minutes| *minutes <= Properties::LONGEST_REMINDER)
}
