//! What operators copy from this repository works as it is: the documented nginx in front of a server, and
//! the systemd unit. These tests need nginx, systemd-analyze, openssl and curl, which `scripts/test`
//! installs.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use crate::support::files::files;
use crate::support::server::{Server, command, run};
use crate::support::wait::wait_for;

fn text(name: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).unwrap()
}

/// Runs a program to its end. If it is missing, the error says where it comes from.
#[track_caller]
fn output(command: &mut Command) -> Output {
    command.stdin(Stdio::null()).output().unwrap_or_else(|error| {
        panic!("{command:?}: {error}; scripts/test installs what the tests need")
    })
}

#[track_caller]
fn assert_succeeds(command: &mut Command) -> String {
    let ended = output(command);
    let said = [ended.stdout, ended.stderr].concat();
    let said = String::from_utf8_lossy(&said).into_owned();
    assert!(ended.status.success(), "{command:?}: {said}");
    said
}

/// Replaces a part of a sample, which must be in it.
#[track_caller]
fn replaced(text: &str, from: &str, to: &str) -> String {
    assert!(text.contains(from), "no {from:?} in:\n{text}");
    text.replace(from, to)
}

/// Not every user's path has `/usr/sbin`.
fn nginx() -> Command {
    let path = std::env::var("PATH").unwrap();
    let mut command = Command::new("nginx");
    command.env("PATH", format!("{path}:/usr/sbin"));
    command
}

/// The documented nginx in front of a server. Dropping it stops it.
struct Proxy {
    child: Child,
    port: u16,
    folder: PathBuf,
}

impl Proxy {
    /// Writes the documented configuration with the addresses and paths of this machine, checks it, and
    /// starts nginx.
    fn start(folder: &Path, server: &Server) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let (cert, key) = (folder.join("fullchain.pem"), folder.join("privkey.pem"));
        assert_succeeds(
            Command::new("openssl")
                .args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"])
                .args(["-nodes", "-days", "1", "-subj", "/CN=calendar.example.com", "-keyout"])
                .arg(&key)
                .arg("-out")
                .arg(&cert),
        );
        let document = text("docs/operating.md");
        let (_, sample) = document.split_once("```nginx\n").unwrap();
        let (sample, _) = sample.split_once("```").unwrap();
        let path = "/etc/ssl/calendar.example.com/";
        let sample = replaced(sample, "443 ssl", &format!("127.0.0.1:{port} ssl"));
        let sample = replaced(&sample, path, &format!("{}/", folder.display()));
        let sample = replaced(&sample, "127.0.0.1:5000", server.address());
        let scratch: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
            .map(|kind| format!("{kind}_temp_path {}/{kind};\n", folder.display()))
            .concat();
        let user =
            if output(Command::new("id").arg("-u")).stdout == b"0\n" { "user root;" } else { "" };
        let whole = format!(
            "{user} daemon off; pid {0}/pid; events {{}} http {{ access_log off; {scratch} {sample} }}",
            folder.display()
        );
        fs::write(folder.join("nginx.conf"), whole).unwrap();
        let with = |command: &mut Command| {
            command
                .arg("-e")
                .arg(folder.join("error.log"))
                .arg("-c")
                .arg(folder.join("nginx.conf"));
        };
        let mut check = nginx();
        with(check.arg("-t"));
        assert_succeeds(&mut check);
        let mut command = nginx();
        with(&mut command);
        let child = command.stdin(Stdio::null()).spawn().unwrap();
        let proxy = Self { child, port, folder: folder.to_owned() };
        wait_for("the proxy", || std::net::TcpStream::connect(("127.0.0.1", port)).ok());
        proxy
    }

    /// Requests a path from the client address `from`, and gives the status and the body.
    fn ask(&self, from: &str, path: &str, more: &[&str]) -> (String, String) {
        let host = format!("calendar.example.com:{}", self.port);
        let mut curl = Command::new("curl");
        curl.args(["-sS", "-w", "\n%{http_code}", "--interface", from, "--cacert"])
            .arg(self.folder.join("fullchain.pem"))
            .args(["--resolve", &format!("{host}:127.0.0.1"), &format!("https://{host}{path}")])
            .args(more);
        let ended = output(&mut curl);
        let said = String::from_utf8(ended.stdout).unwrap();
        let (body, status) = said.rsplit_once('\n').unwrap();
        (status.to_owned(), body.to_owned())
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        // On a signal it takes its workers with it.
        let _ = Command::new("kill").arg(self.child.id().to_string()).status();
        let _ = self.child.wait();
    }
}

