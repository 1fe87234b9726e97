//! Takes out of the pages' scripts and style sheets what only their readers need: comments, and blanks that
//! say nothing. The sources stay as they are written.
//!
//! A tokenizer, and no parser: it knows strings, templates and regular expressions, renames nothing, and keeps
//! each line break of a script, since a statement may end there. The minifiers that parse take longer to build
//! than the server's own code, and the light ones that do not break a template within a template. Where
//! it cannot tell what a script means, the build fails. `tests/page/stripped.test.js` holds what is served to
//! what is written, by TypeScript's parser.

/// A script without its comments and needless blanks.
///
/// # Errors
///
/// In words, with the line: if a string, a template, a comment or a regular expression does not end. So it
/// also is if a regular expression follows a closing bracket, where a `/` is taken for a division.
pub(crate) fn script(source: &str) -> Result<String, String> {
    let mut script =
        Script { text: Text { source, at: 0 }, out: String::new(), braces: Vec::new() };
    script.run().map_err(|what| script.text.error(what))?;
    Ok(script.out)
}

/// A style sheet without its comments and needless blanks.
///
/// # Errors
///
/// In words, with the line: if a string or a comment does not end.
pub(crate) fn style(source: &str) -> Result<String, String> {
    let mut text = Text { source, at: 0 };
    let mut out = String::new();
    styles(&mut text, &mut out).map_err(|what| text.error(what))?;
    Ok(out)
}

/// What is read, and how far. `at` is always between two characters: everything that is looked for is ASCII.
struct Text<'a> {
    source: &'a str,
    at: usize,
}

impl<'a> Text<'a> {
    fn rest(&self) -> &'a str {
        self.source.get(self.at..).unwrap_or_default()
    }

    fn next(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn take(&mut self, length: usize) -> &'a str {
        let rest = self.rest();
        let taken = rest.get(..length).unwrap_or(rest);
        self.at += taken.len();
        taken
    }

    fn take_while(&mut self, is_part: impl Fn(char) -> bool) -> &'a str {
        let rest = self.rest();
        self.take(rest.find(|char| !is_part(char)).unwrap_or(rest.len()))
    }

    /// Passes over blanks and comments, of which only those of a script end with their line.
    fn skip_gap(&mut self, of_script: bool) -> Result<Gap, &'static str> {
        let start = self.at;
        loop {
            self.take_while(char::is_whitespace);
            if self.rest().starts_with("/*") {
                let end = self.rest().get(2..).and_then(|rest| rest.find("*/"));
                self.take(end.ok_or("a comment without an end")? + 4);
            } else if of_script && self.rest().starts_with("//") {
                self.take_while(|char| char != '\n');
            } else {
                break;
            }
        }
        let gap = self.source.get(start..self.at).unwrap_or_default();
        Ok(if gap.contains('\n') {
            Gap::Break
        } else if gap.is_empty() {
            Gap::None
        } else {
            Gap::Blank
        })
    }

    /// Takes what begins with a quotation mark, to the same mark on the same line.
    fn take_string(&mut self) -> Result<&'a str, &'static str> {
        let rest = self.rest();
        let mut chars = rest.char_indices();
        let quote = chars.next().map(|(_, quote)| quote);
        while let Some((index, char)) = chars.next() {
            match char {
                '\\' => drop(chars.next()),
                '\n' => break,
                _ if Some(char) == quote => return Ok(self.take(index + 1)),
                _ => {}
            }
        }
        Err("a string without an end")
    }

    /// Takes a regular expression with its flags.
    fn take_regex(&mut self) -> Result<&'a str, &'static str> {
        let rest = self.rest();
        let mut chars = rest.char_indices().skip(1);
        let mut in_class = false;
        while let Some((index, char)) = chars.next() {
            match char {
                '\\' => drop(chars.next()),
                '\n' => break,
                '[' => in_class = true,
                ']' => in_class = false,
                '/' if !in_class => {
                    let flags = rest.get(index + 1..).unwrap_or_default();
                    let length = flags.find(|char| !is_word(char)).unwrap_or(flags.len());
                    return Ok(self.take(index + 1 + length));
                }
                _ => {}
            }
        }
        Err("a regular expression without an end; a division after a word needs brackets")
    }

    fn error(&self, what: &str) -> String {
        let before = self.source.get(..self.at).unwrap_or_default();
        format!("line {}: {what}", before.matches('\n').count() + 1)
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Gap {
    None,
    Blank,
    Break,
}

/// What came last in a script: after a value, a `/` divides.
#[derive(Clone, Copy, PartialEq)]
enum Last {
    Value,
    Operator,
}

/// Words after which an expression begins, although a name before a `/` is divided.
const BEFORE_EXPRESSIONS: [&str; 15] = [
    "await",
    "case",
    "default",
    "delete",
    "do",
    "else",
    "extends",
    "in",
    "instanceof",
    "of",
    "return",
    "throw",
    "typeof",
    "void",
    "yield",
];

struct Script<'a> {
    text: Text<'a>,
    out: String,
    /// How many braces are open in each `${…}` that is.
    braces: Vec<usize>,
}

