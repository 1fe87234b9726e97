//! Which state of a thing is meant.

use std::fmt;
use std::str::FromStr;

/// A state of an event: 64 random bits, drawn anew at every change, so that it never comes again, not
/// even after a backup is restored. Written as 16 lower-case hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Revision(pub i64);

impl Revision {
    /// A new one. It is no secret, so the operating system need not be asked for each.
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

    /// Reads what [`fmt::Display`] writes, and nothing else.
    fn from_str(text: &str) -> Result<Self, ()> {
        let digits = text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        let bits = u64::from_str_radix(text, 16).map_err(|_| ())?;
        if digits && text.len() == 16 { Ok(Self(bits.cast_signed())) } else { Err(()) }
    }
}

/// On which states of a thing it may be changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Precondition {
    /// On whatever it is now.
    Any,
    /// On one of these; on none where there is none.
    OneOf(Vec<Revision>),
}

impl Precondition {
    /// Whether a thing in this state may be changed.
    #[must_use]
    pub fn allows(&self, state: Revision) -> bool {
        match self {
            Self::Any => true,
            Self::OneOf(states) => states.contains(&state),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_revision_is_read_as_it_is_written_and_in_no_other_way() {
        for state in [0, 1, -1, i64::MIN, i64::MAX] {
            let written = Revision(state).to_string();
            assert_eq!((written.len(), written.parse()), (16, Ok(Revision(state))));
        }
        for other in ["", "0", "+000000000000001", "000000000000000A", "00000000000000001"] {
            assert_eq!(other.parse::<Revision>(), Err(()), "{other}");
        }
    }
}
