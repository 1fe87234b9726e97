//! The content lines of a text (RFC 5545, 3.1), where they are and what is in them.
//!
//! The crate `ical` has a tree of lines too. It copies every line, and nested components take its
//! stack; so the reader of foreign files has lines of its own. They borrow from the text and know
//! their place in it. A file of 64 MiB is read without being kept a second time, and a change of one
//! line leaves the bytes of all others.

use std::borrow::Cow;
use std::ops::Range;

/// A logical line: all that is folded into it, its line end included.
#[derive(Debug, Clone)]
pub(super) struct SourceLine<'a> {
    /// Where it is in the text, from its first byte to after its line end.
    pub(super) span: Range<usize>,
    /// What it says: unfolded, without its line end.
    pub(super) content: Cow<'a, str>,
    /// The end of its name, and the colon before its value.
    name: usize,
    colon: Option<usize>,
}

impl<'a> SourceLine<'a> {
    /// The line that begins at `at`. None at the end of the text. Empty lines before it are a part of its
    /// span.
    pub(super) fn at(text: &'a str, at: usize) -> Option<Self> {
        let (mut first, mut end) = physical(text, at)?;
        while first.is_empty() {
            (first, end) = physical(text, end)?;
        }
        let mut content = Cow::Borrowed(first);
        let mut soft = ends_softly(&content);
        while let Some((more, after)) = physical(text, end) {
            if soft {
                content.to_mut().pop();
                content.to_mut().push_str(more);
            } else if let Some(more) = more.strip_prefix([' ', '\t']) {
                content.to_mut().push_str(more);
            } else {
                break;
            }
            end = after;
            soft = soft && content.ends_with('=');
        }
        let name = content.bytes().position(|c| matches!(c, b';' | b':')).unwrap_or(content.len());
        let colon = colon(&content);
        Some(Self { span: at..end, content, name, colon })
    }

    /// Its name as it is written. A group before it, as in `ITEM1.SUMMARY`, is left out.
    pub(super) fn name(&self) -> &str {
        let name = self.content.get(..self.name).unwrap_or_default().trim_ascii();
        name.rsplit_once('.').map_or(name, |(_, name)| name)
    }

    /// Whether it has that name, in any case.
    pub(super) fn is(&self, name: &str) -> bool {
        self.name().eq_ignore_ascii_case(name)
    }

    /// Its value as it is written. Empty if there is none.
    pub(super) fn value(&self) -> &str {
        self.colon.and_then(|colon| self.content.get(colon + 1..)).unwrap_or_default()
    }

    /// Whether it has the form of a content line: a name, and a colon before a value.
    pub(super) fn is_well_formed(&self) -> bool {
        let good = |c: u8| c.is_ascii_alphanumeric() || matches!(c, b'-' | b'_' | b'.');
        let name = self.content.get(..self.name).unwrap_or_default().trim_ascii();
        self.colon.is_some() && !name.is_empty() && name.bytes().all(good)
    }

    /// The first parameter of that name, in any case, without its quotes.
    pub(super) fn param(&self, name: &str) -> Option<&str> {
        let (_, value) = self.params().find(|(given, _)| given.eq_ignore_ascii_case(name))?;
        Some(value)
    }

    /// Whether a parameter has that word as its value, in any case.
    pub(super) fn says(&self, param: &str, word: &str) -> bool {
        self.param(param).is_some_and(|value| value.eq_ignore_ascii_case(word))
    }

    /// The parameters in their order, each a name and a value without quotes. One without `=` is a name
    /// alone, as in vCalendar 1.0.
    pub(super) fn params(&self) -> impl Iterator<Item = (&str, &str)> {
        let head = self.content.get(self.name + 1..self.colon.unwrap_or(self.content.len()));
        let mut quoted = false;
        let part = move |c: char| {
            quoted ^= c == '"';
            c == ';' && !quoted
        };
        head.unwrap_or_default().split(part).filter(|param| !param.is_empty()).map(|param| {
            let (name, value) = param.split_once('=').unwrap_or((param, ""));
            let value = value.trim_ascii();
            let value = value.strip_prefix('"').unwrap_or(value);
            (name.trim_ascii(), value.strip_suffix('"').unwrap_or(value))
        })
    }
}

/// The lines of `text` from `at` to its end.
pub(super) fn lines(text: &str, at: usize) -> impl Iterator<Item = SourceLine<'_>> {
    let mut at = at;
    std::iter::from_fn(move || {
        let line = SourceLine::at(text, at)?;
        at = line.span.end;
        Some(line)
    })
}

