//! `POST /group`.

use super::two_users;
use crate::support::calendar::{DONE, PARK};
use crate::support::expected::{GROUPS, group, one_group};

#[test]
fn location_leads_to_a_created_group() {
    let (calendar, park, kim) = two_users();
    let answer = calendar.post("/group/", &park, r#"{"group_name":"회식 관련"}"#);
    answer.is(200, DONE);
    assert_eq!(answer.header("Location"), Some("/api/v1/group/1"));
    for token in [&park, &kim] {
        calendar.get("/group/1", token).is(200, &one_group(&group(1, "회식 관련", PARK, None), 0));
    }
    assert_eq!(calendar.rows(GROUPS), ["1|회식 관련|1|2017-06-19 19:55:04|-"]);
}
