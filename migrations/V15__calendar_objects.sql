-- What an object that came from elsewhere needs, and what a client needs that follows a calendar (RFC 6578).
--
-- `uid_suffix` makes the UIDs of the events that were made here unlike those of any other server. `history` is random: a
-- database that a backup was restored to has another one, so that no client goes on where another history ended.
CREATE TABLE database_identity (
    id         INTEGER PRIMARY KEY CHECK (id = 1),
    uid_suffix TEXT    NOT NULL,
    history    INTEGER NOT NULL
) STRICT;

INSERT INTO database_identity (id, uid_suffix, history) VALUES (1, lower(hex(randomblob(16))), random());

-- A large import adds its rows in slices, which nobody sees until `shown` is set. That is the number that its calendar
-- then has. The number of a row of it is its id, with the offset for rows of its kind. `touched` is Unix time in seconds.
-- What is left of an import that was given up (`abandoned`) is deleted in slices.
CREATE TABLE import (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id       INTEGER NOT NULL REFERENCES "user" (id) ON DELETE CASCADE,
    group_id      INTEGER REFERENCES calendar_group (id) ON DELETE CASCADE,
    shown         INTEGER,
    event_offset  INTEGER NOT NULL DEFAULT 0,
    object_offset INTEGER NOT NULL DEFAULT 0,
    touched       INTEGER NOT NULL,
    abandoned     INTEGER NOT NULL DEFAULT 0 CHECK (abandoned IN (0, 1))
) STRICT;

CREATE INDEX import_of_user ON import (user_id, group_id, shown);
CREATE INDEX import_in_group ON import (group_id, shown) WHERE group_id IS NOT NULL;

-- An object of iCalendar as it came: an event with its changed occurrences, a task, a journal entry.
CREATE TABLE calendar_object (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id   INTEGER NOT NULL REFERENCES "user" (id) ON DELETE CASCADE,
    group_id  INTEGER REFERENCES calendar_group (id) ON DELETE CASCADE,
    import_id INTEGER REFERENCES import (id),
    change    INTEGER NOT NULL,
    component TEXT    NOT NULL CHECK (component IN ('VEVENT', 'VTODO', 'VJOURNAL')),
    uid       TEXT    NOT NULL,
    ics       TEXT    NOT NULL
) STRICT;

CREATE UNIQUE INDEX calendar_object_personal ON calendar_object (user_id, uid) WHERE group_id IS NULL;
CREATE UNIQUE INDEX calendar_object_in_group ON calendar_object (group_id, uid) WHERE group_id IS NOT NULL;
CREATE INDEX calendar_object_of_user_in_group ON calendar_object (user_id, uid) WHERE group_id IS NOT NULL;
CREATE INDEX calendar_object_changes ON calendar_object (user_id, group_id, change);
CREATE INDEX calendar_object_changes_in_group ON calendar_object (group_id, change) WHERE group_id IS NOT NULL;
CREATE INDEX calendar_object_of_import ON calendar_object (import_id) WHERE import_id IS NOT NULL;

ALTER TABLE event ADD COLUMN object_id INTEGER REFERENCES calendar_object (id) ON DELETE CASCADE;
ALTER TABLE event ADD COLUMN import_id INTEGER REFERENCES import (id);
-- The number that the event's calendar had after its last change: its user's calendar_version, or its group's version.
-- 0 for the rows of an import, until they change.
ALTER TABLE event ADD COLUMN change INTEGER NOT NULL DEFAULT 0;

-- What a calendar has lost, and at which number.
CREATE TABLE tombstone (
    user_id  INTEGER REFERENCES "user" (id) ON DELETE CASCADE,
    group_id INTEGER REFERENCES calendar_group (id) ON DELETE CASCADE,
    change   INTEGER NOT NULL,
    name     TEXT    NOT NULL,
    CHECK ((user_id IS NULL) <> (group_id IS NULL))
) STRICT;

CREATE INDEX tombstone_personal ON tombstone (user_id, change) WHERE user_id IS NOT NULL;
CREATE INDEX tombstone_in_group ON tombstone (group_id, change) WHERE group_id IS NOT NULL;

-- How many tombstones a calendar has, and up to which number its deletions are not known any more. Not in the row of the
-- user or the group, which is written with each change.
CREATE TABLE tombstones_kept (
    user_id   INTEGER REFERENCES "user" (id) ON DELETE CASCADE,
    group_id  INTEGER REFERENCES calendar_group (id) ON DELETE CASCADE,
    kept      INTEGER NOT NULL,
    pruned_to INTEGER NOT NULL DEFAULT 0,
    CHECK ((user_id IS NULL) <> (group_id IS NULL))
) STRICT;

