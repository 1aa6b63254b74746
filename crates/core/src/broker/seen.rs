//! Rule H-SEEN: who comes from which address of the local network, told to those who may reach it there.

use super::connection::Seat;
use super::{Broker, BrokerCommand, Layer, SocketId};
use crate::wire::hub::{HubFrame, Sighting};
use core::net::IpAddr;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

impl Broker {
    /// Tells whoever has taken `seat` where the others come from, and, if it `arrived`, the others where it comes from.
    pub(super) fn tell_seen(&mut self, seat: &Seat, arrived: bool) {
        let Some(room) = self.rooms.get(seat.room) else {
            return;
        };
        if !self.config.layers.has(Layer::Handshake) {
            return;
        }
        let sighting = |peer, conn: SocketId| {
            let at = self.connections.get(&conn)?.address;
            Some((Sighting { peer, at }, conn))
        };
        let me = seat.member.peer;
        let Some((mine, conn)) = room.socket_of(me).and_then(|conn| sighting(me, conn)) else {
            return;
        };
        let others: Vec<(Sighting, SocketId)> = room
            .others(me)
            .filter_map(|(member, conn)| sighting(member.peer, conn))
            .collect();
        let mut devices: BTreeMap<IpAddr, BTreeSet<[u8; 32]>> = BTreeMap::new();
        for conn in others.iter().map(|(_, conn)| conn).chain([&conn]) {
            if let Some(connection) = self.connections.get(conn) {
                let sharing = devices.entry(connection.address).or_default();
                sharing.extend(connection.device);
            }
        }
        // Tabs of one device share its address. Devices that share one are behind a NAT, or a proxy: it is none of theirs.
        let told = |one: &Sighting| {
            one.is_local()
                && devices
                    .get(&one.at)
                    .is_some_and(|sharing| sharing.len() == 1)
        };
        let hears = |one: &Sighting| one.is_local() || one.at.is_loopback();

        if hears(&mine) {
            let theirs = others.iter().map(|(other, _)| *other);
            let theirs: Vec<Sighting> = theirs.filter(told).collect();
            if !theirs.is_empty() {
                self.send(conn, &HubFrame::Seen(theirs));
            }
        }
        if arrived && told(&mine) {
            let bytes: Arc<[u8]> = HubFrame::Seen(vec![mine]).encode().into();
            let listening = others.iter().filter(|(other, _)| hears(other));
            let sent = listening.map(|(_, conn)| BrokerCommand::Send {
                conn: *conn,
                bytes: Arc::clone(&bytes),
            });
            self.commands.extend(sent);
        }
    }
}
