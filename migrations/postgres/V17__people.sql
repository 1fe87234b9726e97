-- As in SQLite's migration of the same name, which says what the columns are.
ALTER TABLE calendar_group ADD COLUMN everyone bigint NOT NULL DEFAULT 2 CHECK (everyone IN (0, 1, 2));
ALTER TABLE calendar_group ADD COLUMN color text;
ALTER TABLE calendar_group ADD COLUMN description text;
ALTER TABLE calendar_group ADD COLUMN narrowed bigint NOT NULL DEFAULT 0;

CREATE INDEX calendar_group_narrowed ON calendar_group (id) WHERE narrowed > 0;

CREATE TABLE member (
    group_id bigint NOT NULL REFERENCES calendar_group (id) ON DELETE CASCADE,
    user_id  bigint NOT NULL REFERENCES "user" (id) ON DELETE CASCADE,
    role     bigint NOT NULL CHECK (role IN (1, 2, 3, 4)),
    created  bigint NOT NULL,
    PRIMARY KEY (group_id, user_id)
);

CREATE INDEX member_of_user ON member (user_id, group_id);

INSERT INTO member (group_id, user_id, role, created)
SELECT id, creator_id, 4, created FROM calendar_group;

CREATE FUNCTION group_is_made() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO member (group_id, user_id, role, created) VALUES (NEW.id, NEW.creator_id, 4, NEW.created);
    RETURN NULL;
END $$;

CREATE TRIGGER group_made AFTER INSERT ON calendar_group
FOR EACH ROW EXECUTE FUNCTION group_is_made();

DROP TRIGGER selection_changed ON selection;

CREATE TRIGGER selection_changed AFTER DELETE ON selection
FOR EACH ROW EXECUTE FUNCTION selection_is_changed();
