//! Files that come in: one by itself, or several in a zip.
//!
//! Bytes in, bytes out, for whatever takes files. A zip is known by how it begins, not by a name or a type that
//! its sender chose. Its sizes are claims of its sender too, so it is read within limits of bytes: those of
//! its list of entries, and those that come out of it. Nothing in it is written to disk, so no path in it can do harm.

use std::cell::Cell;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::rc::Rc;

use zip::read::ZipFile;
use zip::result::ZipError;
use zip::{CompressionMethod, ZipArchive};

use crate::error::{Error, Result};

/// The most bytes of a file, and of all files of a zip together, both in it and out of it: 64 MiB.
pub const LIMIT: u64 = 64 << 20;

/// The most entries of a zip.
const ENTRIES: usize = 1000;
/// How many bytes of a zip are read to find its entries. A list of 1,000 has about 150 KB. Its reader keeps some
/// hundred bytes of memory for each entry, however many there are.
const LIST: u64 = 512 << 10;
/// How a zip begins: with an entry, or with the end of an empty list.
const MAGIC: [&[u8]; 2] = [b"PK\x03\x04", b"PK\x05\x06"];
/// The ending of the files that are taken out of a zip, in any case.
const ENDING: &str = ".ics";
/// How many characters of a name are kept, from its end.
const NAME: usize = 200;

/// A file that came in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Its name in the zip that it was in, with its folders; none for a file by itself.
    pub name: Option<String>,
    /// What it holds.
    pub bytes: Vec<u8>,
}

/// The files in `from`: its `.ics` files, if it is a zip, in their order; else itself.
///
/// # Errors
/// [`Error::Invalid`] if it has more than [`LIMIT`] bytes, or is a zip that is broken, encrypted, too large, or without
/// an `.ics` file. [`Error::Unavailable`] if it cannot be read.
pub fn files(from: impl Read + Seek) -> Result<Vec<File>> {
    files_within(LIMIT, from)
}

fn files_within(limit: u64, mut from: impl Read + Seek) -> Result<Vec<File>> {
    let mut start = Vec::new();
    from.by_ref().take(4).read_to_end(&mut start).map_err(|error| unread(&error))?;
    from.rewind().map_err(|error| unread(&error))?;
    if MAGIC.contains(&start.as_slice()) {
        return of_zip(limit, from);
    }
    let mut bytes = Vec::new();
    from.take(limit + 1).read_to_end(&mut bytes).map_err(|error| unread(&error))?;
    if bytes.len() as u64 > limit {
        return Err(Error::Invalid(format!("file: expected at most {limit} bytes")));
    }
    Ok(vec![File { name: None, bytes }])
}

fn of_zip(limit: u64, from: impl Read + Seek) -> Result<Vec<File>> {
    let left = Rc::new(Cell::new(LIST));
    let metered = BufReader::new(Metered { from, left: Rc::clone(&left) });
    let opened = ZipArchive::new(metered);
    if left.get() == 0 {
        // The end of the list is looked for from the end of the zip.
        let what = "its list of files is broken or too long";
        return Err(Error::Invalid(format!("zip: {what}: expected at most {ENTRIES} files")));
    }
    let mut zip = opened.map_err(|error| refused("its list of files", &error))?;
    if zip.len() > ENTRIES {
        return Err(Error::Invalid(format!("zip: expected at most {ENTRIES} files in it")));
    }
    left.set(u64::MAX);
    let (mut files, mut room) = (Vec::new(), limit);
    for index in 0..zip.len() {
        let name = match zip.name_for_index(index) {
            Some(Ok(name)) => name.into_owned(),
            _ => continue,
        };
        if !is_taken(&name) {
            continue;
        }
        let entry = zip.by_index(index).map_err(|error| refused(&shown(&name), &error))?;
        let bytes = inflate(entry, room).map_err(|error| refused(&shown(&name), &error))?;
        if bytes.len() as u64 > room {
            return Err(Error::Invalid(format!(
                "zip: expected at most {limit} bytes in its files"
            )));
        }
        room -= bytes.len() as u64;
        files.push(File { name: Some(shown(&name)), bytes });
    }
    if files.is_empty() {
        return Err(Error::Invalid(format!("zip: expected a file with the ending {ENDING} in it")));
    }
    Ok(files)
}

