//! XML as WebDAV has it (RFC 4918, 8.2 and 14): small documents, read into a tree whose names have their namespaces.
//!
//! There is no document type, so that nothing is expanded and nothing is fetched. How deep a document goes and how many elements
//! it has is bounded while it is read. What users have written is escaped by the crate, never by hand.

use std::fmt;

use quick_xml::Writer;
use quick_xml::events::{BytesEnd, BytesStart, BytesText, Event};
use quick_xml::name::ResolveResult;
use quick_xml::reader::NsReader;

/// `DAV:`, of WebDAV.
pub(super) const DAV: &str = "DAV:";
/// Of CalDAV (RFC 4791).
pub(super) const CALDAV: &str = "urn:ietf:params:xml:ns:caldav";
/// Of what Apple's server has beside it.
pub(super) const SERVER: &str = "http://calendarserver.org/ns/";
/// Of Apple's calendar program.
pub(super) const APPLE: &str = "http://apple.com/ns/ical/";

/// The prefixes of what is written.
const PREFIXES: [(&str, &str); 4] = [("D", DAV), ("C", CALDAV), ("S", SERVER), ("A", APPLE)];

/// How deep elements may be nested.
const MOST_DEEP: usize = 32;
/// How many elements a document may have. A multiget of 10,000 addresses has as many.
const MOST_ELEMENTS: usize = 20_000;

/// How many attributes an element may have, its namespaces included.
const MOST_ATTRIBUTES: usize = 50;

/// The name of an element.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Name {
    pub(super) space: String,
    pub(super) local: String,
}

impl Name {
    pub(super) fn new(space: &str, local: &str) -> Self {
        Self { space: space.to_owned(), local: local.to_owned() }
    }

    pub(super) fn is(&self, space: &str, local: &str) -> bool {
        self.space == space && self.local == local
    }
}

/// `{namespace}name`.
impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{{{}}}{}", self.space, self.local)
    }
}

/// An element with what is in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Element {
    pub(super) name: Name,
    /// Without those of namespaces.
    pub(super) attributes: Vec<(String, String)>,
    pub(super) children: Vec<Element>,
    /// The text in it, without that of its children.
    pub(super) text: String,
}

impl Element {
    /// An empty one.
    pub(super) fn new(space: &str, local: &str) -> Self {
        Self::named(Name::new(space, local))
    }

    pub(super) fn named(name: Name) -> Self {
        Self { name, attributes: Vec::new(), children: Vec::new(), text: String::new() }
    }

    /// One of `DAV:`.
    pub(super) fn dav(local: &str) -> Self {
        Self::new(DAV, local)
    }

    /// The same with that text.
    pub(super) fn text(mut self, text: impl Into<String>) -> Self {
        self.text = text.into();
        self
    }

    /// The same with one child more.
    pub(super) fn with(mut self, child: Self) -> Self {
        self.children.push(child);
        self
    }

    /// The same with children more.
    pub(super) fn with_all(mut self, children: impl IntoIterator<Item = Self>) -> Self {
        self.children.extend(children);
        self
    }

    /// The same with an attribute more.
    pub(super) fn attribute(mut self, name: &str, value: impl Into<String>) -> Self {
        self.attributes.push((name.to_owned(), value.into()));
        self
    }

    /// The first child of that name.
    pub(super) fn child(&self, space: &str, local: &str) -> Option<&Self> {
        self.children.iter().find(|child| child.name.is(space, local))
    }

