//! Version 1 of the HTTP API: its routes, and the answer when no route matches.
//!
//! A handler is its guards, one call into the domain and an answer. Every answer under `/api/` is in the
//! envelope, errors included, except the description of the API itself (`openapi/`).

mod app_password;
mod body;
mod calendar;
mod caller;
mod conditional;
mod envelope;
mod event;
mod fallback;
mod feed;
mod group;
mod group_values;
mod history;
mod holidays;
mod idempotency;
mod input;
mod invitation;
mod look;
mod member;
pub mod openapi;
mod parameters;
mod patch;
mod path;
mod query;
mod recorded;
mod refusal;
mod setting_values;
mod settings;
mod subscription;
mod terms;
mod transfer;
mod upload;
mod user;
mod values;

pub(crate) use body::LIMIT as BODY_LIMIT;
pub(crate) use envelope::{HEADERS, unread};
pub(crate) use fallback::sender;
pub use path::BASE;
pub(crate) use transfer::import::ImportReport;
pub(crate) use upload::is_upload;

use rocket::{Catcher, Route};

/// Every route of version 1, including those that refuse other methods.
#[must_use]
pub fn routes() -> Vec<Route> {
    let mut routes = rocket::routes![
        user::register,
        user::login,
        user::me,
        user::change_password,
        user::end_tokens,
        user::select_groups,
        user::selected_groups,
        user::select_group,
        user::unselect_group,
        look::read,
        look::set_color,
        look::replace_order,
        settings::read,
        settings::replace,
        app_password::list,
        app_password::create,
        app_password::end,
        feed::list,
        feed::create,
        feed::end,
        calendar::this_month,
        calendar::month,
        calendar::today,
        calendar::date,
        calendar::range,
        calendar::search,
        event::create,
        event::change,
        event::delete,
        event::read,
        history::of_event,
        history::personal,
        history::of_group,
        history::undo,
        calendar::put_birthday,
        calendar::post_birthday,
        calendar::birthday,
        calendar::delete_birthday,
        group::create,
        group::rename,
        group::delete,
        group::mine,
        group::all,
        group::read,
        group::create_event,
        member::list,
        member::put,
        member::remove,
        invitation::create,
        invitation::list,
        invitation::end,
        invitation::read,
        invitation::accept,
        subscription::create,
        holidays::list,
        transfer::import::import,
        transfer::export::export,
        transfer::export::export_group,
        openapi::get,
    ];
    let refusals = fallback::refusals(&routes);
    routes.extend(refusals);
    routes
}

/// The catcher for requests under `/api/` that no route answers.
#[must_use]
pub fn catchers() -> Vec<Catcher> {
    fallback::catchers()
}
