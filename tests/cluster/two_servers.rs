//! Two servers over one database: what one has stored, the other shows.

use std::time::Duration;

use serde_json::{Value, json};
use ureq::Agent;
use ureq::http::Response;

use crate::nodes::Nodes;
use crate::support::postgres::SharedDatabase;
use crate::support::server::{Server, command};
use crate::support::wait::wait_for;

struct Client<'s> {
    agent: Agent,
    server: &'s Server,
    token: String,
}

/// A server of the database at `url`.
fn server(url: &str) -> Server {
    let folder = tempfile::tempdir().unwrap();
    let mut command = command(folder.path(), &["--database", url, "dev-run", "--port", "0"]);
    command.env("CALENDAR_LOG_LEVEL", "critical");
    Server::start(command)
}

impl<'s> Client<'s> {
    fn new(server: &'s Server, token: &str) -> Self {
        let config = Agent::config_builder().http_status_as_error(false);
        let agent = config.timeout_global(Some(Duration::from_secs(30))).build().into();
        Self { agent, server, token: token.to_owned() }
    }

    fn register(server: &'s Server, email: &str) -> Self {
        let nobody = Self::new(server, "");
        let answer = nobody.send("POST", "/user", &json!({ "useremail": email }));
        Self::new(server, answer.1["data"]["token"].as_str().unwrap())
    }

    /// The same user at another server.
    fn at<'o>(&self, server: &'o Server) -> Client<'o> {
        Client::new(server, &self.token)
    }

    fn send(&self, method: &str, path: &str, body: &Value) -> (u16, Value) {
        let url = format!("{}/api/v1{path}", self.server.url);
        let request = ureq::http::Request::builder().method(method).uri(url);
        let request = request.header("X-calendar-access-token", &self.token);
        let request = request.body(body.to_string()).unwrap();
        let config = self.agent.configure_request(request).allow_non_standard_methods(true);
        let mut response = self.agent.run(config.build()).unwrap();
        (response.status().as_u16(), response.body_mut().read_json().unwrap())
    }

    #[track_caller]
    fn done(&self, method: &str, path: &str, body: &Value) {
        let (status, answer) = self.send(method, path, body);
        assert_eq!((status, &answer["meta"]["code"]), (200, &json!(20000)), "{answer}");
    }

    /// The status, the tag and the subjects of June.
    fn june(&self, has: &str) -> (u16, String, Vec<String>) {
        let url = format!("{}/api/v1/calendar/month?year_month=2017-06", self.server.url);
        let request = self.agent.get(url).header("X-calendar-access-token", &self.token);
        let mut response: Response<_> = request.header("If-None-Match", has).call().unwrap();
        let tag = response.headers()["ETag"].to_str().unwrap().to_owned();
        let status = response.status().as_u16();
        if status == 304 {
            return (status, tag, Vec::new());
        }
        let body: Value = response.body_mut().read_json().unwrap();
        let subjects = body["data"].as_array().unwrap().iter();
        let subjects = subjects.map(|event| event["subject"].as_str().unwrap().to_owned());
        (status, tag, subjects.collect())
    }
}

fn event(subject: &str) -> Value {
    json!({"sdate": "2017-06-20 09:00:00", "edate": "2017-06-20 12:00:00", "subject": subject})
}

#[test]
#[ignore = "needs PostgreSQL: scripts/with-postgres"]
fn what_one_server_stores_the_other_shows_at_once_and_a_tag_counts_at_both() {
    let shared = SharedDatabase::bare().unwrap();
    let (one, other) = (server(&shared.url()), server(&shared.url()));
    let here = Client::register(&one, "park@jungi.me");
    let there = here.at(&other);
    for round in 0..20 {
        here.done("POST", "/calendar/event", &event(&format!("{round}")));
        let (status, tag, subjects) = there.june("\"none\"");
        assert_eq!((status, subjects.len()), (200, round + 1));
        assert_eq!(here.june(&tag), (304, tag.clone(), Vec::new()));
        let again = server_restarted(&shared, round);
        if let Some(again) = again {
            assert_eq!(here.at(&again).june(&tag), (304, tag.clone(), Vec::new()));
        }
        there.done("PUT", "/calendar/event", &{
            let mut changed = event(&format!("{round} changed"));
            changed["event_id"] = json!(round + 1);
            changed
        });
        let (status, newer, subjects) = here.june(&tag);
        assert_eq!((status, subjects.len()), (200, round + 1));
        assert!(newer != tag && subjects.contains(&format!("{round} changed")), "{subjects:?}");
    }
}

