//! The calls: for each its handler, and what no signature says. The numbers are those of the published
//! reference; calls without a number are additions.

use utoipa::openapi::path::HttpMethod::{Delete, Get, Post, Put};
use utoipa::openapi::schema::ObjectBuilder;

use super::handler::call;
use super::operation::Call;
use super::schemas::form;
use crate::api::envelope::Code;
use crate::api::transfer::{export, import};
use crate::api::{
    app_password, calendar, event, feed, group, history, holidays, invitation, look, member,
    settings, subscription, user,
};

const EVENT_AT: &str = "^/api/v1/calendar/event/[1-9][0-9]*$";
const GROUP_AT: &str = "^/api/v1/group/[1-9][0-9]*$";
/// What calls refuse that change or delete something of the caller's.
const OWN: [Code; 2] = [Code::NOT_FOUND, Code::NOT_OWNER];

/// Every call of version 1.
pub(super) fn all() -> impl Iterator<Item = Call> {
    [user(), calendar(), group(), changes(), invitation(), transfer(), vec![document()]]
        .into_iter()
        .flatten()
}

fn user() -> Vec<Call> {
    vec![
        call(Post, "/user", "register", user::register)
            .about("Registers a user and gives out the token (call 1)")
            .says(
                "With an `invitation`, the user becomes a member of its group as well; if that is good for nothing, \
                 nobody is registered.",
            )
            .refuses(&[Code::EMAIL_EXISTS, Code::REFUSED, Code::NOT_FOUND]),
        call(Post, "/user/login", "signIn", user::login)
            .about("Gives out a token for an email and a password")
            .refuses(&[Code::REFUSED]),
        call(Put, "/user/password", "changePassword", user::change_password)
            .about("Sets the caller's password, ends all their tokens and gives out a new one")
            .refuses(&[Code::REFUSED]),
        call(Delete, "/user/token", "endTokens", user::end_tokens)
            .about("Ends all tokens of the caller, their app passwords and their feeds")
            .refuses(&[Code::TOO_MANY]),
        call(Get, "/user", "me", user::me).about("The caller"),
        call(Post, "/user/calendar/group", "selectGroups", user::select_groups)
            .about("Selects the groups that the caller's calendar shows (call 2)")
            .refuses(&[Code::NOT_FOUND]),
        call(Get, "/user/calendar/group", "selectedGroups", user::selected_groups)
            .about("The groups that are selected"),
        call(Put, "/user/calendar/group/{id}", "selectGroup", user::select_group)
            .about("Selects one group more, beside those that are selected")
            .refuses(&[Code::INVALID, Code::TOO_MANY]),
        call(Delete, "/user/calendar/group/{id}", "unselectGroup", user::unselect_group)
            .about("Unselects one group")
            .refuses(&[Code::TOO_MANY]),
        call(Get, "/user/calendar/look", "looks", look::read)
            .about("How calendars look to the caller, to which they have given a colour or a place")
            .says("The personal calendar first, then the groups in the caller's order. Nobody else sees it."),
        call(Put, "/user/calendar/look", "changeLook", look::set_color)
            .about("Gives a calendar a colour for the caller, or takes theirs away")
            .refuses(&[Code::NOT_FOUND]),
        call(Put, "/user/calendar/order", "orderGroups", look::replace_order)
            .about("Puts the caller's groups into an order")
            .says("Those that are left out come after them, by id.")
            .refuses(&[Code::NOT_FOUND]),
        call(Get, "/user/settings", "settings", settings::read)
            .about("How the caller wants to see the calendar")
            .says("What is left out is as the browser has it."),
        call(Put, "/user/settings", "changeSettings", settings::replace)
            .about("Replaces the caller's settings")
            .refuses(&[Code::NOT_FOUND]),
        call(Get, "/user/app-password", "appPasswords", app_password::list)
            .about("The app passwords of the caller"),
        call(Post, "/user/app-password", "createAppPassword", app_password::create)
            .about("Makes an app password: what one program sends in place of a token")
            .says("Only this answer has it. It is good in the same header as a token, until it is ended."),
        call(Delete, "/user/app-password/{id}", "endAppPassword", app_password::end)
            .about("Ends an app password of the caller's")
            .refuses(&[Code::TOO_MANY]),
        call(Get, "/user/feed", "feeds", feed::list).about("The feeds of the caller"),
        call(Post, "/user/feed", "createFeed", feed::create)
            .about("Makes a feed: a secret address at which a calendar is read without a token")
            .says(
                "Only this answer has the address. A calendar program subscribes to it; without the `.ics` at its \
                 end, it is a page for a browser. Without a `group`, it shows what the caller's calendar shows.",
            )
            .refuses(&[Code::NOT_FOUND]),
        call(Delete, "/user/feed/{id}", "endFeed", feed::end)
            .about("Ends a feed of the caller's")
            .refuses(&[Code::TOO_MANY]),
    ]
}

