//! Groups with members and roles: `/group/<id>/member`, private groups, and what each role may.

mod accepted_again;
mod every_call;
mod invitations;
mod leaks;
mod look;
mod members;
mod private;
mod property;
mod roles;

use serde_json::{Value, json};

use crate::support::answer::Answer;
use crate::support::calendar::{Calendar, DONE, KIM, PARK};

pub(crate) const LEE: &str = "lee@jungi.me";
const TIME: &str = "2017-06-20 09:00:00";
const MONTH: &str = "/calendar/month?year_month=2017-06";

/// Park, Kim and Lee, and group 1 of Park's.
struct Club {
    calendar: Calendar,
    park: String,
    kim: String,
    lee: String,
}

impl Club {
    fn open() -> Self {
        let calendar = Calendar::new();
        let [park, kim, lee] = [PARK, KIM, LEE].map(|email| calendar.register(email));
        calendar.group(&park, "club");
        Self { calendar, park, kim, lee }
    }

    /// The same, and the group is private.
    fn private() -> Self {
        let club = Self::open();
        club.change(&club.park, &json!({"visibility": "private"})).is(200, DONE);
        club
    }

    /// Changes group 1.
    fn change(&self, token: &str, what: &Value) -> Answer {
        let mut body = json!({"group_id": 1, "group_name": "club"});
        body.as_object_mut().unwrap().extend(what.as_object().unwrap().clone());
        self.calendar.put("/group", token, body.to_string())
    }

    fn put(&self, token: &str, email: &str, role: &str) -> Answer {
        let body = json!({"useremail": email, "role": role}).to_string();
        self.calendar.put("/group/1/member", token, body)
    }

    /// Makes somebody a member, by Park.
    #[track_caller]
    fn member(&self, email: &str, role: &str) {
        self.put(&self.park, email, role).is(200, DONE);
    }

    fn remove(&self, token: &str, email: &str) -> Answer {
        let body = json!({ "useremail": email }).to_string();
        self.calendar.delete("/group/1/member", token, body)
    }

    /// The members of group 1 as `token` sees them.
    #[track_caller]
    fn members(&self, token: &str) -> Vec<String> {
        let answer = self.calendar.get("/group/1/member", token);
        assert_eq!(answer.status, 200, "{}", answer.body);
        let word = |value: &Value| value.as_str().unwrap().to_owned();
        let all = answer.json()["data"].as_array().unwrap().clone();
        all.iter()
            .map(|one| format!("{} {}", word(&one["useremail"]), word(&one["role"])))
            .collect()
    }

    /// Registers an event in group 1.
    fn event(&self, token: &str, more: &Value) -> Answer {
        let mut body = json!({"group_id": 1, "sdate": TIME, "edate": TIME, "subject": "choir"});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        self.calendar.post("/group/event", token, body.to_string())
    }

    fn edit(&self, token: &str, id: i64, subject: &str) -> Answer {
        let body = json!({"event_id": id, "sdate": TIME, "edate": TIME, "subject": subject});
        self.calendar.put("/calendar/event", token, body.to_string())
    }

    fn delete_event(&self, token: &str, id: i64) -> Answer {
        self.calendar.delete("/calendar/event", token, json!({"event_id": id}).to_string())
    }

    /// The subjects that a calendar shows in June 2017.
    #[track_caller]
    fn june(&self, token: &str) -> Vec<String> {
        let answer = self.calendar.get(MONTH, token);
        assert_eq!(answer.status, 200, "{}", answer.body);
        let all = answer.json()["data"].as_array().unwrap().clone();
        all.iter().map(|event| event["subject"].as_str().unwrap().to_owned()).collect()
    }
}
