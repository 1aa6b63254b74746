//! Between a member and the hub's shelf: sealed records, their labels, and what became of them (R-HUB-4).

use crate::id::RecordId;
use minicbor::bytes::ByteVec;
use minicbor::{Decode, Encode};

/// A record to keep.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
pub struct Store {
    /// Its name: a record of this name that is kept already is not kept twice.
    #[n(0)]
    pub id: RecordId,
    /// What it holds, sealed, [`crate::limits::SHELF_LABEL_BYTES`] long.
    #[n(1)]
    pub label: ByteVec,
    /// The record, sealed (rule S-RECORD).
    #[n(2)]
    pub sealed: ByteVec,
    /// How its contents reach those who are there: a number of [`super::registry::source`].
    #[n(3)]
    pub source: u8,
    /// Seconds that it is to be kept, if less than the hub would.
    #[n(4)]
    pub ttl: Option<u32>,
}

/// A record is on disk.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode)]
pub struct Stored {
    /// Its name.
    #[n(0)]
    pub id: RecordId,
    /// Greater than that of each record stored before it.
    #[n(1)]
    pub number: u64,
    /// It had been there before.
    #[n(2)]
    pub again: bool,
}

/// A record is not kept.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode)]
pub struct StoreError {
    /// Its name.
    #[n(0)]
    pub id: RecordId,
    /// Why: a number of [`super::registry::refusal`].
    #[n(1)]
    pub code: u16,
}

/// Some of the records of a room, by number.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
pub struct Listed {
    /// Another one than before means that records are gone: what was listed no longer holds.
    #[n(0)]
    pub epoch: u64,
    /// Those that follow the number asked with.
    #[n(1)]
    pub records: Vec<Label>,
    /// There are more of them.
    #[n(2)]
    pub more: bool,
}

/// What is said of a record without handing it out.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
pub struct Label {
    /// Its number.
    #[n(0)]
    pub number: u64,
    /// As it was stored.
    #[n(1)]
    pub label: ByteVec,
}

/// A record that was asked for.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
pub struct Record {
    /// Its number.
    #[n(0)]
    pub number: u64,
    /// As it was stored; `None` when it is no longer there.
    #[n(1)]
    pub sealed: Option<ByteVec>,
}