/// What stands in one line of text, and where the next one begins.
pub(super) fn physical(text: &str, at: usize) -> Option<(&str, usize)> {
    let rest = text.get(at..).filter(|rest| !rest.is_empty())?;
    let (line, end) = match rest.find('\n') {
        Some(end) => (rest.get(..end).unwrap_or_default(), at + end + 1),
        None => (rest, text.len()),
    };
    Some((line.trim_end_matches('\r'), end))
}

/// Whether a line of vCalendar 1.0 goes on in the next one without a blank.
fn ends_softly(content: &str) -> bool {
    const WORD: &str = "QUOTED-PRINTABLE";
    let says = |head: &str| {
        let mut words = head.split([';', '=']);
        words.any(|word| word.eq_ignore_ascii_case(WORD))
    };
    content.ends_with('=') && content.split(':').next().is_some_and(says)
}

/// The colon before the value: the first that is not between quotes. If a quote is never closed, the first
/// one of all.
fn colon(content: &str) -> Option<usize> {
    let mut quoted = false;
    let outside = content.bytes().position(|c| {
        quoted ^= c == b'"';
        c == b':' && !quoted
    });
    outside.or_else(|| content.find(':'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn only(text: &str) -> SourceLine<'_> {
        let mut all = lines(text, 0);
        let line = all.next().unwrap();
        assert!(all.next().is_none(), "{text:?}");
        line
    }

    fn params<'a>(line: &'a SourceLine) -> Vec<(&'a str, &'a str)> {
        line.params().collect()
    }

    #[test]
    fn a_line_has_a_name_parameters_and_a_value() {
        let line = only("ATTENDEE;CN=\"Kim; Min: a\";role=CHAIR;X:mailto:a@b:c\r\n");
        assert_eq!(line.name(), "ATTENDEE");
        assert_eq!(params(&line), [("CN", "Kim; Min: a"), ("role", "CHAIR"), ("X", "")]);
        assert_eq!(line.param("ROLE"), Some("CHAIR"));
        assert!(line.says("Role", "chair"));
        assert_eq!(line.value(), "mailto:a@b:c");
        assert!(line.is_well_formed());
        assert_eq!(only("item1.summary:x").name(), "summary");
        assert!(only("item1.summary:x").is("SUMMARY"));
    }

    #[test]
    fn what_is_folded_is_one_line() {
        for text in [
            "SUM\r\n MARY:a\r\n  b\r\n\tc\r\n",
            "SUM\n MARY:a\n  b\n\tc",
            "SUM\r\r\n MARY:a\r\n  b\r\n\tc\n",
        ] {
            let line = only(text);
            assert_eq!((line.name(), line.value()), ("SUMMARY", "a bc"), "{text:?}");
            assert_eq!(line.span, 0..text.len());
        }
        let text = "\r\n\r\nA:b\r\nC:d";
        let spans: Vec<_> = lines(text, 0).map(|line| line.span).collect();
        assert_eq!(spans, [0..9, 9..12]);
    }

    #[test]
    fn a_line_of_vcalendar_goes_on_after_an_equals_sign() {
        let line = only("SUMMARY;ENCODING=QUOTED-PRINTABLE:a=\r\nb=\r\nc\r\n");
        assert_eq!(line.value(), "abc");
        let all: Vec<_> = lines("ATTACH;ENCODING=BASE64:YQ==\r\nUID:a", 0).collect();
        assert_eq!(all.len(), 2);
    }

    #[test]
    fn what_is_no_line_of_a_calendar_is_told_apart() {
        for text in ["no colon", ":value", "BAD NAME:x", "가:x", ";X=y:z"] {
            assert!(!only(text).is_well_formed(), "{text}");
        }
        // A quote that is never closed hides no colon.
        let line = only("DTSTART;TZID=\"Asia/Seoul:20260101T000000");
        assert_eq!((line.param("TZID"), line.value()), (Some("Asia/Seoul"), "20260101T000000"));
        assert!(lines("", 0).next().is_none());
        assert!(lines("\r\n\r\n", 0).next().is_none());
    }

    #[test]
    fn long_lines_take_no_longer_than_their_bytes() {
        let folds = format!("A:{}", "\r\n x".repeat(200_000));
        assert_eq!(only(&folds).value().len(), 200_000);
        let params = format!("A{}:b", ";X=y".repeat(200_000));
        assert_eq!(only(&params).params().count(), 200_000);
        assert_eq!(only(&params).value(), "b");
        let soft = format!("A;QUOTED-PRINTABLE:{}", "x=\r\n".repeat(200_000));
        assert_eq!(only(&soft).value().len(), 200_001);
    }
}
