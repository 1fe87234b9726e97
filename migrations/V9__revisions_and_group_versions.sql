-- The revision of an event: 64 random bits, new with every change. It is the event's ETag.
ALTER TABLE event ADD COLUMN revision INTEGER NOT NULL DEFAULT 0;

-- A group has a version, which grows when its events change. The version of a calendar is a pair: its
-- user's own version, and the sum of the selected groups' versions. So a change in a group updates one
-- row, and not one for every user who has selected the group. While a selection stays the same the sum
-- never shrinks, and when it changes the user's own version grows. So no pair repeats.
ALTER TABLE calendar_group ADD COLUMN version INTEGER NOT NULL DEFAULT 0;

DROP TRIGGER event_made_in_person;
DROP TRIGGER event_changed_in_person;
DROP TRIGGER event_deleted_in_person;
DROP TRIGGER event_made_in_group;
DROP TRIGGER event_changed_in_group;
DROP TRIGGER event_deleted_in_group;
DROP TRIGGER group_selected;
DROP TRIGGER group_deselected;

UPDATE event SET revision = random();

-- U+0000 was accepted until now and is refused from now on. In stored texts U+FFFD replaces it. This works
-- on bytes, since SQLite's text functions stop at U+0000.
UPDATE event SET
    subject = (
        WITH RECURSIVE cleaned (done, rest) AS (
            SELECT '', CAST(event.subject AS BLOB)
            UNION ALL
            SELECT done || CAST(substr(rest, 1, instr(rest, x'00') - 1) AS TEXT) || char(65533),
                substr(rest, instr(rest, x'00') + 1)
            FROM cleaned WHERE instr(rest, x'00') > 0)
        SELECT done || CAST(rest AS TEXT) FROM cleaned WHERE instr(rest, x'00') = 0),
    subject_folded = (
        WITH RECURSIVE cleaned (done, rest) AS (
            SELECT '', CAST(event.subject_folded AS BLOB)
            UNION ALL
            SELECT done || CAST(substr(rest, 1, instr(rest, x'00') - 1) AS TEXT) || char(65533),
                substr(rest, instr(rest, x'00') + 1)
            FROM cleaned WHERE instr(rest, x'00') > 0)
        SELECT done || CAST(rest AS TEXT) FROM cleaned WHERE instr(rest, x'00') = 0)
WHERE instr(CAST(subject AS BLOB), x'00') > 0;

UPDATE calendar_group SET
    name = (
        WITH RECURSIVE cleaned (done, rest) AS (
            SELECT '', CAST(calendar_group.name AS BLOB)
            UNION ALL
            SELECT done || CAST(substr(rest, 1, instr(rest, x'00') - 1) AS TEXT) || char(65533),
                substr(rest, instr(rest, x'00') + 1)
            FROM cleaned WHERE instr(rest, x'00') > 0)
        SELECT done || CAST(rest AS TEXT) FROM cleaned WHERE instr(rest, x'00') = 0)
WHERE instr(CAST(name AS BLOB), x'00') > 0;

CREATE TRIGGER event_made_in_person AFTER INSERT ON event WHEN NEW.group_id IS NULL BEGIN
    UPDATE "user" SET calendar_version = calendar_version + 1 WHERE id = NEW.user_id;
END;

CREATE TRIGGER event_changed_in_person AFTER UPDATE ON event WHEN NEW.group_id IS NULL BEGIN
    UPDATE "user" SET calendar_version = calendar_version + 1 WHERE id = NEW.user_id;
END;

CREATE TRIGGER event_deleted_in_person AFTER DELETE ON event WHEN OLD.group_id IS NULL BEGIN
    UPDATE "user" SET calendar_version = calendar_version + 1 WHERE id = OLD.user_id;
END;

CREATE TRIGGER group_selected AFTER INSERT ON selection BEGIN
    UPDATE "user" SET calendar_version = calendar_version + 1 WHERE id = NEW.user_id;
END;

CREATE TRIGGER group_deselected AFTER DELETE ON selection BEGIN
    UPDATE "user" SET calendar_version = calendar_version + 1 WHERE id = OLD.user_id;
END;

-- Deleted groups are left out: their version was raised when they were marked, and nobody sees their
-- events any more.
CREATE TRIGGER event_made_in_group AFTER INSERT ON event WHEN NEW.group_id IS NOT NULL BEGIN
    UPDATE calendar_group SET version = version + 1 WHERE id = NEW.group_id AND deleted = 0;
END;

CREATE TRIGGER event_changed_in_group AFTER UPDATE ON event WHEN NEW.group_id IS NOT NULL BEGIN
    UPDATE calendar_group SET version = version + 1 WHERE id = NEW.group_id AND deleted = 0;
END;

CREATE TRIGGER event_deleted_in_group AFTER DELETE ON event WHEN OLD.group_id IS NOT NULL BEGIN
    UPDATE calendar_group SET version = version + 1 WHERE id = OLD.group_id AND deleted = 0;
END;

-- Unchanged, except that each ON CONFLICT names its target.
DROP TRIGGER event_to_index;
DROP TRIGGER event_to_index_again;
DROP TRIGGER event_to_unindex;
DROP TRIGGER event_made_of_length;
DROP TRIGGER event_changed_in_length;

CREATE TRIGGER event_to_index AFTER INSERT ON event
WHEN NEW.id <= (SELECT followed FROM subject_gram_progress WHERE id = 1) BEGIN
    INSERT INTO subject_gram_pending (event_id) VALUES (NEW.id) ON CONFLICT (event_id) DO NOTHING;
END;

CREATE TRIGGER event_to_index_again AFTER UPDATE OF subject_folded ON event
WHEN OLD.id <= (SELECT followed FROM subject_gram_progress WHERE id = 1)
    AND NEW.subject_folded <> OLD.subject_folded BEGIN
    INSERT INTO subject_gram_pending (event_id, indexed) VALUES (OLD.id, OLD.subject_folded)
    ON CONFLICT (event_id) DO NOTHING;
END;

CREATE TRIGGER event_to_unindex AFTER DELETE ON event
WHEN OLD.id <= (SELECT followed FROM subject_gram_progress WHERE id = 1) BEGIN
    INSERT INTO subject_gram_pending (event_id, indexed) VALUES (OLD.id, OLD.subject_folded)
    ON CONFLICT (event_id) DO NOTHING;
    DELETE FROM subject_gram_pending WHERE event_id = OLD.id AND indexed IS NULL;
END;

CREATE TRIGGER event_made_of_length AFTER INSERT ON event WHEN NEW.group_id IS NOT NULL BEGIN
    INSERT INTO group_length_class (group_id, length_class) VALUES (NEW.group_id, NEW.length_class)
    ON CONFLICT (group_id, length_class) DO NOTHING;
END;

CREATE TRIGGER event_changed_in_length AFTER UPDATE OF group_id, starts, ends ON event
WHEN NEW.group_id IS NOT NULL BEGIN
    INSERT INTO group_length_class (group_id, length_class) VALUES (NEW.group_id, NEW.length_class)
    ON CONFLICT (group_id, length_class) DO NOTHING;
END;
