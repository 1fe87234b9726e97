//! The addresses of CalDAV: one spelling of each when it is written, any percent-encoding when it is read.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use crate::model::{Email, lowercase};

/// What stays as it is in a segment: unreserved characters (RFC 3986, 2.3) and `@`.
const ENCODED: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'@');

/// What an address names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Place {
    /// Where a client begins: `/dav/`, and where some begin, `/` and `/.well-known/caldav`.
    Root,
    /// `/dav/principals/` and `/principals/`.
    Principals,
    /// `/dav/principals/<email>/`.
    Principal(String),
    /// `/dav/calendars/`.
    Homes,
    /// `/dav/calendars/<email>/`.
    Home(String),
    /// `/dav/calendars/<email>/<calendar>/`.
    Calendar(String, String),
    /// `/dav/calendars/<email>/<calendar>/<object>`.
    Object(String, String, String),
    /// Nothing.
    Nothing,
}

impl Place {
    /// What is at `path`, which is percent-encoded.
    pub(super) fn read(path: &str) -> Self {
        let segments = path.split('/').filter(|segment| !segment.is_empty());
        let segments = segments.map(|segment| percent_decode_str(segment).decode_utf8());
        let Ok(segments) = segments.collect::<Result<Vec<_>, _>>() else { return Self::Nothing };
        let segments: Vec<&str> = segments.iter().map(AsRef::as_ref).collect();
        match segments[..] {
            [] | ["dav"] | [".well-known", "caldav"] => Self::Root,
            ["principals"] | ["dav", "principals"] => Self::Principals,
            ["dav", "principals", email] => Self::Principal(email.to_owned()),
            ["dav", "calendars"] => Self::Homes,
            ["dav", "calendars", email] => Self::Home(email.to_owned()),
            ["dav", "calendars", email, name] => Self::Calendar(email.to_owned(), name.to_owned()),
            ["dav", "calendars", email, name, object] => {
                Self::Object(email.to_owned(), name.to_owned(), object.to_owned())
            }
            _ => Self::Nothing,
        }
    }

    /// Whose it is, if it is somebody's.
    pub(super) fn email(&self) -> Option<&str> {
        match self {
            Self::Principal(email)
            | Self::Home(email)
            | Self::Calendar(email, ..)
            | Self::Object(email, ..) => Some(email),
            Self::Root | Self::Principals | Self::Homes | Self::Nothing => None,
        }
    }

    /// Whether it is for `user` to see.
    pub(super) fn is_of(&self, user: &Email) -> bool {
        self.email().is_none_or(|email| lowercase(email) == lowercase(user.as_str()))
    }
}

/// Writes addresses, as the client of one request sees them.
#[derive(Debug, Clone)]
pub(super) struct Hrefs {
    /// What stands before the paths of this server.
    prefix: String,
    email: String,
}

impl Hrefs {
    /// Of the things of `user`, behind `prefix`.
    pub(super) fn new(prefix: &str, user: &Email) -> Self {
        let email = utf8_percent_encode(user.as_str(), ENCODED).to_string();
        Self { prefix: prefix.to_owned(), email }
    }

    pub(super) fn root(&self) -> String {
        format!("{}/dav/", self.prefix)
    }

    pub(super) fn principals(&self) -> String {
        format!("{}/dav/principals/", self.prefix)
    }

    pub(super) fn principal(&self) -> String {
        format!("{}/dav/principals/{}/", self.prefix, self.email)
    }

    pub(super) fn homes(&self) -> String {
        format!("{}/dav/calendars/", self.prefix)
    }

    pub(super) fn home(&self) -> String {
        format!("{}/dav/calendars/{}/", self.prefix, self.email)
    }

    pub(super) fn calendar(&self, of: &str) -> String {
        format!("{}{}/", self.home(), utf8_percent_encode(of, ENCODED))
    }

    pub(super) fn object(&self, of: &str, name: &str) -> String {
        format!("{}{}", self.calendar(of), utf8_percent_encode(name, ENCODED))
    }

    /// The path of an address that a client has sent, without what stands before the paths of this server: that of a URL too.
    pub(super) fn inside<'a>(&self, href: &'a str) -> &'a str {
        let href = href.trim();
        let path = match href.split_once("://") {
            Some((_, rest)) => rest.find('/').map_or("/", |at| &rest[at..]),
            None => href,
        };
        match path.strip_prefix(self.prefix.as_str()) {
            Some(rest) if rest.starts_with('/') => rest,
            _ => path,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_address_has_one_spelling_and_any_is_understood() {
        let email = Email::parse("useremail", "mina+b@example.com").unwrap();
        let hrefs = Hrefs::new("/calendar", &email);
        assert_eq!(hrefs.home(), "/calendar/dav/calendars/mina%2Bb@example.com/");
        let object = hrefs.object("group-7", "a b/회.ics");
        assert_eq!(
            object,
            "/calendar/dav/calendars/mina%2Bb@example.com/group-7/a%20b%2F%ED%9A%8C.ics"
        );
        let there =
            Place::Object(email.as_str().to_owned(), "group-7".to_owned(), "a b/회.ics".to_owned());
        for href in [
            object.clone(),
            object.replace('@', "%40"),
            format!("https://calendar.example{object}"),
            object.replace("/calendar/", "/"),
        ] {
            assert_eq!(Place::read(hrefs.inside(&href)), there, "{href}");
        }
    }

    #[test]
    fn what_is_no_address_names_nothing() {
        for path in ["/dav/other", "/dav/calendars/a@b/personal/x/y", "/dav/principals/%ff"] {
            assert_eq!(Place::read(path), Place::Nothing, "{path}");
        }
    }
}
