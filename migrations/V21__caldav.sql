-- What programs that speak CalDAV (RFC 4791) call the objects of a calendar, where that is not `object-<id>.ics`. `user_id` is
-- whose personal calendar it is, `group_id` the group. A name outlives its object while clients may have to be told that it is
-- gone (tombstone), and for one that comes back by an undo; hence no reference.
CREATE TABLE resource_name (
    object_id INTEGER PRIMARY KEY,
    user_id   INTEGER REFERENCES "user" (id) ON DELETE CASCADE,
    group_id  INTEGER REFERENCES calendar_group (id) ON DELETE CASCADE,
    name      TEXT    NOT NULL,
    CHECK ((user_id IS NULL) <> (group_id IS NULL))
) STRICT;

CREATE UNIQUE INDEX resource_name_personal ON resource_name (user_id, name) WHERE user_id IS NOT NULL;
CREATE UNIQUE INDEX resource_name_in_group ON resource_name (group_id, name) WHERE group_id IS NOT NULL;

-- What the programs of one user keep with a calendar, beside its colour and its place (calendar_look): the group, or the
-- personal calendar where there is none. `name` is `{namespace}name`, `value` XML. Nobody else sees it.
CREATE TABLE calendar_property (
    user_id  INTEGER NOT NULL REFERENCES "user" (id) ON DELETE CASCADE,
    group_id INTEGER REFERENCES calendar_group (id) ON DELETE CASCADE,
    name     TEXT    NOT NULL,
    value    TEXT    NOT NULL
) STRICT;

CREATE UNIQUE INDEX calendar_property_of_user ON calendar_property (user_id, coalesce(group_id, 0), name);
CREATE INDEX calendar_property_of_group ON calendar_property (group_id, user_id) WHERE group_id IS NOT NULL;
