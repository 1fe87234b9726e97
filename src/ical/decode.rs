//! The bytes of a file as text, in whatever encoding it came.

use super::problem::Problems;
use super::source_line::physical;

/// Reads UTF-8, UTF-16 with or without a byte order mark, and what is neither as Windows-1252 (Latin-1 with
/// letters and quotation marks in the place of controls), line by line. The text has no byte order mark and
/// no U+0000, and LF or CRLF between its lines.
pub(super) fn decode(bytes: Vec<u8>, problems: &mut Problems) -> String {
    let big = match bytes.get(..2) {
        Some([0xFE, 0xFF]) => Some(true),
        Some([0xFF, 0xFE]) => Some(false),
        Some([0, second]) if *second != 0 => Some(true),
        Some([first, 0]) if *first != 0 => Some(false),
        _ => None,
    };
    let mut text = if let Some(big) = big {
        problems.taken(1, None, "the file is UTF-16");
        utf16(&bytes, big)
    } else {
        String::from_utf8(bytes).unwrap_or_else(|error| mended(error.as_bytes(), problems))
    };
    if text.starts_with('\u{feff}') {
        text.drain(..'\u{feff}'.len_utf8());
    }
    if text.contains('\0') {
        text.retain(|c| c != '\0');
        problems.taken(1, None, "U+0000 was left out");
    }
    // Lines of the first Macintosh, and of Lotus Notes.
    if !text.contains('\n') && text.contains('\r') {
        text = text.replace('\r', "\n");
    }
    text
}

fn utf16(bytes: &[u8], big: bool) -> String {
    let (pairs, _) = bytes.as_chunks::<2>();
    let unit = |pair: &[u8; 2]| {
        if big { u16::from_be_bytes(*pair) } else { u16::from_le_bytes(*pair) }
    };
    char::decode_utf16(pairs.iter().map(unit)).map(|c| c.unwrap_or('\u{fffd}')).collect()
}

/// The text of bytes that are not all UTF-8. Some programs fold a line inside a character; there the fold
/// is taken out. Any other line that is not UTF-8 is read as Windows-1252.
fn mended(bytes: &[u8], problems: &mut Problems) -> String {
    let mut text = String::with_capacity(bytes.len() + bytes.len() / 8);
    let mut rest = bytes;
    let mut number = 1;
    while !rest.is_empty() {
        let mut end = line_end(rest, 0);
        while matches!(rest.get(end), Some(b' ' | b'\t')) {
            end = line_end(rest, end);
        }
        let (line, after) = rest.split_at(end);
        if let Ok(line) = str::from_utf8(line) {
            text.push_str(line);
        } else if let Ok(line) = String::from_utf8(unfolded(line)) {
            text.push_str(&line);
        } else {
            problems.taken(number, None, "the line is not UTF-8 and was read as Windows-1252");
            text.extend(line.iter().map(|byte| windows_1252(*byte)));
        }
        number += line.split(|c| *c == b'\n').count() - 1;
        rest = after;
    }
    text
}

/// The end of the line of bytes that begins at `at`.
fn line_end(bytes: &[u8], at: usize) -> usize {
    let line = bytes.get(at..).unwrap_or_default();
    line.iter().position(|c| *c == b'\n').map_or(bytes.len(), |end| at + end + 1)
}

/// A line without its folds.
fn unfolded(line: &[u8]) -> Vec<u8> {
    let mut pieces = line.split_inclusive(|c| *c == b'\n');
    let mut whole = pieces.next().unwrap_or_default().to_vec();
    for piece in pieces {
        while matches!(whole.last(), Some(b'\r' | b'\n')) {
            whole.pop();
        }
        whole.extend_from_slice(piece.get(1..).unwrap_or_default());
    }
    whole
}

pub(super) fn windows_1252(byte: u8) -> char {
    const FROM_0X80: [char; 32] = [
        '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž',
        '\u{8f}', '\u{90}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}',
        'ž', 'Ÿ',
    ];
    let special = byte.checked_sub(0x80).and_then(|at| FROM_0X80.get(usize::from(at)));
    special.copied().unwrap_or(char::from(byte))
}

/// Whether the text begins as a page of the web does: what a calendar's address answers to one who is not
/// logged in.
pub(super) fn is_web_page(text: &str) -> bool {
    let first = physical(text.trim_start(), 0).map_or("", |(line, _)| line);
    let begins =
        |tag: &str| first.get(..tag.len()).is_some_and(|start| start.eq_ignore_ascii_case(tag));
    begins("<!doctype html") || begins("<html")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(bytes: &[u8]) -> String {
        decode(bytes.to_vec(), &mut Problems::default())
    }

    fn notes(bytes: &[u8]) -> Vec<(usize, String)> {
        let mut problems = Problems::default();
        decode(bytes.to_vec(), &mut problems);
        problems.first.into_iter().map(|problem| (problem.line, problem.detail)).collect()
    }

    #[test]
    fn text_in_utf_8_is_taken_as_it_is() {
        assert_eq!(text("SUMMARY:회의\r\n".as_bytes()), "SUMMARY:회의\r\n");
        assert_eq!(text("\u{feff}A:b".as_bytes()), "A:b");
        assert_eq!(text(b""), "");
        assert!(notes("SUMMARY:회의".as_bytes()).is_empty());
    }

    #[test]
    fn utf_16_is_known_by_its_mark_or_by_its_first_letter() {
        let units: Vec<u16> = "BEGIN:é".encode_utf16().collect();
        let little: Vec<u8> = units.iter().flat_map(|unit| unit.to_le_bytes()).collect();
        let big: Vec<u8> = units.iter().flat_map(|unit| unit.to_be_bytes()).collect();
        for bytes in [
            little.clone(),
            big.clone(),
            [&[0xFF, 0xFE], &little[..]].concat(),
            [&[0xFE, 0xFF], &big[..]].concat(),
        ] {
            assert_eq!(text(&bytes), "BEGIN:é");
            assert_eq!(notes(&bytes), [(1, "the file is UTF-16".to_owned())]);
        }
        assert_eq!(text(&[0xFF, 0xFE, b'A']), "", "half a unit is nothing");
    }

    #[test]
    fn a_line_in_another_encoding_is_read_as_windows_1252_and_told() {
        let bytes = b"A:\xc3\xa9\nB:caf\xe9 \x93x\x94 \x80\nC:d";
        assert_eq!(text(bytes), "A:é\nB:café “x” €\nC:d");
        assert_eq!(
            notes(bytes),
            [(2, "the line is not UTF-8 and was read as Windows-1252".to_owned())]
        );
    }

    #[test]
    fn a_fold_inside_a_character_is_taken_out() {
        let bytes = b"A:caf\xc3\r\n \xa9\r\nB:c";
        assert_eq!(text(bytes), "A:café\r\nB:c");
        assert!(notes(bytes).is_empty());
    }

    #[test]
    fn lines_may_end_with_cr_alone() {
        assert_eq!(text(b"A:b\rC:d\r"), "A:b\nC:d\n");
        assert_eq!(text(b"A:b\rC:d\n"), "A:b\rC:d\n");
    }

    #[test]
    fn nul_is_left_out_and_told() {
        assert_eq!(text(b"ABC\0D"), "ABCD");
        assert_eq!(notes(b"ABC\0D"), [(1, "U+0000 was left out".to_owned())]);
    }
}
