//! `openapi`: the description of the API.

use crate::support::server::{Server, run};

#[test]
fn openapi_prints_what_a_server_answers_and_needs_no_database() {
    let folder = tempfile::tempdir().unwrap();
    let ended = run(folder.path(), &["openapi"]);
    assert_eq!((ended.code, ended.err.as_str()), (Some(0), ""));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    let server = Server::dev_run(folder.path());
    let (status, answered) = server.call("GET", "/openapi.json", "", "");
    assert_eq!(status, 200);
    assert_eq!(ended.out, format!("{answered}\n"));
}
