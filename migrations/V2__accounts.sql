-- A password is optional: who has none signs in with the token that registration gave out.
ALTER TABLE user ADD COLUMN password_hash TEXT;

-- Which of a user's tokens are valid: those that carry this number. A token without one, as the
-- earlier system issued, carries 0. A number and not a time, since clocks are set back.
ALTER TABLE user ADD COLUMN token_generation INTEGER NOT NULL DEFAULT 0;

-- Where the tokens of an address begin whose user was removed, so that a removed user's token does
-- not open the calendar of who registers it next. The address itself is gone: this is the SHA-256
-- of it, with the case folded.
CREATE TABLE removed_user (
    email_digest     BLOB    PRIMARY KEY,
    token_generation INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