/// Whether an entry is a file that is meant. macOS puts a second file beside each.
fn is_taken(name: &str) -> bool {
    let file = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let has_ending = file.len() > ENDING.len()
        && file
            .as_bytes()
            .iter()
            .rev()
            .zip(ENDING.as_bytes().iter().rev())
            .all(|(a, b)| a.eq_ignore_ascii_case(b));
    has_ending && !name.starts_with("__MACOSX/") && !file.starts_with("._")
}

/// The bytes of an entry; one more than `room` if there are more, whatever it says of its size.
fn inflate(entry: ZipFile<'_, impl Read>, room: u64) -> std::result::Result<Vec<u8>, ZipError> {
    if !matches!(entry.compression(), CompressionMethod::Stored | CompressionMethod::Deflated) {
        return Err(ZipError::UnsupportedArchive("compression"));
    }
    let mut bytes = Vec::new();
    entry.take(room + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// A name as it is shown: its end, if it is long.
fn shown(name: &str) -> String {
    let more = name.chars().count().saturating_sub(NAME);
    name.chars().skip(more).collect()
}

fn refused(what: &str, error: &ZipError) -> Error {
    Error::Invalid(match error {
        ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED) | ZipError::InvalidPassword => {
            format!("zip: {what} is encrypted: expected one without a password")
        }
        ZipError::UnsupportedArchive(_) => {
            format!("zip: {what} is compressed in an unusual way: expected deflate")
        }
        _ => format!("zip: {what} is broken: make it again"),
    })
}

fn unread(error: &io::Error) -> Error {
    Error::Unavailable(format!("cannot read a file that came in: {error}"))
}

/// A reader that gives so many bytes, and then ends.
struct Metered<R> {
    from: R,
    left: Rc<Cell<u64>>,
}

impl<R: Read> Read for Metered<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.from.by_ref().take(self.left.get()).read(into)?;
        self.left.set(self.left.get() - count as u64);
        Ok(count)
    }
}

