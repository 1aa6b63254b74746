//! How many hold a place on this hub, in all and from one network.

use super::connection::Connection;
use super::mail::Poll;
use super::{Broker, HubLimit, PollId, Refusal, SocketId};
use core::net::IpAddr;
use std::collections::BTreeMap;

/// Counts by network, kept so that nobody has to be counted anew for each who arrives.
#[derive(Clone, Debug, Default)]
pub(super) struct Crowd(BTreeMap<IpAddr, usize>);

impl Crowd {
    fn of(&self, network: IpAddr) -> usize {
        self.0.get(&network).copied().unwrap_or(0)
    }

    fn enter(&mut self, network: IpAddr) {
        *self.0.entry(network).or_default() += 1;
    }

    fn leave(&mut self, network: IpAddr) {
        let Some(count) = self.0.get_mut(&network) else {
            return;
        };
        *count -= 1;
        if *count == 0 {
            self.0.remove(&network);
        }
    }
}

impl Broker {
    /// Refuses `network` when it, or everyone together, holds as many connections as allowed. A request that waits
    /// for mail holds one too.
    pub(super) fn has_place(&mut self, network: IpAddr) -> Result<(), Refusal> {
        let limits = self.config.limits;
        let fits = self.crowd.of(network) < limits.per_address
            && self.connections.len() + self.polls.len() < limits.connections;
        self.count(
            HubLimit::Connections,
            fits.then_some(()).ok_or(Refusal::Full),
        )
    }

    pub(super) fn seat_connection(&mut self, conn: SocketId, connection: Connection) {
        self.crowd.enter(connection.network);
        self.connections.insert(conn, connection);
    }

    pub(super) fn drop_connection(&mut self, conn: SocketId) {
        if let Some(connection) = self.connections.remove(&conn) {
            self.crowd.leave(connection.network);
        }
    }

    pub(super) fn seat_poll(&mut self, id: PollId, poll: Poll) {
        self.crowd.enter(poll.network);
        self.polls.insert(id, poll);
    }

    pub(super) fn drop_poll(&mut self, id: PollId) {
        if let Some(poll) = self.polls.remove(&id) {
            self.crowd.leave(poll.network);
        }
    }

    /// True while the counts are what a count would find.
    #[cfg(test)]
    pub(super) fn crowd_is_right(&self) -> bool {
        let mut counted = Crowd::default();
        let sockets = self.connections.values().map(|c| c.network);
        sockets
            .chain(self.polls.values().map(|poll| poll.network))
            .for_each(|network| counted.enter(network));
        counted.0 == self.crowd.0
    }
}
