-- The index of the search takes in new events in the order of their ids, which only grow: so it is
-- enough to know how far it has come, and a create need not write down that it is to be followed.
-- What is listed as pending is what has changed behind that, an event that was brought over with an
-- id from before, and what was listed until now.
CREATE TABLE subject_gram_progress (
    id       INTEGER PRIMARY KEY CHECK (id = 1),
    followed INTEGER NOT NULL
) STRICT;

INSERT INTO subject_gram_progress (id, followed) SELECT 1, max(
    coalesce((SELECT max(id) FROM event), 0),
    coalesce((SELECT max(event_id) FROM subject_gram_pending), 0)
);

DROP TRIGGER event_to_index;
DROP TRIGGER event_to_index_again;
DROP TRIGGER event_to_unindex;

CREATE TRIGGER event_to_index AFTER INSERT ON event
WHEN NEW.id <= (SELECT followed FROM subject_gram_progress) BEGIN
    INSERT INTO subject_gram_pending (event_id) VALUES (NEW.id) ON CONFLICT DO NOTHING;
END;

CREATE TRIGGER event_to_index_again AFTER UPDATE OF subject_folded ON event
WHEN OLD.id <= (SELECT followed FROM subject_gram_progress)
    AND NEW.subject_folded <> OLD.subject_folded BEGIN
    INSERT INTO subject_gram_pending (event_id, indexed) VALUES (OLD.id, OLD.subject_folded)
    ON CONFLICT DO NOTHING;
END;

CREATE TRIGGER event_to_unindex AFTER DELETE ON event
WHEN OLD.id <= (SELECT followed FROM subject_gram_progress) BEGIN
    INSERT INTO subject_gram_pending (event_id, indexed) VALUES (OLD.id, OLD.subject_folded)
    ON CONFLICT DO NOTHING;
    DELETE FROM subject_gram_pending WHERE event_id = OLD.id AND indexed IS NULL;
END;
