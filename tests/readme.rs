//! The READMEs are true: their commands are run as they are printed, against the server that their
//! own start command starts, and give the answers that are printed.
//!
//! A block fenced as `console` has commands, each after `$ `, with what they print below them. Each
//! README is one bash session, so that variables carry over from one block to the next; the start
//! command is run on its own, and `scripts/test` not at all, since it is what runs this.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that panics has failed")]

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read};
use std::net::TcpListener;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use tempfile::TempDir;

const READMES: [&str; 2] = ["README.md", "README.ko.md"];

/// Where the READMEs' commands expect the server.
const PRINTED_ADDRESS: &str = "127.0.0.1:5000";

/// The start command builds the server first, which can take minutes.
const BUILD_AND_START: Duration = Duration::from_secs(30 * 60);

/// Parts the output of one command from that of the next.
const SEPARATOR: char = '\u{1e}';

#[test]
fn the_readme_in_english_is_true() {
    follow("README.md");
}

#[test]
fn the_readme_in_korean_is_true() {
    follow("README.ko.md");
}

#[test]
fn every_call_is_shown() {
    for name in READMES {
        let shown: Vec<(String, String)> =
            sessions(name).iter().flatten().filter_map(|step| call(&step.command)).collect();
        let routes = calendar_server::api::routes();
        let real = routes.iter().filter(|route| route.name.as_deref() != Some("refusal"));
        let missing: Vec<String> = real
            .filter(|route| {
                !shown.iter().any(|(method, path)| {
                    method == route.method.as_str() && is_of(route.uri.path(), path)
                })
            })
            .map(|route| format!("{} {}", route.method, route.uri.path()))
            .collect();
        assert!(missing.is_empty(), "{name} shows no command for {missing:?}");
    }
}

#[test]
fn every_key_and_every_command_has_a_row() {
    let config = text("src/config/mod.rs");
    let keys = ["const OURS", "const ROCKETS"].map(|list| strings_of(&config, list)).concat();
    let (groups, commands): (Vec<String>, Vec<String>) = commands_of(&[])
        .into_iter()
        .partition(|command| ["db", "user"].contains(&command.as_str()));
    let grouped = groups.iter().flat_map(|group| {
        commands_of(&[group]).into_iter().map(move |command| format!("{group} {command}"))
    });
    let expected: Vec<String> = keys.into_iter().chain(commands).chain(grouped).collect();
    for name in READMES {
        let readme = text(name);
        let missing: Vec<&String> = expected
            .iter()
            .filter(|entry| !readme.lines().any(|l| l.starts_with(&format!("| `{entry}` |"))))
            .collect();
        assert!(missing.is_empty(), "{name} has no row for {missing:?}");
    }
}

/// A command and what it prints.
struct Step {
    /// The command's line in the README, counted from 1.
    line: usize,
    command: String,
    output: String,
}

