//! A property in a request that changes something.

/// What a request says of one property.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Patch<T> {
    /// Nothing: it stays as it is.
    #[default]
    Keep,
    /// It is taken away.
    Clear,
    /// It becomes this.
    Set(T),
}

impl<T> Patch<T> {
    /// The property that comes of `before`.
    pub fn over(self, before: Option<T>) -> Option<T> {
        match self {
            Self::Keep => before,
            Self::Clear => None,
            Self::Set(value) => Some(value),
        }
    }

    /// The same with another value, if there is one.
    pub fn map<U>(self, into: impl FnOnce(T) -> U) -> Patch<U> {
        match self {
            Self::Keep => Patch::Keep,
            Self::Clear => Patch::Clear,
            Self::Set(value) => Patch::Set(into(value)),
        }
    }

    /// The same with another value, if there is one that can be read.
    ///
    /// # Errors
    /// Those of `read`.
    pub fn try_map<U, E>(self, read: impl FnOnce(T) -> Result<U, E>) -> Result<Patch<U>, E> {
        Ok(match self {
            Self::Keep => Patch::Keep,
            Self::Clear => Patch::Clear,
            Self::Set(value) => Patch::Set(read(value)?),
        })
    }
}

impl Patch<bool> {
    /// The flag that comes of `before`.
    #[must_use]
    pub fn flag(self, before: bool) -> bool {
        match self {
            Self::Keep => before,
            Self::Clear => false,
            Self::Set(value) => value,
        }
    }
}
