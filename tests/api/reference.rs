//! Every example of the published reference, as it is printed there, with the comments in its JSON.
//! The address that the page hides is put back in.

use serde_json::json;

use crate::support::calendar::{Calendar, DONE, NOW, PARK};
use crate::support::expected::{EVENTS, GROUPS, SELECTIONS, Shown, data, events, group, groups};
use crate::support::printed_token::PRINTED_TOKEN;

/// A calendar with Park, whom the printed token names.
pub(crate) fn with_park() -> Calendar {
    let calendar = Calendar::new();
    calendar.register(PARK);
    calendar
}

#[test]
fn call_1_registers_and_gives_a_token() {
    let calendar = Calendar::new();
    let answer = calendar.post("/user/", "", "{\n\"usereamil\" : \"park@jungi.me\"\n}");
    let token = answer.json()["data"]["token"].as_str().unwrap().to_owned();
    answer.is(200, &data(&json!({ "token": token }).to_string()));
    calendar.get("/user/", &token).is(
        200,
        &data(r#"{"useremail":"park@jungi.me","created":"Mon, 19 Jun 2017 19:55:04 GMT","timezone":"Asia/Seoul"}"#),
    );
    assert_eq!(calendar.rows("SELECT email FROM user"), [PARK]);
}

#[test]
fn call_2_selects_groups() {
    let calendar = with_park();
    for _ in 0..3 {
        calendar.group(PRINTED_TOKEN, "a");
    }
    calendar
        .post("/user/calendar/group", PRINTED_TOKEN, "{\n\"selected_group\" : \"1,2,3\" // 그룹 id를 구분해서 보냄, 표시할 그룹을 없애고자 할떄는 \"0\" 을 보냄\n}")
        .is(200, DONE);
    assert_eq!(calendar.rows(SELECTIONS), ["1|1", "1|2", "1|3"]);
    calendar
        .post("/user/calendar/group", PRINTED_TOKEN, "{\n\"selected_group\" : \"0\"\n}")
        .is(200, DONE);
    assert!(calendar.rows(SELECTIONS).is_empty());
}

/// The two events that the reference's lists hold: 25 in the group 2, and 26.
fn with_listed_events() -> Calendar {
    let calendar = with_park();
    calendar.next_id("calendar_group", 2);
    calendar.group(PRINTED_TOKEN, "테테테스트그룹2");
    calendar.select(PRINTED_TOKEN, "2");
    calendar.next_id("event", 25);
    let token = PRINTED_TOKEN;
    calendar.group_event(token, 2, "2017-06-20 09:00:00", "2017-06-20 12:00:00", "테스트 일정");
    calendar.clock.set(NOW + 18 * 60 + 43);
    calendar.event(token, "2017-06-20 20:00:00", "2017-06-20 21:00:00", "놀이동산");
    calendar
}

fn listed() -> [Shown<'static>; 2] {
    [
        Shown {
            id: 25,
            subject: "테스트 일정",
            group: Some(2),
            sdate: "Tue, 20 Jun 2017 09:00:00 GMT",
            edate: "Tue, 20 Jun 2017 12:00:00 GMT",
            ..Shown::default()
        },
        Shown {
            id: 26,
            subject: "놀이동산",
            sdate: "Tue, 20 Jun 2017 20:00:00 GMT",
            edate: "Tue, 20 Jun 2017 21:00:00 GMT",
            created: "Mon, 19 Jun 2017 20:13:47 GMT",
            ..Shown::default()
        },
    ]
}

#[test]
fn calls_3_and_4_list_the_months_events() {
    let calendar = with_listed_events();
    calendar.get("/calendar/", PRINTED_TOKEN).is(200, &events(&listed()));
    calendar.get("/calendar/month?year_month=2017-06", PRINTED_TOKEN).is(200, &events(&listed()));
}

#[test]
fn the_events_of_the_printed_list_have_all_that_is_printed() {
    let calendar = with_listed_events();
    let list = calendar.get("/calendar/", PRINTED_TOKEN).json()["data"].clone();
    let printed = json!([
        {
            "birthday": null,
            "created": "Mon, 19 Jun 2017 19:55:04 GMT",
            "edate": "Tue, 20 Jun 2017 12:00:00 GMT",
            "email": "park@jungi.me",
            "group": "2",
            "id": 25,
            "sdate": "Tue, 20 Jun 2017 09:00:00 GMT",
            "subject": "테스트 일정",
            "updated": null
        },
        {
            "birthday": null,
            "created": "Mon, 19 Jun 2017 20:13:47 GMT",
            "edate": "Tue, 20 Jun 2017 21:00:00 GMT",
            "email": "park@jungi.me",
            "group": null,
            "id": 26,
            "sdate": "Tue, 20 Jun 2017 20:00:00 GMT",
            "subject": "놀이동산",
            "updated": null
        }
    ]);
    for (listed, printed) in list.as_array().unwrap().iter().zip(printed.as_array().unwrap()) {
        let mut printed = printed.clone();
        printed["useremail"] = json!("park@jungi.me");
        assert_eq!(*listed, printed);
    }
    assert_eq!(list.as_array().unwrap().len(), 2);
}

#[test]
fn call_5_registers_an_event() {
    let calendar = with_park();
    let body = "{\n\"sdate\" : \"2017-06-19 20:00:00\",\n\"edate\" : \"2017-06-19 23:00:00\",\n\"subject\" : \"친구들과 약속\"\n}";
    calendar.post("/calendar/event", PRINTED_TOKEN, body).is(200, DONE);
    assert_eq!(
        calendar.rows(EVENTS),
        ["1|1|-|친구들과 약속|2017-06-19 20:00:00|2017-06-19 23:00:00|2017-06-19 19:55:04|-|0"]
    );
}

#[test]
fn calls_6_and_7_change_and_delete_event_215() {
    let calendar = with_park();
    calendar.next_id("event", 215);
    calendar.event(PRINTED_TOKEN, "2017-01-01 00:00:00", "2017-01-01 00:00:00", "a");
    let body = "{\n\"sdate\" : \"2017-06-19 20:00:00\",\n\"edate\" : \"2017-06-19 23:00:00\",\n\"subject\" : \"친구들과 약속\",\n\"event_id\" : 215\n}";
    calendar.put("/calendar/event", PRINTED_TOKEN, body).is(200, DONE);
    assert_eq!(
        calendar.rows(EVENTS),
        [
            "215|1|-|친구들과 약속|2017-06-19 20:00:00|2017-06-19 23:00:00|2017-06-19 19:55:04|2017-06-19 19:55:04|0"
        ]
    );
    calendar.delete("/calendar/event", PRINTED_TOKEN, "{\n\"event_id\" : 215\n}").is(200, DONE);
    assert!(calendar.rows(EVENTS).is_empty());
}

#[test]
fn call_8_lists_todays_events() {
    let calendar = with_listed_events();
    calendar.get("/calendar/today", PRINTED_TOKEN).is(200, &events(&[]));
    calendar.clock.set(NOW + 86_400);
    calendar.get("/calendar/today", PRINTED_TOKEN).is(200, &events(&listed()));
}

#[test]
fn call_9_lists_a_days_events() {
    let calendar = with_listed_events();
    calendar.event(PRINTED_TOKEN, "2017-06-22 09:00:00", "2017-06-22 10:00:00", "a");
    let on_the_22nd = Shown {
        id: 27,
        subject: "a",
        sdate: "Thu, 22 Jun 2017 09:00:00 GMT",
        edate: "Thu, 22 Jun 2017 10:00:00 GMT",
        created: "Mon, 19 Jun 2017 20:13:47 GMT",
        ..Shown::default()
    };
    calendar.get("/calendar/date?date=2017-06-22", PRINTED_TOKEN).is(200, &events(&[on_the_22nd]));
}

/// The example of call 9 is printed with the path of call 4.
#[test]
fn the_printed_example_of_call_9_lists_a_days_events() {
    let calendar = with_listed_events();
    calendar.event(PRINTED_TOKEN, "2017-06-22 09:00:00", "2017-06-22 10:00:00", "a");
    let day = calendar.get("/calendar/date?date=2017-06-22", PRINTED_TOKEN);
    calendar.get("/calendar/month?date=2017-06-22", PRINTED_TOKEN).is(200, &day.body);
}

/// The in-process client needs the word encoded. `http/wire.rs` sends it as it is printed.
#[test]
fn call_10_searches() {
    let calendar = with_listed_events();
    calendar
        .get("/calendar/search?search_word=%ED%85%8C%EC%8A%A4%ED%8A%B8", PRINTED_TOKEN)
        .is(200, &events(&listed()[..1]));
}

#[test]
fn call_11_registers_a_birthday() {
    let calendar = with_park();
    let body = "{\n\"brithday\" : \"2017-06-19 20:00:00\"\n}";
    calendar.put("/calendar/birthday", PRINTED_TOKEN, body).is(200, DONE);
    assert_eq!(
        calendar.rows(EVENTS),
        [
            "1|1|-|park@jungi.me 생일|2017-06-19 00:00:00|2017-06-19 00:00:00|2017-06-19 19:55:04|-|1"
        ]
    );
}

#[test]
fn call_12_makes_a_group() {
    let calendar = with_park();
    calendar.post("/group/", PRINTED_TOKEN, "{\n\"group_name\" : \"회식 관련\"\n}").is(200, DONE);
    assert_eq!(calendar.rows(GROUPS), ["1|회식 관련|1|2017-06-19 19:55:04|-"]);
}

#[test]
fn calls_13_and_14_rename_and_delete_group_21() {
    let calendar = with_park();
    calendar.next_id("calendar_group", 21);
    calendar.group(PRINTED_TOKEN, "a");
    let body = "{\n\"group_id\" : 21,\n\"group_name\" : \"회식 및 저녁 약속 일정\"\n}";
    calendar.put("/group/", PRINTED_TOKEN, body).is(200, DONE);
    let renamed = "21|회식 및 저녁 약속 일정|1|2017-06-19 19:55:04|2017-06-19 19:55:04";
    assert_eq!(calendar.rows(GROUPS), [renamed]);
    calendar
        .delete("/group/", PRINTED_TOKEN, "{\n\"group_id\" : 21,\n}")
        .malformed("body: expected a JSON object (trailing comma at line 3 column 1)");
    assert_eq!(calendar.rows(GROUPS), [renamed]);
    calendar.delete("/group/", PRINTED_TOKEN, "{\n\"group_id\" : 21\n}").is(200, DONE);
    calendar.settle();
    assert!(calendar.rows(GROUPS).is_empty());
}

#[test]
fn calls_15_and_16_list_groups() {
    let calendar = with_park();
    calendar.next_id("calendar_group", 2);
    calendar.group(PRINTED_TOKEN, "테테테스트그룹2");
    calendar.group(PRINTED_TOKEN, "하이용");
    let list = groups(&[group(2, "테테테스트그룹2", PARK, None), group(3, "하이용", PARK, None)]);
    calendar.get("/group/", PRINTED_TOKEN).is(200, &list);
    calendar.get("/group/list", PRINTED_TOKEN).is(200, &list);
}

#[test]
fn call_17_registers_an_event_in_group_13() {
    let calendar = with_park();
    calendar.next_id("calendar_group", 13);
    calendar.group(PRINTED_TOKEN, "a");
    let body = "{\n\"sdate\" : \"2017-06-19 20:00:00\",\n\"edate\" : \"2017-06-19 23:00:00\",\n\"subject\" : \"친구들과 약속\",\n\"group_id\" : 13\n}";
    calendar.post("/group/event", PRINTED_TOKEN, body).is(200, DONE);
    assert_eq!(
        calendar.rows(EVENTS),
        ["1|1|13|친구들과 약속|2017-06-19 20:00:00|2017-06-19 23:00:00|2017-06-19 19:55:04|-|0"]
    );
}