fn calendar() -> Vec<Call> {
    let birthday = "Registers the caller's birthday (call 11)";
    vec![
        call(Get, "/calendar", "thisMonth", calendar::this_month)
            .about("This month's events (call 3)"),
        call(Get, "/calendar/month", "month", calendar::month)
            .about("A month's events (call 4)")
            .says("With a `date` instead, a day's events, as an example of the reference has it."),
        call(Get, "/calendar/today", "today", calendar::today).about("Today's events (call 8)"),
        call(Get, "/calendar/date", "day", calendar::date).about("A day's events (call 9)"),
        call(Get, "/calendar/range", "range", calendar::range)
            .about("The events between two times, at most 400 days apart"),
        call(Get, "/calendar/search", "search", calendar::search)
            .about("Events whose subject contains a word (call 10)")
            .says(
                "An event that repeats is found once, at its first occurrence. To go on after an answer with `limit`, send the id of its last event in `after`.",
            )
            .refuses(&[Code::NOT_FOUND]),
        call(Post, "/calendar/event", "createEvent", event::create)
            .about("Registers a personal event (call 5)")
            .made_at(EVENT_AT),
        call(Put, "/calendar/event", "changeEvent", event::change)
            .about("Changes an event (call 6)")
            .says(
                "One that the caller registered or, in a group of which they are an editor, anybody's. What is left out of the properties stays as it is, and `null` takes it away. Of an event that \
                 repeats, `occurrence` and `scope` say what changes; without them, all but the times, which must be \
                 those of an occurrence. `Location` names the event that has come to be, if one has.",
            )
            .refuses(&OWN),
        call(Delete, "/calendar/event", "deleteEvent", event::delete)
            .about("Deletes an event or the birthday (call 7)")
            .says("One that the caller registered or, in a group of which they are an editor, anybody's.")
            .refuses(&OWN),
        call(Get, "/calendar/event/{id}", "event", event::read)
            .about("One event that the caller registered or that the caller's calendar shows"),
        call(Put, "/calendar/birthday", "putBirthday", calendar::put_birthday)
            .about(birthday)
            .refuses(&[Code::BIRTHDAY_EXISTS]),
        call(Post, "/calendar/birthday", "postBirthday", calendar::post_birthday)
            .about(birthday)
            .refuses(&[Code::BIRTHDAY_EXISTS]),
        call(Get, "/calendar/birthday", "birthday", calendar::birthday)
            .about("The caller's birthday, in the year of birth")
            .refuses(&[Code::NOT_FOUND]),
        call(Delete, "/calendar/birthday", "deleteBirthday", calendar::delete_birthday)
            .about("Deletes the caller's birthday")
            .refuses(&[Code::NOT_FOUND, Code::TOO_MANY]),
    ]
}

fn group() -> Vec<Call> {
    vec![
        call(Post, "/group", "createGroup", group::create)
            .about("Makes a group, which the caller owns (call 12)")
            .made_at(GROUP_AT),
        call(Post, "/group/subscription", "subscribe", subscription::create)
            .about("Makes a group that is filled from an outside calendar")
            .says(
                "The server fetches the calendar at once, and then again every few hours, or takes the holidays of a \
                 country that it has with it (`GET /holidays`). Its events are the caller's, and nobody changes them here. `subscription` of the group tells when it was last read, \
                 and what went wrong.",
            )
            .made_at(GROUP_AT),
        call(Get, "/holidays", "holidays", holidays::list)
            .about("The countries whose public holidays can be subscribed to")
            .says("The server has them with it, and fetches nothing for them."),
        call(Put, "/group", "renameGroup", group::rename)
            .about("Renames a group that the caller owns, and changes who sees it (call 13)")
            .says("Once it is private, it does not exist for those who are no members.")
            .refuses(&OWN),
        call(Delete, "/group", "deleteGroup", group::delete)
            .about("Deletes a group and all its events (call 14)")
            .refuses(&OWN),
        call(Get, "/group", "myGroups", group::mine)
            .about("The groups that the caller made (call 15)"),
        call(Get, "/group/list", "allGroups", group::all).about("All groups that the caller may see (call 16)"),
        call(Get, "/group/{id}", "group", group::read)
            .about("One group, with how many events are in it"),
        call(Get, "/group/{id}/member", "groupMembers", member::list)
            .about("The members of a group, the highest roles first")
            .says("Of a group that the caller is no member of, its owners."),
        call(Put, "/group/{id}/member", "putGroupMember", member::put)
            .about("Adds a member to a group that the caller owns, or gives one another role")
            .says(
                "The calendar of a new member shows the group. The last owner stays one until somebody else is one \
                 too.",
            )
            .refuses(&[Code::NOT_OWNER]),
        call(Delete, "/group/{id}/member", "removeGroupMember", member::remove)
            .about("Removes a member from a group that the caller owns, or the caller from any")
            .refuses(&[Code::NOT_OWNER]),
        call(Post, "/group/event", "createGroupEvent", group::create_event)
            .about("Registers an event in a group (call 17)")
            .refuses(&OWN)
            .made_at(EVENT_AT),
    ]
}

