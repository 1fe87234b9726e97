//! The table `user_settings`.

use crate::error::Result;
use crate::model::{GroupId, Language, Theme, UserId, UserSettings, View, WeekStart};
use crate::store::engine::sql::{Sql, params};
use crate::store::engine::{Snapshot, Transaction};

/// The settings of user ?1. A group is left out that is deleted, or that the user may no longer see.
pub(in crate::store) const OF_USER: Sql = Sql::both(
    r#"
SELECT s.week_start, s.clock, s.week_numbers, s.day_start, s.day_end, s."view", s.event_minutes, g.id,
    s.language, s.theme
FROM user_settings s LEFT JOIN calendar_group g ON g.id = s.default_group AND g.deleted = 0
    AND (g.everyone > 0 OR EXISTS (SELECT 1 FROM member m WHERE m.group_id = g.id AND m.user_id = ?1))
WHERE s.user_id = ?1"#,
);

const REPLACE: Sql = Sql::both(
    r#"
INSERT INTO user_settings (user_id, week_start, clock, week_numbers, day_start, day_end, "view",
    event_minutes, default_group, language, theme)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
ON CONFLICT (user_id) DO UPDATE SET week_start = excluded.week_start, clock = excluded.clock,
    week_numbers = excluded.week_numbers, day_start = excluded.day_start, day_end = excluded.day_end,
    "view" = excluded."view", event_minutes = excluded.event_minutes,
    default_group = excluded.default_group, language = excluded.language, theme = excluded.theme"#,
);

impl Snapshot<'_> {
    /// The settings of `user`.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn settings_of(&self, user: UserId) -> Result<UserSettings> {
        let settings = self.conn.row(OF_USER, params![user.0], |row| {
            let word = |column| row.get::<Option<String>>(column);
            Ok(UserSettings {
                week_start: word(0)?.and_then(|word| WeekStart::read(&word).ok()),
                clock: row.get(1)?,
                week_numbers: row.get(2)?,
                day_start: row.get(3)?,
                day_end: row.get(4)?,
                view: word(5)?.and_then(|word| View::read(&word).ok()),
                event_minutes: row.get(6)?,
                default_group: row.get::<Option<i64>>(7)?.map(GroupId),
                language: word(8)?.and_then(|word| Language::read(&word).ok()),
                theme: word(9)?.and_then(|word| Theme::read(&word).ok()),
            })
        })?;
        Ok(settings.unwrap_or_default())
    }
}

impl Transaction<'_> {
    /// Replaces all settings of `user`; the group must exist.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn replace_settings(&self, user: UserId, settings: &UserSettings) -> Result<()> {
        let row = params![
            user.0,
            settings.week_start.map(WeekStart::as_str),
            settings.clock,
            settings.week_numbers,
            settings.day_start,
            settings.day_end,
            settings.view.map(View::as_str),
            settings.event_minutes,
            settings.default_group.map(|group| group.0),
            settings.language.map(Language::as_str),
            settings.theme.map(Theme::as_str),
        ];
        self.conn.execute(REPLACE, row).map(drop)
    }
}
