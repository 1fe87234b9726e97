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
    /// Only those with these tags, in their quotes.
    Only(Vec<&'a str>),
}

/// The representations that a client allows by sending `lists` in `If-Match`. The comparison is
/// strong (RFC 9110, 13.1.1), so a weak tag allows nothing.
pub(crate) fn allowed<'a>(lists: impl Iterator<Item = &'a str>) -> Allowed<'a> {
    let mut lists = lists.peekable();
    if lists.peek().is_none() {
        return Allowed::Any;
    }
    let mut only = Vec::new();
    for tag in lists.flat_map(tags) {
        match tag {
            Tag::Any => return Allowed::Any,
            Tag::Strong(quoted) => only.push(quoted),
            Tag::Weak(_) => {}
        }
    }
    Allowed::Only(only)
}

/// Whether a client that sent `lists` in `If-None-Match` has the representation that `tag` names.
/// The comparison is weak (RFC 9110, 13.1.2).
pub(crate) fn is_known<'a>(lists: impl Iterator<Item = &'a str>, tag: &str) -> bool {
    let quoted = tag.trim_start_matches("W/");
    lists.flat_map(tags).any(|given| given.quoted().is_none_or(|given| given == quoted))
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
        for list in [r#""a""#, r#"W/"a""#, r#""b", "a""#, "*"] {
            assert!(known(list, r#""a""#) && known(list, r#"W/"a""#), "{list}");
        }
        assert!(!known(r#""b", a"#, r#""a""#));
    }

    #[test]
    fn only_a_strong_tag_or_a_star_allows_a_change() {
        let of = |lists: &'static [&'static str]| allowed(lists.iter().copied());
        assert_eq!(of(&[]), Allowed::Any);
        assert_eq!(of(&[r#""a""#, "*"]), Allowed::Any);
        assert_eq!(of(&[r#""a", W/"b""#, r#""c""#]), Allowed::Only(vec![r#""a""#, r#""c""#]));
        assert_eq!(of(&[""]), Allowed::Only(vec![]));
    }
}
