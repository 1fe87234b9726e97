//! The address of an outside calendar, which somebody subscribes to.

use std::fmt;

use percent_encoding::percent_decode_str;
use url::Url;

use super::Expected;
use super::deception::is_invisible;
use crate::error::Result;

/// The address of a calendar on the web, in the normal form of the URL Standard: a host in punycode, no
/// default port, no fragment.
///
/// It may be a secret. Many services give everybody an address of their own, by which whoever knows it reads
/// the calendar; others take a user and a password in it. So [`fmt::Debug`], which the log uses, shows no
/// more than the host.
#[derive(Clone, PartialEq, Eq)]
pub struct FeedUrl(Url);

impl FeedUrl {
    /// The most characters of an address, as given and in its normal form.
    pub const MAX_CHARS: usize = 2048;

    /// Trims and reads `raw`, whose scheme is `https`, `http`, `webcal` or `webcals`. The last two are names
    /// that calendars use for `https`, by which a browser opens them in the calendar.
    ///
    /// # Errors
    /// What was expected.
    pub fn read(raw: &str) -> std::result::Result<Self, Expected> {
        let raw = raw.trim();
        let hides = |c: char| c.is_whitespace() || c.is_control() || is_invisible(c);
        if raw.chars().nth(Self::MAX_CHARS).is_some() || raw.contains(hides) {
            return Err(expected());
        }
        let text = over_https(raw);
        // The URL Standard also reads `https:a` and `https:///a`, in which something was forgotten.
        let host = text.split_once("://").map_or("", |(_, rest)| rest);
        if host.starts_with(['/', '\\', '?', '#']) || host.is_empty() {
            return Err(expected());
        }
        Self::of(Url::parse(&text).map_err(|_| expected())?)
    }

    /// As [`FeedUrl::read`]; `name` is the parameter that `raw` came in.
    ///
    /// # Errors
    /// [`Error::Invalid`](crate::error::Error::Invalid), which names the parameter.
    pub fn parse(name: &str, raw: &str) -> Result<Self> {
        Self::read(raw).map_err(|expected| expected.of(name))
    }

    /// The address that `location` names, the header of a redirect of this one (RFC 9110, 10.2.2).
    ///
    /// A user and a password go along to the same host, also when it leads from http to https.
    ///
    /// # Errors
    /// What was expected, if it leads to anything but a web address.
    pub fn join(&self, location: &str) -> std::result::Result<Self, Expected> {
        let next = self.0.join(&over_https(location.trim())).map_err(|_| expected())?;
        let mut next = Self::of(next)?;
        if next.credentials().is_none() && next.is_as_safe_as(self) {
            // Neither fails for an address with a host.
            let _ = next.0.set_username(self.0.username());
            let _ = next.0.set_password(self.0.password());
        }
        Ok(next)
    }

    fn of(mut url: Url) -> std::result::Result<Self, Expected> {
        url.set_fragment(None);
        let fits = url.as_str().len() <= Self::MAX_CHARS;
        let of_the_web = matches!(url.scheme(), "https" | "http") && url.has_host();
        if fits && of_the_web { Ok(Self(url)) } else { Err(expected()) }
    }

    /// Whether this is the server of `other`, on the same port or on https instead of http.
    fn is_as_safe_as(&self, other: &Self) -> bool {
        let port = |url: &Url| url.port_or_known_default();
        let same = self.0.scheme() == other.0.scheme() && port(&self.0) == port(&other.0);
        let safer = self.is_https() && port(&self.0) == Some(443) && port(&other.0) == Some(80);
        self.host() == other.host() && (same || safer)
    }

    /// The whole address, with what is secret in it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// The address without its user and password.
    #[must_use]
    pub fn without_credentials(&self) -> String {
        let mut url = self.0.clone();
        let _ = url.set_username("");
        let _ = url.set_password(None);
        url.into()
    }

    /// The user and the password in it, joined by a colon as RFC 7617 sends them.
    #[must_use]
    pub fn credentials(&self) -> Option<Vec<u8>> {
        let (user, password) = (self.0.username(), self.0.password());
        let given = !user.is_empty() || password.is_some();
        given.then(|| {
            let mut joined: Vec<_> = percent_decode_str(user).collect();
            joined.push(b':');
            joined.extend(percent_decode_str(password.unwrap_or_default()));
            joined
        })
    }

    /// The host: a name in punycode, or an address; IPv6 in brackets.
    #[must_use]
    pub fn host(&self) -> &str {
        self.0.host_str().unwrap_or_default()
    }

    /// Whether what is sent and answered is encrypted.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.0.scheme() == "https"
    }
}

/// `raw` with `https` in place of the schemes that mean it.
fn over_https(raw: &str) -> String {
    let names = ["webcal://", "webcals://"];
    let rest = names.iter().find_map(|scheme| {
        let (start, rest) = raw.split_at_checked(scheme.len())?;
        start.eq_ignore_ascii_case(scheme).then_some(rest)
    });
    rest.map_or_else(|| raw.to_owned(), |rest| format!("https://{rest}"))
}

