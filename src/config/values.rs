//! The values of keys, parsed from text. Each error is an [`Error::Setup`] that names its key.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use ipnet::IpNet;
use jiff::tz::TimeZone;

use crate::error::{Error, Result};
use crate::model::{Invitations, Rate};

/// The form of the lines of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// Text.
    Text,
    /// One JSON object a line.
    Json,
}

/// A time zone by its IANA name; without one, that of the machine.
pub(super) fn zone(name: Option<String>) -> Result<TimeZone> {
    match name {
        None => Ok(TimeZone::system()),
        Some(name) => TimeZone::get(&name).map_err(|_| {
            Error::Setup(format!(
                "timezone: {name:?} is not a time zone: give an IANA name such as \"Asia/Seoul\""
            ))
        }),
    }
}

/// A length of time such as `365d` or `12h`.
pub(super) fn duration(key: &str, text: &str) -> Result<Duration> {
    let read = || {
        let span: jiff::Span = text.parse().ok()?;
        let duration = span.to_duration(jiff::SpanRelativeTo::days_are_24_hours()).ok()?;
        Duration::try_from(duration).ok().filter(|duration| duration.as_secs() > 0)
    };
    read().ok_or_else(|| {
        Error::Setup(format!(
            "{key}: {text:?} is not a length of time: give one such as \"365d\" or \"12h\""
        ))
    })
}

/// A length of time as [`duration`] reads it; none for `all`, and `default` without a text.
pub(super) fn span(
    key: &str,
    text: Option<&str>,
    default: Option<Duration>,
) -> Result<Option<Duration>> {
    match text {
        None => Ok(default),
        Some("all") => Ok(None),
        Some(text) => duration(key, text).map(Some).map_err(|_| {
            Error::Setup(format!(
                "{key}: {text:?} is not a length of time: give one such as \"365d\", or \"all\""
            ))
        }),
    }
}

/// Pages that may have another one in them: origins of the web, whose host may begin with `*.`, or `*` for all (CSP 3,
/// 2.3.1). They become part of a header, so nothing else gets through.
pub(super) fn frame_ancestors(given: Vec<String>) -> Result<Vec<String>> {
    for origin in &given {
        let host = ["https://", "http://"].iter().find_map(|scheme| origin.strip_prefix(scheme));
        let plain = |c: u8| {
            c.is_ascii_lowercase()
                || c.is_ascii_digit()
                || matches!(c, b'-' | b'.' | b':' | b'[' | b']')
        };
        let sound = host.is_some_and(|host| {
            let named = host.strip_prefix("*.").unwrap_or(host);
            !named.is_empty() && named.bytes().all(plain)
        });
        if !sound && origin != "*" {
            return Err(Error::Setup(format!(
                "frame_ancestors: {origin:?} is not an origin: give one such as \"https://club.example\""
            )));
        }
    }
    Ok(given)
}

/// A rate such as `10/min`, by the second (`s`), minute or hour (`h`); none for `off`.
pub(super) fn rate(key: &str, text: &str) -> Result<Option<Rate>> {
    if text == "off" {
        return Ok(None);
    }
    let read = || {
        let (times, unit) = text.split_once('/')?;
        let seconds = match unit.trim() {
            "s" => 1,
            "min" => 60,
            "h" => 3600,
            _ => return None,
        };
        Some(Rate { times: times.trim().parse().ok()?, per: Duration::from_secs(seconds) })
    };
    read().map(Some).ok_or_else(|| {
        Error::Setup(format!(
            "{key}: {text:?} is not a rate: give one such as \"10/min\" (s, min or h), or \"off\""
        ))
    })
}

/// Addresses, and networks such as `10.0.0.0/8`, of the key `key`.
pub(super) fn networks(key: &str, given: &[String]) -> Result<Vec<IpNet>> {
    let read = |text: &String| {
        let net = text.parse::<IpNet>().or_else(|_| text.parse::<IpAddr>().map(IpNet::from));
        net.map_err(|_| {
            Error::Setup(format!(
                "{key}: {text:?} is not an address: give one such as \"127.0.0.1\" or \"10.0.0.0/8\""
            ))
        })
    };
    given.iter().map(read).collect()
}

/// Whether registration is open: `open`, which is the default, or `closed`.
pub(super) fn registration_open(text: Option<&str>) -> Result<bool> {
    match text {
        None | Some("open") => Ok(true),
        Some("closed") => Ok(false),
        Some(other) => Err(Error::Setup(format!(
            "registration: expected \"open\" or \"closed\", found {other:?}"
        ))),
    }
}

/// Who may accept an invitation: `users`, which is the default, `anyone`, or nobody where it is `off`.
pub(super) fn invitations(text: Option<&str>) -> Result<Invitations> {
    match text {
        None | Some("users") => Ok(Invitations::Users),
        Some("anyone") => Ok(Invitations::Anyone),
        Some("off") => Ok(Invitations::Off),
        Some(other) => Err(Error::Setup(format!(
            "invitations: expected \"users\", \"anyone\" or \"off\", found {other:?}"
        ))),
    }
}

/// The form of the log: `text`, which is the default, or `json`.
pub(super) fn log_format(text: Option<&str>) -> Result<LogFormat> {
    match text {
        None | Some("text") => Ok(LogFormat::Text),
        Some("json") => Ok(LogFormat::Json),
        Some(other) => {
            Err(Error::Setup(format!("log_format: expected \"text\" or \"json\", found {other:?}")))
        }
    }
}

