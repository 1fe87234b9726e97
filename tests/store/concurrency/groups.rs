//! A group that one client deletes while the others use it.

use std::time::Instant;

use serde_json::json;

use super::clients::{Answer, Edit, Server};
use crate::support::wait::PATIENCE;

#[test]
fn a_group_deleted_while_others_add_to_it_takes_all_its_events_along() {
    let server = Server::start();
    let owner = server.register("park@jungi.me");
    let personal = owner.post("/calendar/event", Edit(0, 0).json(json!({}))).made.unwrap();
    for _ in 0..5 {
        let group = owner.post("/group/", json!({"group_name": "회의"})).made.unwrap();
        let selected = json!({"selected_group": group.to_string()});
        let answers = server.at_once(&owner.token, |number, client| {
            let one = |round| match number {
                1 => client.post("/user/calendar/group", selected.clone()),
                0 if round == 10 => client.delete("/group/", json!({"group_id": group})),
                _ => {
                    let edit = Edit(number, round % 60);
                    client.post("/group/event", edit.json(json!({"group_id": group})))
                }
            };
            let mut answers = Vec::new();
            let until = Instant::now() + PATIENCE;
            while answers.last().is_none_or(Answer::done) && (number > 0 || answers.len() < 11) {
                assert!(Instant::now() < until, "the group is never gone");
                answers.push(one(answers.len()));
            }
            answers
        });
        let deleted = &answers[0][10];
        assert!(answers[0].iter().all(Answer::done));
        for answer in answers[1..].iter().flatten() {
            let found = answer.done();
            assert!(!(found && deleted.before(answer)), "added to a deleted group: {answer:?}");
            assert!(found || !answer.before(deleted), "gone before it was deleted: {answer:?}");
        }
        assert!(answers[2..].iter().any(|answers| answers.len() > 1), "nobody added anything");
        server.settle();
        assert_eq!(server.rows::<i64>("SELECT id FROM event"), [personal]);
        assert_eq!(server.rows::<i64>("SELECT id FROM calendar_group"), [0; 0]);
        assert_eq!(server.rows::<i64>("SELECT group_id FROM selection"), [0; 0]);
        server.assert_sound();
    }
}