/// Once, another server that has answered nothing yet.
fn server_restarted(shared: &SharedDatabase, round: usize) -> Option<Server> {
    (round == 7).then(|| server(&shared.url()))
}

#[test]
#[ignore = "needs PostgreSQL: scripts/with-postgres"]
fn users_who_delete_each_others_events_while_they_add_their_own_never_wait_in_a_circle() {
    let shared = SharedDatabase::bare().unwrap();
    let servers = [server(&shared.url()), server(&shared.url())];
    let park = Client::register(&servers[0], "park@jungi.me");
    let kim = Client::register(&servers[0], "kim@example.com");
    // Each has created a group in which the other adds events.
    park.done("POST", "/group", &json!({"group_name": "a"}));
    kim.done("POST", "/group", &json!({"group_name": "b"}));
    for number in 0..50 {
        for (client, group) in [(&park, 2), (&kim, 1)] {
            let mut event = event(&format!("{number}"));
            event["group_id"] = json!(group);
            client.done("POST", "/group/event", &event);
        }
    }
    std::thread::scope(|scope| {
        for (client, own, theirs) in [(&park, 1, 2), (&kim, 2, 1)] {
            for server in &servers {
                scope.spawn(move || {
                    let client = client.at(server);
                    for number in 0..50 {
                        let mut event = event(&format!("{number}"));
                        event["group_id"] = json!(own);
                        client.done("POST", "/group/event", &event);
                        event["group_id"] = json!(theirs);
                        client.done("POST", "/group/event", &event);
                    }
                });
                scope.spawn(move || {
                    let client = client.at(server);
                    // The other's events in one's own group have the even or the odd ids.
                    for number in 0..50 {
                        let id = number * 2 + if own == 2 { 1 } else { 2 };
                        let (status, _) =
                            client.send("DELETE", "/calendar/event", &json!({ "event_id": id }));
                        assert!([200, 404].contains(&status), "{status}");
                    }
                });
            }
        }
    });
    let (_, answer) = park.send("GET", "/group/1", &json!(null));
    assert_eq!(answer["data"]["events"], json!(200), "{answer}");
    let counts = r#"SELECT u.id, u.events + coalesce((
            SELECT sum(c.change) FROM event_count_change c WHERE c.user_id = u.id), 0)
        FROM "user" u ORDER BY u.id"#;
    assert_eq!(shared.rows(counts, "-"), ["1|200", "2|200"]);
}

#[test]
#[ignore = "needs PostgreSQL: scripts/with-postgres"]
fn lost_connections_are_opened_again_and_without_a_database_nothing_is_called_done() {
    let nodes = Nodes::start();
    let server = server(&nodes.url());
    let park = Client::register(&server, "park@jungi.me");
    let ended = "SELECT count(pg_terminate_backend(pid)) > 0 FROM pg_stat_activity
        WHERE application_name = 'calendar-server'";
    assert_eq!(nodes.primary.ask("postgres", ended), "t");
    let left = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'calendar-server'";
    wait_for("the end of the connections", || {
        (nodes.primary.ask("postgres", left) == "0").then_some(())
    });
    for number in 0..20 {
        park.done("POST", "/calendar/event", &event(&format!("{number}")));
    }
    nodes.primary.stop();
    let (status, answer) = park.send("POST", "/calendar/event", &event("lost"));
    let detail = "nothing was stored; try again later";
    let meta = json!({"code": 50300, "message": "SERVICE UNAVAILABLE", "detail": detail});
    assert_eq!((status, answer), (503, json!({ "meta": meta })));
    let health = park.agent.get(format!("{}/healthz", server.url)).call().unwrap();
    assert_eq!(health.status().as_u16(), 503);
    nodes.primary.start();
    nodes.wait_until_in_step();
    park.done("POST", "/calendar/event", &event("stored"));
    let subjects = park.june("\"none\"").2;
    assert_eq!(subjects.len(), 21);
    assert!(subjects.contains(&"stored".to_owned()) && !subjects.contains(&"lost".to_owned()));
}
