-- A group with more events than can go in one short transaction is deleted by this mark, and then
-- seen by nobody; its events go in slices behind it, and the row goes with the last of them.
ALTER TABLE calendar_group ADD COLUMN deleted INTEGER NOT NULL DEFAULT 0 CHECK (deleted IN (0, 1));

CREATE INDEX calendar_group_deleted ON calendar_group (id) WHERE deleted = 1;
