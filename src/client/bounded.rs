//! Lists that are as long as the documentation allows, by construction.

use std::ops::Deref;

use serde::{Deserialize, Serialize};

/// A list of at least `MIN` and at most `MAX` items. There is no way to have another length,
/// so a request with one cannot be made.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Deserialize)]
#[serde(try_from = "Vec<T>")]
pub struct Bounded<T, const MIN: usize, const MAX: usize>(Vec<T>);

/// A list has fewer or more items than the service takes in one call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{n_items} items were given where one call takes {min} to {max}")]
pub struct BoundError {
    /// How many there are.
    pub n_items: usize,
    /// Fewest.
    pub min: usize,
    /// Most.
    pub max: usize,
}

impl<T, const MIN: usize, const MAX: usize> Bounded<T, MIN, MAX> {
    /// Fewest items.
    pub const MIN: usize = MIN;
    /// Most items.
    pub const MAX: usize = MAX;

    /// The items.
    #[must_use]
    pub fn into_inner(self) -> Vec<T> {
        self.0
    }

    /// Cuts a list into as few bounded ones as it takes.
    ///
    /// # Errors
    /// Where a part would have fewer than `MIN` items; with `MIN` of 1 that never happens.
    pub fn chunks(items: impl IntoIterator<Item = T>) -> Result<Vec<Self>, BoundError> {
        let mut items = items.into_iter().peekable();
        let mut chunks = Vec::new();
        while items.peek().is_some() {
            chunks.push(Self::try_from(items.by_ref().take(MAX).collect::<Vec<_>>())?);
        }
        Ok(chunks)
    }
}

impl<T, const MIN: usize, const MAX: usize> Deref for Bounded<T, MIN, MAX> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.0
    }
}

impl<T, const MIN: usize, const MAX: usize> TryFrom<Vec<T>> for Bounded<T, MIN, MAX> {
    type Error = BoundError;

    fn try_from(items: Vec<T>) -> Result<Self, BoundError> {
        match items.len() {
            n_items if (MIN..=MAX).contains(&n_items) => Ok(Self(items)),
            n_items => Err(BoundError { n_items, min: MIN, max: MAX }),
        }
    }
}

impl<T, const MIN: usize, const MAX: usize, const N: usize> TryFrom<[T; N]> for Bounded<T, MIN, MAX> {
    type Error = BoundError;

    fn try_from(items: [T; N]) -> Result<Self, BoundError> {
        Self::try_from(Vec::from(items))
    }
}

impl<T: Serialize, const MIN: usize, const MAX: usize> Serialize for Bounded<T, MIN, MAX> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}