/// Does all that the README says, in its order, and compares what is printed.
fn follow(name: &str) {
    let blocks = sessions(name);
    let starts = |block: &&Vec<Step>| block.iter().any(|s| s.command.starts_with("cargo run "));
    let tests = |block: &&Vec<Step>| block.iter().any(|s| s.command == "scripts/test");
    let [start] = blocks.iter().find(starts).unwrap().as_slice() else {
        panic!("{name}: the start command does not stand alone");
    };
    assert!(blocks.iter().any(|block| tests(&block)), "{name} does not say how to test");
    let steps: Vec<&Step> =
        blocks.iter().filter(|block| !starts(block) && !tests(block)).flatten().collect();

    let mut server = Server::start(&start.command);
    let address = format!("127.0.0.1:{}", server.port);
    assert_eq!(server.said, start.output.replace(PRINTED_ADDRESS, &address), "{name}");
    let outputs = run(&steps, &address);
    let ended = server.stop();

    let mut wrong = String::new();
    for (step, got) in steps.iter().zip(&outputs) {
        let expected = normalised(&step.output);
        let got = normalised(&got.replace(&address, PRINTED_ADDRESS));
        if expected != got {
            let Step { line, command, .. } = step;
            write!(wrong, "\n{name}:{line}\n$ {command}\nexpected:\n{expected}got:\n{got}")
                .unwrap();
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
    assert_eq!(outputs.len(), steps.len(), "{name}: the session ended early");
    assert_eq!(ended.code(), Some(0), "{name}: told to stop, the server ended with {ended}");
}

/// The blocks of commands in a file.
fn sessions(name: &str) -> Vec<Vec<Step>> {
    let text = text(name);
    let mut blocks = Vec::new();
    let mut lines = text.lines().zip(1..);
    while lines.by_ref().any(|(line, _)| line == "```console") {
        let mut block: Vec<Step> = Vec::new();
        for (text, line) in lines.by_ref().take_while(|(line, _)| *line != "```") {
            match (text.strip_prefix("$ "), block.last_mut()) {
                (Some(command), _) => {
                    block.push(Step { line, command: command.into(), output: String::new() });
                }
                (None, Some(step)) if step.command.ends_with('\\') && step.output.is_empty() => {
                    assert!(text.starts_with("  "), "{name}:{line}: expected two spaces of indent");
                    step.command += "\n";
                    step.command += text;
                }
                (None, Some(step)) => step.output += &format!("{text}\n"),
                (None, None) => panic!("{name}:{line}: expected a command"),
            }
        }
        blocks.push(block);
    }
    blocks
}

/// Runs all commands in one bash session and gives what each printed.
fn run(steps: &[&Step], address: &str) -> Vec<String> {
    let (folder, scripts) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let mut script = String::from("exec 2>&1\n");
    for step in steps {
        let command = step.command.replace(PRINTED_ADDRESS, address);
        write!(script, "printf '\\036'\n{command}\n").unwrap();
    }
    let file = scripts.path().join("session");
    fs::write(&file, script).unwrap();
    // Beside the binary that cargo built for the tests is the one that the start command built.
    let target = Path::new(env!("CARGO_BIN_EXE_calendar-server")).ancestors().nth(2).unwrap();
    let path = std::env::var("PATH").unwrap();
    let output = quiet("timeout")
        .args(["300", "bash"])
        .arg(file)
        .current_dir(folder.path())
        .env("PATH", format!("{}:{path}", target.join("release").display()))
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let printed = String::from_utf8(output.stdout).unwrap();
    printed.split(SEPARATOR).skip(1).map(str::to_owned).collect()
}

/// A server that was started as a README says; gone when dropped.
struct Server {
    child: Child,
    port: u16,
    /// The line that it printed when it was ready.
    said: String,
    /// Where its database is.
    _folder: TempDir,
}

impl Server {
    fn start(command: &str) -> Self {
        let folder = TempDir::new().unwrap();
        let log = folder.path().join("log");
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut child = quiet("bash")
            .args(["-c", command])
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .env("CALENDAR_DATABASE", folder.path().join("calendar.sqlite"))
            .env("CALENDAR_PORT", port.to_string())
            .env("CALENDAR_TIMEZONE", "Asia/Seoul")
            .process_group(0)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(File::create(&log).unwrap())
            .spawn()
            .unwrap();
        let stdout = child.stdout.take().unwrap();
        let mut server = Self { child, port, said: String::new(), _folder: folder };
        let (tell, told) = mpsc::channel();
        thread::spawn(move || {
            let mut stdout = BufReader::new(stdout);
            let mut line = String::new();
            let _ = stdout.read_line(&mut line);
            let _ = tell.send(line);
            // A pipe that nobody reads would end the server at its next line.
            let _ = stdout.read_to_end(&mut Vec::new());
        });
        server.said = told.recv_timeout(BUILD_AND_START).unwrap_or_default();
        if server.said.is_empty() {
            let log = fs::read_to_string(log).unwrap_or_default();
            panic!("{command} started no server; it printed:\n{log}");
        }
        server
    }

    /// Tells it to stop, as ctrl-c and systemd do, and waits until it has.
    fn stop(&mut self) -> ExitStatus {
        self.signal("TERM");
        self.child.wait().unwrap()
    }

    fn signal(&self, signal: &str) {
        let kill = format!("kill -{signal} -- -{}", self.child.id());
        let _ = Command::new("bash").args(["-c", &kill]).stderr(Stdio::null()).status();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            self.signal("KILL");
            let _ = self.child.wait();
        }
    }
}

/// A program that starts as from a shell: without settings of the server, and without what cargo
/// tells a test, over which the start command would build crates anew that watch for it (ring).
fn quiet(program: &str) -> Command {
    const UNWANTED: [&str; 4] = ["CALENDAR_", "ROCKET_", "CARGO_MANIFEST_", "CARGO_PKG_"];
    let mut command = Command::new(program);
    for (name, _) in std::env::vars_os() {
        if UNWANTED.iter().any(|prefix| name.to_string_lossy().starts_with(prefix)) {
            command.env_remove(name);
        }
    }
    command
}

/// What is printed, but for what differs from run to run: tokens, and when something was made or
/// changed.
fn normalised(text: &str) -> String {
    let token = replaced(text, "\"eyJ", |value| {
        let parts: Vec<&str> = value.split('.').collect();
        let base64url = |c: char| c.is_ascii_alphanumeric() || "-_".contains(c);
        parts.len() == 3 && parts.iter().all(|part| !part.is_empty() && part.chars().all(base64url))
    });
    let date = |value: &str| value.len() == 29 && value.ends_with(" GMT");
    replaced(&replaced(&token, "\"created\":\"", date), "\"updated\":\"", date)
}

/// `text` with a star for each value that follows `before`, up to the quote, and is `some`.
fn replaced(text: &str, before: &str, some: impl Fn(&str) -> bool) -> String {
    let mut parts = text.split(before);
    let mut result = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        result += before;
        let value = part.split('"').next().unwrap_or_default();
        result += &if some(value) { part.replacen(value, "*", 1) } else { part.to_owned() };
    }
    result
}

