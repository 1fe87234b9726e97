-- Why the last backup was not made, where it was not: a row is an attempt.
ALTER TABLE backup ADD COLUMN failure TEXT;
