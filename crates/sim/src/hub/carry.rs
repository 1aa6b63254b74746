//! What travels between clients and a hub: each way in order, until an end is gone.

use super::socket::{Down, Up};
use super::{Due, Hub, TCP_GIVES_UP};
use crate::net::{End, Net};
use crate::queue::Ms;
use corridor_core::broker::{BrokerInput, SocketId};
use corridor_core::node::HubEvent;

impl Hub {
    pub(super) fn up(&mut self, now: Ms, net: &mut Net, conn: SocketId) {
        let lost = net.lost();
        let resets = net.resets();
        let Some(socket) = self.sockets.get_mut(&conn) else {
            return;
        };
        let (host, _) = socket.client;
        let flows = !lost && !socket.stranded && net.up(End::Host(host), End::Hub);
        let (arrived, next) = socket.up.poll(now, flows);
        let dead = socket.up.stalled().is_some_and(|t| now > t + TCP_GIVES_UP);
        if let Some(at) = next {
            self.effects.later.push((at, Due::Up(conn)));
        }
        if dead || (resets && arrived.is_some()) {
            self.reset(now, net, conn);
            return;
        }
        let site = socket.site;
        match arrived {
            Some(Up::Connect) if self.runs() => {
                let site = self.site_for(host).unwrap_or(0);
                if let Some(socket) = self.sockets.get_mut(&conn) {
                    (socket.accepted, socket.site) = (true, site);
                }
                self.push_down(now, net, conn, Down::Opened);
                let address = net.seen(host);
                self.broker_input(now, net, site, BrokerInput::Connected { conn, address });
            }
            Some(Up::Connect) => self.push_down(now, net, conn, Down::Close),
            Some(Up::Frame(bytes)) if self.accepted(conn) => {
                self.tap.to_hub(&bytes);
                let frame = BrokerInput::Frame {
                    conn,
                    bytes: &bytes,
                };
                self.broker_input(now, net, site, frame);
            }
            Some(Up::Alive) if self.accepted(conn) => {
                self.broker_input(now, net, site, BrokerInput::Alive { conn });
            }
            Some(Up::Close) => {
                if self.accepted(conn) {
                    self.broker_input(now, net, site, BrokerInput::Disconnected { conn });
                }
                self.sockets.remove(&conn);
            }
            Some(_) | None => {}
        }
    }

    pub(super) fn accepted(&self, conn: SocketId) -> bool {
        self.sockets.get(&conn).is_some_and(|s| s.accepted)
    }

    pub(super) fn down(&mut self, now: Ms, net: &mut Net, conn: SocketId) {
        let lost = net.lost();
        let Some(socket) = self.sockets.get_mut(&conn) else {
            return;
        };
        let client = socket.client;
        let flows = !lost && !socket.stranded && net.up(End::Hub, End::Host(client.0));
        let (arrived, next) = socket.down.poll(now, flows);
        let dead = socket
            .down
            .stalled()
            .is_some_and(|t| now > t + TCP_GIVES_UP);
        if let Some(at) = next {
            self.effects.later.push((at, Due::Down(conn)));
        }
        if dead {
            self.reset(now, net, conn);
            return;
        }
        let wanted = socket.wanted;
        match arrived {
            Some(Down::Opened) if wanted => {
                socket.opened = true;
                self.effects.tell.push((client, HubEvent::Opened));
            }
            Some(Down::Frame(bytes)) if wanted => {
                let frame = HubEvent::Frame(bytes.to_vec());
                self.effects.tell.push((client, frame));
            }
            Some(Down::Ping) if wanted => self.push_up(now, net, conn, Up::Alive),
            Some(Down::Close) => {
                self.end_client(conn);
                self.sockets.remove(&conn);
            }
            // A system answers data for a socket it does not have with a reset.
            Some(_) => self.reset(now, net, conn),
            None => {}
        }
    }

    /// Both ends find the connection broken.
    pub(super) fn reset(&mut self, now: Ms, net: &mut Net, conn: SocketId) {
        let accepted = self.sockets.get(&conn).filter(|socket| socket.accepted);
        if let Some(site) = accepted.map(|socket| socket.site) {
            self.broker_input(now, net, site, BrokerInput::Disconnected { conn });
        }
        self.end_client(conn);
        self.sockets.remove(&conn);
    }

    pub(super) fn end_client(&mut self, conn: SocketId) {
        let Some(socket) = self.sockets.get_mut(&conn) else {
            return;
        };
        socket.wanted = false;
        if self.current.get(&socket.client.0) == Some(&conn) {
            self.current.remove(&socket.client.0);
            self.effects.tell.push((socket.client, HubEvent::Closed));
        }
    }

    pub(super) fn push_up(&mut self, now: Ms, net: &mut Net, conn: SocketId, item: Up) {
        let due = now + net.delay();
        if let Some(socket) = self.sockets.get_mut(&conn)
            && let Some(at) = socket.up.push(due, item)
        {
            self.effects.later.push((at, Due::Up(conn)));
        }
    }

    pub(super) fn push_down(&mut self, now: Ms, net: &mut Net, conn: SocketId, item: Down) {
        let due = now + net.delay();
        if let Some(socket) = self.sockets.get_mut(&conn)
            && let Some(at) = socket.down.push(due, item)
        {
            self.effects.later.push((at, Due::Down(conn)));
        }
    }
}
