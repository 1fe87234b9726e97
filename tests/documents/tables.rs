//! The tables that repeat the code say what the code says: calls and codes as the OpenAPI description
//! has them, commands as `--help` has them, keys as the configuration knows them.

use std::collections::BTreeSet;
use std::fmt::Debug;
use std::process::Command;

use regex_lite::Regex;
use serde_json::Value;

use crate::document::{self, Document, code_spans};
use crate::session::PRINTED_ADDRESS;

const BOTH_LANGUAGES: [&str; 2] = [".md", ".ko.md"];

/// A document of `docs/` in each language.
fn in_both_languages(name: &str) -> [Document; 2] {
    BOTH_LANGUAGES.map(|ending| Document::named(&format!("docs/{name}{ending}")))
}

/// Fails with what a table lacks and what it has too much.
#[track_caller]
fn assert_same<T: Ord + Debug>(document: &Document, listed: &BTreeSet<T>, real: &BTreeSet<T>) {
    let missing: Vec<&T> = real.difference(listed).collect();
    let unknown: Vec<&T> = listed.difference(real).collect();
    let name = &document.name;
    assert!(
        missing.is_empty() && unknown.is_empty(),
        "{name} lacks {missing:?}, and has {unknown:?}"
    );
}

fn printed(arguments: &[&str]) -> String {
    let binary = env!("CARGO_BIN_EXE_calendar-server");
    let output = Command::new(binary).args(arguments).output().unwrap();
    assert!(output.status.success(), "{arguments:?}");
    String::from_utf8(output.stdout).unwrap()
}

fn description() -> Value {
    serde_json::from_str(&printed(&["openapi"])).unwrap()
}

/// The calls of the API: `GET /group/{id}`.
fn calls(description: &Value) -> BTreeSet<String> {
    let paths = description["paths"].as_object().unwrap();
    let calls = paths.iter().flat_map(|(path, item)| {
        item.as_object().unwrap().keys().map(move |method| (path, method))
    });
    calls.map(|(path, method)| format!("{} {path}", method.to_uppercase())).collect()
}

#[test]
fn the_tables_of_calls_have_every_call_and_no_other() {
    let method = Regex::new(r"\b(GET|POST|PUT|DELETE)\b").unwrap();
    let path = Regex::new(r"(?:^|[ `])(/[\w/.{}<>-]+)").unwrap();
    for document in in_both_languages("api") {
        let mut listed = BTreeSet::new();
        for row in document.rows() {
            let first = row[0];
            if first.is_empty() || first == "추가" || first.parse::<u8>().is_ok() {
                let row = row.join(" ");
                for (method, path) in method.find_iter(&row).flat_map(|method| {
                    path.captures_iter(&row).map(move |path| (method.as_str(), path))
                }) {
                    let path = path[1].replace('<', "{").replace('>', "}");
                    let path = path.trim_start_matches("/api/v1").trim_end_matches('/');
                    listed.insert(format!("{method} {path}"));
                }
            }
        }
        assert_same(&document, &listed, &calls(&description()));
    }
}

#[test]
fn every_call_is_shown_in_a_printed_command() {
    let id = Regex::new(r"/\d+(/|$)").unwrap();
    for document in in_both_languages("api") {
        let steps = document.sessions().into_iter().flatten();
        let shown: BTreeSet<String> = steps
            .filter_map(|step| call(&step.command))
            .map(|(method, path)| format!("{method} {}", id.replace_all(&path, "/{id}$1")))
            .collect();
        // A second id is an integer too, and a command has a secret in a variable.
        let calls = calls(&description()).into_iter();
        let calls: BTreeSet<String> = calls
            .map(|call| call.replace("{invitation}", "{id}").replace("{secret}", "$SECRET"))
            .collect();
        let missing: Vec<&String> = calls.difference(&shown).collect();
        assert!(missing.is_empty(), "{} shows no command for {missing:?}", document.name);
    }
}

/// The method and the path below `/api/v1` that a command calls, if it calls the API.
fn call(command: &str) -> Option<(String, String)> {
    let (_, url) = command.split_once(&format!("http://{PRINTED_ADDRESS}/api/v1"))?;
    let path = url.split(|c: char| c.is_whitespace() || "?'\"".contains(c)).next()?;
    let given = command.split_once("-X ").and_then(|(_, rest)| rest.split_whitespace().next());
    let default = if command.contains(" -d ") { "POST" } else { "GET" };
    Some((given.unwrap_or(default).to_owned(), path.trim_end_matches('/').to_owned()))
}

/// A status, a code and its message.
type Code = (u64, u64, String);

#[test]
fn the_tables_of_codes_have_every_code_and_no_other() {
    let mut real = BTreeSet::new();
    let description = description();
    let calls = description["paths"].as_object().unwrap().values();
    for call in calls.flat_map(|item| item.as_object().unwrap().values()) {
        for (status, response) in call["responses"].as_object().unwrap() {
            let status = status.parse().unwrap();
            find_codes(&description, response, &mut |code, message| {
                real.insert((status, code, message));
            });
        }
    }
    // An answer that no call has as its own, such as that to a method that the path does not take, is
    // described without a status; a code begins with it.
    for response in description["components"]["responses"].as_object().unwrap().values() {
        find_codes(&description, response, &mut |code, message| {
            real.insert((code / 100, code, message));
        });
    }
    for document in in_both_languages("api") {
        let listed: BTreeSet<Code> = document
            .rows()
            .iter()
            .filter_map(|row| {
                let [status, code, message, ..] = row.as_slice() else { return None };
                let status = status.split(' ').next()?.parse().ok()?;
                Some((status, code.parse().ok()?, message.trim_matches('`').to_owned()))
            })
            .collect();
        assert_same(&document, &listed, &real);
    }
}