fn changes() -> Vec<Call> {
    vec![
        call(Get, "/calendar/event/{id}/history", "eventHistory", history::of_event)
            .about("Who changed an event, and how, the newest change first")
            .says(
                "Also of one that was deleted. `before` and `after` have what an entry has changed. Entries are kept \
                 for a month. To go on after an answer, send the id of its last entry in `after`.",
            ),
        call(Get, "/calendar/activity", "activity", history::personal)
            .about("What has changed in the caller's personal calendar, the newest change first"),
        call(Get, "/group/{id}/activity", "groupActivity", history::of_group)
            .about("What has changed in a group, the newest change first"),
        call(Post, "/history/{id}/undo", "undo", history::undo)
            .about("Undoes what an entry of the history has changed")
            .says(
                "Whoever may change the event may undo it. What was deleted comes back with its id. What has changed \
                 since is not undone (code 41200): that has to be undone first. The answer is the new entry, which \
                 can be undone in turn.",
            )
            .refuses(&[Code::INVALID, Code::NOT_OWNER, Code::CHANGED, Code::TOO_MANY]),
    ]
}

fn invitation() -> Vec<Call> {
    vec![
        call(Get, "/group/{id}/invitation", "invitations", invitation::list)
            .about("The open invitations to a group that the caller owns")
            .refuses(&[Code::NOT_OWNER]),
        call(Post, "/group/{id}/invitation", "createInvitation", invitation::create)
            .about("Makes an invitation to a group that the caller owns: a link for one person, good for a week")
            .says(
                "Only this answer has the link. Whoever opens it in a browser sees what the group is called and who \
                 invites, and becomes a member with it. It is good while whoever made it owns the group.",
            )
            .refuses(&[Code::NOT_OWNER, Code::REFUSED]),
        call(Delete, "/group/{id}/invitation/{invitation}", "endInvitation", invitation::end)
            .about("Ends an invitation to a group that the caller owns")
            .refuses(&[Code::NOT_OWNER, Code::TOO_MANY]),
        call(Get, "/invitation/{secret}", "invitation", invitation::read)
            .about("What an invitation is to, for whoever has its link")
            .says("`secret` is what stands after `/join/` in the link."),
        call(Put, "/invitation/{secret}", "acceptInvitation", invitation::accept)
            .about("Makes the caller a member of the group that an invitation is to")
            .says(
                "The calendar of a new member shows the group. Who is a member already stays what they are, and the \
                 invitation can still be used. Repeated by the same member, it answers the same until the invitation \
                 would have expired.",
            )
            .refuses(&[Code::INVALID, Code::TOO_MANY]),
    ]
}

fn transfer() -> Vec<Call> {
    vec![
        call(Post, "/import", "import", import::import)
            .about("Takes in a calendar as a file, or several in a zip")
            .says(
                "Nothing of a file is stored if an error ends it. What is not understood of it is skipped and \
                 named, at most 1000 times. A file that is taken in again changes only what has changed in it.",
            )
            .refuses(&OWN),
        call(Get, "/export", "export", export::export)
            .about("The caller's personal calendar as a file"),
        call(Get, "/group/{id}/export", "exportGroup", export::export_group)
            .about("The calendar of a group as a file"),
    ]
}

fn document() -> Call {
    let version = ObjectBuilder::new().property("openapi", form(r"^3\.1\."));
    let document = version.required("openapi").required("info").required("paths");
    let mut call =
        Call::new(Get, "/openapi.json", "openapi").about("This document, without an envelope");
    call.done = document.into();
    call
}
