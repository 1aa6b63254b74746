//! One writer's operations in sequence, as far as they are kept: operations, and holes where some were dropped.

mod pack;

pub(crate) use pack::{Packed, Stored};

use super::tree::{self, Hash, Peaks};
use crate::id::Seq;
use crate::wire::WireError;
use crate::wire::run::Item;
use crate::wire::snapshot::{self, Signed};

/// Operations that one block holds, when none are dropped: what is packed into one record of the vault.
pub(crate) const BLOCK: u64 = 64;

/// A writer's signature; boxed, because most operations have none.
pub(crate) type Signature = Option<Box<[u8; 64]>>;

/// A gapless sequence from 1.
#[derive(Debug, Default)]
pub(crate) struct Chain {
    pub(crate) public_key: [u8; 32],
    blocks: Vec<Block>,
    peaks: Peaks,
    /// The tree as far as it was looked at last, so that signing one stretch after another is one walk.
    walked: Peaks,
    /// Bytes appended since the last signature.
    unsigned: usize,
    /// Bytes of what is kept.
    weight: usize,
}

/// Pieces in sequence that begin behind a multiple of [`BLOCK`]. All but the last block end at one too.
#[derive(Debug)]
struct Block {
    first: Seq,
    span: u64,
    pieces: Vec<Piece>,
    /// The vault holds it as one record.
    packed: bool,
}

/// One operation, or some that were dropped.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Piece {
    Op(Entry),
    Hole(Hole),
}

/// One operation as it is kept.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Entry {
    pub(crate) bytes: Box<[u8]>,
    /// Of all operations through this one.
    pub(crate) signature: Signature,
}

/// 2^level operations of which the root of their subtree is left.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Hole {
    pub(crate) level: u8,
    pub(crate) hash: Box<Hash>,
    /// Of all operations through its last one.
    pub(crate) signature: Signature,
}

impl Piece {
    /// How many operations it stands for.
    pub(crate) fn span(&self) -> u64 {
        match self {
            Self::Op(_) => 1,
            Self::Hole(hole) => 1u64.checked_shl(hole.level.into()).unwrap_or(u64::MAX),
        }
    }

    /// About how many bytes it takes.
    pub(crate) fn weight(&self) -> usize {
        match self {
            Self::Op(entry) => entry.bytes.len() + 4,
            Self::Hole(_) => 38,
        }
    }

    pub(crate) fn signature(&self) -> &Signature {
        match self {
            Self::Op(entry) => &entry.signature,
            Self::Hole(hole) => &hole.signature,
        }
    }

    pub(crate) fn sign(&mut self, signature: [u8; 64]) {
        let signed = Some(Box::new(signature));
        match self {
            Self::Op(entry) => entry.signature = signed,
            Self::Hole(hole) => hole.signature = signed,
        }
    }

    fn subtree(&self) -> (u8, Hash) {
        match self {
            Self::Op(entry) => (0, tree::leaf(&entry.bytes)),
            Self::Hole(hole) => (hole.level, *hole.hash),
        }
    }

    /// As it is sent.
    pub(crate) fn item(&self) -> Item {
        match self {
            Self::Op(entry) => Item::Op(entry.bytes.to_vec().into()),
            Self::Hole(hole) => Item::Dropped {
                level: hole.level,
                hash: *hole.hash,
            },
        }
    }

    fn signed(&self) -> Signed {
        (self.item(), self.signature().as_deref().copied())
    }

    /// As it is stored when it is alone.
    fn record(&self, seq: Seq) -> (Stored, Vec<u8>) {
        match self {
            Self::Op(entry) => (
                Stored::Op(seq),
                snapshot::encode_op(entry.signature.as_deref(), &entry.bytes),
            ),
            Self::Hole(_) => (
                Stored::Block(seq, seq.saturating_add(self.span() - 1)),
                snapshot::encode_block(core::iter::once(self.signed())),
            ),
        }
    }
}

