//! Version vectors (Parker et al., 1983): per writer, the last sequence of a gapless prefix.

use crate::id::{Seq, WriterId};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;

/// A version vector; also used as vector clock. Absent means zero.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct VersionVector(BTreeMap<WriterId, Seq>);

impl VersionVector {
    /// The entry of `writer`.
    #[must_use]
    pub fn get(&self, writer: WriterId) -> Seq {
        self.0.get(&writer).copied().unwrap_or(0)
    }

    /// Raises the entry of `writer` to `seq`; true when that changed it.
    pub fn raise(&mut self, writer: WriterId, seq: Seq) -> bool {
        let grows = seq > self.get(writer);
        if grows {
            self.0.insert(writer, seq);
        }
        grows
    }

    /// Sets the entry of `writer`, also downwards.
    pub fn set(&mut self, writer: WriterId, seq: Seq) {
        if seq == 0 {
            self.0.remove(&writer);
        } else {
            self.0.insert(writer, seq);
        }
    }

    /// The entries above zero, by writer.
    pub fn iter(&self) -> impl Iterator<Item = (WriterId, Seq)> {
        self.0.iter().map(|(writer, seq)| (*writer, *seq))
    }

    /// Entries of `self` that are greater than those of `other`.
    #[must_use]
    pub fn ahead_of(&self, other: &Self) -> Vec<(WriterId, Seq)> {
        self.iter()
            .filter(|(writer, seq)| *seq > other.get(*writer))
            .collect()
    }

    /// Sum of all entries: how many operations it covers.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.0.values().fold(0, |sum, seq| sum.saturating_add(*seq))
    }

    /// The first 8 bytes of SHA-256 over the entries: equal vectors have equal digests.
    #[must_use]
    pub fn digest(&self) -> u64 {
        let mut hash = Sha256::new();
        for (writer, seq) in &self.0 {
            hash.update(writer.0);
            hash.update(seq.to_be_bytes());
        }
        hash.finalize()
            .iter()
            .take(8)
            .fold(0, |sum, byte| (sum << 8) | u64::from(*byte))
    }
}

impl FromIterator<(WriterId, Seq)> for VersionVector {
    /// The greatest entry of each writer counts.
    fn from_iter<I: IntoIterator<Item = (WriterId, Seq)>>(entries: I) -> Self {
        let mut vector = Self::default();
        for (writer, seq) in entries {
            vector.raise(writer, seq);
        }
        vector
    }
}
