-- How many events a user has registered and not deleted, personal or in groups, so that a bound on them
-- costs a create no more than a look at its user. Triggers keep it, so that no write can forget to: neither
-- an import, nor the deletion of a group with everybody's events.
ALTER TABLE "user" ADD COLUMN events INTEGER NOT NULL DEFAULT 0;

UPDATE "user" SET events = counted.events
FROM (SELECT user_id, count(*) AS events FROM event GROUP BY user_id) AS counted
WHERE counted.user_id = "user".id;

DROP TRIGGER event_made_in_person;
DROP TRIGGER event_deleted_in_person;
DROP TRIGGER event_made_in_group;
DROP TRIGGER event_deleted_in_group;

CREATE TRIGGER event_made_in_person AFTER INSERT ON event WHEN NEW.group_id IS NULL BEGIN
    UPDATE "user" SET calendar_version = calendar_version + 1, events = events + 1
    WHERE id = NEW.user_id;
END;

CREATE TRIGGER event_deleted_in_person AFTER DELETE ON event WHEN OLD.group_id IS NULL BEGIN
    UPDATE "user" SET calendar_version = calendar_version + 1, events = events - 1
    WHERE id = OLD.user_id;
END;

CREATE TRIGGER event_made_in_group AFTER INSERT ON event WHEN NEW.group_id IS NOT NULL BEGIN
    UPDATE "user" SET events = events + 1 WHERE id = NEW.user_id;
    UPDATE calendar_group SET version = version + 1 WHERE id = NEW.group_id AND deleted = 0;
END;

-- The only trigger that writes the row of another user than the writer: whoever deletes the event, the
-- count of the user who registered it shrinks.
CREATE TRIGGER event_deleted_in_group AFTER DELETE ON event WHEN OLD.group_id IS NOT NULL BEGIN
    UPDATE "user" SET events = events - 1 WHERE id = OLD.user_id;
    UPDATE calendar_group SET version = version + 1 WHERE id = OLD.group_id AND deleted = 0;
END;