impl From<&Item> for Piece {
    fn from(item: &Item) -> Self {
        match item {
            Item::Op(bytes) => Self::Op(Entry {
                bytes: bytes.as_slice().into(),
                signature: None,
            }),
            Item::Dropped { level, hash } => Self::Hole(Hole {
                level: *level,
                hash: Box::new(*hash),
                signature: None,
            }),
        }
    }
}

impl From<Signed> for Piece {
    fn from((item, signature): Signed) -> Self {
        let mut piece = Self::from(&item);
        if let Some(signature) = signature {
            piece.sign(signature);
        }
        piece
    }
}

/// Appends pieces to a tree.
///
/// # Errors
/// [`WireError::Malformed`] when one of them cannot begin where it does.
pub(crate) fn grow<'a>(
    mut peaks: Peaks,
    pieces: impl IntoIterator<Item = &'a Piece>,
) -> Result<Peaks, WireError> {
    for piece in pieces {
        let (level, hash) = piece.subtree();
        if !peaks.push(level, hash) {
            return Err(WireError::Malformed);
        }
    }
    Ok(peaks)
}

impl Block {
    fn end(&self) -> Seq {
        self.first.saturating_add(self.span - 1)
    }

    fn is_whole(&self) -> bool {
        self.end().is_multiple_of(BLOCK)
    }

    /// Every operation is there.
    fn is_full(&self) -> bool {
        self.pieces.len() as u64 == self.span
    }

    /// Where the piece that holds `seq` is, and its first sequence.
    fn find(&self, seq: Seq) -> Option<(usize, Seq)> {
        let within = seq.checked_sub(self.first)?;
        if self.is_full() {
            return Some((usize::try_from(within).ok()?, seq));
        }
        let mut first = self.first;
        for (at, piece) in self.pieces.iter().enumerate() {
            let next = first.saturating_add(piece.span());
            if seq < next {
                return Some((at, first));
            }
            first = next;
        }
        None
    }
}

impl Chain {
    pub(crate) fn of(public_key: [u8; 32]) -> Self {
        Self {
            public_key,
            ..Self::default()
        }
    }

    /// Sequence of the last operation.
    pub(crate) fn len(&self) -> Seq {
        self.peaks.size()
    }

    pub(crate) fn peaks(&self) -> &Peaks {
        &self.peaks
    }

    fn block_of(&self, seq: Seq) -> Option<usize> {
        let after = self.blocks.partition_point(|block| block.first <= seq);
        after.checked_sub(1)
    }

    /// The piece that holds an operation, and that piece's first sequence.
    pub(crate) fn find(&self, seq: Seq) -> Option<(Seq, &Piece)> {
        let block = self.blocks.get(self.block_of(seq)?)?;
        let (at, first) = block.find(seq)?;
        Some((first, block.pieces.get(at)?))
    }

    fn find_mut(&mut self, seq: Seq) -> Option<&mut Piece> {
        let block = self.block_of(seq)?;
        let block = self.blocks.get_mut(block)?;
        let (at, _) = block.find(seq)?;
        block.pieces.get_mut(at)
    }

    /// Pieces with their first sequences, from the one that holds `seq`.
    pub(crate) fn from(&self, seq: Seq) -> impl Iterator<Item = (Seq, &Piece)> {
        let block = self.block_of(seq).unwrap_or(self.blocks.len());
        self.blocks
            .get(block..)
            .unwrap_or_default()
            .iter()
            .flat_map(|block| {
                let mut next = block.first;
                block.pieces.iter().map(move |piece| {
                    let first = next;
                    next = next.saturating_add(piece.span());
                    (first, piece)
                })
            })
            .skip_while(move |(first, piece)| first.saturating_add(piece.span()) <= seq)
    }

    /// The tree through `seq`; `None` when it ends inside a hole or beyond the end.
    pub(crate) fn peaks_at(&self, seq: Seq) -> Option<Peaks> {
        if seq == self.len() {
            return Some(self.peaks.clone());
        }
        let mut peaks = Peaks::default();
        for (_, piece) in self.from(1) {
            if peaks.size() >= seq {
                break;
            }
            let (level, hash) = piece.subtree();
            peaks.push(level, hash);
        }
        (peaks.size() == seq).then_some(peaks)
    }

