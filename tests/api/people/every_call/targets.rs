//! How each call of the description is made, and what it needs.

/// Whose event it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Of {
    Caller,
    Park,
    ParkPrivate,
}

/// What somebody needs for a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Needs {
    Nothing,
    /// To be somebody.
    Token,
    /// To be at least that in the group: 1 reader, 2 writer, 3 editor, 4 owner.
    Role(usize),
    /// To be a member of the group, whatever they are in it.
    Membership,
    ToChange(Of),
    ToDelete(Of),
    /// To be the user whose it is: that it is somebody else's may be known, as the published reference has it.
    ToBePark,
    /// To be the user whose it is; for others it does not exist.
    ToKnow,
}

/// A call, and what it is about.
#[derive(Debug)]
pub(super) struct Target {
    /// Its name in the description.
    pub(super) call: &'static str,
    /// What stands for `{id}` in its path.
    pub(super) id: &'static str,
    pub(super) query: &'static str,
    pub(super) body: &'static str,
    pub(super) needs: Needs,
    /// What it may answer to those who may.
    pub(super) codes: &'static [u64],
    /// Whether the caller has a birthday.
    pub(super) with_birthday: bool,
}

const fn call(call: &'static str, needs: Needs) -> Target {
    let (id, query, body, with_birthday) = ("", "", "", false);
    Target { call, id, query, body, needs, codes: &[20000], with_birthday }
}

impl Target {
    const fn of(self, id: &'static str) -> Self {
        Self { id, ..self }
    }

    const fn with(self, body: &'static str) -> Self {
        Self { body, ..self }
    }

    const fn asking(self, query: &'static str) -> Self {
        Self { query, ..self }
    }

    const fn answers(self, codes: &'static [u64]) -> Self {
        Self { codes, ..self }
    }

    const fn with_birthday(self) -> Self {
        Self { with_birthday: true, ..self }
    }
}

const FILE: &str = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:a\r\nBEGIN:VEVENT\r\nUID:a\r\nDTSTAMP:20170619T105504Z\r\nDTSTART:20170619T200000\r\nSUMMARY:neu\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";

