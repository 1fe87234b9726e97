-- How a person wants to see the calendar, the same on all their devices. NULL is what their browser has.
-- A word that this binary does not know, of a newer one, counts as NULL.
CREATE TABLE user_settings (
    user_id       INTEGER NOT NULL PRIMARY KEY REFERENCES "user" (id) ON DELETE CASCADE,
    week_start    TEXT,
    clock         INTEGER,
    week_numbers  INTEGER,
    day_start     INTEGER,
    day_end       INTEGER,
    "view"        TEXT,
    event_minutes INTEGER,
    default_group INTEGER REFERENCES calendar_group (id) ON DELETE SET NULL,
    language      TEXT,
    theme         TEXT
) STRICT;

-- Without it, the deletion of a group would read the whole table.
CREATE INDEX user_settings_default_group ON user_settings (default_group) WHERE default_group IS NOT NULL;
