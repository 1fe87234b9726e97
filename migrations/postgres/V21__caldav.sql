-- As in SQLite's migration of the same name, which says what the columns are.
CREATE TABLE resource_name (
    object_id bigint PRIMARY KEY,
    user_id   bigint REFERENCES "user" (id) ON DELETE CASCADE,
    group_id  bigint REFERENCES calendar_group (id) ON DELETE CASCADE,
    name      text   NOT NULL,
    CHECK ((user_id IS NULL) <> (group_id IS NULL))
);

CREATE UNIQUE INDEX resource_name_personal ON resource_name (user_id, name) WHERE user_id IS NOT NULL;
CREATE UNIQUE INDEX resource_name_in_group ON resource_name (group_id, name) WHERE group_id IS NOT NULL;

CREATE TABLE calendar_property (
    user_id  bigint NOT NULL REFERENCES "user" (id) ON DELETE CASCADE,
    group_id bigint REFERENCES calendar_group (id) ON DELETE CASCADE,
    name     text   NOT NULL,
    value    text   NOT NULL
);

CREATE UNIQUE INDEX calendar_property_of_user ON calendar_property (user_id, coalesce(group_id, 0), name);
CREATE INDEX calendar_property_of_group ON calendar_property (group_id, user_id) WHERE group_id IS NOT NULL;
