//! Content lines (RFC 5545, 3.1): unfolded to be read, folded to be written, each with the bytes that it
//! came with.
//!
//! A line that nobody changes is printed from those bytes, and not from what was understood of it. Hence
//! nothing here can lose a parameter that only another program knows.

use std::borrow::Cow;

/// How many octets a line may have without its end.
const WIDTH: usize = 75;

/// A content line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ContentLine<'a> {
    /// As it was written, with all line ends.
    pub(super) raw: Cow<'a, str>,
    /// Without folds and line ends.
    text: Cow<'a, str>,
}

impl<'a> ContentLine<'a> {
    /// A line of ours, without its end; `end` is the line end to print.
    pub(super) fn new(text: String, end: &str) -> Self {
        let mut raw = String::with_capacity(text.len() + 2);
        fold(&mut raw, &text, end);
        Self { raw: raw.into(), text: text.into() }
    }

    /// The lines of a text.
    pub(super) fn all(text: &'a str) -> impl Iterator<Item = Self> {
        let mut rest = text;
        std::iter::from_fn(move || {
            if rest.is_empty() {
                return None;
            }
            let (raw, after) = rest.split_at(length(rest));
            rest = after;
            Some(Self { raw: raw.into(), text: unfolded(raw) })
        })
    }

    /// Without folds and line ends.
    #[cfg(test)]
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// The name, as it was written.
    pub(super) fn name(&self) -> &str {
        self.text.split([':', ';']).next().unwrap_or_default().trim_ascii()
    }

    /// Whether it has that name, in any case.
    pub(super) fn is(&self, name: &str) -> bool {
        self.name().eq_ignore_ascii_case(name)
    }

    /// What follows the first colon that is not quoted.
    pub(super) fn value(&self) -> &str {
        let (_, value) = self.split();
        value
    }

    /// A parameter's value, without quotes. The first one if it is given twice.
    pub(super) fn parameter(&self, name: &str) -> Option<&str> {
        let mut parameters = self.parameters();
        let (_, value) = parameters.find(|(key, _)| key.eq_ignore_ascii_case(name))?;
        Some(value.trim_matches('"'))
    }

    /// The same line with another value. The parameters named in `without` are left out, and those in `with` are
    /// added at the end; both only where their property has them.
    pub(super) fn changed(&self, value: &str, without: &[&str], with: &[(&str, &str)]) -> Self {
        let mut text = self.name().to_owned();
        let dropped = |key: &str| without.iter().any(|name| key.eq_ignore_ascii_case(name));
        for (key, raw) in self.parameters().filter(|(key, _)| !dropped(key)) {
            text.push_str(&format!(";{key}={raw}"));
        }
        for (key, raw) in with {
            text.push_str(&parameter(key, raw));
        }
        text.push(':');
        text.push_str(value);
        Self::new(text, end_of(&self.raw))
    }

    /// Name and parameters, and the value.
    fn split(&self) -> (&str, &str) {
        let mut quoted = false;
        for (at, byte) in self.text.bytes().enumerate() {
            match byte {
                b'"' => quoted = !quoted,
                b':' if !quoted => {
                    return (
                        self.text.get(..at).unwrap_or_default(),
                        self.text.get(at + 1..).unwrap_or_default(),
                    );
                }
                _ => {}
            }
        }
        (&self.text, "")
    }

    /// The parameters: names, and values as they were written.
    fn parameters(&self) -> impl Iterator<Item = (&str, &str)> {
        let (head, _) = self.split();
        let mut quoted = false;
        let parts = head.split(move |c| {
            quoted ^= c == '"';
            c == ';' && !quoted
        });
        parts.skip(1).map(|part| part.split_once('=').unwrap_or((part, "")))
    }
}

/// `;KEY=value`, quoted where it has to be (RFC 5545, 3.2). A quote cannot be in it.
pub(super) fn parameter(key: &str, value: &str) -> String {
    let value: String = value.chars().filter(|c| *c != '"' && !c.is_control()).collect();
    if value.contains([':', ';', ',']) {
        format!(";{key}=\"{value}\"")
    } else {
        format!(";{key}={value}")
    }
}

/// How many bytes the first line of a text has, with those that it is folded into.
fn length(text: &str) -> usize {
    let mut length = 0;
    for line in text.split_inclusive('\n') {
        if length > 0 && !line.starts_with([' ', '\t']) {
            break;
        }
        length += line.len();
    }
    length
}

fn unfolded(raw: &str) -> Cow<'_, str> {
    let bare = |line: &'_ str| -> usize {
        let line = line.strip_suffix('\n').unwrap_or(line);
        line.strip_suffix('\r').unwrap_or(line).len()
    };
    let mut lines = raw.split_inclusive('\n');
    let first = lines.next().unwrap_or_default();
    if first.len() == raw.len() {
        return raw.get(..bare(raw)).unwrap_or_default().into();
    }
    let mut text = first.get(..bare(first)).unwrap_or_default().to_owned();
    for line in lines {
        text.push_str(line.get(1..bare(line)).unwrap_or_default());
    }
    text.into()
}