    /// As [`Chain::peaks_at`], and ready to go on from there.
    pub(crate) fn walk_to(&mut self, seq: Seq) -> Option<Peaks> {
        if seq == self.len() {
            return Some(self.peaks.clone());
        }
        let from = self.walked.size() + 1;
        let goes_on = from <= seq && self.find(from).is_some_and(|(first, _)| first == from);
        let walked = if goes_on {
            let mut peaks = self.walked.clone();
            for (_, piece) in self.from(from).take_while(|(first, _)| *first <= seq) {
                let (level, hash) = piece.subtree();
                peaks.push(level, hash);
            }
            (peaks.size() == seq).then_some(peaks)
        } else {
            self.peaks_at(seq)
        };
        self.walked.clone_from(walked.as_ref()?);
        walked
    }

    /// Bytes appended since the last signature.
    pub(crate) fn unsigned(&self) -> usize {
        self.unsigned
    }

    /// Puts a signature where one belongs.
    pub(crate) fn sign(&mut self, seq: Seq, signature: [u8; 64]) {
        if seq == self.len() {
            self.unsigned = 0;
        }
        if let Some(piece) = self.find_mut(seq) {
            piece.sign(signature);
        }
    }

    /// Appends pieces whose tree with all before is `peaks`.
    pub(crate) fn extend(&mut self, pieces: impl IntoIterator<Item = Piece>, peaks: Peaks) {
        for piece in pieces {
            let span = piece.span();
            self.weight += piece.weight();
            match self.blocks.last_mut().filter(|block| !block.is_whole()) {
                Some(block) => {
                    block.span += span;
                    block.pieces.push(piece);
                    block.packed = false;
                }
                None => {
                    let first = self.blocks.last().map_or(1, |block| block.end() + 1);
                    self.blocks.push(Block {
                        first,
                        span,
                        pieces: vec![piece],
                        packed: false,
                    });
                }
            }
        }
        self.peaks = peaks;
        debug_assert_eq!(
            self.blocks.last().map_or(0, Block::end),
            self.peaks.size(),
            "pieces and tree are of one length"
        );
    }

    /// Appends one operation.
    pub(crate) fn push(&mut self, bytes: Vec<u8>) -> Seq {
        let mut peaks = core::mem::take(&mut self.peaks);
        peaks.push(0, tree::leaf(&bytes));
        self.unsigned += bytes.len();
        let entry = Entry {
            bytes: bytes.into(),
            signature: None,
        };
        self.extend([Piece::Op(entry)], peaks);
        self.len()
    }

    /// Forgets all pieces that end after `keep`.
    pub(crate) fn cut(&mut self, keep: Seq) {
        if keep >= self.len() {
            return;
        }
        self.blocks.retain(|block| block.first <= keep);
        if let Some(block) = self.blocks.last_mut() {
            let mut end = block.first - 1;
            let kept = block.pieces.iter().take_while(|piece| {
                let fits = end.saturating_add(piece.span()) <= keep;
                if fits {
                    end += piece.span();
                }
                fits
            });
            let kept = kept.count();
            block.packed &= kept == block.pieces.len();
            block.pieces.truncate(kept);
            block.span = end + 1 - block.first;
        }
        self.blocks.retain(|block| !block.pieces.is_empty());
        let peaks = grow(Peaks::default(), self.from(1).map(|(_, piece)| piece));
        debug_assert!(peaks.is_ok(), "a prefix of a tree is a tree");
        self.peaks = peaks.unwrap_or_default();
        self.walked = Peaks::default();
        self.weigh();
    }

    /// Bytes of what is kept.
    pub(crate) fn weight(&self) -> usize {
        self.weight
    }

    fn weigh(&mut self) {
        let pieces = self.blocks.iter().flat_map(|block| &block.pieces);
        self.weight = pieces.map(Piece::weight).sum();
    }
}
