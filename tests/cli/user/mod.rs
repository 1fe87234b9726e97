//! `user`, beside a running server.

mod accounts;
mod app_passwords;
mod remove;

use std::io::Write;
use std::path::Path;
use std::process::Stdio;

use serde_json::json;

use crate::support::server::{Ended, Server, command, run};

pub(crate) fn user(folder: &Path, arguments: &[&str]) -> Ended {
    run(folder, &[&["user"], arguments].concat())
}

/// Runs `user password`, with `typed` piped in.
pub(crate) fn password(folder: &Path, email: &str, typed: &str) -> Ended {
    let mut command = command(folder, &["user", "password", email]);
    let pipes = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = pipes.spawn().unwrap();
    child.stdin.take().unwrap().write_all(typed.as_bytes()).unwrap();
    child.wait_with_output().unwrap().into()
}

pub(crate) fn status(server: &Server, token: &str) -> u16 {
    server.call("GET", "/user/", token, "").0
}

pub(crate) fn sign_in(server: &Server, email: &str, password: &str) -> u16 {
    let body = json!({"useremail": email, "password": password}).to_string();
    server.call("POST", "/user/login", "", &body).0
}

/// The token that a command printed, alone on its line.
#[track_caller]
pub(crate) fn printed_token(ended: &Ended) -> String {
    assert_eq!((ended.code, ended.err.as_str()), (Some(0), ""));
    let token = ended.out.strip_suffix('\n').unwrap();
    assert!(token.starts_with("eyJ") && !token.contains('\n'), "{token}");
    token.to_owned()
}

pub(crate) const EVENT: &str =
    r#""sdate":"2017-06-19 20:00:00","edate":"2017-06-19 23:00:00","subject":"약속""#;

/// Group 1 of Park, in which Park and Kim have an event each, and group 2 of Kim. Each also has a
/// personal event.
pub(crate) fn with_groups() -> (tempfile::TempDir, Server, String, String) {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::dev_run(folder.path());
    let (park, kim) = (server.register("park@jungi.me"), server.register("kim@jungi.me"));
    let post = |path: &str, token: &str, body: &str| {
        assert_eq!(server.call("POST", path, token, body).0, 200);
    };
    post("/group/", &park, r#"{"group_name":"가족"}"#);
    post("/group/", &kim, r#"{"group_name":"회식"}"#);
    for token in [&park, &kim] {
        post("/group/event", token, &format!(r#"{{"group_id":1,{EVENT}}}"#));
        post("/calendar/event", token, &format!("{{{EVENT}}}"));
        post("/user/calendar/group", token, r#"{"selected_group":"1"}"#);
    }
    (folder, server, park, kim)
}
