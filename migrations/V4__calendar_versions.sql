-- A number that moves with whatever changes what a user's calendar shows, in the same transaction,
-- so that a view can be known to be unchanged by one look at its user. Triggers and not the program
-- move it, so that no write can forget to, those that a deletion brings with it included.
ALTER TABLE user ADD COLUMN calendar_version INTEGER NOT NULL DEFAULT 0;

CREATE TRIGGER event_made_in_person AFTER INSERT ON event WHEN NEW.group_id IS NULL BEGIN
    UPDATE user SET calendar_version = calendar_version + 1 WHERE id = NEW.user_id;
END;

CREATE TRIGGER event_changed_in_person AFTER UPDATE ON event WHEN NEW.group_id IS NULL BEGIN
    UPDATE user SET calendar_version = calendar_version + 1 WHERE id = NEW.user_id;
END;

CREATE TRIGGER event_deleted_in_person AFTER DELETE ON event WHEN OLD.group_id IS NULL BEGIN
    UPDATE user SET calendar_version = calendar_version + 1 WHERE id = OLD.user_id;
END;

CREATE TRIGGER event_made_in_group AFTER INSERT ON event WHEN NEW.group_id IS NOT NULL BEGIN
    UPDATE user SET calendar_version = calendar_version + 1
    WHERE id IN (SELECT user_id FROM selection WHERE group_id = NEW.group_id);
END;

CREATE TRIGGER event_changed_in_group AFTER UPDATE ON event WHEN NEW.group_id IS NOT NULL BEGIN
    UPDATE user SET calendar_version = calendar_version + 1
    WHERE id IN (SELECT user_id FROM selection WHERE group_id = NEW.group_id);
END;

CREATE TRIGGER event_deleted_in_group AFTER DELETE ON event WHEN OLD.group_id IS NOT NULL BEGIN
    UPDATE user SET calendar_version = calendar_version + 1
    WHERE id IN (SELECT user_id FROM selection WHERE group_id = OLD.group_id);
END;

CREATE TRIGGER group_selected AFTER INSERT ON selection BEGIN
    UPDATE user SET calendar_version = calendar_version + 1 WHERE id = NEW.user_id;
END;

CREATE TRIGGER group_deselected AFTER DELETE ON selection BEGIN
    UPDATE user SET calendar_version = calendar_version + 1 WHERE id = OLD.user_id;
END;
