//! Entity tags (RFC 9110, 8.8.3): how a client says which representation it knows.

use rocket::Request;

/// Whether the client says in `If-None-Match` that it has what has this tag, which stands here in its
/// quotes and without `W/`: where nothing is changed, weak and strong are the same (RFC 9110, 13.1.2).
pub(crate) fn is_known(request: &Request<'_>, tag: &str) -> bool {
    given(request, "If-None-Match").any(|(_, given)| given == "*" || given == tag)
}

/// The tags in a header, in their quotes, each with whether it is weak; `*` as it stands. A list is
/// read up to where it breaks.
pub(crate) fn given<'r>(
    request: &'r Request<'_>,
    header: &'r str,
) -> impl Iterator<Item = (bool, &'r str)> + 'r {
    request.headers().get(header).flat_map(tags)
}

fn tags(list: &str) -> impl Iterator<Item = (bool, &str)> {
    let mut rest = list;
    std::iter::from_fn(move || {
        rest = rest.trim_start_matches([' ', '\t', ',']);
        if let Some(after) = rest.strip_prefix('*') {
            rest = after;
            return Some((false, "*"));
        }
        let (weak, opened) = match rest.strip_prefix("W/") {
            Some(after) => (true, after),
            None => (false, rest),
        };
        // A comma inside the quotes belongs to the tag.
        let end = opened.strip_prefix('"')?.find('"')? + 2;
        let (tag, after) = opened.split_at(end);
        rest = after;
        Some((weak, tag))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_of_tags_is_read_to_where_it_breaks() {
        let read = |list| tags(list).collect::<Vec<_>>();
        assert_eq!(
            read(r#""a", W/"b","c,d" , """#),
            [(false, r#""a""#), (true, r#""b""#), (false, r#""c,d""#), (false, r#""""#),]
        );
        assert_eq!(read("*"), [(false, "*")]);
        assert_eq!(read(r#""a", b, "c""#), [(false, r#""a""#)]);
        for none in ["", " , ", "a", r#"""#, r#"w/"a""#, "W/a", "W/*"] {
            assert_eq!(read(none), [], "{none}");
        }
    }
}