/// Origins, each of a scheme, a host, a port if it is not the scheme's default, and no path (RFC 6454,
/// section 6.2), or `*` for all. Apps on phones and desktops have schemes of their own, such as
/// `capacitor://localhost`.
pub(super) fn origins(given: Vec<String>) -> Result<Vec<String>> {
    for origin in &given {
        let sound = origin.split_once("://").is_some_and(|(scheme, host)| {
            let is_scheme =
                |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || b"+-.".contains(&c);
            scheme.starts_with(|c: char| c.is_ascii_lowercase())
                && scheme.bytes().all(is_scheme)
                && !host.is_empty()
                && !host
                    .contains(|c: char| "/?#@ ".contains(c) || c.is_control() || c.is_uppercase())
        });
        if !sound && origin != "*" {
            return Err(Error::Setup(format!(
                "cors_origins: {origin:?} is not an origin: give one such as \"https://app.example.com\""
            )));
        }
    }
    Ok(given)
}

/// An IP address and a port, such as `127.0.0.1:9100`.
pub(super) fn socket_address(key: &str, text: &str) -> Result<SocketAddr> {
    text.parse().map_err(|_| {
        Error::Setup(format!(
            "{key}: {text:?} is not an address with a port: give one such as \"127.0.0.1:9100\""
        ))
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_lifetime_is_a_length_of_time() {
        assert_eq!(duration("token_lifetime", "365d").unwrap(), Duration::from_hours(8760));
        assert_eq!(duration("token_lifetime", "12h").unwrap(), Duration::from_hours(12));
        for bad in ["", "0d", "-1d", "365", "soon", "1y and a bit"] {
            assert!(
                duration("token_lifetime", bad)
                    .unwrap_err()
                    .to_string()
                    .starts_with("token_lifetime: "),
                "{bad}"
            );
        }
    }

    #[test]
    fn an_origin_has_no_path() {
        for good in [
            "*",
            "https://app.example.com",
            "http://localhost:8080",
            "http://[::1]:3000",
            "capacitor://localhost",
            "moz-extension://1f9c-4",
            "app+x.y://obsidian.md",
        ] {
            assert!(origins(vec![good.into()]).is_ok(), "{good}");
        }
        for bad in [
            "",
            "app.example.com",
            "https://",
            "https://a/",
            "https://a b",
            "null",
            "://a",
            "1a://b",
            "Capacitor://localhost",
            "a b://c",
            "capacitor:localhost",
            "file://",
        ] {
            assert!(origins(vec![bad.into()]).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_span_is_a_length_of_time_or_all() {
        let day = Duration::from_hours(24);
        assert_eq!(span("feed_past", None, Some(day)).unwrap(), Some(day));
        assert_eq!(span("feed_past", Some("all"), Some(day)).unwrap(), None);
        assert_eq!(span("feed_past", Some("2d"), None).unwrap(), Some(day * 2));
        assert_eq!(
            span("feed_past", Some("none"), None).unwrap_err().to_string(),
            "feed_past: \"none\" is not a length of time: give one such as \"365d\", or \"all\""
        );
    }

    #[test]
    fn only_an_origin_may_have_a_page_in_a_frame() {
        for good in ["*", "https://club.example", "http://localhost:8080", "https://*.club.example"]
        {
            assert!(frame_ancestors(vec![good.into()]).is_ok(), "{good}");
        }
        for bad in [
            "",
            "club.example",
            "https://",
            "https://*",
            "https://a/b",
            "https://a; script-src *",
            "https://a https://b",
            "https://a,b",
            "'self'",
            "data:",
        ] {
            assert!(frame_ancestors(vec![bad.into()]).is_err(), "{bad}");
        }
    }

    /// Texts of which some are values of some key.
    fn almost_a_value() -> impl Strategy<Value = String> {
        prop_oneof![
            any::<String>(),
            "[0-9]{0,12}(ms|s|m|min|h|d|w|y)?(/(s|min|h))?",
            "(https?://)?[a-z0-9.:\\[\\]]{0,12}(/[0-9]{0,4})?",
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn any_text_is_a_value_or_an_error_that_names_its_key(text in almost_a_value()) {
            let one = [text.clone()];
            let said = [
                ("timezone", zone(Some(text.clone())).err()),
                ("token_lifetime", duration("token_lifetime", &text).err()),
                ("auth_rate", rate("auth_rate", &text).err()),
                ("trusted_proxies", networks("trusted_proxies", &one).err()),
                ("registration", registration_open(Some(&text)).err()),
                ("invitations", invitations(Some(&text)).err()),
                ("log_format", log_format(Some(&text)).err()),
                ("cors_origins", origins(one.to_vec()).err()),
                ("metrics_address", socket_address("metrics_address", &text).err()),
            ];
            for (key, error) in said {
                if let Some(error) = error {
                    prop_assert!(error.to_string().starts_with(&format!("{key}: ")), "{error}");
                    prop_assert_eq!(error.to_string().lines().count(), 1, "{}", error);
                }
            }
        }

        #[test]
        fn a_rate_and_a_length_of_time_mean_what_they_say(number in 1..100_000_u32) {
            let read = rate("x", &format!("{number}/min")).unwrap().unwrap();
            prop_assert_eq!((read.times.get(), read.per), (number, Duration::from_mins(1)));
            let day = Duration::from_hours(24);
            prop_assert_eq!(duration("x", &format!("{number}d")).unwrap(), day * number);
        }
    }
}
