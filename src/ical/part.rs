//! The components of a text (RFC 5545, 3.6), where they are.
//!
//! They are found without recursion, and no deeper than real calendars go: nesting is counted before
//! anything else looks at a text.

use std::ops::Range;

use super::source_line::{SourceLine, lines};

/// How deep components may be nested. A calendar with an alarm in an event is three deep.
pub(super) const MOST_DEEP: usize = 8;

/// A component: where it and what is in it are.
#[derive(Debug, Clone)]
pub(super) struct Part {
    /// Its name in upper case.
    pub(super) name: String,
    /// From its `BEGIN` to after the line of its `END`.
    pub(super) span: Range<usize>,
    /// From after its `BEGIN` to its `END`.
    pub(super) inside: Range<usize>,
    /// Where its own lines are, without those of the components in it.
    pub(super) lines: Vec<Range<usize>>,
    /// The components in it.
    pub(super) parts: Vec<Part>,
}

impl Part {
    /// The components of a text, which are at most [`MOST_DEEP`] deep, and of which every line has a name
    /// and a colon.
    ///
    /// # Errors
    /// What was expected, with its line.
    pub(super) fn read(text: &str) -> Result<Vec<Self>, String> {
        let mut open: Vec<Self> = Vec::new();
        let mut whole = Vec::new();
        let at = text.len() - text.trim_start_matches('\u{feff}').len();
        for line in lines(text, at) {
            let span = line.span.clone();
            let wrong = |what: &str| Err(format!("line {}: {what}", number(text, &span)));
            if line.is("BEGIN") {
                if open.len() == MOST_DEEP {
                    return wrong("expected components at most 8 deep");
                }
                let name = line.value().trim_ascii().to_ascii_uppercase();
                let inside = span.end..span.end;
                open.push(Self { name, span, inside, lines: Vec::new(), parts: Vec::new() });
            } else if line.is("END") {
                let ends = |part: &Self| line.value().trim_ascii().eq_ignore_ascii_case(&part.name);
                let Some(mut part) = open.pop_if(|part| ends(part)) else {
                    return wrong("expected an END of the component that was begun last");
                };
                part.inside.end = span.start;
                part.span.end = span.end;
                open.last_mut().map_or(&mut whole, |above| &mut above.parts).push(part);
            } else if let Some(part) = open.last_mut() {
                if !line.is_well_formed() {
                    return wrong("expected a name and a colon");
                }
                part.lines.push(span);
            } else if !line.content.trim_ascii().is_empty() {
                return wrong("expected BEGIN:VCALENDAR");
            }
        }
        match open.last() {
            Some(part) => Err(format!("expected END:{}", part.name)),
            None => Ok(whole),
        }
    }

    /// Its own lines.
    pub(super) fn lines<'a>(&'a self, text: &'a str) -> impl Iterator<Item = SourceLine<'a>> {
        self.lines.iter().filter_map(|span| SourceLine::at(text, span.start))
    }

    /// Its first own line of that name.
    pub(super) fn line<'a>(&'a self, text: &'a str, name: &str) -> Option<SourceLine<'a>> {
        self.lines(text).find(|line| line.is(name))
    }
}

impl Part {
    /// Whether others are to see when it is, and not what: of any class but PUBLIC, since one that is not known counts as
    /// PRIVATE (RFC 5545, 3.8.1.3).
    pub(super) fn is_private(&self, text: &str) -> bool {
        let class = self.line(text, "CLASS");
        class.is_some_and(|line| {
            !["", "PUBLIC"].iter().any(|open| line.value().trim().eq_ignore_ascii_case(open))
        })
    }
}

/// The number of a line, from 1. Empty lines before it do not count as its own.
fn number(text: &str, span: &Range<usize>) -> usize {
    let blank = text.get(span.clone()).map_or(0, |line| line.len() - line.trim_start().len());
    text.get(..span.start + blank).unwrap_or_default().matches('\n').count() + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(text: &str) -> String {
        Part::read(text).unwrap_err()
    }

    #[test]
    fn components_know_their_places_and_lines() {
        let text = "\u{feff}BEGIN:VCALENDAR\r\nVERSION:2.0\r\nbegin:vevent\r\nUID:a\r\n b\r\nBEGIN:VALARM\r\nUID:c\r\nEND:VALARM\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
        let [calendar] = &Part::read(text).unwrap()[..] else { panic!() };
        assert_eq!(&text[calendar.span.clone()], &text[3..]);
        let [event] = &calendar.parts[..] else { panic!() };
        assert_eq!(event.name, "VEVENT");
        assert_eq!(
            &text[event.inside.clone()],
            "UID:a\r\n b\r\nBEGIN:VALARM\r\nUID:c\r\nEND:VALARM\r\n"
        );
        assert_eq!(event.line(text, "uid").unwrap().value(), "ab");
        assert_eq!(event.lines(text).count(), 1);
        assert_eq!(event.parts[0].line(text, "UID").unwrap().value(), "c");
    }

    #[test]
    fn nesting_has_an_end() {
        let nested = |depth: usize| "BEGIN:X\r\n".repeat(depth) + &"END:X\r\n".repeat(depth);
        assert_eq!(Part::read(&nested(8)).unwrap().len(), 1);
        assert_eq!(fault(&nested(9)), "line 9: expected components at most 8 deep");
        assert_eq!(fault(&nested(100_000)), "line 9: expected components at most 8 deep");
    }

    #[test]
    fn a_fault_names_its_line() {
        assert_eq!(
            fault("BEGIN:X\r\nUID:a\r\n b\r\n\r\nnothing\r\nEND:X"),
            "line 5: expected a name and a colon"
        );
        assert_eq!(
            fault("BEGIN:X\r\nEND:Y\r\n"),
            "line 2: expected an END of the component that was begun last"
        );
        assert_eq!(fault("BEGIN:X\r\n"), "expected END:X");
        assert_eq!(fault("A:b\r\n"), "line 1: expected BEGIN:VCALENDAR");
        assert!(Part::read("").unwrap().is_empty());
    }
}
