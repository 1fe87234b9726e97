-- A feed: a secret address at which anybody reads what its user's calendar shows, or one group, or only when it is busy.
-- Of the secret there is only its SHA-256 digest, so that whoever reads the database learns no address. `created` and
-- `used` (none before the first use, and at most an hour behind) are on the server's clock.
CREATE TABLE feed (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id   INTEGER NOT NULL REFERENCES "user" (id) ON DELETE CASCADE,
    group_id  INTEGER REFERENCES calendar_group (id) ON DELETE CASCADE,
    busy_only INTEGER NOT NULL DEFAULT 0 CHECK (busy_only IN (0, 1)),
    name      TEXT    NOT NULL,
    digest    BLOB    NOT NULL UNIQUE,
    created   INTEGER NOT NULL,
    used      INTEGER
) STRICT;

CREATE INDEX feed_of_user ON feed (user_id);
-- Without it, the deletion of a group would read the whole table.
CREATE INDEX feed_of_group ON feed (group_id) WHERE group_id IS NOT NULL;

-- A group that is filled from a calendar elsewhere, and takes no events of its own. `etag` and `modified` are what its
-- server said with what was last read, and are sent back to it word for word (RFC 9110, 13.1). `read` is when that was,
-- `problem` what was wrong with the last attempt, after how many `failures` in a row, and `due` when the next one is made;
-- `read` and `due` are Unix time in seconds. `wish` is how many seconds the calendar wants to lie between two (RFC 7986, 5.7).
CREATE TABLE subscription (
    group_id INTEGER NOT NULL PRIMARY KEY REFERENCES calendar_group (id) ON DELETE CASCADE,
    url      TEXT    NOT NULL,
    etag     TEXT,
    modified TEXT,
    "read"   INTEGER,
    problem  TEXT,
    wish     INTEGER,
    due      INTEGER NOT NULL,
    failures INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE INDEX subscription_due ON subscription (due);
