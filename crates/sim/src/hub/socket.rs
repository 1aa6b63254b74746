//! One WebSocket as two pipes, and the browser's side of it.

use super::{Due, HOST, Hub};
use crate::net::{Net, Pipe};
use crate::queue::Ms;
use corridor_core::broker::SocketId;
use corridor_core::node::HubOp;
use std::sync::Arc;

/// A connection attempt into the void ends after this.
const CONNECT_TIMEOUT: Ms = 20_000;
/// One browser's end of sockets: a host and the run of its tab.
pub type Client = (usize, u32);

#[derive(Debug)]
pub(super) enum Up {
    Connect,
    Frame(Vec<u8>),
    Alive,
    Close,
}

#[derive(Debug)]
pub(super) enum Down {
    Opened,
    Frame(Arc<[u8]>),
    Ping,
    Close,
}

#[derive(Debug)]
pub(super) struct Socket {
    pub(super) client: Client,
    /// The client still wants it.
    pub(super) wanted: bool,
    /// The client knows that it is open.
    pub(super) opened: bool,
    /// The client's address is gone: nothing passes any more.
    pub(super) stranded: bool,
    /// The broker knows it.
    pub(super) accepted: bool,
    /// At which site.
    pub(super) site: usize,
    pub(super) up: Pipe<Up>,
    pub(super) down: Pipe<Down>,
}

impl Hub {
    /// Carries out what a node wants of its WebSocket.
    pub fn operate(&mut self, now: Ms, net: &mut Net, client: Client, op: HubOp) {
        match op {
            HubOp::Open => {
                self.close(now, net, client);
                self.looking.remove(&client.0);
                self.open(now, net, client);
            }
            HubOp::Send(bytes) => {
                if let Some(conn) = self.current.get(&client.0).copied()
                    && self.sockets.get(&conn).is_some_and(|s| s.opened)
                {
                    self.push_up(now, net, conn, Up::Frame(bytes));
                }
            }
            HubOp::Close => self.close(now, net, client),
            HubOp::Look(servers) => {
                self.looks += 1;
                let own = format!("stun:{HOST}:");
                let mut asked = servers.servers.iter();
                self.strays += u64::from(asked.any(|server| !server.url.starts_with(&own)));
                // How often browsers ask a STUN server (RFC 8489 §6.2.1, with Chromium's first pause).
                let times = [0, 250, 750, 1_750];
                for after in times.into_iter().filter(|_| !servers.servers.is_empty()) {
                    let due = Due::Look(client, self.looks);
                    self.effects.later.push((now + after + net.delay(), due));
                }
                self.looking.insert(client.0, self.looks);
            }
        }
    }

    fn open(&mut self, now: Ms, net: &mut Net, client: Client) {
        let conn = SocketId(self.next);
        self.next += 1;
        let socket = Socket {
            client,
            wanted: true,
            opened: false,
            accepted: false,
            site: 0,
            stranded: false,
            up: Pipe::default(),
            down: Pipe::default(),
        };
        self.sockets.insert(conn, socket);
        self.current.insert(client.0, conn);
        let timeout = (now + CONNECT_TIMEOUT, Due::Timeout(conn));
        self.effects.later.push(timeout);
        self.push_up(now, net, conn, Up::Connect);
    }

    fn close(&mut self, now: Ms, net: &mut Net, client: Client) {
        if let Some(conn) = self.current.remove(&client.0) {
            if let Some(socket) = self.sockets.get_mut(&conn) {
                socket.wanted = false;
            }
            self.push_up(now, net, conn, Up::Close);
        }
    }

    /// The sockets of a host lose their address.
    pub fn strand(&mut self, host: usize) {
        for socket in self.sockets.values_mut() {
            socket.stranded |= socket.client.0 == host;
        }
    }

    /// The tab is gone. Its system closes the socket, unless the machine lost power too.
    pub fn vanish(&mut self, now: Ms, net: &mut Net, client: Client, power: bool) {
        if power {
            if let Some(conn) = self.current.remove(&client.0)
                && let Some(socket) = self.sockets.get_mut(&conn)
            {
                socket.wanted = false;
                socket.up.truncate(0);
            }
        } else {
            self.close(now, net, client);
        }
    }
}
