//! Every call of the description, by everybody, in a group with random members, against a model of who may what that a
//! reader can check by eye.
//!
//! The description says which calls there are. For each, `targets.rs` says how it is made and what it needs; one that is not
//! there fails the test, so that nobody can add a call and forget it here. Each call is made on a group of its own, by
//! somebody without a token, with what is none, with app passwords and with a token. What is refused leaves the database
//! as it was and tells nothing; of a group that does not exist for somebody, it tells what it tells of one that never was.

mod fixture;
mod targets;

use std::collections::{BTreeMap, BTreeSet};

use percent_encoding::percent_decode_str;
use proptest::collection::vec;
use proptest::prelude::*;
use rocket::http::Method;
use serde_json::Value;

use crate::property::cases;
use crate::support::answer::Answer;
use crate::support::calendar::Calendar;
use fixture::{Fixture, Ids, Step, WORDS, World, step};
use targets::{Needs, Of, TARGETS, Target};

/// With what somebody calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum By {
    Nothing,
    /// What reads busy times, which is no token.
    BusyFeed,
    ReadPassword,
    Password,
    Token,
}

const BY: [By; 5] = [By::Nothing, By::BusyFeed, By::ReadPassword, By::Password, By::Token];

/// How far a call goes: the model of `access::may_reach`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reach {
    Read,
    Change,
    Account,
}

/// The calls for which no app password is good.
const ON_THE_ACCOUNT: [&str; 7] = [
    "changePassword",
    "endTokens",
    "appPasswords",
    "createAppPassword",
    "endAppPassword",
    "createFeed",
    "createInvitation",
];

fn reach(call: &str, method: Method) -> Reach {
    match method {
        _ if ON_THE_ACCOUNT.contains(&call) => Reach::Account,
        Method::Get => Reach::Read,
        _ => Reach::Change,
    }
}

/// What becomes of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Allowed,
    MissingToken,
    BadToken,
    /// It is known, and may not be done.
    NotOwner,
    /// It does not exist, as far as the caller may know.
    NotFound,
}

impl Verdict {
    /// The status, the code and the message.
    fn answer(self) -> (u16, u64, &'static str) {
        match self {
            Self::Allowed => (200, 20000, "SUCCESS"),
            Self::MissingToken => (401, 40101, "MISSING HEADER"),
            Self::BadToken => (401, 40102, "INVAILD TOKEN"),
            Self::NotOwner => (401, 40102, "UNAUTHORIZED REQUEST"),
            Self::NotFound => (404, 40400, "NOT FOUND"),
        }
    }
}

/// The model: what becomes of `target` for somebody who is `role` in the group (0, for whom it does not exist, to 4), as a
/// member or not.
fn verdict(target: &Target, reach: Reach, by: By, (role, is_member): (usize, bool)) -> Verdict {
    if target.needs == Needs::Nothing {
        return Verdict::Allowed;
    }
    match (by, reach) {
        (By::Nothing, _) => return Verdict::MissingToken,
        (By::BusyFeed, _) => return Verdict::BadToken,
        (By::ReadPassword, Reach::Change | Reach::Account) | (By::Password, Reach::Account) => {
            return Verdict::NotOwner;
        }
        _ => {}
    }
    let at_least = |least: usize| match role {
        0 => Verdict::NotFound,
        role if role < least => Verdict::NotOwner,
        _ => Verdict::Allowed,
    };
    match target.needs {
        Needs::Nothing | Needs::Token => Verdict::Allowed,
        Needs::Role(least) => at_least(least),
        Needs::ToChange(Of::Caller) | Needs::ToDelete(Of::Caller) => at_least(2),
        Needs::ToChange(Of::Park) | Needs::ToDelete(Of::Park | Of::ParkPrivate) => at_least(3),
        // An editor may delete what they do not see, and not write over it.
        Needs::ToChange(Of::ParkPrivate) => at_least(5),
        Needs::Membership if is_member => Verdict::Allowed,
        Needs::ToBePark => Verdict::NotOwner,
        Needs::Membership | Needs::ToKnow => Verdict::NotFound,
    }
}

/// What a group and all in it says, but for who has used an app password when.
const TABLES: [&str; 9] = [
    "SELECT id, email, token_generation, events FROM \"user\" ORDER BY id",
    "SELECT id, name, everyone, deleted, creator_id FROM calendar_group ORDER BY id",
    "SELECT group_id, user_id, role FROM member ORDER BY 1, 2",
    "SELECT user_id, group_id FROM selection ORDER BY 1, 2",
    "SELECT id, subject, revision FROM event ORDER BY id",
    "SELECT id, group_id FROM invitation ORDER BY id",
    "SELECT id FROM feed ORDER BY id",
    "SELECT id FROM app_password ORDER BY id",
    "SELECT max(id), count(*) FROM history",
];

const PURGED_LATER: &str = "SELECT count(*) FROM calendar_group WHERE deleted = 1 AND trashed IS NULL OR narrowed > 0 AND deleted = 0";

fn stored(calendar: &Calendar) -> Vec<Vec<String>> {
    TABLES.iter().map(|sql| calendar.rows(sql)).collect()
}

/// A call of the description: its method and its path, in which the names of parameters stand.
struct Described {
    method: Method,
    path: String,
}

fn described(calendar: &Calendar) -> BTreeMap<String, Described> {
    let document = calendar.get("/openapi.json", "").json();
    let mut calls = BTreeMap::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, call) in item.as_object().unwrap() {
            let name = call["operationId"].as_str().unwrap().to_owned();
            let method: Method = method.to_uppercase().parse().unwrap();
            assert!(calls.insert(name, Described { method, path: path.clone() }).is_none());
        }
    }
    calls
}

