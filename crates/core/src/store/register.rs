//! The last-writer-wins register (Shapiro et al., 2011).

use crate::clock::Stamp;
use crate::id::OpId;

/// What orders two writes of one field: the stamp, then the writer, then the sequence. Total, so
/// every replica picks the same winner.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct Rank {
    pub(crate) stamp: Stamp,
    pub(crate) op: OpId,
}

/// A value and the write that set it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Lww<T> {
    value: T,
    rank: Option<Rank>,
}

impl<T: Default> Default for Lww<T> {
    fn default() -> Self {
        Self {
            value: T::default(),
            rank: None,
        }
    }
}

impl<T> Lww<T> {
    pub(crate) fn get(&self) -> &T {
        &self.value
    }

    /// The write that set it.
    pub(crate) fn rank(&self) -> Option<Rank> {
        self.rank
    }

    pub(crate) fn is_set(&self) -> bool {
        self.rank.is_some()
    }

    /// Takes `value` if its write ranks above the present one; true when it did.
    pub(crate) fn merge(&mut self, value: T, rank: Rank) -> bool {
        let wins = self.rank.is_none_or(|held| rank > held);
        if wins {
            self.value = value;
            self.rank = Some(rank);
        }
        wins
    }
}
