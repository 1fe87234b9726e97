//! `/group`, `/group/<id>`, `/group/list` and `/group/event`.

mod create;
mod delete;
mod event;
mod name;
mod pages;
mod read;
mod rename;
mod subscription;

use crate::support::calendar::{Calendar, KIM, PARK};

pub(crate) fn two_users() -> (Calendar, String, String) {
    let calendar = Calendar::new();
    let (park, kim) = (calendar.register(PARK), calendar.register(KIM));
    (calendar, park, kim)
}
