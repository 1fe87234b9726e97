//! `/group/<id>/invitation` and `/invitation/<secret>`: how somebody becomes a member by a link.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use calendar_server::domain::invitations;
use calendar_server::error::Error;
use calendar_server::model::{AddressSecret, Bounds, Email, Invitations, Rate, User, UserId};
use calendar_server::store::Transaction;
use rocket::http::Method;
use serde_json::{Value, json};

use super::{Club, LEE};
use crate::support::answer::Answer;
use crate::support::calendar::{Calendar, DONE, KIM, NOW, PARK, Settings};
use crate::support::expected::{SELECTIONS, data};

const MADE: &str = "Mon, 19 Jun 2017 19:55:04 GMT";
const EXPIRES: &str = "Mon, 26 Jun 2017 19:55:04 GMT";
const WEEK: i64 = 7 * 86_400;
const NONE: &str = "there is no such invitation";
const MEMBERS: &str = "SELECT group_id, user_id, role FROM member ORDER BY 1, 2";

impl Club {
    /// With these settings.
    fn with(settings: Settings) -> Self {
        let calendar = Calendar::with(settings);
        let [park, kim, lee] = [PARK, KIM, LEE].map(|email| calendar.register(email));
        calendar.group(&park, "club");
        Self { calendar, park, kim, lee }
    }

    fn invite(&self, token: &str, role: &str) -> Answer {
        let body = json!({ "role": role }).to_string();
        self.calendar.post("/group/1/invitation", token, body)
    }

    /// The secret of an invitation that Park makes.
    #[track_caller]
    fn invited(&self, role: &str) -> String {
        let answer = self.invite(&self.park, role);
        assert_eq!(answer.status, 200, "{}", answer.body);
        let url = answer.json()["data"]["url"].as_str().unwrap().to_owned();
        url.strip_prefix("/join/").unwrap().to_owned()
    }

    fn look(&self, secret: &str) -> Answer {
        self.calendar.get(&format!("/invitation/{secret}"), "")
    }

    fn accept(&self, token: &str, secret: &str) -> Answer {
        self.calendar.put(&format!("/invitation/{secret}"), token, "")
    }

    /// The ids of the open invitations.
    fn open_invitations(&self) -> Vec<i64> {
        let answer = self.calendar.get("/group/1/invitation", &self.park);
        let list = answer.json()["data"].as_array().unwrap().clone();
        list.iter().map(|one| one["id"].as_i64().unwrap()).collect()
    }

    fn register(&self, email: &str, secret: &str) -> Answer {
        let body = json!({"useremail": email, "invitation": secret}).to_string();
        self.calendar.post("/user", "", body)
    }

    fn kept(&self) -> Vec<String> {
        self.calendar.rows("SELECT id, group_id, inviter_id, role FROM invitation ORDER BY id")
    }
}