impl<R: Seek> Seek for Metered<R> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.from.seek(to)
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Write};

    use zip::ZipWriter;
    use zip::write::SimpleFileOptions;

    use super::*;

    const CALENDAR: &[u8] = b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n";

    fn zip<'a>(files: impl IntoIterator<Item = (&'a str, &'a [u8])>) -> Vec<u8> {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, bytes) in files {
            zip.start_file(name, SimpleFileOptions::default()).unwrap();
            zip.write_all(bytes).unwrap();
        }
        zip.finish().unwrap().into_inner()
    }

    fn names(bytes: &[u8]) -> Vec<String> {
        let files = files(Cursor::new(bytes)).unwrap();
        files.into_iter().map(|file| file.name.unwrap()).collect()
    }

    #[track_caller]
    fn refuses(bytes: &[u8], why: &str) {
        match files(Cursor::new(bytes)) {
            Err(Error::Invalid(text)) => assert_eq!(text, why),
            other => panic!("{other:?}"),
        }
    }

    /// `bytes` with each `from` in them replaced by `to`.
    fn altered(bytes: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
        let mut altered = bytes.to_vec();
        let places: Vec<_> = (0..bytes.len()).filter(|at| bytes[*at..].starts_with(from)).collect();
        assert!(!places.is_empty());
        for at in places {
            altered[at..at + to.len()].copy_from_slice(to);
        }
        altered
    }

    #[test]
    fn what_is_no_zip_is_one_file_whatever_it_holds() {
        for bytes in [CALENDAR, b"", b"PK", b"\xff\xfe\x00"] {
            let file = File { name: None, bytes: bytes.to_vec() };
            assert_eq!(files(Cursor::new(bytes)).unwrap(), [file]);
        }
    }

    #[test]
    fn a_file_by_itself_has_no_more_bytes_than_the_limit() {
        let within = |limit| files_within(limit, Cursor::new(CALENDAR));
        assert_eq!(within(CALENDAR.len() as u64).unwrap().len(), 1);
        let refused = within(CALENDAR.len() as u64 - 1).unwrap_err();
        assert_eq!(refused.to_string(), "file: expected at most 31 bytes");
    }

    #[test]
    fn a_zip_gives_its_ics_files_and_no_others() {
        let bytes = zip([
            ("Takeout/Calendar/나의 일정.ics", CALENDAR),
            ("Takeout/archive_browser.html", b"<html>"),
            ("__MACOSX/Takeout/Calendar/._나의 일정.ics", b"\0\x05\x16\x07"),
            ("._work.ics", b"\0\x05\x16\x07"),
            ("WORK.ICS", b"two"),
            (".ics", b"no name"),
            ("inner.zip", b"PK\x03\x04"),
        ]);
        let read = files(Cursor::new(&bytes)).unwrap();
        let named =
            |name: &str, bytes: &[u8]| File { name: Some(name.into()), bytes: bytes.into() };
        let expected =
            [named("Takeout/Calendar/나의 일정.ics", CALENDAR), named("WORK.ICS", b"two")];
        assert_eq!(read, expected);
    }

    #[test]
    fn a_zip_without_an_ics_file_is_refused() {
        let why = "zip: expected a file with the ending .ics in it";
        refuses(&zip([]), why);
        refuses(&zip([("a.txt", CALENDAR), ("ics", CALENDAR)]), why);
        refuses(&zip([("a.zip", zip([("a.ics", CALENDAR)]).as_slice())]), why);
    }

    #[test]
    fn a_zip_that_inflates_to_more_than_the_limit_is_cut_off() {
        const MOST: u64 = 64 << 10;
        let zeros = vec![0; 40 << 10];
        let within = |bytes: &[u8]| match files_within(MOST, Cursor::new(bytes)) {
            Ok(files) => format!("{} files", files.len()),
            Err(error) => error.to_string(),
        };
        assert_eq!(within(&zip([("a.ics", zeros.as_slice()), ("b.ics", CALENDAR)])), "2 files");
        let bomb = zip([("a.ics", zeros.as_slice()), ("b.ics", zeros.as_slice())]);
        assert!(bomb.len() < 1 << 10);
        assert_eq!(within(&bomb), "zip: expected at most 65536 bytes in its files");
        // It says that it is small.
        let size = u32::try_from(zeros.len()).unwrap().to_le_bytes();
        let liar = altered(&bomb, &size, &100_u32.to_le_bytes());
        assert!(within(&liar).starts_with("zip: "));
    }

    #[test]
    fn a_zip_has_so_many_entries() {
        let names: Vec<_> = (0..1001).map(|number| format!("{number}.ics")).collect();
        let of = |count: usize| zip(names[..count].iter().map(|name| (name.as_str(), CALENDAR)));
        assert_eq!(super::tests::names(&of(1000)).len(), 1000);
        refuses(&of(1001), "zip: expected at most 1000 files in it");
    }

    #[test]
    fn a_zip_whose_list_has_no_end_is_given_up() {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        for number in 0..12_000 {
            let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
            zip.start_file(format!("{number:04}"), stored).unwrap();
        }
        let bytes = zip.finish().unwrap().into_inner();
        let why = "zip: its list of files is broken or too long: expected at most 1000 files";
        refuses(&bytes, why);
    }

    #[test]
    fn a_zip_that_is_broken_or_encrypted_is_refused() {
        let sound = zip([("a.ics", CALENDAR), ("b.ics", CALENDAR)]);
        assert_eq!(names(&sound), ["a.ics", "b.ics"]);
        let list = "zip: its list of files is broken: make it again";
        refuses(&sound[..sound.len() / 2], list);
        refuses(b"PK\x03\x04", list);
        let mut torn = b"PK\x03\x04".to_vec();
        torn.resize(1 << 20, 0);
        refuses(&torn, list);
        let list_of_files = altered(&sound, b"PK\x01\x02", b"PK\x01\x09");
        refuses(&list_of_files, list);
        // A byte of the first file's deflated content, after its header and its name.
        let mut content = sound.clone();
        content[30 + 5 + 4] ^= 0xff;
        refuses(&content, "zip: a.ics is broken: make it again");
        // The fields of an entry follow its signature, in the list and beside its bytes.
        let with = |in_list: usize, beside: usize, value: u8| {
            let mut bytes = sound.clone();
            for begin in 0..bytes.len() {
                for (signature, at) in [(b"PK\x01\x02", in_list), (b"PK\x03\x04", beside)] {
                    if bytes[begin..].starts_with(signature) {
                        bytes[begin + at] = value;
                    }
                }
            }
            bytes
        };
        let (encrypted, method) = (with(8, 6, 1), with(10, 8, 12));
        refuses(&encrypted, "zip: a.ics is encrypted: expected one without a password");
        refuses(&method, "zip: a.ics is compressed in an unusual way: expected deflate");
    }

    #[test]
    fn a_long_name_is_shown_by_its_end() {
        let name = format!("{}/a.ics", "가".repeat(300));
        let shown = &names(&zip([(name.as_str(), CALENDAR)]))[0];
        assert!(shown.chars().count() == 200 && shown.ends_with("가/a.ics"), "{shown}");
    }
}
