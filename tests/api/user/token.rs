//! `DELETE /user/token`: ending all of one's tokens.

use super::{PASSWORD, login, token_in, with_password};
use crate::support::calendar::{Calendar, DONE, PARK};
use crate::support::printed_token::PRINTED_TOKEN;

#[test]
fn ending_tokens_ends_all_of_the_callers_and_nobody_elses() {
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
fn a_token_of_the_earlier_system_is_ended_with_the_others() {
    let calendar = Calendar::new();
    calendar.register(PARK);
    assert_eq!(calendar.get("/user/", PRINTED_TOKEN).status, 200);
    calendar.delete("/user/token", PRINTED_TOKEN, "").is(200, DONE);
    calendar.get("/user/", PRINTED_TOKEN).bad_token();
}

#[test]
fn a_clock_that_is_set_back_brings_no_ended_token_to_life() {
    let (calendar, token) = with_password();
    calendar.delete("/user/token", &token, "").is(200, DONE);
    calendar.clock.set(0);
    calendar.get("/user/", &token).bad_token();
    let later = token_in(&login(&calendar, PARK, PASSWORD));
    assert_eq!(calendar.get("/user/", &later).status, 200);
}

#[test]
fn the_new_paths_take_no_other_method() {
    let calendar = Calendar::new();
    calendar.get("/user/login", "").not_allowed("POST");
    calendar.get("/user/password", "").not_allowed("PUT");
    calendar.get("/user/token", "").not_allowed("DELETE");
}
