//! How much one user may have.

/// The bounds of a user. Whoever is over one, since it was higher or by an import, keeps what they have,
/// and is refused only more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// How many groups a user may have created.
    pub groups: u32,
    /// How many groups a user may select.
    pub selected_groups: u32,
    /// How many members a group may have.
    pub group_members: u32,
    /// How many events a user may have registered, in groups or not.
    pub events: u32,
    /// How many of those may be series: each that has not ended is looked at for every view.
    pub series: u32,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            groups: 1000,
            selected_groups: 1000,
            group_members: 1000,
            events: 200_000,
            series: 10_000,
        }
    }
}
