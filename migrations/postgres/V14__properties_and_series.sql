-- As in SQLite's migration of the same name, which says what the columns are.
ALTER TABLE event ADD COLUMN private bigint NOT NULL DEFAULT 0 CHECK (private IN (0, 1));
ALTER TABLE event ADD COLUMN properties text;
ALTER TABLE event ADD COLUMN properties_folded text;
ALTER TABLE event ADD COLUMN rule text;
ALTER TABLE event ADD COLUMN last_start bigint;
ALTER TABLE event ADD COLUMN exceptions text;
ALTER TABLE event ADD COLUMN reach bigint CHECK ((rule IS NULL) = (reach IS NULL));
ALTER TABLE event ADD COLUMN series_id bigint REFERENCES event (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE event ADD COLUMN occurrence bigint CHECK ((series_id IS NULL) = (occurrence IS NULL));

CREATE INDEX event_series_of_user ON event (user_id, group_id, reach, starts) WHERE rule IS NOT NULL;
CREATE INDEX event_series_in_group ON event (group_id, reach, starts) WHERE rule IS NOT NULL AND group_id IS NOT NULL;
CREATE INDEX event_of_series ON event (series_id, occurrence) WHERE series_id IS NOT NULL;
CREATE INDEX event_changed_in_group ON event (group_id) WHERE series_id IS NOT NULL AND group_id IS NOT NULL;
CREATE INDEX event_noted_personal ON event (user_id) WHERE properties_folded IS NOT NULL AND group_id IS NULL;
CREATE INDEX event_noted_in_group ON event (group_id) WHERE properties_folded IS NOT NULL AND group_id IS NOT NULL;

-- The events with a zone of their own, whose times are looked through when a server starts.
CREATE INDEX event_zoned ON event (id) WHERE strpos(properties, '"zone":{') > 0;

-- Which groups have series: as if of a length of their own, 9.
CREATE FUNCTION series_are_in_groups() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO group_length_class (group_id, length_class)
    SELECT DISTINCT group_id, 9 FROM made WHERE rule IS NOT NULL AND group_id IS NOT NULL
    ON CONFLICT (group_id, length_class) DO NOTHING;
    RETURN NULL;
END $$;

CREATE TRIGGER series_made AFTER INSERT ON event REFERENCING NEW TABLE AS made
FOR EACH STATEMENT EXECUTE FUNCTION series_are_in_groups();

CREATE TRIGGER series_changed AFTER UPDATE ON event REFERENCING NEW TABLE AS made
FOR EACH STATEMENT EXECUTE FUNCTION series_are_in_groups();
