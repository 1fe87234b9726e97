-- Finds the events whose subject may contain a word, however many there are: each character of a
-- folded subject begins a term of up to three characters (see store/search.rs). It holds numbers of
-- rows and no text; what it finds is looked at again in the event itself.
CREATE VIRTUAL TABLE subject_gram USING fts5 (
    grams, content = '', columnsize = 0, detail = 'none', tokenize = 'ascii'
);

-- Where the index has yet to follow: the events that were made, changed or deleted since, each with
-- the folded subject that the index has of it, if it has one. To index at once would take half of
-- the time of a write; so the writer does it when it has nothing else to do, and a search looks at
-- these events one by one.
CREATE TABLE subject_gram_pending (
    event_id INTEGER PRIMARY KEY,
    indexed  TEXT
) STRICT;

CREATE TRIGGER event_to_index AFTER INSERT ON event BEGIN
    INSERT INTO subject_gram_pending (event_id) VALUES (NEW.id);
END;

CREATE TRIGGER event_to_index_again AFTER UPDATE OF subject_folded ON event
WHEN NEW.subject_folded <> OLD.subject_folded BEGIN
    INSERT INTO subject_gram_pending (event_id, indexed) VALUES (OLD.id, OLD.subject_folded)
    ON CONFLICT DO NOTHING;
END;

CREATE TRIGGER event_to_unindex AFTER DELETE ON event BEGIN
    INSERT INTO subject_gram_pending (event_id, indexed) VALUES (OLD.id, OLD.subject_folded)
    ON CONFLICT DO NOTHING;
    DELETE FROM subject_gram_pending WHERE event_id = OLD.id AND indexed IS NULL;
END;

INSERT INTO subject_gram_pending (event_id) SELECT id FROM event;
