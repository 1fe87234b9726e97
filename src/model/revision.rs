//! Revisions of events, and preconditions on them.

use std::fmt;
use std::str::FromStr;

/// Identifies a state of an event. It is 64 random bits, new with every change, so no value repeats
/// even after a backup is restored. Written as 16 lower-case hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Revision(pub i64);

impl Revision {
    /// A new revision. It is not a secret, so a fast generator will do.
    #[must_use]
    pub fn random() -> Self {
        Self(fastrand::i64(..))
    }
}

impl fmt::Display for Revision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

impl FromStr for Revision {
    type Err = ();

    /// Parses what [`fmt::Display`] writes, and nothing else.
    fn from_str(text: &str) -> Result<Self, ()> {
        let digits = text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        let bits = u64::from_str_radix(text, 16).map_err(|_| ())?;
        if digits && text.len() == 16 { Ok(Self(bits.cast_signed())) } else { Err(()) }
    }
}

/// A condition on the revision of an event, for changing or deleting it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Precondition {
    /// Any revision.
    Any,
    /// One of these. An empty list allows none.
    OneOf(Vec<Revision>),
}

impl Precondition {
    /// This one, and that the revision is `revision`, if there is one.
    #[must_use]
    pub fn and(self, revision: Option<Revision>) -> Self {
        match revision {
            None => self,
            Some(revision) if self.allows(revision) => Self::OneOf(vec![revision]),
            Some(_) => Self::OneOf(Vec::new()),
        }
    }

    /// Whether an event of this revision may be changed.
    #[must_use]
    pub fn allows(&self, revision: Revision) -> bool {
        match self {
            Self::Any => true,
            Self::OneOf(revisions) => revisions.contains(&revision),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_of_two_preconditions_must_hold() {
        let [a, b] = [Revision(1), Revision(2)];
        assert_eq!(Precondition::Any.and(None), Precondition::Any);
        assert_eq!(Precondition::Any.and(Some(a)), Precondition::OneOf(vec![a]));
        assert_eq!(Precondition::OneOf(vec![a, b]).and(Some(b)), Precondition::OneOf(vec![b]));
        assert_eq!(Precondition::OneOf(vec![a]).and(Some(b)), Precondition::OneOf(vec![]));
    }

    #[test]
    fn a_revision_parses_only_in_its_written_form() {
        for state in [0, 1, -1, i64::MIN, i64::MAX] {
            let written = Revision(state).to_string();
            assert_eq!((written.len(), written.parse()), (16, Ok(Revision(state))));
        }
        for other in ["", "0", "+000000000000001", "000000000000000A", "00000000000000001"] {
            assert_eq!(other.parse::<Revision>(), Err(()), "{other}");
        }
    }
}
