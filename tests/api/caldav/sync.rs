//! sync-collection: a program that asks what has changed is told all of it, once.

use serde_json::json;

use super::{PERSONAL, Program, hrefs, meeting, refused, texts};
use crate::support::answer::Answer;
use crate::support::calendar::Calendar;

fn ask(program: &Program<'_>, token: &str, limit: &str) -> Answer {
    let body = format!(
        "<D:sync-collection><D:sync-token>{token}</D:sync-token><D:sync-level>1</D:sync-level>{limit}<D:prop><D:getetag/></D:prop></D:sync-collection>"
    );
    program.report(PERSONAL, &body)
}

/// What is told: the last parts of the addresses, those of what is gone with a minus; and the token.
#[track_caller]
fn told(answer: &Answer) -> (Vec<String>, String) {
    assert_eq!(answer.status, 207, "{}", answer.body);
    let responses = answer.body.split("<D:response>").skip(1);
    let line = |response: &str| {
        let href = response.split("<D:href>").nth(1).unwrap().split("</D:href>").next().unwrap();
        let name = href.rsplit('/').next().unwrap();
        let gone = response.contains("404 Not Found");
        format!("{}{name}", if gone { "-" } else { "" })
    };
    let mut lines: Vec<_> = responses.map(line).filter(|line| !line.is_empty()).collect();
    lines.sort();
    (lines, texts(answer, "D:sync-token").concat())
}