/// Calls `found` with each code and message that an answer can have, by its schemas.
fn find_codes(description: &Value, part: &Value, found: &mut impl FnMut(u64, String)) {
    match part {
        Value::Object(members) => {
            if let Some(reference) = part["$ref"].as_str() {
                let target = description.pointer(reference.trim_start_matches('#')).unwrap();
                find_codes(description, target, found);
            }
            let only = |name: &str| {
                let schema = &part["properties"][name];
                schema.get("const").or_else(|| schema["enum"].get(0)).cloned()
            };
            if let (Some(code), Some(message)) = (only("code"), only("message")) {
                found(code.as_u64().unwrap(), message.as_str().unwrap().to_owned());
            }
            members.values().for_each(|member| find_codes(description, member, found));
        }
        Value::Array(items) => {
            items.iter().for_each(|item| find_codes(description, item, found));
        }
        _ => {}
    }
}

#[test]
fn the_tables_of_keys_have_every_key_and_no_other() {
    let keys: BTreeSet<&str> = calendar_server::config::keys().collect();
    for document in in_both_languages("configuration") {
        let rows = document.rows();
        let listed: BTreeSet<&str> =
            rows.iter().filter_map(|row| row[0].strip_prefix('`')?.strip_suffix('`')).collect();
        assert_same(&document, &listed, &keys);
    }
}

/// The name of a command, its arguments as in `[FILE]`, and its options.
type Usage = (String, Vec<String>, BTreeSet<String>);

/// The commands that the help below `group` lists.
fn commands(group: &[&str]) -> BTreeSet<Usage> {
    let help = printed(&[group, &["--help"]].concat());
    let (_, list) = help.split_once("Commands:\n").unwrap();
    let names = list.lines().map_while(|line| line.strip_prefix("  ")?.split_whitespace().next());
    let mut commands = BTreeSet::new();
    for name in names.filter(|name| *name != "help") {
        let path = [group, &[name]].concat();
        let help = printed(&[path.as_slice(), &["--help"]].concat());
        if help.contains("Commands:\n") {
            commands.extend(self::commands(&path));
        } else {
            commands.insert((path.join(" "), arguments(&help), options(help.lines())));
        }
    }
    commands
}

/// The arguments in the help of a command. The options that one of which is needed are not among them.
fn arguments(help: &str) -> Vec<String> {
    let option = Regex::new(r"<--.*>>|--[a-z-]+ <[A-Z]+>").unwrap();
    let usage = help.lines().find(|line| line.starts_with("Usage: ")).unwrap();
    let (_, arguments) = usage.split_once("[OPTIONS]").unwrap();
    let arguments = option.replace_all(arguments, "");
    arguments.split_whitespace().map(|argument| argument.replace(['<', '>'], "")).collect()
}

/// The long options that `lines` begin with, except those that every command has.
fn options<'l>(lines: impl Iterator<Item = &'l str>) -> BTreeSet<String> {
    let option = Regex::new(r"^ *(?:-\w, )?(--[a-z-]+)").unwrap();
    let options = lines.filter_map(|line| Some(option.captures(line)?[1].to_owned()));
    options.filter(|option| !["--database", "--help"].contains(&option.as_str())).collect()
}

#[test]
fn the_tables_of_commands_have_every_command_with_its_arguments_and_options() {
    let name = Regex::new("^[a-z-]+$").unwrap();
    let real = commands(&[]);
    for document in in_both_languages("commands") {
        let mut listed = BTreeSet::new();
        for row in document.rows() {
            let (Some(command), [_, options, _]) = (code_spans(row[0]).next(), row.as_slice())
            else {
                continue;
            };
            let (name, arguments): (Vec<&str>, Vec<&str>) =
                command.split(' ').partition(|word| name.is_match(word));
            let arguments = arguments.into_iter().map(str::to_owned).collect();
            listed.insert((name.join(" "), arguments, self::options(code_spans(options))));
        }
        assert_same(&document, &listed, &real);
    }
}

#[test]
fn every_command_that_a_document_names_exists() {
    let named =
        Regex::new(r"^(?:.* )?calendar-server ([a-z][a-z-]+)(?: ([a-z-]+))?|^(db|user) ([a-z-]+)")
            .unwrap();
    let commands: BTreeSet<String> = commands(&[]).into_iter().map(|(name, ..)| name).collect();
    let mut count = 0;
    for document in document::all() {
        let steps: Vec<_> = document.sessions().into_iter().flatten().collect();
        let run = steps.iter().map(|step| step.command.as_str());
        let shown = document.blocks("sh").into_iter().flat_map(|(_, lines)| lines);
        let mentioned = document.prose().flat_map(code_spans);
        for text in run.chain(shown).chain(mentioned) {
            let Some(found) = named.captures(text) else { continue };
            let word = |first: usize| found.get(first).map_or("", |word| word.as_str());
            let (first, second) = (word(1).to_owned() + word(3), word(2).to_owned() + word(4));
            let both = format!("{first} {second}");
            let is_begun = |command: &String| command.starts_with(&format!("{both} "));
            let exists = commands.contains(&first)
                || commands.contains(&both)
                || commands.iter().any(is_begun);
            assert!(exists, "{}: there is no command {both}: {text}", document.name);
            count += 1;
        }
    }
    assert!(count > 20, "only {count} are named");
}
