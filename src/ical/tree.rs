//! The components of an object with every byte of it, to be changed here and there and printed again.
//!
//! The crate's own tree would do for reading. This one is flat lines in boxes: what is edited is a list of
//! lines, and what is not edited is borrowed from the text.

use super::content_line::ContentLine;

/// How many components may be open. A component deeper than that is lines, so that no text fills the stack.
const DEEPEST: usize = 32;

/// What a component consists of.
#[derive(Debug, Clone)]
pub(super) enum Part<'a> {
    /// A property.
    ContentLine(ContentLine<'a>),
    /// A component inside.
    Component(Component<'a>),
    /// Whole components of ours.
    Text(String),
}

/// A component, from its BEGIN to its END.
#[derive(Debug, Clone)]
pub(super) struct Component<'a> {
    /// In upper case; empty for the text as a whole.
    pub(super) name: String,
    begin: Option<ContentLine<'a>>,
    pub(super) parts: Vec<Part<'a>>,
    end: Option<ContentLine<'a>>,
}

impl<'a> Component<'a> {
    fn open(name: String, begin: Option<ContentLine<'a>>) -> Self {
        Self { name, begin, parts: Vec::new(), end: None }
    }

    /// A text as a whole. An END without its BEGIN is a line like any other, and what is never ended ends with the text.
    pub(super) fn read(text: &'a str) -> Self {
        let mut open = Vec::new();
        let mut current = Self::open(String::new(), None);
        for line in ContentLine::all(text) {
            if line.is("BEGIN") && open.len() < DEEPEST {
                let name = line.value().trim_ascii().to_ascii_uppercase();
                open.push(std::mem::replace(&mut current, Self::open(name, Some(line))));
            } else if line.is("END")
                && line.value().trim_ascii().eq_ignore_ascii_case(&current.name)
            {
                match open.pop() {
                    Some(outer) => {
                        let mut inner = std::mem::replace(&mut current, outer);
                        inner.end = Some(line);
                        current.parts.push(Part::Component(inner));
                    }
                    None => current.parts.push(Part::ContentLine(line)),
                }
            } else {
                current.parts.push(Part::ContentLine(line));
            }
        }
        while let Some(outer) = open.pop() {
            let inner = std::mem::replace(&mut current, outer);
            current.parts.push(Part::Component(inner));
        }
        current
    }

    /// Appends its bytes.
    pub(super) fn print(&self, out: &mut String) {
        self.begin.iter().for_each(|line| out.push_str(&line.raw));
        for part in &self.parts {
            match part {
                Part::ContentLine(line) => out.push_str(&line.raw),
                Part::Component(component) => component.print(out),
                Part::Text(text) => out.push_str(text),
            }
        }
        self.end.iter().for_each(|line| out.push_str(&line.raw));
    }

    /// Its properties.
    pub(super) fn lines(&self) -> impl Iterator<Item = &ContentLine<'a>> {
        self.parts.iter().filter_map(|part| match part {
            Part::ContentLine(line) => Some(line),
            Part::Component(_) | Part::Text(_) => None,
        })
    }

    /// The first property of a name.
    pub(super) fn line(&self, name: &str) -> Option<&ContentLine<'a>> {
        self.lines().find(|line| line.is(name))
    }

    /// The components in it.
    pub(super) fn components(&self) -> impl Iterator<Item = &Self> {
        self.parts.iter().filter_map(|part| match part {
            Part::Component(component) => Some(component),
            Part::ContentLine(_) | Part::Text(_) => None,
        })
    }

    /// As [`Component::components`], to be changed.
    pub(super) fn components_mut(&mut self) -> impl Iterator<Item = &mut Self> {
        self.parts.iter_mut().filter_map(|part| match part {
            Part::Component(component) => Some(component),
            Part::ContentLine(_) | Part::Text(_) => None,
        })
    }

    /// Puts a line in place of the first property of its name, and takes away the others of that name. Without
    /// one, it comes after the last property.
    pub(super) fn set(&mut self, line: ContentLine<'a>) {
        let at = self.position(line.name());
        let name = line.name().to_owned();
        match at {
            Some(at) => {
                let mut seen = 0;
                self.parts.retain(|part| {
                    let same = matches!(part, Part::ContentLine(other) if other.is(&name));
                    seen += usize::from(same);
                    !same || seen == 1
                });
                if let Some(part) = self.parts.get_mut(at) {
                    *part = Part::ContentLine(line);
                }
            }
            None => self.add(line),
        }
    }

    /// Puts a line after the last of its name, or else after the last property.
    pub(super) fn add(&mut self, line: ContentLine<'a>) {
        let last = |wanted: &dyn Fn(&ContentLine<'_>) -> bool| {
            self.parts
                .iter()
                .rposition(|part| matches!(part, Part::ContentLine(line) if wanted(line)))
        };
        let inside = self.parts.iter().position(|part| !matches!(part, Part::ContentLine(_)));
        let after = last(&|other| other.is(line.name())).map(|at| at + 1);
        let at = after.or(inside).unwrap_or(self.parts.len());
        self.parts.insert(at, Part::ContentLine(line));
    }

    /// Takes away all properties of a name.
    pub(super) fn remove(&mut self, name: &str) {
        self.parts.retain(|part| !matches!(part, Part::ContentLine(line) if line.is(name)));
    }

    fn position(&self, name: &str) -> Option<usize> {
        self.parts.iter().position(|part| matches!(part, Part::ContentLine(line) if line.is(name)))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn printed(component: &Component<'_>) -> String {
        let mut out = String::new();
        component.print(&mut out);
        out
    }

    #[test]
    fn a_property_is_replaced_where_it_was_and_added_before_the_components_inside() {
        let text = "BEGIN:VEVENT\nUID:1\nSummary:a\nSUMMARY:b\nBEGIN:VALARM\nSUMMARY:c\nEND:VALARM\nEND:VEVENT\n";
        let mut whole = Component::read(text);
        let event = whole.components_mut().next().unwrap();
        event.set(ContentLine::new("SUMMARY:x".into(), "\n"));
        event.set(ContentLine::new("URL:y".into(), "\n"));
        event.remove("uid");
        assert_eq!(
            printed(&whole),
            "BEGIN:VEVENT\nSUMMARY:x\nURL:y\nBEGIN:VALARM\nSUMMARY:c\nEND:VALARM\nEND:VEVENT\n"
        );
    }

    #[test]
    fn no_nesting_fills_the_stack() {
        let text = "BEGIN:A\n".repeat(100_000) + &"END:A\n".repeat(100_000);
        assert_eq!(printed(&Component::read(&text)), text);
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn any_text_is_printed_as_it_was(lines in proptest::collection::vec("(BEGIN:[AB]|END:[AB]|a:b|)\r?\n", 0..20)) {
            let text = lines.concat();
            prop_assert_eq!(printed(&Component::read(&text)), text);
        }
    }
}