    /// The children of that name.
    pub(super) fn all<'a>(
        &'a self,
        space: &'a str,
        local: &'a str,
    ) -> impl Iterator<Item = &'a Self> {
        self.children.iter().filter(move |child| child.name.is(space, local))
    }

    /// The value of an attribute.
    pub(super) fn value(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str())
    }

    /// The document, or what is wrong with it, in one sentence.
    pub(super) fn read(bytes: &[u8]) -> Result<Self, String> {
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let text = str::from_utf8(bytes).map_err(|_| "the XML: expected UTF-8".to_owned())?;
        let mut reader = NsReader::from_str(text);
        let wrong = |error: &dyn fmt::Display| format!("the XML: {error}");
        let mut open: Vec<Self> = Vec::new();
        let (mut whole, mut count) = (None, 0);
        loop {
            let (space, event) = reader.read_resolved_event().map_err(|error| wrong(&error))?;
            match event {
                Event::Start(start) | Event::Empty(start) if whole.is_some() => {
                    let name = start.name();
                    return Err(format!(
                        "the XML: expected one element and not {:?} too",
                        name.as_ref()
                    ));
                }
                Event::Start(start) => {
                    count += 1;
                    if open.len() == MOST_DEEP || count > MOST_ELEMENTS {
                        return Err(too_much());
                    }
                    open.push(element(&space, &start)?);
                }
                Event::Empty(start) => {
                    count += 1;
                    if open.len() == MOST_DEEP || count > MOST_ELEMENTS {
                        return Err(too_much());
                    }
                    let element = element(&space, &start)?;
                    match open.last_mut() {
                        Some(above) => above.children.push(element),
                        None => whole = Some(element),
                    }
                }
                Event::End(_) => {
                    let Some(element) = open.pop() else { continue };
                    match open.last_mut() {
                        Some(above) => above.children.push(element),
                        None => whole = Some(element),
                    }
                }
                Event::Text(text) => {
                    if let Some(above) = open.last_mut() {
                        above.text.push_str(&text.xml10_content());
                    }
                }
                Event::CData(text) => {
                    if let Some(above) = open.last_mut() {
                        above.text.push_str(&text.xml10_content());
                    }
                }
                Event::GeneralRef(reference) => {
                    let character = match reference.resolve_char_ref() {
                        Ok(Some(character)) => character,
                        Ok(None) => match &*reference {
                            "lt" => '<',
                            "gt" => '>',
                            "amp" => '&',
                            "quot" => '"',
                            "apos" => '\'',
                            other => return Err(format!("the XML: there is no entity {other:?}")),
                        },
                        Err(error) => return Err(wrong(&error)),
                    };
                    if let Some(above) = open.last_mut() {
                        above.text.push(character);
                    }
                }
                Event::DocType(_) => return Err("the XML: expected no document type".to_owned()),
                Event::Eof => {
                    return match whole {
                        Some(whole) if open.is_empty() => Ok(whole),
                        _ => Err("the XML: expected an element that ends".to_owned()),
                    };
                }
                Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
            }
        }
    }

    /// The document.
    pub(super) fn document(&self) -> Vec<u8> {
        let mut out = br#"<?xml version="1.0" encoding="utf-8"?>"#.to_vec();
        out.push(b'\n');
        self.write(&mut out, true);
        out
    }

    /// The beginning of a document that it is the root of, up to what is in it.
    pub(super) fn opened(&self) -> Vec<u8> {
        let mut document = Self::named(self.name.clone()).text(" ").document();
        document.truncate(document.len() - self.tag().len() - "</> ".len());
        document
    }

    /// Writes what ends such a document.
    pub(super) fn close(&self, out: &mut Vec<u8>) {
        let mut writer = Writer::new(out);
        // Nothing fails to be written to memory.
        let _ = writer.write_event(Event::End(BytesEnd::new(self.tag())));
    }

    /// Writes it into such a document.
    pub(super) fn append_to(&self, out: &mut Vec<u8>) {
        self.write(out, false);
    }

    /// As text that stands by itself, with its namespaces.
    pub(super) fn standalone(&self) -> String {
        let mut out = Vec::new();
        self.write(&mut out, true);
        String::from_utf8_lossy(&out).into_owned()
    }

    fn tag(&self) -> String {
        match prefix_of(&self.name.space) {
            Some(prefix) => format!("{prefix}:{}", self.name.local),
            None => self.name.local.clone(),
        }
    }

    fn write(&self, out: &mut Vec<u8>, is_root: bool) {
        let mut writer = Writer::new(out);
        // Nothing fails to be written to memory.
        let _ = self.write_to(&mut writer, is_root);
    }

    fn write_to(&self, writer: &mut Writer<&mut Vec<u8>>, is_root: bool) -> std::io::Result<()> {
        let tag = self.tag();
        let mut start = BytesStart::new(tag.as_str());
        if is_root {
            for (prefix, space) in PREFIXES {
                start.push_attribute((format!("xmlns:{prefix}").as_str(), space));
            }
        }
        if prefix_of(&self.name.space).is_none() {
            start.push_attribute(("xmlns", self.name.space.as_str()));
        }
        for (name, value) in &self.attributes {
            start.push_attribute((name.as_str(), value.as_str()));
        }
        if self.children.is_empty() && self.text.is_empty() {
            return writer.write_event(Event::Empty(start));
        }
        writer.write_event(Event::Start(start))?;
        if !self.text.is_empty() {
            writer.write_event(Event::Text(BytesText::new(&self.text)))?;
        }
        for child in &self.children {
            child.write_to(writer, false)?;
        }
        writer.write_event(Event::End(BytesEnd::new(tag.as_str())))
    }
}

