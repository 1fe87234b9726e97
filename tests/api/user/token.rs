//! `DELETE /user/token`: ending all of one's tokens.

use super::{PASSWORD, login, token_in, with_password};
use crate::support::calendar::{Calendar, DONE, PARK};
use crate::support::printed_token::PRINTED_TOKEN;

#[test]
fn ending_tokens_ends_all_of_the_callers_and_no_others() {
    let (calendar, first) = with_password();
    let kim = calendar.register("kim@jungi.me");
    let second = token_in(&login(&calendar, PARK, PASSWORD));
    calendar.delete("/user/token", &second, "").is(200, DONE);
    calendar.get("/user/", &first).bad_token();
    calendar.get("/user/", &second).bad_token();
    calendar.delete("/user/token", &second, "").bad_token();
    assert_eq!(calendar.get("/user/", &kim).status, 200);
    let third = token_in(&login(&calendar, PARK, PASSWORD));
    assert_eq!(calendar.get("/user/", &third).status, 200);
}

#[test]
fn ending_tokens_ends_those_of_the_earlier_system() {
    let calendar = Calendar::new();
    calendar.register(PARK);
    assert_eq!(calendar.get("/user/", PRINTED_TOKEN).status, 200);
    calendar.delete("/user/token", PRINTED_TOKEN, "").is(200, DONE);
    calendar.get("/user/", PRINTED_TOKEN).bad_token();
}

#[test]
fn an_ended_token_stays_ended_when_the_clock_is_set_back() {
    let (calendar, token) = with_password();
    calendar.delete("/user/token", &token, "").is(200, DONE);
    calendar.clock.set(0);
    calendar.get("/user/", &token).bad_token();
    let later = token_in(&login(&calendar, PARK, PASSWORD));
    assert_eq!(calendar.get("/user/", &later).status, 200);
}

#[test]
fn login_password_and_token_take_one_method_each() {
    let calendar = Calendar::new();
    calendar.get("/user/login", "").not_allowed("POST");
    calendar.get("/user/password", "").not_allowed("PUT");
    calendar.get("/user/token", "").not_allowed("DELETE");
}