/// The method and the path below `/api/v1` that a command calls, if it calls the API.
fn call(command: &str) -> Option<(String, String)> {
    let (_, url) = command.split_once(&format!("http://{PRINTED_ADDRESS}/api/v1"))?;
    let path = url.split(|c: char| c.is_whitespace() || "?'\"".contains(c)).next()?;
    let given = command.split_once("-X ").and_then(|(_, rest)| rest.split_whitespace().next());
    let default = if command.contains(" -d ") { "POST" } else { "GET" };
    Some((given.unwrap_or(default).to_owned(), path.trim_end_matches('/').to_owned()))
}

/// Whether `path` is one of the route `pattern`, whose dynamic segments are numbers.
fn is_of(pattern: &str, path: &str) -> bool {
    let (pattern, path): (Vec<_>, Vec<_>) =
        (pattern.split('/').collect(), path.split('/').collect());
    let matches = |(segment, given): (&&str, &&str)| {
        segment == given || segment.starts_with('<') && given.parse::<i64>().is_ok()
    };
    pattern.len() == path.len() && pattern.iter().zip(&path).all(matches)
}

/// The strings in the array that `name` begins the declaration of.
fn strings_of(source: &str, name: &str) -> Vec<String> {
    let array = source.split_once(name).and_then(|(_, rest)| rest.split_once("];"));
    let (array, _) = array.unwrap_or_else(|| panic!("src/config.rs has no array {name}"));
    array.split('"').skip(1).step_by(2).map(str::to_owned).collect()
}

/// The commands that the help of `arguments` lists.
fn commands_of(arguments: &[&str]) -> Vec<String> {
    let binary = env!("CARGO_BIN_EXE_calendar-server");
    let help = Command::new(binary).args(arguments).arg("--help").output().unwrap();
    let help = String::from_utf8(help.stdout).unwrap();
    let (_, list) = help.split_once("Commands:\n").unwrap();
    let names = list.lines().map_while(|line| line.strip_prefix("  ")?.split_whitespace().next());
    names.filter(|name| *name != "help").map(str::to_owned).collect()
}

fn text(name: &str) -> String {
    let path: PathBuf = [env!("CARGO_MANIFEST_DIR"), name].iter().collect();
    fs::read_to_string(path).unwrap()
}
