//! A primary and its synchronous standby, in a folder of their own.

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

use crate::support::wait::wait_for;

pub(crate) struct Node {
    folder: PathBuf,
    name: &'static str,
    pub(crate) port: u16,
}

/// The first is the primary until it is killed.
pub(crate) struct Nodes {
    pub(crate) primary: Node,
    pub(crate) standby: Node,
    // Dropped last.
    _folder: TempDir,
}

/// Debian's programs of PostgreSQL, as a user who may run its server, which root may not.
fn program(name: &str) -> Command {
    let mut versions: Vec<_> = fs::read_dir("/usr/lib/postgresql")
        .unwrap()
        .map(|entry| entry.unwrap().path().join("bin").join(name))
        .filter(|path| path.exists())
        .collect();
    versions.sort();
    let path = versions.pop().unwrap();
    let mut command = if rustix::process::getuid().is_root() {
        let mut command = Command::new("runuser");
        command.args(["-u", "postgres", "--"]).arg(path);
        command
    } else {
        Command::new(path)
    };
    command.current_dir("/").stdin(Stdio::null());
    command
}

/// The processes that `parent` began.
fn children(parent: i32) -> Vec<i32> {
    let is_child = |pid: &i32| {
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        let fields = stat.rsplit_once(") ").map_or("", |(_, fields)| fields);
        fields.split(' ').nth(1) == Some(&parent.to_string())
    };
    let names = fs::read_dir("/proc").unwrap().map(|entry| entry.unwrap().file_name());
    names.filter_map(|name| name.to_str()?.parse().ok()).filter(is_child).collect()
}

#[track_caller]
fn run(mut command: Command) -> String {
    // What it starts would hold a pipe open.
    let output = tempfile::NamedTempFile::new().unwrap();
    let file = || Stdio::from(output.reopen().unwrap());
    let status = command.stdout(file()).stderr(file()).status().unwrap();
    let said = fs::read_to_string(output.path()).unwrap();
    assert!(status.success(), "{command:?}: {said}");
    said
}

impl Node {
    fn new(folder: &Path, name: &'static str) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        Self { folder: folder.to_owned(), name, port }
    }

    fn data(&self) -> PathBuf {
        self.folder.join(self.name)
    }

    pub(crate) fn start(&self) {
        let mut command = program("pg_ctl");
        command
            .arg("-D")
            .arg(self.data())
            .arg("-l")
            .arg(self.folder.join(format!("{}.log", self.name)));
        let options = format!(
            "-c port={} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c shared_buffers=64MB",
            self.port
        );
        command.args(["-w", "-o", &options, "start"]);
        run(command);
    }

    pub(crate) fn stop(&self) {
        let mut command = program("pg_ctl");
        command.arg("-D").arg(self.data()).args(["-w", "-m", "fast", "stop"]);
        run(command);
    }

    /// Ends it and all its processes, as a power cut would.
    pub(crate) fn kill(&self) {
        let pid = fs::read_to_string(self.data().join("postmaster.pid")).unwrap();
        let postmaster: i32 = pid.lines().next().unwrap().parse().unwrap();
        // Each of its processes is in a group of its own.
        for pid in std::iter::once(postmaster).chain(children(postmaster)) {
            let pid = rustix::process::Pid::from_raw(pid).unwrap();
            // One that has just ended is gone.
            let _ = rustix::process::kill_process(pid, rustix::process::Signal::KILL);
        }
    }

    pub(crate) fn promote(&self) {
        let mut command = program("pg_ctl");
        command.arg("-D").arg(self.data()).args(["-w", "promote"]);
        run(command);
    }

    /// Runs statements in the database `name`, and gives what they print.
    #[track_caller]
    pub(crate) fn ask(&self, name: &str, sql: &str) -> String {
        let port = self.port.to_string();
        let mut command = program("psql");
        command.args(["-h", "127.0.0.1", "-p", &port, "-U", "calendar", "-AtX", "-c", sql, name]);
        run(command).trim_end().to_owned()
    }
}

impl Nodes {
    /// A primary that waits for its standby, with an empty database `calendar`.
    pub(crate) fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        // Of another user, if root runs the tests.
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o777)).unwrap();
        let primary = Node::new(folder.path(), "primary");
        let standby = Node::new(folder.path(), "standby");
        let mut command = program("initdb");
        command.arg("-D").arg(primary.data()).args([
            "-U",
            "calendar",
            "--auth=trust",
            "-E",
            "UTF8",
        ]);
        command.args(["--locale=C.UTF-8", "--no-sync"]);
        run(command);
        primary.start();
        let from =
            format!("host=127.0.0.1 port={} user=calendar application_name=standby", primary.port);
        let mut command = program("pg_basebackup");
        command.args(["-d", &from, "-R", "-X", "stream", "-c", "fast", "-D"]).arg(standby.data());
        run(command);
        standby.start();
        primary.ask("postgres", "CREATE DATABASE calendar");
        primary.ask("postgres", "ALTER SYSTEM SET synchronous_standby_names = 'standby'");
        primary.ask("postgres", "SELECT pg_reload_conf()");
        let nodes = Self { primary, standby, _folder: folder };
        nodes.wait_until_in_step();
        nodes
    }

    pub(crate) fn wait_until_in_step(&self) {
        wait_for("a synchronous standby", || {
            let state = self.primary.ask("postgres", "SELECT sync_state FROM pg_stat_replication");
            (state == "sync").then_some(())
        });
    }

    /// What a server is given: both, of which it finds the primary.
    pub(crate) fn url(&self) -> String {
        let (primary, standby) = (self.primary.port, self.standby.port);
        format!("postgres://calendar@127.0.0.1:{primary},127.0.0.1:{standby}/calendar")
    }
}

impl Drop for Nodes {
    fn drop(&mut self) {
        for node in [&self.primary, &self.standby] {
            if node.data().join("postmaster.pid").exists() {
                let mut command = program("pg_ctl");
                command.arg("-D").arg(node.data()).args(["-m", "immediate", "stop"]);
                let _ = command.stdout(Stdio::null()).stderr(Stdio::null()).status();
            }
        }
    }
}
