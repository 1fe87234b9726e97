//! What several tests start, ask and wait with.

use std::fs;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::json;

pub use crate::spawned::wait_for;
use crate::spawned::{Ended, Server, command, run};

/// What takes longer has failed, so that no test can hang.
pub const PATIENCE: Duration = Duration::from_secs(30);

pub const REFUSED: &str = r#"{"meta":{"code":50300,"message":"SERVICE UNAVAILABLE","detail":"nothing was stored; try again later"}}"#;

/// The day that all events here are on.
pub const DAY: &str = "/calendar/date?date=2017-06-19";

pub fn event(subject: &str) -> String {
    json!({"sdate": "2017-06-19 20:00:00", "edate": "2017-06-19 23:00:00", "subject": subject})
        .to_string()
}

/// Runs a command that does not end by itself if it serves where it should not, to its end.
#[track_caller]
pub fn bounded(mut command: Command) -> Ended {
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let deadline = Instant::now() + PATIENCE / 3;
    while child.try_wait().unwrap().is_none() {
        if Instant::now() > deadline {
            let _ = child.kill();
            panic!("{command:?} does not end: {:?}", child.wait_with_output());
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    child.wait_with_output().unwrap().into()
}

/// The same command as the last of a line of bash, `$@`.
pub fn through_bash(plain: &Command, line: &str) -> Command {
    let mut bash = Command::new("bash");
    bash.arg("-c").arg(line).arg("bash").arg(plain.get_program()).args(plain.get_args());
    bash.current_dir(plain.get_current_dir().unwrap()).stdin(Stdio::null());
    for (name, value) in plain.get_envs() {
        match value {
            Some(value) => bash.env(name, value),
            None => bash.env_remove(name),
        };
    }
    bash
}

/// `serve` on a free port, where anybody may register as often as they like.
pub fn serve(folder: &Path) -> Command {
    let mut command = command(folder, &["serve", "--port", "0"]);
    command.env("CALENDAR_AUTH_RATE", "off");
    command
}

#[track_caller]
pub fn assert_sound(folder: &Path) {
    let checked = run(folder, &["db", "check"]);
    let sound = "calendar.sqlite is sound\n".to_owned();
    assert_eq!(checked, Ended { code: Some(0), out: sound, err: String::new() });
}

pub fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<_> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// The memory that a server has in use, in KiB.
pub fn memory(server: &Server) -> i64 {
    let status = fs::read_to_string(format!("/proc/{}/status", server.id())).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

/// Asserts that a server has at most 20 MB more in use than `before`.
#[track_caller]
pub fn assert_flat(server: &Server, before: i64) {
    let grown = memory(server) - before;
    assert!(grown < 20 * 1024, "{grown} KiB more than the {before} KiB before");
}

/// A connection that is kept from one request to the next.
pub struct Connection(BufReader<TcpStream>);

pub struct Reply {
    pub status: u16,
    /// The id that `Location` ends in.
    pub made: Option<i64>,
    pub body: String,
}

impl Connection {
    pub fn to(server: &Server) -> Self {
        Self(BufReader::new(server.connect()))
    }

    /// Calls `path` below `/api/v1`. An error means that there may or may not have been an answer.
    pub fn call(&mut self, method: &str, path: &str, token: &str, body: &str) -> io::Result<Reply> {
        let request = request(method, path, token, body);
        self.0.get_mut().write_all(request.as_bytes())?;
        let (mut reply, mut length) = (Reply { status: 0, made: None, body: String::new() }, 0);
        loop {
            let mut line = String::new();
            if self.0.read_line(&mut line)? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            let line = line.trim_end();
            match line.split_once(": ") {
                None if line.is_empty() => break,
                None => reply.status = line.split(' ').nth(1).unwrap().parse().unwrap(),
                Some((name, value)) if name.eq_ignore_ascii_case("location") => {
                    reply.made = Some(value.rsplit('/').next().unwrap().parse().unwrap());
                }
                Some((name, value)) if name.eq_ignore_ascii_case("content-length") => {
                    length = value.parse().unwrap();
                }
                Some(_) => {}
            }
        }
        let mut body = vec![0; length];
        self.0.read_exact(&mut body)?;
        reply.body = String::from_utf8(body).unwrap();
        Ok(reply)
    }
}

/// The bytes of a request whose connection is kept.
pub fn request(method: &str, path: &str, token: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "{method} /api/v1{path} HTTP/1.1\r\nHost: c\r\nX-calendar-access-token: {token}\r\nContent-Length: {length}\r\n\r\n{body}"
    )
}

/// Whether these tests may do as they like, as root may.
pub fn is_root() -> bool {
    Command::new("id").arg("-u").output().unwrap().stdout == b"0\n"
}
