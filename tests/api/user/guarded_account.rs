//! How often passwords may be guessed for one account from many addresses.

use rocket::http::Method;
use serde_json::json;

use super::{PASSWORD, assert_not_signed_in, credentials, token_in, with_rate_limit};
use crate::support::answer::Answer;
use crate::support::calendar::{Calendar, KIM, PARK};

const NOBODY: &str = "nobody@jungi.me";

fn send(calendar: &Calendar, peer: &str, path: &str, email: &str, password: &str) -> Answer {
    let (peer, path) = (format!("{peer}:1000"), format!("/api/v1{path}"));
    calendar.send_from(&peer, Method::Post, &path, &[], credentials(email, password))
}

fn login(calendar: &Calendar, peer: &str, email: &str, password: &str) -> Answer {
    send(calendar, peer, "/user/login", email, password)
}

#[track_caller]
fn has_to_wait(refused: &Answer) {
    let wait = refused.header("Retry-After").unwrap().to_owned();
    assert!((590..=601).contains(&wait.parse::<u32>().unwrap()), "{wait}");
    let detail = format!("too many requests: try again in {wait} s");
    refused.refuses(429, 42900, "TOO MANY REQUESTS", &detail);
}

/// A calendar on which [`PARK`] has registered from 203.0.113.1, and has signed in from there. Then seven
/// addresses have guessed wrong, one more than three times what one address may.
fn attacked(email: &str) -> Calendar {
    let calendar = with_rate_limit();
    token_in(&send(&calendar, "203.0.113.9", "/user/", PARK, PASSWORD));
    token_in(&login(&calendar, "203.0.113.1", PARK, PASSWORD));
    for number in 1..=7 {
        let peer = format!("198.51.100.{number}");
        assert_not_signed_in(&login(&calendar, &peer, email, "wrong horse"));
    }
    calendar
}

#[test]
fn many_addresses_together_may_guess_an_accounts_password_only_so_often() {
    for email in [PARK, NOBODY, "Park@JUNGI.me "] {
        let calendar = attacked(email);
        // An address that has guessed before the account was guarded has one attempt, as any other.
        for peer in ["198.51.100.1", "198.51.100.8"] {
            assert_not_signed_in(&login(&calendar, peer, email, "wrong horse"));
        }
        has_to_wait(&login(&calendar, "198.51.100.8", email, "wrong horse"));
    }
}

#[test]
fn the_right_password_does_not_help_a_stranger_who_has_to_wait() {
    let calendar = attacked(PARK);
    assert_not_signed_in(&login(&calendar, "198.51.100.8", PARK, "wrong horse"));
    has_to_wait(&login(&calendar, "198.51.100.8", PARK, PASSWORD));
}

#[test]
fn the_owner_signs_in_where_they_have_before_and_at_a_new_address() {
    let calendar = attacked(PARK);
    assert_not_signed_in(&login(&calendar, "203.0.113.1", PARK, "mistyped"));
    let calendar = attacked(PARK);
    token_in(&login(&calendar, "203.0.113.1", PARK, PASSWORD));
    token_in(&login(&calendar, "203.0.113.2", PARK, PASSWORD));
    token_in(&login(&calendar, "203.0.113.2", PARK, PASSWORD));
}

#[test]
fn other_accounts_are_not_guarded() {
    let calendar = attacked(PARK);
    token_in(&send(&calendar, "203.0.113.3", "/user/", KIM, PASSWORD));
    for peer in ["198.51.100.8", "198.51.100.9"] {
        token_in(&login(&calendar, peer, KIM, PASSWORD));
        token_in(&login(&calendar, peer, KIM, PASSWORD));
    }
}

#[test]
fn guesses_of_the_old_password_count_for_the_account() {
    let calendar = with_rate_limit();
    let token = token_in(&send(&calendar, "203.0.113.9", "/user/", PARK, PASSWORD));
    let headers = [("X-calendar-access-token", token.as_str())];
    let change = |peer: &str, old: &str| {
        let body = json!({"password": "battery staple", "old_password": old}).to_string();
        let peer = format!("{peer}:1000");
        calendar.send_from(&peer, Method::Put, "/api/v1/user/password", &headers, body)
    };
    for number in 1..=8 {
        assert_not_signed_in(&change(&format!("198.51.100.{number}"), "wrong horse"));
    }
    has_to_wait(&change("198.51.100.8", PASSWORD));
    let hash = "SELECT token_generation FROM user";
    assert_eq!(calendar.rows(hash), ["0"], "the password is as it was");
    token_in(&change("203.0.113.1", PASSWORD));
    assert_eq!(calendar.rows(hash), ["1"]);
}

#[test]
fn a_48_of_ipv6_is_one_place_and_may_eight_times_as_often_as_a_64() {
    let calendar = with_rate_limit();
    let status = |subnet: u16| {
        let peer = format!("[2001:db8:7:{subnet:x}::1]");
        // Each time another account, so that none is guarded.
        login(&calendar, &peer, &format!("{subnet}@jungi.me"), "wrong horse").status
    };
    let statuses: Vec<u16> = (0..18).map(status).collect();
    assert_eq!(statuses, [vec![401; 16], vec![429; 2]].concat());
    let elsewhere = login(&calendar, "[2001:db8:8::1]", PARK, "wrong horse");
    assert_not_signed_in(&elsewhere);

    let calendar = attacked(PARK);
    let guess =
        |subnet| login(&calendar, &format!("[2001:db8:7:{subnet}::1]"), PARK, "wrong horse");
    assert_not_signed_in(&guess(1));
    has_to_wait(&guess(2));
}