fn expected() -> Expected {
    Expected::new(
        "the https, http or webcal address of a calendar, of at most 2048 characters and without spaces",
    )
}

/// What the log may have of it.
impl fmt::Debug for FeedUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}/…", self.0.scheme(), self.host())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(raw: &str) -> FeedUrl {
        FeedUrl::read(raw).unwrap_or_else(|error| panic!("{raw}: {error}"))
    }

    #[test]
    fn an_address_is_kept_in_its_normal_form() {
        for (raw, normal) in [
            (" https://Example.com ", "https://example.com/"),
            ("webcal://example.com/a.ics", "https://example.com/a.ics"),
            ("WebCals://example.com:443/a.ics", "https://example.com/a.ics"),
            ("http://example.com:80/a?b=c#d", "http://example.com/a?b=c"),
            (
                "https://예시.한국/일정.ics",
                "https://xn--vv4b11d.xn--3e0b707e/%EC%9D%BC%EC%A0%95.ics",
            ),
            ("https://[::1]:8443/", "https://[::1]:8443/"),
            ("http://2130706433/", "http://127.0.0.1/"),
            ("http://0x7f.1/", "http://127.0.0.1/"),
            ("https://me:p%40ss@example.com/", "https://me:p%40ss@example.com/"),
        ] {
            assert_eq!(url(raw).as_str(), normal, "{raw}");
            assert_eq!(url(normal), url(raw), "{raw}");
        }
    }

    #[test]
    fn what_is_no_address_of_the_web_is_refused() {
        for bad in [
            "",
            "example.com/a.ics",
            "https:example.com",
            "https://",
            "https:///a",
            "https://?a",
            "webcal:///a",
            "webcal:https://a",
            "ftp://a/b",
            "file:///etc/passwd",
            "javascript:alert(1)",
            "https://a b/",
            "https://a/\nb",
            "https://\u{200b}a/",
            "https://a:99999/",
            "https://[::1%25eth0]/",
            "https://exa<mple/",
        ] {
            let error = FeedUrl::parse("url", bad).unwrap_err().to_string();
            assert!(error.starts_with("url: expected the https, http or webcal"), "{bad}: {error}");
        }
    }

    #[test]
    fn an_address_has_at_most_2048_characters_as_it_is_stored() {
        let of = |rest: String| FeedUrl::read(&format!("https://a/{rest}"));
        assert!(of("x".repeat(2038)).is_ok());
        assert!(of("x".repeat(2039)).is_err());
        assert!(of("가".repeat(300)).is_err(), "each has nine characters when it is sent");
    }

    #[test]
    fn the_log_has_no_more_than_the_host() {
        let secret = url("https://me:secret@example.com:8443/private-secret/a.ics?key=secret");
        assert_eq!(format!("{secret:?}"), "https://example.com/…");
        assert_eq!(
            secret.without_credentials(),
            "https://example.com:8443/private-secret/a.ics?key=secret"
        );
    }

    #[test]
    fn credentials_are_decoded() {
        let of = |raw: &str| url(raw).credentials().map(|bytes| String::from_utf8(bytes).unwrap());
        assert_eq!(of("https://me:p%40s%3As@a/").as_deref(), Some("me:p@s:s"));
        assert_eq!(of("https://key@a/").as_deref(), Some("key:"));
        assert_eq!(of("https://a/"), None);
    }

    #[test]
    fn a_redirect_is_relative_to_the_address_it_is_of() {
        let from = url("https://example.com/a/b.ics?c");
        for (location, to) in [
            ("d.ics", "https://example.com/a/d.ics"),
            ("/d e.ics#f", "https://example.com/d%20e.ics"),
            ("//other.example/", "https://other.example/"),
            ("webcal://other.example/x", "https://other.example/x"),
            ("http://other.example/", "http://other.example/"),
        ] {
            assert_eq!(from.join(location).unwrap().as_str(), to);
        }
        for bad in ["file:///etc/passwd", "https://", "gopher://a/"] {
            assert!(from.join(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn credentials_go_along_to_the_same_server_alone() {
        let from = url("http://me:secret@example.com/a");
        let keeps = |location: &str| from.join(location).unwrap().credentials().is_some();
        assert!(keeps("/b"));
        assert!(keeps("https://example.com/a"));
        assert!(!keeps("http://www.example.com/a"));
        assert!(!keeps("http://example.com:8000/a"));
        assert!(!keeps("https://example.com:8443/a"));
        let other = from.join("http://you:other@example.com/").unwrap();
        assert_eq!(other.credentials().unwrap(), b"you:other");
        let safe = url("https://me:secret@example.com/a");
        assert!(safe.join("http://example.com/a").unwrap().credentials().is_none());
    }
}
