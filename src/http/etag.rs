//! Entity tags (RFC 9110, 8.8.3): a client names the representation that it has.

/// A tag in a header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tag<'a> {
    /// `*`: any representation.
    Any,
    /// A strong tag, in its quotes.
    Strong(&'a str),
    /// A weak tag, in its quotes and without the `W/`.
    Weak(&'a str),
}

impl<'a> Tag<'a> {
    /// The tag in its quotes, or none for `*`.
    pub(crate) fn quoted(self) -> Option<&'a str> {
        match self {
            Self::Any => None,
            Self::Strong(quoted) | Self::Weak(quoted) => Some(quoted),
        }
    }
}

/// The tags in a header's value. A malformed list is read up to the first error.
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

/// Whether a client that sent `lists` in `If-None-Match` has the representation of `tag`. The
/// comparison is weak (RFC 9110, 13.1.2).
pub(crate) fn is_known<'a>(lists: impl Iterator<Item = &'a str>, tag: &str) -> bool {
    let quoted = tag.trim_start_matches("W/");
    lists.flat_map(tags).any(|given| given.quoted().is_none_or(|given| given == quoted))
}

#[cfg(test)]
mod tests {
    use super::Tag::{Any, Strong, Weak};
    use super::*;

    #[test]
    fn a_list_of_tags_is_read_up_to_the_first_error() {
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
    fn if_none_match_compares_weakly() {
        let known = |list: &str, tag| is_known([list].into_iter(), tag);
        for list in [r#""a""#, r#"W/"a""#, r#""b", "a""#, "*"] {
            assert!(known(list, r#""a""#) && known(list, r#"W/"a""#), "{list}");
        }
        assert!(!known(r#""b", a"#, r#""a""#));
    }
}
