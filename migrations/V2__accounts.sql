-- A password is optional: who has none signs in with the token that registration gave out.
ALTER TABLE user ADD COLUMN password_hash TEXT;

-- Which of a user's tokens are valid: those that carry this number. A token without one, as the
-- earlier system issued, carries 0. A number and not a time, since clocks are set back.
ALTER TABLE user ADD COLUMN token_generation INTEGER NOT NULL DEFAULT 0;

-- Where a new user's tokens begin: above those of everybody who was removed, so that a removed
-- user's token does not open the calendar of who registers that address next.
CREATE TABLE token_floor (
    id         INTEGER PRIMARY KEY CHECK (id = 1),
    generation INTEGER NOT NULL
) STRICT;

INSERT INTO token_floor (id, generation) VALUES (1, 0);
