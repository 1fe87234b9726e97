-- An invitation: a secret address with which somebody becomes a member of a group, once. Of the secret there is only its
-- SHA-256 digest, as of that of a feed. `role` is what they become: an owner is only made by name. `created` and `expires`
-- are on the server's clock. An invitation that was accepted or ended has no row.
CREATE TABLE invitation (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    group_id   INTEGER NOT NULL REFERENCES calendar_group (id) ON DELETE CASCADE,
    inviter_id INTEGER NOT NULL REFERENCES "user" (id) ON DELETE CASCADE,
    role       INTEGER NOT NULL CHECK (role IN (1, 2, 3)),
    digest     BLOB    NOT NULL UNIQUE,
    created    INTEGER NOT NULL,
    expires    INTEGER NOT NULL
) STRICT;

CREATE INDEX invitation_of_group ON invitation (group_id);
-- Those that end with their inviter's sessions, or with the inviter.
CREATE INDEX invitation_of_inviter ON invitation (inviter_id);
CREATE INDEX invitation_expires ON invitation (expires);

-- How a calendar looks to one person: the group, or their personal events where there is none. `color` is theirs alone, in place of
-- the group's own; `position` is where they list the group, from 1. Nobody else sees either.
CREATE TABLE calendar_look (
    user_id  INTEGER NOT NULL REFERENCES "user" (id) ON DELETE CASCADE,
    group_id INTEGER REFERENCES calendar_group (id) ON DELETE CASCADE,
    color    TEXT,
    position INTEGER
) STRICT;

CREATE UNIQUE INDEX calendar_look_of_user ON calendar_look (user_id, coalesce(group_id, 0));
CREATE INDEX calendar_look_of_group ON calendar_look (group_id, user_id) WHERE group_id IS NOT NULL;
