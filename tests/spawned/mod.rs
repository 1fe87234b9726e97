//! The binary as a user starts it, in a folder of its own.

#![allow(dead_code, reason = "each test file uses some of it")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// The longest that anything here may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

/// The command `calendar-server` in `folder`, deaf to the settings of whoever runs the tests.
pub fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_calendar-server"));
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy().into_owned();
        if name.starts_with("CALENDAR_") || name.starts_with("ROCKET_") {
            command.env_remove(name);
        }
    }
    command.current_dir(folder).args(arguments).env("TZ", "Asia/Seoul").stdin(Stdio::null());
    command
}

/// What a command ended with: its exit code, and what it printed to each of the two streams.
#[derive(Debug, PartialEq, Eq)]
pub struct Ended {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

impl From<Output> for Ended {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

/// Runs `calendar-server` to its end.
pub fn run(folder: &Path, arguments: &[&str]) -> Ended {
    command(folder, arguments).output().unwrap().into()
}

/// Waits until `ready` gives something, for as long as a busy machine may need.
#[track_caller]
pub fn wait_for<T>(what: &str, mut ready: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(found) = ready() {
            return found;
        }
        assert!(Instant::now() < deadline, "{what} did not happen");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// The names of what is in `folder`, sorted.
pub fn files(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut names: Vec<_> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// A server that is up, and is killed if the test forgets to stop it.
pub struct Server {
    child: Child,
    log: Option<JoinHandle<String>>,
    /// `http://127.0.0.1:<port>`
    pub url: String,
}

impl Server {
    /// Starts `dev-run` on a free port.
    pub fn dev_run(folder: &Path) -> Self {
        Self::start(command(folder, &["dev-run", "--port", "0"]))
    }

    /// Starts `command`, which must be `dev-run` or `serve`, and waits until it says where it is.
    pub fn start(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let (tell, told) = std::sync::mpsc::channel();
        let out = child.stdout.take().unwrap();
        let tell_too = tell.clone();
        std::thread::spawn(move || watch(out, &tell_too));
        let err = child.stderr.take().unwrap();
        let log = std::thread::spawn(move || watch(err, &tell));
        let Ok(url) = told.recv_timeout(PATIENCE) else {
            let _ = child.kill();
            panic!("the server did not start: {}", log.join().unwrap());
        };
        Self { child, log: Some(log), url }
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// `host:port`
    pub fn address(&self) -> &str {
        self.url.split_once("://").unwrap().1
    }

    pub fn signal(&self, name: &str) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args([&format!("-{name}"), &id]).status().unwrap().success());
    }

    /// Waits for the server to end, and gives its exit status and its log.
    pub fn ended(mut self) -> (ExitStatus, String) {
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return (status, self.log.take().unwrap().join().unwrap());
            }
            assert!(Instant::now() < deadline, "the server does not end");
            std::thread::yield_now();
        }
    }

    /// Asks it to stop as a service manager does.
    pub fn stop(self) -> (ExitStatus, String) {
        self.signal("TERM");
        self.ended()
    }

    /// Calls `path` below `/api/v1` and gives the status and the body.
    pub fn call(&self, method: &str, path: &str, token: &str, body: &str) -> (u16, String) {
        let (head, body) = self.exchange(method, path, token, body);
        (head.split(' ').nth(1).unwrap().parse().unwrap(), body)
    }

    /// Calls `path` below `/api/v1` and gives the answer's head and its body.
    pub fn exchange(&self, method: &str, path: &str, token: &str, body: &str) -> (String, String) {
        let length = body.len();
        let request = format!(
            "{method} /api/v1{path} HTTP/1.1\r\nHost: calendar\r\nX-calendar-access-token: {token}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
        );
        self.send(request.as_bytes())
    }

    /// Sends the very bytes of a request and gives the answer's head and its body.
    pub fn send(&self, request: &[u8]) -> (String, String) {
        let mut stream = self.connect();
        stream.write_all(request).unwrap();
        answer(stream)
    }

    pub fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address()).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream
    }

    /// Registers `email` and gives its token.
    pub fn register(&self, email: &str) -> String {
        let (status, body) =
            self.call("POST", "/user/", "", &format!(r#"{{"useremail":"{email}"}}"#));
        assert_eq!(status, 200, "{body}");
        let answer: serde_json::Value = serde_json::from_str(&body).unwrap();
        answer["data"]["token"].as_str().unwrap().to_owned()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Reads an answer to the end of its connection.
pub fn answer(mut stream: TcpStream) -> (String, String) {
    let mut bytes = Vec::new();
    // A server that has not read all of a request may reset the connection behind its answer.
    let _ = stream.read_to_end(&mut bytes);
    let text = String::from_utf8(bytes).unwrap();
    match text.split_once("\r\n\r\n") {
        Some((head, body)) => (head.to_owned(), body.to_owned()),
        None => (text, String::new()),
    }
}

/// Reads a stream to its end, and tells the address of the server when it comes by.
fn watch(stream: impl Read, tell: &std::sync::mpsc::Sender<String>) -> String {
    let mut all = String::new();
    for line in BufReader::new(stream).lines() {
        let line = line.unwrap();
        let url =
            line.split([' ', '"']).find(|word| word.starts_with("http") && word.ends_with('/'));
        if let Some(url) = url {
            let _ = tell.send(url.trim_end_matches('/').to_owned());
        }
        all.push_str(&line);
        all.push('\n');
    }
    all
}
