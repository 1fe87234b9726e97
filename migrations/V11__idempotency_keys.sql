-- What was made with which key of a client, for at least a day: a call that is repeated, since its answer was lost,
-- then makes nothing, and gets the first answer again. `used` is Unix time in seconds.
CREATE TABLE idempotency_key (
    user_id INTEGER NOT NULL REFERENCES "user" (id) ON DELETE CASCADE,
    kind    TEXT    NOT NULL CHECK (kind IN ('event', 'group')),
    key     TEXT    NOT NULL,
    made_id INTEGER NOT NULL,
    used    INTEGER NOT NULL,
    PRIMARY KEY (user_id, kind, key)
) STRICT, WITHOUT ROWID;

CREATE INDEX idempotency_key_used ON idempotency_key (user_id, used);
