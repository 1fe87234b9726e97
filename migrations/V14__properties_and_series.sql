-- What few events have. `properties` is a JSON object (model/properties.rs) of what an event says beside its subject and
-- times, and `properties_folded` its place and notes as searches compare them.
--
-- An event with a `rule` is a series (RFC 5545, 3.8.5.3), whose starts and ends are those of its first occurrence. Its
-- occurrences are not stored. `last_start` (none without an end), `exceptions` (a JSON array of the starts that are left
-- out or were changed by themselves) and `occurrence` are on the clock of the series: that of its own zone, or else of
-- the server's. `reach` is on the server's clock: no occurrence reaches beyond it.
--
-- An event with a `series_id` is an occurrence of that series, changed by itself: the one that starts at `occurrence` by
-- the rule. Deferred, since a series that is parted gives older rows to a newer series.
ALTER TABLE event ADD COLUMN private INTEGER NOT NULL DEFAULT 0 CHECK (private IN (0, 1));
ALTER TABLE event ADD COLUMN properties TEXT;
ALTER TABLE event ADD COLUMN properties_folded TEXT;
ALTER TABLE event ADD COLUMN rule TEXT;
ALTER TABLE event ADD COLUMN last_start INTEGER;
ALTER TABLE event ADD COLUMN exceptions TEXT;
ALTER TABLE event ADD COLUMN reach INTEGER CHECK ((rule IS NULL) = (reach IS NULL));
ALTER TABLE event ADD COLUMN series_id INTEGER REFERENCES event (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE event ADD COLUMN occurrence INTEGER CHECK ((series_id IS NULL) = (occurrence IS NULL));

-- The series that have not ended before a view, and how many a user has.
CREATE INDEX event_series_of_user ON event (user_id, group_id, reach, starts) WHERE rule IS NOT NULL;
CREATE INDEX event_series_in_group ON event (group_id, reach, starts) WHERE rule IS NOT NULL AND group_id IS NOT NULL;
CREATE INDEX event_of_series ON event (series_id, occurrence) WHERE series_id IS NOT NULL;
CREATE INDEX event_changed_in_group ON event (group_id) WHERE series_id IS NOT NULL AND group_id IS NOT NULL;
-- What a search of places and notes goes through.
CREATE INDEX event_noted_personal ON event (user_id) WHERE properties_folded IS NOT NULL AND group_id IS NULL;
CREATE INDEX event_noted_in_group ON event (group_id) WHERE properties_folded IS NOT NULL AND group_id IS NOT NULL;

-- The events with a zone of their own, whose times are looked through when a server starts.
CREATE INDEX event_zoned ON event (id) WHERE instr(properties, '"zone":{') > 0;

-- Which groups have series, or have had: as if of a length of their own, 9.
CREATE TRIGGER series_made_in_group AFTER INSERT ON event WHEN NEW.rule IS NOT NULL AND NEW.group_id IS NOT NULL BEGIN
    INSERT INTO group_length_class (group_id, length_class) VALUES (NEW.group_id, 9)
    ON CONFLICT (group_id, length_class) DO NOTHING;
END;

CREATE TRIGGER series_changed_in_group AFTER UPDATE OF rule ON event
WHEN NEW.rule IS NOT NULL AND NEW.group_id IS NOT NULL BEGIN
    INSERT INTO group_length_class (group_id, length_class) VALUES (NEW.group_id, 9)
    ON CONFLICT (group_id, length_class) DO NOTHING;
END;
