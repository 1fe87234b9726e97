-- Of which lengths a group has events, or has had. A view of many groups asks each for the lengths
-- that it has and not for all five, most of which most groups never get.
CREATE TABLE group_length_class (
    group_id     INTEGER NOT NULL REFERENCES calendar_group (id) ON DELETE CASCADE,
    length_class INTEGER NOT NULL,
    PRIMARY KEY (group_id, length_class)
) STRICT, WITHOUT ROWID;

INSERT INTO group_length_class (group_id, length_class)
SELECT DISTINCT group_id, length_class FROM event WHERE group_id IS NOT NULL;

CREATE TRIGGER event_made_of_length AFTER INSERT ON event WHEN NEW.group_id IS NOT NULL BEGIN
    INSERT INTO group_length_class (group_id, length_class) VALUES (NEW.group_id, NEW.length_class)
    ON CONFLICT DO NOTHING;
END;

CREATE TRIGGER event_changed_in_length AFTER UPDATE OF group_id, starts, ends ON event
WHEN NEW.group_id IS NOT NULL BEGIN
    INSERT INTO group_length_class (group_id, length_class) VALUES (NEW.group_id, NEW.length_class)
    ON CONFLICT DO NOTHING;
END;
