-- Times are wall-clock seconds from 1970-01-01 00:00:00 of the same digits, so that
-- datetime(starts, 'unixepoch') prints what was typed. AUTOINCREMENT keeps a deleted row's id from
-- being used again. A text `…_folded` is its neighbour with the case folded (Unicode), which SQLite
-- itself can do for ASCII only.

CREATE TABLE user (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    email        TEXT    NOT NULL,
    email_folded TEXT    NOT NULL UNIQUE,
    created      INTEGER NOT NULL
) STRICT;

CREATE TABLE calendar_group (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    name       TEXT    NOT NULL,
    creator_id INTEGER NOT NULL REFERENCES user (id) ON DELETE CASCADE,
    created    INTEGER NOT NULL,
    updated    INTEGER
) STRICT;

CREATE INDEX calendar_group_creator ON calendar_group (creator_id);

CREATE TABLE event (
    id             INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id        INTEGER NOT NULL REFERENCES user (id) ON DELETE CASCADE,
    group_id       INTEGER REFERENCES calendar_group (id) ON DELETE CASCADE,
    subject        TEXT    NOT NULL,
    subject_folded TEXT    NOT NULL,
    starts         INTEGER NOT NULL,
    ends           INTEGER NOT NULL CHECK (ends >= starts),
    created        INTEGER NOT NULL,
    updated        INTEGER,
    birthday       INTEGER NOT NULL DEFAULT 0 CHECK (birthday IN (0, 1)),
    -- An index on the start alone would have to be read from the beginning of time to find the long
    -- events that reach into a month. Apart by length, an event of a class can only reach as far as
    -- the class is long (see events.rs): at most 1, 32, 1024 or 32768 days, or any length.
    length_class   INTEGER NOT NULL GENERATED ALWAYS AS (
        CASE
            WHEN ends - starts <= 86400 THEN 0
            WHEN ends - starts <= 86400 * 32 THEN 1
            WHEN ends - starts <= 86400 * 1024 THEN 2
            WHEN ends - starts <= 86400 * 32768 THEN 3
            ELSE 4
        END
    ) VIRTUAL,
    CHECK (birthday = 0 OR group_id IS NULL)
) STRICT;

CREATE INDEX event_personal ON event (user_id, length_class, starts, ends) WHERE group_id IS NULL;
CREATE INDEX event_in_group ON event (group_id, length_class, starts, ends) WHERE group_id IS NOT NULL;
CREATE UNIQUE INDEX event_birthday ON event (user_id) WHERE birthday = 1;

CREATE TABLE selection (
    user_id  INTEGER NOT NULL REFERENCES user (id) ON DELETE CASCADE,
    group_id INTEGER NOT NULL REFERENCES calendar_group (id) ON DELETE CASCADE,
    PRIMARY KEY (user_id, group_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX selection_group ON selection (group_id);

-- When a copy of this database was last made and checked, in wall-clock seconds as above.
CREATE TABLE backup (
    id       INTEGER PRIMARY KEY,
    finished INTEGER NOT NULL
) STRICT;