CREATE UNIQUE INDEX tombstones_kept_personal ON tombstones_kept (user_id) WHERE user_id IS NOT NULL;
CREATE UNIQUE INDEX tombstones_kept_in_group ON tombstones_kept (group_id) WHERE group_id IS NOT NULL;
CREATE INDEX tombstones_to_prune ON tombstones_kept (kept) WHERE kept > 11000;

CREATE TRIGGER tombstone_made_in_person AFTER INSERT ON tombstone WHEN NEW.user_id IS NOT NULL BEGIN
    INSERT INTO tombstones_kept (user_id, kept) SELECT u.id, 1 FROM "user" u WHERE u.id = NEW.user_id
    ON CONFLICT (user_id) WHERE user_id IS NOT NULL DO UPDATE SET kept = kept + 1;
END;

CREATE TRIGGER tombstone_made_in_group AFTER INSERT ON tombstone WHEN NEW.group_id IS NOT NULL BEGIN
    INSERT INTO tombstones_kept (group_id, kept) SELECT g.id, 1 FROM calendar_group g WHERE g.id = NEW.group_id
    ON CONFLICT (group_id) WHERE group_id IS NOT NULL DO UPDATE SET kept = kept + 1;
END;

DROP TRIGGER event_made_in_person;
DROP TRIGGER event_changed_in_person;
DROP TRIGGER event_deleted_in_person;
DROP TRIGGER event_made_in_group;
DROP TRIGGER event_changed_in_group;
DROP TRIGGER event_deleted_in_group;

-- A birthday is a series without end (model/properties.rs). In common years, that of 29 February is on the 28th.
UPDATE event SET reach = 253402300799, rule = CASE strftime('%m-%d', starts, 'unixepoch')
    WHEN '02-29' THEN 'FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=-1' ELSE 'FREQ=YEARLY' END
WHERE birthday = 1;

-- No two rows of a calendar have the same number, so that a list of changes can be cut anywhere. What was there before
-- the numbers takes its id for one.
UPDATE event SET change = id;

UPDATE "user" SET calendar_version = coalesce((
    SELECT max(e.id) FROM event e WHERE e.user_id = "user".id AND e.group_id IS NULL AND e.id > calendar_version),
    calendar_version);

UPDATE calendar_group SET version = coalesce((
    SELECT max(e.id) FROM event e WHERE e.group_id = calendar_group.id AND e.id > version), version);

-- By calendar: the id of the user, or that of the group with a minus. Two indexes, of which a row is in one, cost more.
CREATE INDEX event_changes ON event (coalesce(-group_id, user_id), change);
CREATE INDEX event_of_object ON event (object_id) WHERE object_id IS NOT NULL;
CREATE INDEX event_of_import ON event (import_id, change) WHERE import_id IS NOT NULL;

-- Whoever adds or changes a row gives it the number that its calendar has after these triggers (store/tables). What an
-- import adds is seen by nobody yet. A shown import gives up its rows one by one, which changes nothing.
CREATE TRIGGER event_made_in_person AFTER INSERT ON event WHEN NEW.group_id IS NULL BEGIN
    UPDATE "user" SET calendar_version = calendar_version + (NEW.import_id IS NULL), events = events + 1
    WHERE id = NEW.user_id;
END;

CREATE TRIGGER event_made_in_group AFTER INSERT ON event WHEN NEW.group_id IS NOT NULL BEGIN
    UPDATE "user" SET events = events + 1 WHERE id = NEW.user_id;
    UPDATE calendar_group SET version = version + 1
    WHERE id = NEW.group_id AND deleted = 0 AND NEW.import_id IS NULL;
END;

CREATE TRIGGER event_changed_in_person AFTER UPDATE ON event
WHEN NEW.group_id IS NULL AND NEW.import_id IS OLD.import_id BEGIN
    UPDATE "user" SET calendar_version = calendar_version + 1 WHERE id = NEW.user_id;
END;

CREATE TRIGGER event_changed_in_group AFTER UPDATE ON event
WHEN NEW.group_id IS NOT NULL AND NEW.import_id IS OLD.import_id BEGIN
    UPDATE calendar_group SET version = version + 1 WHERE id = NEW.group_id AND deleted = 0;
END;

-- Events of an object, and changed occurrences, are not lost by themselves: what they belong to has changed. The row of a
-- user or a group that is being removed is gone already. event_deleted_in_group writes the row of another user than
-- the writer: whoever deletes the event, the count of the user who registered it shrinks.
CREATE TRIGGER event_deleted_in_person AFTER DELETE ON event WHEN OLD.group_id IS NULL BEGIN
    UPDATE "user" SET calendar_version = calendar_version + 1, events = events - 1
    WHERE id = OLD.user_id;
    INSERT INTO tombstone (user_id, change, name)
    SELECT u.id, u.calendar_version, CAST(OLD.id AS TEXT) FROM "user" u
    WHERE u.id = OLD.user_id AND OLD.object_id IS NULL AND OLD.series_id IS NULL
        AND NOT EXISTS (SELECT 1 FROM import i WHERE i.id = OLD.import_id AND i.shown IS NULL);