/// Every call, some of them about several things.
pub(super) const TARGETS: &[Target] = &[
    call("openapi", Needs::Nothing),
    call("register", Needs::Nothing).with(r#"{"useremail": "{new}"}"#),
    // Without a password, so that none is hashed.
    call("signIn", Needs::Nothing).with(r#"{"useremail": "{caller}"}"#).answers(&[40001]),
    call("changePassword", Needs::Token).with(r#"{"password": "correct horse"}"#),
    call("endTokens", Needs::Token),
    call("me", Needs::Token),
    call("selectGroups", Needs::Role(1)).with(r#"{"selected_group": "{group}"}"#),
    call("selectedGroups", Needs::Token),
    call("selectGroup", Needs::Role(1)).of("{group}"),
    call("unselectGroup", Needs::Token).of("{group}"),
    call("looks", Needs::Token),
    call("changeLook", Needs::Role(1)).with(r##"{"group": {group}, "color": "#1a73e8"}"##),
    call("orderGroups", Needs::Role(1)).with(r#"{"groups": "{group}"}"#),
    call("settings", Needs::Token),
    call("changeSettings", Needs::Role(1)).with(r#"{"default_group": {group}}"#),
    call("appPasswords", Needs::Token),
    call("createAppPassword", Needs::Token).with(r#"{"name": "b", "scope": "all"}"#),
    call("endAppPassword", Needs::Token).of("{password}"),
    call("endAppPassword", Needs::ToKnow).of("{other_password}"),
    call("feeds", Needs::Token),
    call("createFeed", Needs::Role(1)).with(r#"{"name": "b", "group": {group}}"#),
    call("endFeed", Needs::Token).of("{feed}"),
    call("endFeed", Needs::ToKnow).of("{other_feed}"),
    call("thisMonth", Needs::Token),
    call("month", Needs::Token).asking("?year_month=2017-06"),
    call("today", Needs::Token),
    call("day", Needs::Token).asking("?date=2017-06-20"),
    call("range", Needs::Token).asking("?sdate=2017-06-01+00:00:00&edate=2017-07-01+00:00:00"),
    call("search", Needs::Token).asking("?search_word=Ausflug"),
    call("createEvent", Needs::Token).with(NEW_EVENT),
    call("changeEvent", Needs::ToChange(Of::Caller)).with(CHANGE_OWN),
    call("changeEvent", Needs::ToChange(Of::Park)).with(CHANGE_OPEN),
    call("changeEvent", Needs::ToChange(Of::ParkPrivate)).with(CHANGE_HIDDEN),
    call("changeEvent", Needs::ToBePark).with(CHANGE_PERSONAL),
    call("deleteEvent", Needs::ToDelete(Of::Caller)).with(r#"{"event_id": {own}}"#),
    call("deleteEvent", Needs::ToDelete(Of::Park)).with(r#"{"event_id": {open}}"#),
    call("deleteEvent", Needs::ToDelete(Of::ParkPrivate)).with(r#"{"event_id": {hidden}}"#),
    call("deleteEvent", Needs::ToBePark).with(r#"{"event_id": {personal}}"#),
    call("event", Needs::Role(1)).of("{own}"),
    call("event", Needs::Role(1)).of("{open}"),
    call("event", Needs::Role(1)).of("{hidden}"),
    call("event", Needs::ToKnow).of("{personal}"),
    call("putBirthday", Needs::Token).with(r#"{"birthday": "1990-06-20"}"#),
    call("postBirthday", Needs::Token).with(r#"{"birthday": "1990-06-20"}"#),
    call("birthday", Needs::Token).with_birthday(),
    call("deleteBirthday", Needs::Token).with_birthday(),
    call("createGroup", Needs::Token).with(r#"{"group_name": "neu"}"#),
    call("subscribe", Needs::Token).with(r#"{"url": "holidays:KR", "group_name": "neu"}"#),
    call("holidays", Needs::Token),
    call("renameGroup", Needs::Role(4)).with(r#"{"group_id": {group}, "group_name": "neu"}"#),
    call("deleteGroup", Needs::Role(4)).with(r#"{"group_id": {group}}"#),
    call("myGroups", Needs::Token),
    call("allGroups", Needs::Token),
    call("group", Needs::Role(1)).of("{group}"),
    call("groupMembers", Needs::Role(1)).of("{group}"),
    call("putGroupMember", Needs::Role(4))
        .of("{group}")
        .with(r#"{"useremail": "lee@jungi.me", "role": "editor"}"#),
    call("removeGroupMember", Needs::Role(4))
        .of("{group}")
        .with(r#"{"useremail": "lee@jungi.me"}"#),
    call("removeGroupMember", Needs::Membership).of("{group}").with(r#"{"useremail": "{caller}"}"#),
    call("createGroupEvent", Needs::Role(2)).with(NEW_IN_GROUP),
    call("eventHistory", Needs::Role(1)).of("{own}"),
    call("eventHistory", Needs::Role(1)).of("{open}"),
    call("eventHistory", Needs::Role(1)).of("{hidden}"),
    call("eventHistory", Needs::ToKnow).of("{personal}"),
    call("activity", Needs::Token),
    call("groupActivity", Needs::Role(1)).of("{group}"),
    call("undo", Needs::ToDelete(Of::Caller)).of("{made_own}"),
    call("undo", Needs::ToDelete(Of::Park)).of("{made_open}"),
    call("undo", Needs::ToDelete(Of::ParkPrivate)).of("{made_hidden}"),
    call("undo", Needs::ToKnow).of("{made_personal}"),
    // What the steps have changed since is not undone.
    call("undo", Needs::Role(4)).of("{made_group}").answers(&[20000, 41200]),
    call("undo", Needs::Role(4)).of("{added}").answers(&[20000, 41200]),
    call("invitations", Needs::Role(4)).of("{group}"),
    call("createInvitation", Needs::Role(4)).of("{group}").with(r#"{"role": "reader"}"#),
    call("endInvitation", Needs::Role(4)).of("{group}"),
    call("invitation", Needs::Nothing),
    // The link is the permission.
    call("acceptInvitation", Needs::Token),
    call("import", Needs::Token).with(FILE),
    call("import", Needs::Role(2)).asking("?group={group}").with(FILE),
    call("export", Needs::Token),
    call("exportGroup", Needs::Role(1)).of("{group}"),
];

const NEW_EVENT: &str =
    r#"{"sdate": "2017-06-20 09:00:00", "edate": "2017-06-20 10:00:00", "subject": "neu"}"#;
const NEW_IN_GROUP: &str = r#"{"group_id": {group}, "sdate": "2017-06-20 09:00:00", "edate": "2017-06-20 10:00:00", "subject": "neu"}"#;
const CHANGE_OWN: &str = r#"{"event_id": {own}, "sdate": "2017-06-20 09:00:00", "edate": "2017-06-20 10:00:00", "subject": "neu"}"#;
const CHANGE_OPEN: &str = r#"{"event_id": {open}, "sdate": "2017-06-20 09:00:00", "edate": "2017-06-20 10:00:00", "subject": "neu"}"#;
const CHANGE_HIDDEN: &str = r#"{"event_id": {hidden}, "sdate": "2017-06-20 09:00:00", "edate": "2017-06-20 10:00:00", "subject": "neu"}"#;
const CHANGE_PERSONAL: &str = r#"{"event_id": {personal}, "sdate": "2017-06-20 09:00:00", "edate": "2017-06-20 10:00:00", "subject": "neu"}"#;