/// The prefix of a namespace that is declared at the root.
fn prefix_of(space: &str) -> Option<&'static str> {
    PREFIXES.iter().find(|(_, known)| *known == space).map(|(prefix, _)| *prefix)
}

fn too_much() -> String {
    format!("the XML: expected at most {MOST_ELEMENTS} elements, {MOST_DEEP} deep")
}

/// An element by its start.
fn element(space: &ResolveResult<'_>, start: &BytesStart<'_>) -> Result<Element, String> {
    let space = match space {
        ResolveResult::Bound(space) => space.as_ref().to_owned(),
        ResolveResult::Unbound => String::new(),
        ResolveResult::Unknown(prefix) => {
            return Err(format!("the XML: there is no namespace for the prefix {prefix:?}"));
        }
    };
    let local = start.local_name().as_ref().to_owned();
    let mut found = Element::named(Name { space, local });
    // The crate would compare each with all others.
    let mut attributes = start.attributes();
    for (count, attribute) in attributes.with_checks(false).enumerate() {
        if count == MOST_ATTRIBUTES {
            return Err(format!("the XML: expected at most {MOST_ATTRIBUTES} attributes"));
        }
        let attribute = attribute.map_err(|error| format!("the XML: {error}"))?;
        let key = attribute.key.as_ref();
        if key == "xmlns" || key.starts_with("xmlns:") {
            continue;
        }
        let value = attribute.normalized_value(quick_xml::XmlVersion::Implicit1_0);
        let value = value.map_err(|error| format!("the XML: {error}"))?;
        let name = key.split_once(':').map_or(key, |(_, local)| local);
        found.attributes.push((name.to_owned(), value.into_owned()));
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_have_their_namespaces_whatever_the_prefixes() {
        for text in [
            r#"<d:propfind xmlns:d="DAV:"><d:prop><getetag xmlns="DAV:"/></d:prop></d:propfind>"#,
            r#"<propfind xmlns="DAV:"><prop><getetag></getetag></prop></propfind>"#,
        ] {
            let read = Element::read(text.as_bytes()).unwrap();
            assert_eq!(
                read,
                Element::dav("propfind").with(Element::dav("prop").with(Element::dav("getetag")))
            );
        }
    }

    #[test]
    fn what_is_written_is_read_as_it_was() {
        let element = Element::dav("a")
            .with(Element::new("urn:own", "b").attribute("c", "\"<&>'").text("<&>\"' é 회의"))
            .with(Element::new("", "d"));
        assert_eq!(Element::read(&element.document()), Ok(element));
    }

    #[test]
    fn a_document_can_be_written_piece_by_piece() {
        let root = Element::dav("multistatus");
        let (one, two) = (Element::dav("a").text("<"), Element::new("urn:own", "b"));
        let mut out = root.opened();
        one.append_to(&mut out);
        two.append_to(&mut out);
        root.close(&mut out);
        assert_eq!(out, root.with(one).with(two).document());
    }

    #[test]
    fn what_is_no_small_document_is_refused() {
        let deep = |depth: usize| "<a>".repeat(depth) + &"</a>".repeat(depth);
        assert!(Element::read(deep(32).as_bytes()).is_ok());
        let many = format!("<a>{}</a>", "<b/>".repeat(20_000));
        let attributes: String = (0..51).map(|number| format!(" b{number}=\"\"")).collect();
        let attributes = format!("<a{attributes}/>");
        let bomb = r#"<!DOCTYPE a [<!ENTITY b "c"><!ENTITY d "&b;&b;">]><a>&d;</a>"#;
        let outside = r#"<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>"#;
        for (text, why) in [
            (deep(33).as_str(), "the XML: expected at most 20000 elements, 32 deep"),
            (many.as_str(), "the XML: expected at most 20000 elements, 32 deep"),
            (bomb, "the XML: expected no document type"),
            (outside, "the XML: expected no document type"),
            ("<a>&b;</a>", "the XML: there is no entity \"b\""),
            ("<a><b></a>", "the XML: ill-formed document: expected `</b>`, but `</a>` was found"),
            ("<a>", "the XML: expected an element that ends"),
            ("", "the XML: expected an element that ends"),
            (attributes.as_str(), "the XML: expected at most 50 attributes"),
            ("<a/><b/>", "the XML: expected one element and not \"b\" too"),
        ] {
            assert_eq!(Element::read(text.as_bytes()).unwrap_err(), why, "{text:.80}");
        }
        assert_eq!(Element::read(b"\xff").unwrap_err(), "the XML: expected UTF-8");
    }
}
