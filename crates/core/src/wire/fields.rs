//! How identifiers look in CBOR: ids as byte strings of 16, counters as unsigned integers, addresses as byte strings of
//! 4 or 16.

use crate::clock::Stamp;
use crate::id::{HubId, OpId, RecordId, RoomId, RoomTag, SessionId, TaskId, WriterId};
use crate::time::Wall;
use minicbor::decode::{Decoder, Error};
use minicbor::encode::{self, Encoder, Write};
use minicbor::{Decode, Encode};

macro_rules! bytes16 {
    ($($name:ident),*) => {$(
        impl<C> Encode<C> for $name {
            fn encode<W: Write>(&self, e: &mut Encoder<W>, _: &mut C) -> Result<(), encode::Error<W::Error>> {
                e.bytes(&self.0)?.ok()
            }
        }
        impl<'b, C> Decode<'b, C> for $name {
            fn decode(d: &mut Decoder<'b>, _: &mut C) -> Result<Self, Error> {
                let bytes = d.bytes()?;
                bytes.try_into().map(Self).map_err(|_| Error::message("not 16 bytes"))
            }
        }
    )*};
}

macro_rules! number {
    ($($name:ident),*) => {$(
        impl<C> Encode<C> for $name {
            fn encode<W: Write>(&self, e: &mut Encoder<W>, _: &mut C) -> Result<(), encode::Error<W::Error>> {
                e.u64(self.0)?.ok()
            }
        }
        impl<'b, C> Decode<'b, C> for $name {
            fn decode(d: &mut Decoder<'b>, _: &mut C) -> Result<Self, Error> {
                d.u64().map(Self)
            }
        }
    )*};
}

bytes16!(RoomId, RoomTag, WriterId, TaskId, RecordId);
number!(HubId, SessionId, Stamp, Wall);

impl<C> Encode<C> for OpId {
    fn encode<W: Write>(
        &self,
        e: &mut Encoder<W>,
        c: &mut C,
    ) -> Result<(), encode::Error<W::Error>> {
        e.array(2)?;
        self.writer.encode(e, c)?;
        e.u64(self.seq)?.ok()
    }
}

impl<'b, C> Decode<'b, C> for OpId {
    fn decode(d: &mut Decoder<'b>, c: &mut C) -> Result<Self, Error> {
        if d.array()? != Some(2) {
            return Err(Error::message("not a pair"));
        }
        Ok(Self {
            writer: WriterId::decode(d, c)?,
            seq: d.u64()?,
        })
    }
}

/// For `#[cbor(with = …)]`.
pub(super) mod address {
    use super::{Decoder, Encoder, Error, Write, encode as writing};
    use core::net::IpAddr;

    pub(in crate::wire) fn encode<C, W: Write>(
        at: &IpAddr,
        e: &mut Encoder<W>,
        _: &mut C,
    ) -> Result<(), writing::Error<W::Error>> {
        match at {
            IpAddr::V4(at) => e.bytes(&at.octets())?.ok(),
            IpAddr::V6(at) => e.bytes(&at.octets())?.ok(),
        }
    }

    pub(in crate::wire) fn decode<C>(d: &mut Decoder<'_>, _: &mut C) -> Result<IpAddr, Error> {
        let bytes = d.bytes()?;
        let v4 = <[u8; 4]>::try_from(bytes).map(IpAddr::from);
        v4.or_else(|_| <[u8; 16]>::try_from(bytes).map(IpAddr::from))
            .map_err(|_| Error::message("no address"))
    }
}
