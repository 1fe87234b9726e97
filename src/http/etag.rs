//! Entity tags (RFC 9110, 8.8.3), by which a client names the representations that it has.

/// A tag in a header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tag<'a> {
    /// `*`: any representation.
    Any,
    /// A strong tag, in its quotes.
    Strong(&'a str),
    /// A weak one, in its quotes and without the `W/`.
    Weak(&'a str),
}

impl<'a> Tag<'a> {
    /// The tag in its quotes; none for `*`.
    pub(crate) fn quoted(self) -> Option<&'a str> {
        match self {
            Self::Any => None,
            Self::Strong(quoted) | Self::Weak(quoted) => Some(quoted),
        }
    }
}

/// The tags in the value of a header, up to the first that is malformed.
pub(crate) fn tags(list: &str) -> impl Iterator<Item = Tag<'_>> {
    let mut rest = list;
    std::iter::from_fn(move || {
        rest = rest.trim_start_matches([' ', '\t', ',']);
        if let Some(after) = rest.strip_prefix('*') {
            rest = after;
            return Some(Tag::Any);
        }
        let (weak, opened) = match rest.strip_prefix("W/") {
            Some(after) => (true, after),
            None => (false, rest),
        };
        // A comma inside the quotes belongs to the tag.
        let end = opened.strip_prefix('"')?.find('"')? + 2;
        let (quoted, after) = opened.split_at(end);
        rest = after;
        Some(if weak { Tag::Weak(quoted) } else { Tag::Strong(quoted) })
    })
}

/// The representations on which a change may act, by `If-Match`.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Allowed<'a> {
    /// Any of them.
    Any,
    /// Only those with these tags, without quotes.
    Only(Vec<&'a str>),
}

/// What proxies put at the end of a strong tag when they compress its answer: Apache's `mod_deflate` and
/// `mod_brotli`, and others after them.
const CODINGS: [&str; 4] = ["-gzip", "-br", "-zstd", "-deflate"];

/// The tag in `quoted`, without its quotes and without what a proxy has put at its end.
fn own(quoted: &str) -> &str {
    let tag = quoted.trim_matches('"');
    CODINGS.iter().find_map(|coding| tag.strip_suffix(coding)).unwrap_or(tag)
}

/// The representations that a client allows by sending `lists` in `If-Match`, by their tags.
///
/// The comparison should be strong (RFC 9110, 13.1.1), so that a weak tag allows nothing. But a proxy that
/// compresses makes a strong tag weak (nginx), or puts the coding at its end (Apache), and the client sends
/// what it got. So this is for tags that tell apart any two states, and were sent as strong ones.
pub(crate) fn allowed<'a>(lists: impl Iterator<Item = &'a str>) -> Allowed<'a> {
    let mut lists = lists.peekable();
    if lists.peek().is_none() {
        return Allowed::Any;
    }
    let mut only = Vec::new();
    for tag in lists.flat_map(tags) {
        match tag.quoted() {
            None => return Allowed::Any,
            Some(quoted) => only.push(own(quoted)),
        }
    }
    Allowed::Only(only)
}

/// Whether a client that sent `lists` in `If-None-Match` has the representation that `tag` names.
/// The comparison is weak (RFC 9110, 13.1.2).
pub(crate) fn is_known<'a>(lists: impl Iterator<Item = &'a str>, tag: &str) -> bool {
    let tag = own(tag.trim_start_matches("W/"));
    lists.flat_map(tags).any(|given| given.quoted().is_none_or(|given| own(given) == tag))
}

#[cfg(test)]
mod tests {
    use super::Tag::{Any, Strong, Weak};
    use super::*;

    #[test]
    fn a_list_of_tags_is_read_up_to_the_first_malformed_one() {
        let read = |list| tags(list).collect::<Vec<_>>();
        assert_eq!(
            read(r#""a", W/"b","c,d" , """#),
            [Strong(r#""a""#), Weak(r#""b""#), Strong(r#""c,d""#), Strong(r#""""#)]
        );
        assert_eq!(read("*"), [Any]);
        assert_eq!(read(r#""a", b, "c""#), [Strong(r#""a""#)]);
        for none in ["", " , ", "a", r#"""#, r#"w/"a""#, "W/a", "W/*"] {
            assert_eq!(read(none), [], "{none}");
        }
    }

    #[test]
    fn known_tags_are_compared_weakly() {
        let known = |list: &str, tag| is_known([list].into_iter(), tag);
        for list in [r#""a""#, r#"W/"a""#, r#""b", "a""#, "*", r#"W/"a-gzip""#, r#""a-br""#] {
            assert!(known(list, r#""a""#) && known(list, r#"W/"a""#), "{list}");
        }
        assert!(!known(r#""b", a"#, r#""a""#));
    }

    #[test]
    fn a_tag_or_a_star_allows_a_change_whatever_a_proxy_made_of_it() {
        let of = |lists: &'static [&'static str]| allowed(lists.iter().copied());
        assert_eq!(of(&[]), Allowed::Any);
        assert_eq!(of(&[r#""a""#, "*"]), Allowed::Any);
        assert_eq!(of(&[r#""a", W/"b""#, r#""c""#]), Allowed::Only(vec!["a", "b", "c"]));
        let proxied = [r#""a-gzip", W/"b-br""#, r#""c-zip""#];
        assert_eq!(allowed(proxied.into_iter()), Allowed::Only(vec!["a", "b", "c-zip"]));
        assert_eq!(of(&[""]), Allowed::Only(vec![]));
    }
}