END;

CREATE TRIGGER event_deleted_in_group AFTER DELETE ON event WHEN OLD.group_id IS NOT NULL BEGIN
    UPDATE "user" SET events = events - 1 WHERE id = OLD.user_id;
    UPDATE calendar_group SET version = version + 1
    WHERE id = OLD.group_id AND deleted = 0;
    INSERT INTO tombstone (group_id, change, name)
    SELECT g.id, g.version, CAST(OLD.id AS TEXT) FROM calendar_group g
    WHERE g.id = OLD.group_id AND g.deleted = 0 AND OLD.object_id IS NULL AND OLD.series_id IS NULL
        AND NOT EXISTS (SELECT 1 FROM import i WHERE i.id = OLD.import_id AND i.shown IS NULL);
END;

CREATE TRIGGER occurrence_deleted AFTER DELETE ON event WHEN OLD.series_id IS NOT NULL AND OLD.object_id IS NULL BEGIN
    UPDATE event SET change = coalesce(CASE
        WHEN group_id IS NULL THEN (SELECT u.calendar_version + 1 FROM "user" u WHERE u.id = event.user_id)
        ELSE (SELECT g.version + 1 FROM calendar_group g WHERE g.id = event.group_id) END, change)
    WHERE id = OLD.series_id
        AND NOT EXISTS (SELECT 1 FROM calendar_group g WHERE g.id = event.group_id AND g.deleted = 1)
        AND NOT EXISTS (SELECT 1 FROM import i WHERE i.id = event.import_id AND i.shown IS NULL);
END;

CREATE TRIGGER event_of_object_deleted AFTER DELETE ON event WHEN OLD.object_id IS NOT NULL BEGIN
    UPDATE calendar_object SET change = coalesce(CASE
        WHEN group_id IS NULL THEN (SELECT u.calendar_version + 1 FROM "user" u WHERE u.id = calendar_object.user_id)
        ELSE (SELECT g.version + 1 FROM calendar_group g WHERE g.id = calendar_object.group_id) END, change)
    WHERE id = OLD.object_id
        AND NOT EXISTS (SELECT 1 FROM calendar_group g WHERE g.id = calendar_object.group_id AND g.deleted = 1)
        AND NOT EXISTS (SELECT 1 FROM import i WHERE i.id = calendar_object.import_id AND i.shown IS NULL);
END;

-- An event's object has no number of its own until it changes: its rows have theirs.
CREATE TRIGGER object_made AFTER INSERT ON calendar_object WHEN NEW.import_id IS NULL AND NEW.component <> 'VEVENT' BEGIN
    UPDATE "user" SET calendar_version = calendar_version + 1 WHERE id = NEW.user_id AND NEW.group_id IS NULL;
    UPDATE calendar_group SET version = version + 1 WHERE id = NEW.group_id AND deleted = 0;
END;

CREATE TRIGGER object_changed AFTER UPDATE ON calendar_object WHEN NEW.import_id IS OLD.import_id BEGIN
    UPDATE "user" SET calendar_version = calendar_version + 1 WHERE id = NEW.user_id AND NEW.group_id IS NULL;
    UPDATE calendar_group SET version = version + 1 WHERE id = NEW.group_id AND deleted = 0;
END;

CREATE TRIGGER object_deleted_in_person AFTER DELETE ON calendar_object
WHEN OLD.group_id IS NULL AND NOT EXISTS (SELECT 1 FROM import i WHERE i.id = OLD.import_id AND i.shown IS NULL) BEGIN
    UPDATE "user" SET calendar_version = calendar_version + 1 WHERE id = OLD.user_id;
    INSERT INTO tombstone (user_id, change, name)
    SELECT u.id, u.calendar_version, 'object-' || OLD.id FROM "user" u WHERE u.id = OLD.user_id;
END;

CREATE TRIGGER object_deleted_in_group AFTER DELETE ON calendar_object
WHEN OLD.group_id IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM import i WHERE i.id = OLD.import_id AND i.shown IS NULL) BEGIN
    UPDATE calendar_group SET version = version + 1
    WHERE id = OLD.group_id AND deleted = 0;
    INSERT INTO tombstone (group_id, change, name)
    SELECT g.id, g.version, 'object-' || OLD.id FROM calendar_group g WHERE g.id = OLD.group_id AND g.deleted = 0;
END;
