-- An app password: what its user gives to one program in place of their password or a token. Of it there is only its
-- SHA-256 digest, so that whoever reads the database signs in nowhere. `scope` is 1 to read, 2 for everything. `created`
-- and `used` (none before the first use, and at most an hour behind) are on the server's clock; `used_from` is the address
-- of the client at that use, where it is known.
CREATE TABLE app_password (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id   INTEGER NOT NULL REFERENCES "user" (id) ON DELETE CASCADE,
    name      TEXT    NOT NULL,
    scope     INTEGER NOT NULL CHECK (scope IN (1, 2)),
    digest    BLOB    NOT NULL UNIQUE,
    created   INTEGER NOT NULL,
    used      INTEGER,
    used_from TEXT
) STRICT;

CREATE INDEX app_password_of_user ON app_password (user_id);