impl Script<'_> {
    fn run(&mut self) -> Result<(), &'static str> {
        let mut last = Last::Operator;
        loop {
            let gap = self.text.skip_gap(true)?;
            let Some(next) = self.text.next() else { break };
            self.separate(gap, next);
            last = self.token(next, last)?;
        }
        if self.braces.is_empty() { Ok(()) } else { Err("a template without an end") }
    }

    /// A line break stays one, and a blank does where the two beside it could be read as one.
    fn separate(&mut self, gap: Gap, next: char) {
        let Some(before) = self.out.chars().next_back() else { return };
        // `+ +`, `1 .toFixed()`, `/x/ in`, `< !--`
        let joins = |char| matches!(char, '+' | '-' | '/' | '.');
        match gap {
            Gap::Break => self.out.push('\n'),
            Gap::Blank if joins(before) || joins(next) || is_word(before) && is_word(next) => {
                self.out.push(' ');
            }
            _ => {}
        }
    }

    fn token(&mut self, next: char, last: Last) -> Result<Last, &'static str> {
        let is_member = self.out.ends_with('.');
        let taken = match next {
            '\'' | '"' => self.text.take_string()?,
            '`' => return self.template(),
            '}' if self.braces.last() == Some(&0) => {
                self.braces.pop();
                return self.template();
            }
            '/' if last == Last::Operator => self.text.take_regex()?,
            _ if is_word(next) => self.text.take_while(is_word),
            _ if self.text.rest().starts_with("++") || self.text.rest().starts_with("--") => {
                self.text.take(2)
            }
            _ => self.text.take(next.len_utf8()),
        };
        self.out.push_str(taken);
        match (taken, self.braces.last_mut()) {
            ("{", Some(open)) => *open += 1,
            ("}", Some(open)) => *open -= 1,
            _ => {}
        }
        Ok(match taken {
            ")" | "]" | "}" | "++" | "--" => Last::Value,
            word if BEFORE_EXPRESSIONS.contains(&word) && !is_member => Last::Operator,
            // A string, a regular expression, a name or a number.
            _ if taken.len() > 1 || is_word(next) => Last::Value,
            _ => Last::Operator,
        })
    }

    /// Takes a template, or the rest of one, to its end or to the next `${`.
    fn template(&mut self) -> Result<Last, &'static str> {
        let rest = self.text.rest();
        let mut chars = rest.char_indices().skip(1);
        while let Some((index, char)) = chars.next() {
            match char {
                '\\' => drop(chars.next()),
                '`' => {
                    self.out.push_str(self.text.take(index + 1));
                    return Ok(Last::Value);
                }
                '$' if rest.get(index..).is_some_and(|rest| rest.starts_with("${")) => {
                    self.out.push_str(self.text.take(index + 2));
                    self.braces.push(0);
                    return Ok(Last::Operator);
                }
                _ => {}
            }
        }
        Err("a template without an end")
    }
}

fn is_word(char: char) -> bool {
    char.is_alphanumeric() || matches!(char, '_' | '$' | '#' | '\\') || !char.is_ascii()
}

fn styles(text: &mut Text<'_>, out: &mut String) -> Result<(), &'static str> {
    loop {
        let gap = text.skip_gap(false)?;
        let Some(next) = text.next() else { return Ok(()) };
        let is_needed =
            !out.ends_with(['{', '}', ';', ',', ':']) && !matches!(next, '{' | '}' | ';' | ',');
        if gap != Gap::None && is_needed && !out.is_empty() {
            out.push(' ');
        }
        out.push_str(match next {
            '\'' | '"' => text.take_string()?,
            '\\' => {
                let escaped = text.rest().chars().nth(1).map_or(0, char::len_utf8);
                text.take(1 + escaped)
            }
            _ => text.take(next.len_utf8()),
        });
    }
}