#[test]
fn the_documented_nginx_passes_on_requests_with_their_client_address() {
    let (folder, proxy) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let mut command = command(folder.path(), &["serve", "--port", "0"]);
    command.env("CALENDAR_TRUSTED_PROXIES", r#"["127.0.0.1"]"#).env("CALENDAR_AUTH_RATE", "2/h");
    let server = Server::start(command);
    let proxy = Proxy::start(proxy.path(), &server);

    let register = |from: &str, name: &str, more: &[&str]| {
        let body = format!(r#"{{"useremail":"{name}@jungi.me"}}"#);
        proxy.ask(from, "/api/v1/user/", &[&["-d", body.as_str()], more].concat())
    };
    let (status, body) = register("127.0.0.2", "park", &[]);
    assert_eq!(status, "200", "{body}");
    let answer: serde_json::Value = serde_json::from_str(&body).unwrap();
    let token = format!("X-calendar-access-token: {}", answer["data"]["token"].as_str().unwrap());
    let (status, me) = proxy.ask("127.0.0.2", "/api/v1/user/", &["-H", &token]);
    assert_eq!(status, "200");
    assert!(me.contains(r#""useremail":"park@jungi.me""#), "{me}");

    // Each client has its own limit, whatever it claims in a header.
    assert_eq!(register("127.0.0.2", "kim", &["-H", "X-Forwarded-For: 192.0.2.1"]).0, "200");
    assert_eq!(register("127.0.0.2", "lee", &["-H", "X-Forwarded-For: 192.0.2.2"]).0, "429");
    assert_eq!(register("127.0.0.3", "lee", &[]).0, "200");

    assert_eq!(proxy.ask("127.0.0.2", "/healthz", &[]).0, "404", "it is not for everybody");
    let body = folder.path().join("body");
    for (length, envelope) in [(70_000, true), (140_000, false)] {
        fs::write(&body, "x".repeat(length)).unwrap();
        let data = format!("@{}", body.display());
        let (status, said) = proxy.ask("127.0.0.2", "/api/v1/group/", &["-H", &token, "-d", &data]);
        assert_eq!((status.as_str(), said.contains("41300")), ("413", envelope), "{said}");
    }
    let calendar = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:a\r\nEND:VCALENDAR\r\n";
    fs::write(&body, format!("{calendar}{}", "\r\n".repeat(100_000))).unwrap();
    let data = format!("@{}", body.display());
    let import = ["-H", &token, "--data-binary", &data];
    let (status, said) = proxy.ask("127.0.0.2", "/api/v1/import?dry_run=true", &import);
    assert_eq!(status, "200", "{said}");
}

const UNIT: &str = "scripts/calendar-server.service";

#[test]
fn the_systemd_unit_is_valid_and_confined() {
    let folder = tempfile::tempdir().unwrap();
    let installed = "/usr/local/bin/calendar-server";
    let unit = replaced(&text(UNIT), installed, env!("CARGO_BIN_EXE_calendar-server"));
    let copy = folder.path().join("calendar-server.service");
    fs::write(&copy, unit).unwrap();
    let said =
        assert_succeeds(Command::new("systemd-analyze").args(["verify", "--man=no"]).arg(&copy));
    assert_eq!(said, "", "not even a warning");
    // The exposure in tenths, from 0 to 100. A service without such settings has nearly 100.
    assert_succeeds(
        Command::new("systemd-analyze")
            .args(["security", "--offline=true", "--threshold=15", "--no-pager"])
            .arg(&copy),
    );
}

#[test]
fn a_server_with_the_units_settings_serves_and_makes_backups() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path().to_str().unwrap();
    let unit = replaced(&text(UNIT), "/var/lib/calendar-server", here);
    assert!(unit.contains(&format!("WorkingDirectory={here}\n")), "{unit}");
    let line = unit.lines().find_map(|line| line.strip_prefix("ExecStart=")).unwrap();
    let arguments: Vec<&str> = line.split(' ').skip(1).chain(["--port", "0"]).collect();
    let mut command = command(folder.path(), &arguments);
    for setting in unit.lines().filter_map(|line| line.strip_prefix("Environment=")) {
        let (name, value) = setting.split_once('=').unwrap();
        command.env(name, value);
    }
    let server = Server::start(command);
    server.register("park@jungi.me");
    let backups = folder.path().join("backups");
    let made =
        wait_for("a backup", || files(&backups).into_iter().find(|name| name.ends_with(".sqlite")));
    assert!(server.stop().0.success());
    let copy = format!("backups/{made}");
    assert_eq!(run(folder.path(), &["db", "check", "--database", &copy]).code, Some(0));
}