/// The line end of a text: that of its first line.
pub(super) fn end_of(text: &str) -> &'static str {
    let first = text.split_inclusive('\n').next().unwrap_or_default();
    if first.ends_with('\n') && !first.ends_with("\r\n") { "\n" } else { "\r\n" }
}

/// Appends a line, folded where it is longer than 75 octets. No character is parted.
pub(super) fn fold(out: &mut String, line: &str, end: &str) {
    let mut rest = line;
    let mut room = WIDTH;
    while rest.len() > room {
        let (part, after) = rest.split_at(rest.floor_char_boundary(room));
        for text in [part, end, " "] {
            out.push_str(text);
        }
        rest = after;
        room = WIDTH - 1;
    }
    out.push_str(rest);
    out.push_str(end);
}

/// A TEXT value (RFC 5545, 3.3.11). Control characters other than line ends and tabs cannot be in it.
pub(super) fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' | ';' | ',' => escaped.extend(['\\', c]),
            '\n' => escaped.push_str("\\n"),
            '\t' => escaped.push(c),
            c if c.is_control() => {}
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn only(text: &str) -> ContentLine<'_> {
        ContentLine::all(text).next().unwrap()
    }

    #[test]
    fn a_line_is_told_by_name_parameters_and_value() {
        let line = only("dtstart;X-A=\"a;b:c\";tzid=Europe/Paris:20240101T090000\r\n");
        assert!(line.is("DTSTART"));
        assert_eq!(line.parameter("TZID"), Some("Europe/Paris"));
        assert_eq!(line.parameter("X-A"), Some("a;b:c"));
        assert_eq!(line.parameter("VALUE"), None);
        assert_eq!(line.value(), "20240101T090000");
        let line = only("SUMMARY");
        assert_eq!((line.name(), line.value()), ("SUMMARY", ""));
    }

    #[test]
    fn a_folded_line_is_one_whatever_it_is_folded_with() {
        let text = "SUMMARY:a\r\n  b\n\tc\r\nUID:1";
        let lines: Vec<_> = ContentLine::all(text).collect();
        assert_eq!(lines[0].value(), "a bc");
        assert_eq!(lines[1].value(), "1");
        assert_eq!(lines.iter().map(|line| &*line.raw).collect::<String>(), text);
    }

    #[test]
    fn a_changed_line_keeps_its_name_its_other_parameters_and_its_line_end() {
        let line = only("Summary;LANGUAGE=de;X-A=\"b,c\";ALTREP=\"cid:1\":old\n");
        let new = line.changed("new", &["altrep"], &[("X-B", "a:b")]);
        assert_eq!(new.raw, "Summary;LANGUAGE=de;X-A=\"b,c\";X-B=\"a:b\":new\n");
    }

    #[test]
    fn a_long_line_is_folded_at_75_octets_between_characters() {
        let mut out = String::new();
        fold(&mut out, &format!("SUMMARY:{}", "가".repeat(60)), "\r\n");
        for line in out.split("\r\n") {
            assert!(line.len() <= 75, "{line}");
        }
        assert_eq!(only(&out).value(), "가".repeat(60));
        let mut exact = String::new();
        fold(&mut exact, &"x".repeat(75), "\n");
        assert_eq!(exact, format!("{}\n", "x".repeat(75)));
    }

    #[test]
    fn a_text_has_its_marks_escaped_and_no_control_characters() {
        assert_eq!(escaped("a,b;c\\d\r\ne\u{7}\tf\"g:h"), "a\\,b\\;c\\\\d\\ne\tf\"g:h");
    }

    #[test]
    fn four_megabytes_of_folds_are_one_line_at_once() {
        let text = format!("SUMMARY:{}\r\nUID:1\r\n", "a\r\n ".repeat(1 << 20));
        let lines: Vec<_> = ContentLine::all(&text).collect();
        assert_eq!((lines.len(), lines[0].value().len()), (2, 1 << 20));
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn what_is_folded_is_unfolded_again(text in "[A-Z]{3}:[ -~가-힣👍]{0,300}") {
            let line = ContentLine::new(text.clone(), "\r\n");
            prop_assert_eq!(only(&line.raw).text().to_owned(), text);
        }

        #[test]
        fn the_lines_of_any_text_are_its_bytes(text in "([A-Za:;\" =\t가]{0,9}\r?\n){0,9}[a:]{0,3}") {
            prop_assert_eq!(ContentLine::all(&text).map(|line| line.raw.into_owned()).collect::<String>(), text);
        }
    }
}
