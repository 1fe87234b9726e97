//! The program as its users start it: single commands, and a server in a folder of its own.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, ChildStderr, Command, ExitStatus, Output, Stdio};
use std::sync::mpsc;
use std::thread::JoinHandle;
use std::time::Instant;

use super::wait::PATIENCE;

/// `calendar-server` with `arguments` in `folder`, without the settings of whoever runs the tests.
pub(crate) fn command(folder: &Path, arguments: &[&str]) -> Command {
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

/// How a command ended: its exit code, and what it printed.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
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
pub(crate) fn run(folder: &Path, arguments: &[&str]) -> Ended {
    command(folder, arguments).output().unwrap().into()
}

/// A command that succeeded and printed `out`.
pub(crate) fn done(out: &str) -> Ended {
    Ended { code: Some(0), out: out.to_owned(), err: String::new() }
}

/// A command that failed with the one line `error: <err>`.
pub(crate) fn failed(err: &str) -> Ended {
    Ended { code: Some(1), out: String::new(), err: format!("error: {err}\n") }
}

/// A running server. Dropping it kills it.
pub(crate) struct Server {
    child: Child,
    log: Option<JoinHandle<String>>,
    /// `http://127.0.0.1:<port>`
    pub(crate) url: String,
}

impl Server {
    /// Starts `dev-run` on a free port.
    pub(crate) fn dev_run(folder: &Path) -> Self {
        Self::start(command(folder, &["dev-run", "--port", "0"]))
    }

    /// Starts `command`, which runs `dev-run` or `serve`, and waits until it prints its address.
    pub(crate) fn start(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let (address, addresses) = mpsc::channel();
        let out = child.stdout.take().unwrap();
        let of_out = address.clone();
        std::thread::spawn(move || watch(out, &of_out));
        let err = child.stderr.take().unwrap();
        let log = std::thread::spawn(move || watch(err, &address));
        let Ok(url) = addresses.recv_timeout(PATIENCE) else {
            let _ = child.kill();
            panic!("the server did not start: {}", log.join().unwrap());
        };
        Self { child, log: Some(log), url }
    }

    /// Starts `command`, which runs `dev-run`, and gives its log unread.
    pub(crate) fn start_unread(mut command: Command) -> (Self, ChildStderr) {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let (address, addresses) = mpsc::channel();
        let out = child.stdout.take().unwrap();
        let out = std::thread::spawn(move || watch(out, &address));
        let err = child.stderr.take().unwrap();
        let url = addresses.recv_timeout(PATIENCE).unwrap();
        (Self { child, log: Some(out), url }, err)
    }

    /// The id of its process.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// `host:port`
    pub(crate) fn address(&self) -> &str {
        self.url.split('/').nth(2).unwrap()
    }

    /// Sends it the signal `name`, such as `TERM`.
    pub(crate) fn signal(&self, name: &str) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args([&format!("-{name}"), &id]).status().unwrap().success());
    }

    /// Kills it, as a power cut would, and waits until it is gone.
    pub(crate) fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// Waits for the server to end, and gives its exit status and its log.
    pub(crate) fn ended(mut self) -> (ExitStatus, String) {
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return (status, self.log.take().unwrap().join().unwrap());
            }
            assert!(Instant::now() < deadline, "the server does not end");
            std::thread::yield_now();
        }
    }

    /// Stops it as a service manager does, and gives its exit status and its log.
    pub(crate) fn stop(self) -> (ExitStatus, String) {
        self.signal("TERM");
        self.ended()
    }

    /// Calls `path` below `/api/v1` and gives the status and the body.
    pub(crate) fn call(&self, method: &str, path: &str, token: &str, body: &str) -> (u16, String) {
        let (head, body) = self.exchange(method, path, token, body);
        (head.split(' ').nth(1).unwrap().parse().unwrap(), body)
    }

    /// Calls `path` below `/api/v1` and gives the answer's head and its body.
    pub(crate) fn exchange(
        &self,
        method: &str,
        path: &str,
        token: &str,
        body: &str,
    ) -> (String, String) {
        let length = body.len();
        let request = format!(
            "{method} /api/v1{path} HTTP/1.1\r\nHost: calendar\r\nX-calendar-access-token: {token}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
        );
        self.send(request.as_bytes())
    }

    /// Sends the bytes of a request and gives the answer's head and its body.
    pub(crate) fn send(&self, request: &[u8]) -> (String, String) {
        let mut stream = self.connect();
        stream.write_all(request).unwrap();
        read_answer(stream)
    }

    pub(crate) fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address()).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream
    }

    /// Registers `email` and gives its token.
    pub(crate) fn register(&self, email: &str) -> String {
        let (status, body) =
            self.call("POST", "/user/", "", &format!(r#"{{"useremail":"{email}"}}"#));
        assert_eq!(status, 200, "{body}");
        let answer: serde_json::Value = serde_json::from_str(&body).unwrap();
        answer["data"]["token"].as_str().unwrap().to_owned()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Reads an answer to the end of its connection.
pub(crate) fn read_answer(mut stream: TcpStream) -> (String, String) {
    let mut bytes = Vec::new();
    // A server that has not read all of a request may reset the connection behind its answer.
    let _ = stream.read_to_end(&mut bytes);
    let text = String::from_utf8(bytes).unwrap();
    match text.split_once("\r\n\r\n") {
        Some((head, body)) => (head.to_owned(), body.to_owned()),
        None => (text, String::new()),
    }
}

/// Reads a stream to its end, and sends on the address of the server when a line has it.
fn watch(stream: impl Read, address: &mpsc::Sender<String>) -> String {
    let mut all = String::new();
    for line in BufReader::new(stream).lines() {
        let line = line.unwrap();
        let url =
            line.split([' ', '"']).find(|word| word.starts_with("http") && word.ends_with('/'));
        if let Some(url) = url {
            let _ = address.send(url.trim_end_matches('/').to_owned());
        }
        all.push_str(&line);
        all.push('\n');
    }
    all
}
