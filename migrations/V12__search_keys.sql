-- Searches compare by canonical and compatibility equivalence as well as by case, and emails by their
-- lower case alone: by full case folding, straße.example and strasse.example were one. SQLite knows
-- neither; search_key and lowercase are functions of the binary (store/maintenance/migrations.rs).
-- What changes here is indexed again, by the trigger event_to_index_again.
UPDATE "user" SET email_folded = lowercase(email) WHERE email_folded <> lowercase(email);

UPDATE event SET subject_folded = search_key(subject) WHERE subject_folded <> search_key(subject);
