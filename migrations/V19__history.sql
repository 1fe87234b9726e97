-- Who changed what, when, and what was there before, so that it can be undone.
--
-- An entry is a row without `entry_id`: a call that changed something. `kind` and `row_id` say which row it changed: 1 an
-- event, 2 a calendar object, 3 a group, 4 a member, by the id of the user. If it changed several rows, each further one
-- has a row here that names the entry. `image` is the whole row as it was before, a JSON object without what is NULL; none
-- if the entry made it. `state` is how the entry left the row: the revision of an event, of anything else 64 bits of a
-- digest; none if it is gone. A row whose state is another was changed since.
--
-- `at` is on the server's clock. `email` and not an id, since an entry about a group outlives who made it. `door` is how
-- they came (model/history.rs), `door_name` a name of it. The entry is in the history of user_id's personal calendar, or of
-- the group. `subject` is what the event was called, or the member; `private` is set on all entries of an event once it is
-- private, for others see none of its texts then. `undoes` and `undone_by` are ids of entries, which may have been pruned.
CREATE TABLE history (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    entry_id  INTEGER REFERENCES history (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
    at        INTEGER,
    email     TEXT,
    door      INTEGER,
    door_name TEXT,
    undoes    INTEGER,
    undone_by INTEGER,
    user_id   INTEGER REFERENCES "user" (id) ON DELETE CASCADE,
    group_id  INTEGER REFERENCES calendar_group (id) ON DELETE CASCADE,
    kind      INTEGER NOT NULL CHECK (kind IN (1, 2, 3, 4)),
    row_id    INTEGER NOT NULL,
    subject   TEXT,
    private   INTEGER NOT NULL DEFAULT 0 CHECK (private IN (0, 1)),
    image     TEXT,
    state     INTEGER,
    CHECK ((entry_id IS NULL) = (at IS NOT NULL))
) STRICT;

-- A deleted group is kept for some days, and nobody sees it: it was put into the trash at `trashed`, on the server's clock.
-- What is purged is not in it, or not any more.
ALTER TABLE calendar_group ADD COLUMN trashed INTEGER CHECK (trashed IS NULL OR deleted = 1);

DROP INDEX calendar_group_deleted;
CREATE INDEX calendar_group_deleted ON calendar_group (id) WHERE deleted = 1 AND trashed IS NULL;
CREATE INDEX calendar_group_trashed ON calendar_group (trashed) WHERE trashed IS NOT NULL;

CREATE INDEX history_of_event ON history (row_id, id) WHERE kind = 1;
CREATE INDEX history_of_entry ON history (entry_id, id) WHERE entry_id IS NOT NULL;
CREATE INDEX history_personal ON history (user_id, id) WHERE user_id IS NOT NULL;
CREATE INDEX history_in_group ON history (group_id, id) WHERE group_id IS NOT NULL;
