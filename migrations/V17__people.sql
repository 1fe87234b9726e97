-- Whose a group is, who may do what in it, and how it looks. `everyone` is what those may who are no members of it: 0
-- nothing, so that it is private and for them does not exist; 1 see it; 2 also register events in it, as before.
ALTER TABLE calendar_group ADD COLUMN everyone INTEGER NOT NULL DEFAULT 2 CHECK (everyone IN (0, 1, 2));
ALTER TABLE calendar_group ADD COLUMN color TEXT;
ALTER TABLE calendar_group ADD COLUMN description TEXT;

-- How often somebody has lost sight of the group since upkeep last looked. The queries of views leave out a selection at
-- once whose user may not see the group; its row goes later, with its user's own lock, as that of a deleted group does.
ALTER TABLE calendar_group ADD COLUMN narrowed INTEGER NOT NULL DEFAULT 0;

CREATE INDEX calendar_group_narrowed ON calendar_group (id) WHERE narrowed > 0;

-- A role has what the one before may: 1 sees the group, 2 registers events, 3 changes everybody's, 4 owns it. `created` is
-- when somebody became a member, on the server's clock.
CREATE TABLE member (
    group_id INTEGER NOT NULL REFERENCES calendar_group (id) ON DELETE CASCADE,
    user_id  INTEGER NOT NULL REFERENCES "user" (id) ON DELETE CASCADE,
    role     INTEGER NOT NULL CHECK (role IN (1, 2, 3, 4)),
    created  INTEGER NOT NULL,
    PRIMARY KEY (group_id, user_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX member_of_user ON member (user_id, group_id);

INSERT INTO member (group_id, user_id, role, created)
SELECT id, creator_id, 4, created FROM calendar_group;

-- Whoever makes a group owns it. A trigger, so that no write can forget to, nor a server of the version before. One that
-- is copied has its members already.
CREATE TRIGGER group_made AFTER INSERT ON calendar_group
WHEN NOT EXISTS (SELECT 1 FROM member m WHERE m.group_id = NEW.id) BEGIN
    INSERT INTO member (group_id, user_id, role, created) VALUES (NEW.id, NEW.creator_id, 4, NEW.created);
END;

-- To select a group adds its version to the sum in the version of the calendar, and a group of version 0 has had no
-- event. So the user's own number need not move, and whoever adds a member can select the group for them without
-- a lock on their row.
DROP TRIGGER group_selected;