fn joined(role: &str, was_member: bool) -> String {
    data(&format!(r#"{{"group":1,"role":"{role}","was_member":{was_member}}}"#))
}

#[test]
fn an_owner_makes_a_link_and_whoever_opens_it_sees_what_it_is_to() {
    let club = Club::private();
    let made = club.invite(&club.park, "writer");
    let Value::String(url) = made.json()["data"]["url"].clone() else { panic!("{}", made.body) };
    made.is(200, &data(&format!(r#"{{"id":1,"url":"{url}","expires":"{EXPIRES}"}}"#)));
    let secret = url.strip_prefix("/join/").unwrap();
    assert_eq!(secret.len(), 52);
    club.look(secret).is(
        200,
        &data(&format!(
            r#"{{"group_name":"club","useremail":"{PARK}","role":"writer","expires":"{EXPIRES}","sign_up":true}}"#
        )),
    );
    club.calendar.get("/group/1/invitation", &club.park).is(
        200,
        &data(&format!(
            r#"[{{"id":1,"role":"writer","useremail":"{PARK}","created":"{MADE}","expires":"{EXPIRES}"}}]"#
        )),
    );
    assert_ne!(secret, club.invited("reader"), "each has a secret of its own");
}

#[test]
fn only_a_digest_of_the_secret_is_kept() {
    let club = Club::open();
    let secret = club.invited("reader");
    let row = club.calendar.rows("SELECT id, role, created, expires FROM invitation").concat();
    assert!(
        !row.contains(&secret)
            && !club.calendar.get("/group/1/invitation", &club.park).body.contains(&secret)
    );
    assert_eq!(club.calendar.rows("SELECT length(digest) FROM invitation"), ["32"]);
}

#[test]
fn the_url_has_the_name_by_which_the_server_was_called() {
    let club = Club::open();
    let headers = [("X-calendar-access-token", club.park.as_str()), ("Host", "calendar.example")];
    let body = r#"{"role": "reader"}"#;
    let answer = club.calendar.send(Method::Post, "/api/v1/group/1/invitation", &headers, body);
    let url = answer.json()["data"]["url"].as_str().unwrap().to_owned();
    assert!(url.contains("/join/"), "{url}");
}

#[test]
fn whoever_accepts_becomes_a_member_whose_calendar_shows_the_group_and_the_link_is_used_up() {
    let club = Club::private();
    club.event(&club.park, &json!({})).made();
    club.calendar.get("/group/1", &club.kim).not_found("group 1 does not exist");
    let secret = club.invited("editor");
    club.accept(&club.kim, &secret).is(200, &joined("editor", false));
    assert_eq!(club.members(&club.kim), ["park@jungi.me owner", "kim@example.com editor"]);
    assert_eq!(club.calendar.rows(SELECTIONS), ["2|1"]);
    assert_eq!(club.june(&club.kim), ["choir"]);
    assert!(club.open_invitations().is_empty() && club.kept().is_empty());
    club.accept(&club.lee, &secret).not_found(NONE);
    club.look(&secret).not_found(NONE);
    assert_eq!(club.members(&club.park).len(), 2);
}

#[test]
fn a_secret_that_is_good_for_nothing_is_answered_alike_whatever_became_of_it() {
    let club = Club::private();
    club.member(KIM, "owner");
    let [used, ended, expired, lowered, gone] = ["reader"; 5].map(|role| club.invited(role));
    club.accept(&club.lee, &used).is(200, &joined("reader", false));
    club.remove(&club.park, LEE).is(200, DONE);
    club.calendar.delete("/group/1/invitation/2", &club.kim, "").is(200, DONE);
    let late = club.calendar.clock.clone();
    let dead = |secret: &str| {
        club.look(secret).not_found(NONE);
        club.accept(&club.lee, secret).not_found(NONE);
        club.register("new@example.com", secret).not_found(NONE);
    };
    for secret in [used.as_str(), &ended, &"a".repeat(52), "a", "1", "%EA%B0%80"] {
        dead(secret);
    }
    late.set(NOW + WEEK - 1);
    assert_eq!(club.look(&expired).status, 200, "good for the whole week");
    late.set(NOW + WEEK);
    dead(&expired);
    late.set(NOW);
    // Whoever has made it is no owner any more: it does not come back with them.
    assert_eq!(club.look(&lowered).status, 200);
    club.put(&club.kim, PARK, "editor").is(200, DONE);
    dead(&lowered);
    club.put(&club.kim, PARK, "owner").is(200, DONE);
    dead(&gone);
    let last = club.invited("reader");
    club.calendar.delete("/group", &club.kim, r#"{"group_id": 1}"#).is(200, DONE);
    dead(&last);
    assert_eq!(club.calendar.rows("SELECT count(*) FROM user"), ["3"]);
}

#[test]
fn accepting_asks_again_whether_who_invites_owns_the_group() {
    let club = Club::private();
    let secret = club.invited("reader");
    // As if it had been made by one who is no owner.
    club.calendar.execute("UPDATE invitation SET inviter_id = 2");
    club.look(&secret).not_found(NONE);
    club.accept(&club.lee, &secret).not_found(NONE);
    club.calendar.execute("UPDATE member SET role = 3; UPDATE invitation SET inviter_id = 1");
    club.accept(&club.lee, &secret).not_found(NONE);
    assert_eq!(club.calendar.rows(MEMBERS), ["1|1|3"]);
}

#[test]
fn who_is_a_member_already_stays_what_they_are_and_leaves_the_link_to_somebody_else() {
    let club = Club::private();
    club.member(KIM, "editor");
    let secret = club.invited("reader");
    club.calendar.delete("/user/calendar/group/1", &club.kim, "").is(200, DONE);
    for _ in 0..2 {
        club.accept(&club.kim, &secret).is(200, &joined("editor", true));
        club.accept(&club.park, &secret).is(200, &joined("owner", true));
    }
    assert_eq!(club.calendar.rows(MEMBERS), ["1|1|4", "1|2|3"]);
    assert!(club.calendar.rows(SELECTIONS).is_empty(), "what they show is theirs to say");
    club.accept(&club.lee, &secret).is(200, &joined("reader", false));
}

#[test]
fn nobody_may_less_by_joining() {
    let club = Club::open();
    let secret = club.invited("reader");
    assert_eq!(club.look(&secret).json()["data"]["role"], "writer", "as everyone may");
    club.accept(&club.kim, &secret).is(200, &joined("writer", false));
    club.change(&club.park, &json!({"everyone": "reader"})).is(200, DONE);
    let secret = club.invited("reader");
    club.accept(&club.lee, &secret).is(200, &joined("reader", false));
}

#[test]
fn only_owners_make_list_and_end_invitations() {
    let club = Club::open();
    club.member(KIM, "editor");
    let secret = club.invited("reader");
    let detail = "group 1 belongs to somebody else";
    for token in [&club.kim, &club.lee] {
        club.invite(token, "reader").not_owned(detail);
        club.calendar.get("/group/1/invitation", token).not_owned(detail);
        club.calendar.delete("/group/1/invitation/1", token, "").not_owned(detail);
    }
    club.change(&club.park, &json!({"visibility": "private"})).is(200, DONE);
    let missing = "group 1 does not exist";
    club.invite(&club.lee, "reader").not_found(missing);
    club.calendar.get("/group/1/invitation", &club.lee).not_found(missing);
    club.calendar.delete("/group/1/invitation/1", &club.lee, "").not_found(missing);
    assert_eq!(club.look(&secret).status, 200);
    club.calendar
        .delete("/group/1/invitation/2", &club.park, "")
        .not_found("invitation 2 does not exist");
    let other = club.calendar.group(&club.park, "other");
    club.calendar
        .delete(&format!("/group/{other}/invitation/1"), &club.park, "")
        .not_found("invitation 1 does not exist");
    club.calendar.get("/group/1/invitation/x", &club.park).not_found("no such path");
    assert_eq!(club.kept(), ["1|1|1|1"]);
    club.calendar.delete("/group/1/invitation/1", &club.park, "").is(200, DONE);
    assert!(club.kept().is_empty());
}

#[test]
fn a_link_makes_nobody_an_owner_and_says_what_it_takes() {
    let club = Club::open();
    let expected = "role: expected one of reader, writer, editor";
    for role in ["owner", "boss", "", "Reader"] {
        club.invite(&club.park, role).invalid(expected);
    }
    let post = |body: &str| club.calendar.post("/group/1/invitation", &club.park, body);
    post("{}").invalid("role: required, but missing");
    post(r#"{"role": null}"#).invalid("role: expected a string");
    post(r#"{"role": 1}"#).invalid("role: expected a string");
    post("")
        .malformed("body: expected a JSON object (EOF while parsing a value at line 1 column 0)");
    assert!(club.kept().is_empty());
}

#[test]
fn a_group_has_fifty_open_invitations_and_those_that_have_expired_make_room() {
    let club = Club::open();
    for _ in 0..50 {
        club.invited("reader");
    }
    club.invite(&club.park, "reader")
        .invalid("the group has 50 open invitations, which is the most: end one first");
    club.calendar.delete("/group/1/invitation/7", &club.park, "").is(200, DONE);
    club.invited("reader");
    assert_eq!(club.open_invitations().len(), 50);
    club.calendar.clock.set(NOW + WEEK);
    assert!(club.open_invitations().is_empty());
    club.invited("reader");
    assert_eq!(club.kept(), ["52|1|1|1"], "what has expired is deleted with the next");
}

#[test]
fn a_full_group_takes_nobody_and_the_link_stays() {
    let bounds = Bounds { group_members: 2, ..Bounds::default() };
    let club = Club::with(Settings { bounds, ..Settings::default() });
    let secret = club.invited("editor");
    club.member(KIM, "reader");
    let full = "the group has 2 members, which is the most: ask an owner to remove one first";
    club.accept(&club.lee, &secret).invalid(full);
    club.register("new@example.com", &secret).invalid(full);
    assert_eq!(club.calendar.rows("SELECT count(*) FROM user"), ["3"], "nobody is registered");
    club.remove(&club.park, KIM).is(200, DONE);
    club.accept(&club.lee, &secret).is(200, &joined("editor", false));
}

/// What becomes of `work`, which so many do at once.
fn at_once<F>(club: &Club, work: F) -> Vec<Result<(), Error>>
where
    F: Fn(&Transaction<'_>, i64) -> Result<(), Error> + Clone + Send + 'static,
{
    let store = Arc::clone(&club.calendar.app().store);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let start = |number| {
            let (store, work) = (Arc::clone(&store), work.clone());
            tokio::spawn(async move { store.write(move |tx| work(tx, number)).await })
        };
        let started: Vec<_> = (0..8).map(start).collect();
        let mut all = Vec::new();
        for one in started {
            all.push(one.await.unwrap());
        }
        all
    })
}

#[track_caller]
fn one_of_them(outcomes: &[Result<(), Error>]) {
    let done = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
    let none = |outcome: &&Result<(), Error>| matches!(outcome, Err(Error::NotFound(_)));
    let refused = outcomes.iter().filter(none).count();
    assert_eq!((done, refused), (1, 7), "{outcomes:?}");
}

#[test]
fn of_many_who_accept_at_once_one_becomes_a_member() {
    let club = Club::private();
    let secret = AddressSecret::read(&club.invited("reader")).unwrap();
    for number in 0..8 {
        club.calendar.register(&format!("user{number}@example.com"));
    }
    let now = club.calendar.clock.now().unwrap();
    one_of_them(&at_once(&club, move |tx, number| {
        let terms = (Bounds::default(), now, NOW);
        invitations::accept(tx, UserId(4 + number), &secret, terms).map(drop)
    }));
    assert_eq!(club.members(&club.park).len(), 2);
}

#[test]
fn with_one_link_one_of_many_registers() {
    let club = Club::private();
    let secret = AddressSecret::read(&club.invited("reader")).unwrap();
    let now = club.calendar.clock.now().unwrap();
    one_of_them(&at_once(&club, move |tx, number| {
        let email = Email::stored(format!("user{number}@example.com"));
        let terms = (Bounds::default(), now, NOW);
        invitations::register(tx, &email, None, &secret, terms).map(drop)
    }));
    assert_eq!(club.calendar.rows("SELECT count(*) FROM user"), ["4"]);
    assert_eq!(club.members(&club.park).len(), 2);
}

/// A club on a server whose registration is closed, and the secret of an invitation to it.
fn closed(invitations: Invitations) -> (Club, String) {
    let calendar =
        Calendar::with(Settings { registration_open: false, invitations, ..Settings::default() });
    calendar.execute(
        "INSERT INTO user (email, email_folded, created) VALUES ('park@jungi.me', 'park@jungi.me', 0),
            ('kim@example.com', 'kim@example.com', 0), ('lee@jungi.me', 'lee@jungi.me', 0)",
    );
    let token = |email: &str| {
        let app = calendar.app();
        let email = Email::stored(email.to_owned());
        let user = User {
            id: UserId(0),
            email,
            created: app.clock.now().unwrap(),
            token_generation: 0,
            events: 0,
        };
        app.tokens.issue(&user, app.clock.unix()).unwrap()
    };
    let [park, kim, lee] = [PARK, KIM, LEE].map(token);
    calendar.group(&park, "club");
    let club = Club { calendar, park, kim, lee };
    let secret = club.invited("writer");
    (club, secret)
}

fn is_closed(answer: &Answer) {
    answer.refuses(401, 40100, "INVALID AUTHORIZATION", "registration is closed");
}

#[test]
fn an_invitation_lets_somebody_register_where_registration_is_closed_if_anyone_may_accept_one() {
    let (club, secret) = closed(Invitations::Anyone);
    assert_eq!(club.look(&secret).json()["data"]["sign_up"], true);
    is_closed(&club.calendar.post("/user", "", r#"{"useremail": "new@example.com"}"#));
    club.register("new@example.com", &"a".repeat(52)).not_found(NONE);
    let answer = club.register("new@example.com", &secret);
    let token = answer.json()["data"]["token"].as_str().unwrap().to_owned();
    answer.is(200, &data(&format!(r#"{{"token":"{token}"}}"#)));
    assert_eq!(club.members(&token), ["park@jungi.me owner", "new@example.com writer"]);
    let mine = data(r#"{"selected_group":"1"}"#);
    club.calendar.get("/user/calendar/group", &token).is(200, &mine);
    club.register("another@example.com", &secret).not_found(NONE);
    assert_eq!(club.calendar.rows("SELECT count(*) FROM user"), ["4"]);
}

#[test]
fn by_default_an_invitation_is_for_those_with_an_account_where_registration_is_closed() {
    let (club, secret) = closed(Invitations::default());
    assert_eq!(club.look(&secret).json()["data"]["sign_up"], false);
    is_closed(&club.register("new@example.com", &secret));
    is_closed(&club.register("new@example.com", "a"));
    club.accept(&club.kim, &secret).is(200, &joined("writer", false));
    assert_eq!(club.calendar.rows("SELECT count(*) FROM user"), ["3"]);
}

#[test]
fn where_invitations_are_off_none_is_made_or_accepted_and_old_ones_can_be_ended() {
    let calendar =
        Calendar::with(Settings { invitations: Invitations::Off, ..Settings::default() });
    let [park, kim, lee] = [PARK, KIM, LEE].map(|email| calendar.register(email));
    calendar.group(&park, "club");
    let secret = "b".repeat(52);
    calendar.keep_invitation(&secret);
    let club = Club { calendar, park, kim, lee };
    club.invite(&club.park, "reader").refuses(
        401,
        40100,
        "INVALID AUTHORIZATION",
        "invitations are switched off on this server",
    );
    club.look(&secret).not_found(NONE);
    club.accept(&club.kim, &secret).not_found(NONE);
    club.register("new@example.com", &secret).not_found(NONE);
    assert_eq!(club.calendar.rows("SELECT count(*) FROM user"), ["3"]);
    assert_eq!(club.open_invitations(), [1]);
    club.calendar.delete("/group/1/invitation/1", &club.park, "").is(200, DONE);
    assert!(club.kept().is_empty());
}

#[test]
fn somebody_with_an_account_does_not_register_again_and_the_link_stays() {
    let club = Club::private();
    let secret = club.invited("reader");
    let taken = r#"{"meta":{"code":20010,"message":"USER ID EXIST"}}"#;
    club.register(KIM, &secret).is(200, taken);
    // A link that is good for nothing does not tell who has an account.
    club.register(KIM, "a").not_found(NONE);
    let body = json!({"useremail": "new@example.com", "invitation": 1}).to_string();
    club.calendar.post("/user", "", body).invalid("invitation: expected a string");
    let body = json!({"useremail": "new", "invitation": secret}).to_string();
    assert_eq!(club.calendar.post("/user", "", body).status, 400);
    assert_eq!(club.members(&club.park), ["park@jungi.me owner"]);
    club.accept(&club.kim, &secret).is(200, &joined("reader", false));
}

#[test]
fn accepting_needs_a_token_and_looking_does_not() {
    let club = Club::open();
    let secret = club.invited("reader");
    club.accept("", &secret).without_token();
    club.accept("abc", &secret).bad_token();
    club.accept("", "a").without_token();
    assert_eq!(club.look(&secret).status, 200);
    club.calendar.post(&format!("/invitation/{secret}"), "", "").not_allowed("GET, HEAD, PUT");
    assert_eq!(club.members(&club.park), ["park@jungi.me owner"]);
}

#[test]
fn looks_and_acceptances_are_limited_as_sign_ins_are() {
    let rate = Rate { times: NonZeroU32::new(6).unwrap(), per: Duration::from_hours(1) };
    let calendar = Calendar::with(Settings { auth_rate: Some(rate), ..Settings::default() });
    let from = |peer: &str, method: Method, path: &str, token: &str, body: &str| {
        let headers = [("X-calendar-access-token", token)];
        calendar.send_from(peer, method, &format!("/api/v1{path}"), &headers, body)
    };
    let (home, other) = ("192.0.2.1:4000", "192.0.2.2:4000");
    let body = format!(r#"{{"useremail": "{PARK}"}}"#);
    let token = from(home, Method::Post, "/user", "", &body).json()["data"]["token"].clone();
    let token = token.as_str().unwrap();
    for _ in 0..5 {
        assert_eq!(from(other, Method::Get, "/invitation/a", "", "").status, 404);
    }
    assert_eq!(from(other, Method::Put, "/invitation/a", token, "").status, 404);
    for method in [Method::Get, Method::Put] {
        let refused = from(other, method, "/invitation/a", token, "");
        assert_eq!(refused.status, 429);
        assert!(refused.header("Retry-After").is_some());
    }
    assert_eq!(from(home, Method::Get, "/invitation/a", "", "").status, 404);
}

#[test]
fn an_invitation_ends_with_the_sessions_of_who_made_it_and_with_their_account() {
    let club = Club::private();
    club.member(KIM, "owner");
    let by_kim = club.invite(&club.kim, "reader").json()["data"]["url"].clone();
    let by_kim = by_kim.as_str().unwrap().strip_prefix("/join/").unwrap().to_owned();
    let by_park = club.invited("reader");
    club.calendar.delete("/user/token", &club.kim, "").is(200, DONE);
    club.look(&by_kim).not_found(NONE);
    assert_eq!(club.kept(), ["2|1|1|1"]);
    club.calendar.execute("PRAGMA foreign_keys = ON; DELETE FROM user WHERE id = 2");
    assert_eq!(club.look(&by_park).status, 200);
}

#[test]
fn the_link_leads_to_the_page_and_says_nothing_of_whether_it_is_good() {
    let club = Club::open();
    let secret = club.invited("reader");
    for secret in [secret.as_str(), &"a".repeat(52)] {
        for slash in ["", "/"] {
            let uri = format!("/join/{secret}{slash}");
            let answer = club.calendar.send(Method::Get, &uri, &[], "");
            assert_eq!((answer.status, answer.body.as_str()), (303, ""));
            assert_eq!(answer.header("Location"), Some(format!("/#join/{secret}").as_str()));
            assert_eq!(answer.header("Referrer-Policy"), Some("no-referrer"));
            assert_eq!(answer.header("X-Robots-Tag"), Some("noindex"));
            assert_eq!(answer.header("Cache-Control"), Some("no-store"));
        }
    }
    for uri in ["/join", "/join/", "/join/a", &format!("/join/{}", "A".repeat(52))] {
        assert_eq!(club.calendar.send(Method::Get, uri, &[], "").status, 404, "{uri}");
    }
    let post = club.calendar.send(Method::Post, &format!("/join/{secret}"), &[], "");
    assert_eq!(post.status, 404);
    assert_eq!(club.open_invitations(), [1], "to look at it uses nothing up");
}
