//! Runs: consecutive operations of one writer, of which some stand as a hash only (rule P-OPS).

use super::codec::WireError;
use crate::id::{Seq, WriterId};
use crate::limits;
use minicbor::bytes::ByteVec;
use minicbor::data::Type;
use minicbor::decode::{Decoder, Error as DecodeError};
use minicbor::encode::{self, Encoder, Write};
use minicbor::{Decode, Encode};

/// Consecutive operations of one writer.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
pub struct Run {
    /// The author.
    #[n(0)]
    pub writer: WriterId,
    /// Sequence of the first operation.
    #[n(1)]
    pub first: Seq,
    /// The operations.
    #[n(2)]
    pub items: Vec<Item>,
    /// The author's signature at the last operation; it covers all before by their hash tree.
    #[cbor(n(3), with = "minicbor::bytes")]
    pub signature: [u8; 64],
}

/// One operation, or several that were dropped.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Item {
    /// An operation ([`super::op`]).
    Op(ByteVec),
    /// 2^level operations, of which only the hash of their subtree is left.
    Dropped {
        /// How many, as a power of two; at most [`limits::MAX_DROPPED_LEVEL`].
        level: u8,
        /// Root of their subtree.
        hash: [u8; 32],
    },
}

impl Item {
    /// How many operations it stands for.
    #[must_use]
    pub fn span(&self) -> u64 {
        match self {
            Self::Op(_) => 1,
            Self::Dropped { level, .. } => 1u64.checked_shl((*level).into()).unwrap_or(u64::MAX),
        }
    }

    /// About how many bytes it takes in a frame.
    #[must_use]
    pub fn weight(&self) -> usize {
        match self {
            Self::Op(bytes) => bytes.len() + 4,
            Self::Dropped { .. } => 38,
        }
    }
}

impl Run {
    /// Sequence of the last operation.
    ///
    /// # Errors
    /// [`WireError::Malformed`] when it is empty, does not begin at 1 or later, or ends beyond what can be counted.
    pub fn last(&self) -> Result<Seq, WireError> {
        let before = self.first.checked_sub(1).ok_or(WireError::Malformed)?;
        let last = self
            .items
            .iter()
            .try_fold(before, |seq, item| seq.checked_add(item.span()))
            .ok_or(WireError::Malformed)?;
        if self.items.is_empty() {
            return Err(WireError::Malformed);
        }
        Ok(last)
    }

    /// Sequences of the operations that are there.
    pub fn seqs(&self) -> impl Iterator<Item = Seq> {
        let mut next = self.first;
        self.items.iter().filter_map(move |item| {
            let seq = next;
            next = next.saturating_add(item.span());
            matches!(item, Item::Op(_)).then_some(seq)
        })
    }
}

impl<C> Encode<C> for Item {
    fn encode<W: Write>(
        &self,
        e: &mut Encoder<W>,
        _: &mut C,
    ) -> Result<(), encode::Error<W::Error>> {
        match self {
            Self::Op(bytes) => e.bytes(bytes)?,
            Self::Dropped { level, hash } => e.array(2)?.u8(*level)?.bytes(hash)?,
        };
        Ok(())
    }
}

impl<'b, C> Decode<'b, C> for Item {
    fn decode(d: &mut Decoder<'b>, _: &mut C) -> Result<Self, DecodeError> {
        if d.datatype()? == Type::Bytes {
            return Ok(Self::Op(d.bytes()?.to_vec().into()));
        }
        if d.array()? != Some(2) {
            return Err(DecodeError::message("not dropped operations"));
        }
        let level = d.u8()?;
        let hash = d.bytes()?.try_into();
        let hash = hash.map_err(|_| DecodeError::message("not a hash"))?;
        if level > limits::MAX_DROPPED_LEVEL {
            return Err(DecodeError::message("too many operations dropped"));
        }
        Ok(Self::Dropped { level, hash })
    }
}