/// Makes the call of `target` about what has these ids.
fn ask(
    (world, fixture): (&World, &Fixture<'_>),
    call: &Described,
    target: &Target,
    ids: &Ids,
    by: By,
) -> Answer {
    let path = ids.fill(&call.path.replace("{id}", target.id)) + &ids.fill(target.query);
    let body = ids.fill(target.body);
    world.calendar.call(call.method, &path, fixture.credential(by), body)
}

/// Asserts that a refusal names nothing that the caller has not named.
fn check_silent(answer: &Answer, sent: &str, about: &str) {
    for word in WORDS {
        let told = answer.body.contains(word) && !sent.contains(word);
        assert!(!told, "{about} tells “{word}”: {}", answer.body);
    }
}

/// Asserts that what is answered to somebody for whom the group does not exist says nothing of it.
fn check_ignorant(answer: &Answer, about: &str) {
    let body = percent_decode_str(&answer.body).decode_utf8_lossy();
    for word in WORDS {
        assert!(!body.contains(word), "{about} tells “{word}”: {body}");
    }
}

/// Makes one call by everybody, and compares with the model.
fn judge(world: &World, call: &Described, target: &Target, steps: &[Step]) {
    let reach = reach(target.call, call.method);
    let new = || Fixture::new(world, steps, target.with_birthday);
    let fixture = new();
    let (role, is_member) = (fixture.role(), fixture.is_member());
    let of = |by: By| verdict(target, reach, by, (role, is_member));
    // What is refused comes first: it changes nothing.
    let (refused, allowed): (Vec<By>, Vec<By>) =
        BY.into_iter().partition(|by| of(*by) != Verdict::Allowed);
    // What was deleted or hidden is purged meanwhile.
    world.calendar.wait_until_none(PURGED_LATER);
    world.calendar.settle();
    let before = stored(&world.calendar);
    for by in refused {
        let about = format!("{} of {target:?} by {by:?} with role {role}", call.path);
        let (status, code, message) = of(by).answer();
        let answer = ask((world, &fixture), call, target, &fixture.ids, by);
        let meta = answer.json()["meta"].clone();
        let got = (answer.status, meta["code"].as_u64(), meta["message"].as_str());
        assert_eq!(got, (status, Some(code), Some(message)), "{about}: {}", answer.body);
        assert!(answer.json().get("data").is_none(), "{about}: {}", answer.body);
        check_silent(&answer, &fixture.ids.fill(target.body), &about);
        // In a group that they see, somebody may know that they are no member of it.
        if of(by) == Verdict::NotFound && (role == 0 || target.needs == Needs::ToKnow) {
            let ids = fixture.ids.never();
            let never = ask((world, &fixture), call, target, &ids, by);
            assert_eq!(answer.status, never.status, "{about}");
            let plain = (fixture.ids.take_out(&answer.body), ids.take_out(&never.body));
            assert_eq!(plain.0, plain.1, "{about}");
        }
    }
    for (now, before) in stored(&world.calendar).iter().zip(&before) {
        assert!(
            now == before,
            "{} of {target:?} with role {role} leaves {now:?} of {before:?}",
            call.path
        );
    }
    for (number, by) in allowed.into_iter().enumerate() {
        // Whoever comes first may have changed what it is about.
        let another = (number > 0 && reach != Reach::Read).then(new);
        let fixture = another.as_ref().unwrap_or(&fixture);
        let about = format!("{} of {target:?} by {by:?} with role {role}", call.path);
        let answer = ask((world, fixture), call, target, &fixture.ids, by);
        assert!(target.codes.contains(&code(&answer)), "{about}: {}", answer.body);
        if role == 0 && target.needs != Needs::Nothing {
            check_ignorant(&answer, &about);
        }
    }
}

/// The code of an answer; 20000 of a file.
fn code(answer: &Answer) -> u64 {
    let json: Option<Value> = serde_json::from_str(&answer.body).ok();
    let code = json.and_then(|json| json["meta"]["code"].as_u64());
    code.unwrap_or(if answer.status == 200 { 20000 } else { 0 })
}

#[test]
fn each_call_of_the_description_can_be_made_and_judged() {
    let described = described(&Calendar::new());
    let known: BTreeSet<&str> = TARGETS.iter().map(|target| target.call).collect();
    let unknown: Vec<_> = described.keys().filter(|name| !known.contains(name.as_str())).collect();
    assert!(unknown.is_empty(), "say in targets.rs how these are made, and who may: {unknown:?}");
    let gone: Vec<_> = known.iter().filter(|name| !described.contains_key(**name)).collect();
    assert!(gone.is_empty(), "{gone:?}");
    assert!(known.len() > 55);
}

proptest! {
    // No file is written beside the source: a failing case is shrunk and printed.
    #![proptest_config(ProptestConfig {
        cases: cases(4),
        failure_persistence: None,
        max_shrink_iters: 12,
        ..ProptestConfig::default()
    })]

    #[test]
    fn every_call_is_allowed_exactly_to_those_who_may_and_tells_others_nothing(
        steps in vec(step(), 0..5)
    ) {
        let world = World::new();
        let described = described(&world.calendar);
        for target in TARGETS {
            let call = described.get(target.call);
            let call = call.unwrap_or_else(|| panic!("{} is not described", target.call));
            judge(&world, call, target, &steps);
        }
        Fixture::new(&world, &steps, false).check_feed();
    }
}
