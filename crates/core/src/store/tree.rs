//! The Merkle tree over a writer's operations (RFC 9162 §2.1): its root is what the writer signs.
//!
//! The hash of a subtree stands in for operations that were dropped, so that what is kept still verifies.

use sha2::{Digest as _, Sha256};

/// A SHA-256 hash.
pub(crate) type Hash = [u8; 32];

/// The hash of one operation.
pub(crate) fn leaf(op: &[u8]) -> Hash {
    Sha256::new()
        .chain_update([0])
        .chain_update(op)
        .finalize()
        .into()
}

/// The hash of two subtrees.
pub(crate) fn node(left: &Hash, right: &Hash) -> Hash {
    Sha256::new()
        .chain_update([1])
        .chain_update(left)
        .chain_update(right)
        .finalize()
        .into()
}

/// The tree over a growing sequence, as the roots of its perfect subtrees: one per bit of its size, the largest first
/// (a Merkle mountain range).
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Peaks {
    size: u64,
    hashes: Vec<Hash>,
}

impl Peaks {
    /// Operations so far.
    pub(crate) fn size(&self) -> u64 {
        self.size
    }

    /// Appends a subtree of 2^`level` operations. False, and nothing changes, where no such subtree can begin.
    pub(crate) fn push(&mut self, level: u8, hash: Hash) -> bool {
        let Some(span) = 1u64.checked_shl(level.into()) else {
            return false;
        };
        let Some(size) = self.size.checked_add(span) else {
            return false;
        };
        if self.size & (span - 1) != 0 {
            return false;
        }
        let mut hash = hash;
        let mut bit = span;
        while self.size & bit != 0 {
            let Some(left) = self.hashes.pop() else {
                return false;
            };
            hash = node(&left, &hash);
            bit <<= 1;
        }
        self.hashes.push(hash);
        self.size = size;
        true
    }

    /// The root (RFC 9162's `MTH`); zeros when there is nothing.
    pub(crate) fn root(&self) -> Hash {
        let mut peaks = self.hashes.iter().rev();
        let Some(last) = peaks.next() else {
            return [0; 32];
        };
        peaks.fold(*last, |right, left| node(left, &right))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::*;
    use proptest::prelude::*;

    /// The definition, word for word.
    fn mth(ops: &[Vec<u8>]) -> Hash {
        match ops.len() {
            1 => leaf(&ops[0]),
            n => {
                let k = n.next_power_of_two() / 2;
                node(&mth(&ops[..k]), &mth(&ops[k..]))
            }
        }
    }

    fn hex(hash: Hash) -> String {
        hash.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// The roots that Certificate Transparency's test data gives for its first three leaves.
    #[test]
    fn roots_are_those_of_certificate_transparency() {
        let leaves: [&[u8]; 3] = [b"", b"\x00", b"\x10"];
        let expected = [
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
            "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        ];
        let mut peaks = Peaks::default();
        for (op, root) in leaves.into_iter().zip(expected) {
            assert!(peaks.push(0, leaf(op)));
            assert_eq!(hex(peaks.root()), root);
        }
    }

    proptest! {
        #[test]
        fn the_root_is_that_of_the_definition(count in 1usize..80) {
            let ops: Vec<Vec<u8>> = (0..count).map(|at| vec![at as u8; at % 5]).collect();
            let mut peaks = Peaks::default();
            for op in &ops {
                prop_assert!(peaks.push(0, leaf(op)));
            }
            prop_assert_eq!(peaks.root(), mth(&ops));
        }

        /// A subtree's hash stands in for its operations, and fits nowhere else.
        #[test]
        fn a_subtree_stands_in_for_its_operations(before in 0usize..40, level in 0u8..5, after in 0usize..9) {
            let span = 1 << level;
            let ops: Vec<Vec<u8>> = (0..before + span + after).map(|at| vec![at as u8]).collect();
            let mut peaks = Peaks::default();
            for op in &ops[..before] {
                peaks.push(0, leaf(op));
            }
            let fits = peaks.push(level, mth(&ops[before..before + span]));
            prop_assert_eq!(fits, before % span == 0);
            if fits {
                for op in &ops[before + span..] {
                    peaks.push(0, leaf(op));
                }
                prop_assert_eq!(peaks.root(), mth(&ops));
            }
        }
    }
}
