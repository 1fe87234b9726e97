//! `/user`.

use crate::helpers::Calendar;

#[test]
fn registering_gives_a_token_that_is_accepted() {
    let calendar = Calendar::new();
    let token = calendar.register("park@jungi.me");
    calendar.get("/user/", &token).is(
        200,
        r#"{"meta":{"code":20000,"message":"SUCCESS"},"data":{"useremail":"park@jungi.me","created":"Mon, 19 Jun 2017 19:55:04 GMT"}}"#,
    );
    assert_eq!(
        calendar.rows("SELECT email, email_folded FROM user"),
        ["park@jungi.me|park@jungi.me"]
    );
}

#[test]
fn an_email_that_is_taken_in_another_case_gives_out_no_token() {
    let calendar = Calendar::new();
    calendar.register("park@jungi.me");
    calendar
        .post("/user/", "", r#"{"useremail":"PARK@jungi.me"}"#)
        .is(200, r#"{"meta":{"code":20010,"message":"USER ID EXIST"}}"#);
    assert_eq!(calendar.rows("SELECT count(*) FROM user"), ["1"]);
}

#[test]
fn a_missing_email_is_named() {
    let calendar = Calendar::new();
    calendar.post("/user/", "", "{}").refuses(
        400,
        40001,
        "INVALID PARAMETER",
        "useremail: required, but missing",
    );
}