#[test]
fn each_change_is_told_once_by_whichever_door_it_came() {
    let calendar = Calendar::new();
    let program = Program::new(&calendar);
    program.put(&format!("{PERSONAL}/a.ics"), &meeting("a", "A"));
    program.put(&format!("{PERSONAL}/b.ics"), &meeting("b", "B"));
    let (all, token) = told(&ask(&program, "", ""));
    assert_eq!(all, ["a.ics", "b.ics"]);
    let (none, same) = told(&ask(&program, &token, ""));
    assert_eq!((none.len(), &same), (0, &token));
    let own = calendar.event(&program.token, "2017-06-20 09:00:00", "2017-06-20 10:00:00", "Own");
    let (one, token) = told(&ask(&program, &token, ""));
    assert_eq!(one, [format!("{own}.ics")]);
    assert_eq!(program.call("DELETE", &format!("{PERSONAL}/a.ics"), &[], "").status, 204);
    let row = calendar.rows("SELECT id FROM event WHERE subject = 'B'").concat();
    let body = json!({"event_id": row.parse::<i64>().unwrap(), "subject": "B again", "sdate": "2017-06-20 09:00:00", "edate": "2017-06-20 10:00:00"});
    assert_eq!(calendar.put("/calendar/event", &program.token, body.to_string()).status, 200);
    let (changes, token) = told(&ask(&program, &token, ""));
    assert_eq!(changes, ["-a.ics", "b.ics"]);
    assert!(program.get(&format!("{PERSONAL}/b.ics")).contains("SUMMARY:B again"));
    assert_eq!(
        calendar
            .delete("/calendar/event", &program.token, format!(r#"{{"event_id": {own}}}"#))
            .status,
        200
    );
    let (changes, token) = told(&ask(&program, &token, ""));
    assert_eq!(changes, [format!("-{own}.ics")]);
    // The same name, given again.
    program.put(&format!("{PERSONAL}/a.ics"), &meeting("a2", "A again"));
    let (changes, _) = told(&ask(&program, &token, ""));
    assert_eq!(changes, ["a.ics"]);
    assert_eq!(told(&ask(&program, "", "")).0, ["a.ics", "b.ics"]);
}

#[test]
fn a_list_in_parts_says_that_it_goes_on() {
    let calendar = Calendar::new();
    let program = Program::new(&calendar);
    for number in 0..5 {
        let uid = format!("n{number}");
        program.put(&format!("{PERSONAL}/{uid}.ics"), &meeting(&uid, "N"));
    }
    let limit = "<D:limit><D:nresults>2</D:nresults></D:limit>";
    let (mut token, mut all) = (String::new(), Vec::new());
    for part in 0..3 {
        let answer = ask(&program, &token, limit);
        let more = answer.body.contains("507 Insufficient Storage");
        assert_eq!(more, part < 2, "{}", answer.body);
        assert_eq!(more, answer.body.contains("<D:number-of-matches-within-limits/>"));
        let (part, next) = told(&answer);
        all.extend(part);
        token = next;
    }
    all.sort();
    assert_eq!(all, ["n0.ics", "n1.ics", "n2.ics", "n3.ics", "n4.ics"]);
    assert_eq!(told(&ask(&program, &token, limit)).0, [""; 0]);
}

#[test]
fn a_token_that_cannot_be_gone_on_from_is_refused_as_programs_understand_it() {
    let calendar = Calendar::new();
    let program = Program::new(&calendar);
    let (_, token) = told(&ask(&program, "", ""));
    let other = token.replace("sync:", "sync:0").replacen("sync:00", "sync:1", 1);
    for bad in ["http://example.com/1", "urn:calendar-server:sync:x", &format!("{token}9"), &other]
    {
        let answer = ask(&program, bad, "");
        let why = refused(&answer, 403, "D:valid-sync-token");
        assert_eq!(why, "list the calendar anew, without a token", "{bad}");
    }
    let without = program
        .report(PERSONAL, "<D:sync-collection><D:prop><D:getetag/></D:prop></D:sync-collection>");
    assert_eq!(
        (without.status, without.body.as_str()),
        (400, "sync-token: required, but missing\n")
    );
}

#[test]
fn the_tag_of_a_calendar_moves_with_each_change() {
    let calendar = Calendar::new();
    let program = Program::new(&calendar);
    let tag = || texts(&program.propfind(PERSONAL, "0", "<S:getctag/>"), "S:getctag").concat();
    let before = tag();
    assert_eq!(tag(), before);
    program.put(&format!("{PERSONAL}/a.ics"), &meeting("a", "A"));
    let made = tag();
    assert_ne!(made, before);
    assert_eq!(program.call("DELETE", &format!("{PERSONAL}/a.ics"), &[], "").status, 204);
    assert!(tag() != made && tag() != before);
    assert_eq!(hrefs(&program.propfind(PERSONAL, "1", "<D:getetag/>")).len(), 1);
}

/// What a program knows of the calendar: the tag of each object.
type Known = std::collections::BTreeMap<String, String>;

/// Goes on from `token` in parts of at most `limit`, if there is one, until nothing more is told; gives the token to go on from.
fn follow(program: &Program<'_>, known: &mut Known, token: String, limit: Option<u32>) -> String {
    let limit = limit.map_or(String::new(), |limit| {
        format!("<D:limit><D:nresults>{limit}</D:nresults></D:limit>")
    });
    let mut token = token;
    loop {
        let answer = ask(program, &token, &limit);
        assert_eq!(answer.status, 207, "{}", answer.body);
        for response in answer.body.split("<D:response>").skip(1) {
            let part = |name: &str| {
                let rest = response.split(&format!("<D:{name}>")).nth(1)?;
                rest.split(&format!("</D:{name}>")).next().map(|text| text.replace("&quot;", "\""))
            };
            let name = part("href").unwrap().rsplit('/').next().unwrap().to_owned();
            match part("getetag") {
                Some(tag) => drop(known.insert(name, tag)),
                None => drop(known.remove(&name)),
            }
        }
        token = texts(&answer, "D:sync-token").concat();
        if !answer.body.contains("507 Insufficient Storage") {
            return token;
        }
    }
}

/// What is there, as a list of the calendar says it.
fn listed(program: &Program<'_>) -> Known {
    let answer = program.propfind(PERSONAL, "1", "<D:getetag/>");
    let names = hrefs(&answer).into_iter().skip(1);
    let names = names.map(|href| href.rsplit('/').next().unwrap().to_owned());
    names.zip(texts(&answer, "D:getetag").into_iter().skip(1)).collect()
}

#[test]
fn whatever_happens_a_program_that_follows_knows_what_is_there() {
    for seed in 0..6 {
        let mut random = fastrand::Rng::with_seed(seed);
        let calendar = Calendar::new();
        let program = Program::new(&calendar);
        let (mut known, mut token) = (Known::new(), String::new());
        let mut numbers = 0;
        for _ in 0..60 {
            let there: Vec<_> = listed(&program).into_keys().collect();
            let one = (!there.is_empty()).then(|| there[random.usize(..there.len())].clone());
            match (random.u8(..7), one) {
                (0..=1, _) | (_, None) => {
                    numbers += 1;
                    let uid = format!("n{numbers}");
                    program.put(&format!("{PERSONAL}/{uid}.ics"), &meeting(&uid, "Put"));
                }
                (2, _) => {
                    calendar.event(
                        &program.token,
                        "2017-06-20 09:00:00",
                        "2017-06-20 10:00:00",
                        "Own",
                    );
                }
                (3, Some(name)) => {
                    let path = format!("{PERSONAL}/{name}");
                    let text = program.get(&path).replace("SUMMARY:", "SUMMARY:Again ");
                    assert_eq!(program.call("PUT", &path, &[], &text).status, 204);
                }
                (4, Some(name)) => {
                    let path = format!("{PERSONAL}/{name}");
                    assert_eq!(program.call("DELETE", &path, &[], "").status, 204);
                }
                (5, Some(_)) => {
                    let ids = calendar.rows("SELECT id FROM event ORDER BY id");
                    let body =
                        json!({"event_id": ids[random.usize(..ids.len())].parse::<i64>().unwrap()});
                    assert_eq!(
                        calendar.delete("/calendar/event", &program.token, body.to_string()).status,
                        200
                    );
                }
                (_, Some(_)) => {
                    let entries = calendar.get("/calendar/activity?limit=1", &program.token).json();
                    let last = &entries["data"][0];
                    if last["action"] == "delete" && last["undone"] == false {
                        let path = format!("/history/{}/undo", last["id"]);
                        assert_eq!(calendar.post(&path, &program.token, "").status, 200);
                    }
                }
            }
            if random.u8(..3) == 0 {
                let limit = random.bool().then(|| random.u32(1..4));
                token = follow(&program, &mut known, token, limit);
                assert_eq!(known, listed(&program), "with seed {seed}");
            }
        }
    }
}
