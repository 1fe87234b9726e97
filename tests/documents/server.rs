//! A server that was started by a printed command.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read};
use std::net::TcpListener;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use tempfile::TempDir;

use crate::document::root;
use crate::session::quiet;

/// The start command builds the server first, which can take minutes.
const BUILD_AND_START: Duration = Duration::from_mins(30);

/// Gone when dropped.
pub(crate) struct Server {
    child: Child,
    /// `127.0.0.1` and a port.
    pub(crate) address: String,
    /// The line that it printed when it was ready.
    pub(crate) said: String,
    /// Where its database is.
    _folder: TempDir,
}

impl Server {
    /// Runs `command` in the source tree, with a fresh database and a free port.
    pub(crate) fn start(command: &str) -> Self {
        let folder = TempDir::new().unwrap();
        let log = folder.path().join("log");
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut child = quiet("bash")
            .args(["-c", command])
            .current_dir(root())
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
        let address = format!("127.0.0.1:{port}");
        let mut server = Self { child, address, said: String::new(), _folder: folder };
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
    pub(crate) fn stop(&mut self) -> ExitStatus {
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
