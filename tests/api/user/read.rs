//! `GET /user`.

use rocket::http::Method;

use crate::support::calendar::{Calendar, KIM, PARK, Settings};
use crate::support::expected::data;

#[test]
fn the_user_is_told_the_time_zone() {
    let settings = Settings { zone: "America/St_Johns", ..Settings::default() };
    let calendar = Calendar::with(settings);
    let park = calendar.register(PARK);
    calendar.get("/user/", &park).is(
        200,
        &data(
            r#"{"useremail":"park@jungi.me","created":"Mon, 19 Jun 2017 08:25:04 GMT","timezone":"America/St_Johns"}"#,
        ),
    );
}

#[test]
fn each_user_reads_their_own_account() {
    let calendar = Calendar::new();
    let (park, kim) = (calendar.register(PARK), calendar.register(KIM));
    for (token, email) in [(&park, PARK), (&kim, KIM)] {
        calendar.call(Method::Get, "/user/", token, "").is(
            200,
            &data(&format!(
                r#"{{"useremail":"{email}","created":"Mon, 19 Jun 2017 19:55:04 GMT","timezone":"Asia/Seoul"}}"#
            )),
        );
    }
}
