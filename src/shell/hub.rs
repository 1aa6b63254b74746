//! The way to the hub: a WebSocket; plain requests where none gets through. The node hears no difference.

use super::Inner;
use crate::browser::location;
use crate::browser::poll::Polling;
use crate::browser::rtc::Connection;
use crate::browser::socket::Socket;
use crate::browser::timer::Timer;
use core::time::Duration;
use corridor_core::node::{HubEvent, HubOp, IceConfig, Input, RtcEvent};
use std::cell::Cell;
use std::rc::Rc;

/// A WebSocket that is not open by then is held back by something on the way.
const PATIENCE: Duration = Duration::from_secs(4);

/// The way in use.
#[derive(Debug)]
pub(super) enum Way {
    Socket(
        Socket,
        #[allow(dead_code, reason = "it is cancelled with the socket")] Option<Timer>,
    ),
    Polling(Polling),
}

impl Inner {
    pub(super) fn hub(self: &Rc<Self>, op: HubOp) {
        match op {
            HubOp::Open => self.open_socket(),
            HubOp::Send(frame) => {
                let sent = match &*self.way.borrow() {
                    Some(Way::Socket(socket, _)) => socket.send(&frame).is_ok(),
                    Some(Way::Polling(line)) => {
                        line.send(frame);
                        true
                    }
                    None => true,
                };
                // A socket that takes no frames is of no use: the node opens another one.
                if !sent {
                    self.way.borrow_mut().take();
                    self.push(Input::Hub(HubEvent::Closed));
                }
            }
            HubOp::Close => {
                self.way.borrow_mut().take();
            }
            HubOp::Look(servers) => self.look(&servers),
        }
    }

    fn open_socket(self: &Rc<Self>) {
        // The older one first: it must not report any more.
        self.way.borrow_mut().take();
        self.looking.borrow_mut().take();
        let opened = Rc::new(Cell::new(false));
        let (inner, seen) = (Rc::downgrade(self), opened.clone());
        let socket = Socket::open(&location::socket_url(), move |event| {
            let Some(inner) = inner.upgrade() else { return };
            match event {
                HubEvent::Closed if !seen.get() => inner.open_polling(),
                event => {
                    seen.set(true);
                    inner.push(Input::Hub(event));
                }
            }
        });
        let inner = Rc::downgrade(self);
        let waiting = Timer::after(PATIENCE, move || {
            if let Some(inner) = inner.upgrade().filter(|_| !opened.get()) {
                inner.open_polling();
            }
        });
        match socket {
            Ok(socket) => *self.way.borrow_mut() = Some(Way::Socket(socket, waiting)),
            Err(_) => self.open_polling(),
        }
    }

    /// A connection that leads nowhere: a reflexive candidate is the answer of a STUN server.
    fn look(self: &Rc<Self>, servers: &IceConfig) {
        let inner = Rc::downgrade(self);
        let looking = Connection::create(servers, move |event| {
            let RtcEvent::Candidate(found) = event else {
                return;
            };
            if let Some(inner) = inner.upgrade().filter(|_| found.is_reflexive()) {
                inner.push(Input::Hub(HubEvent::Seen));
            }
        });
        // Without WebRTC there is nothing to look with: the socket is tried now and then all the same.
        let looking = looking.ok();
        if let Some(connection) = &looking {
            connection.offer(false);
        }
        let before = std::mem::replace(&mut *self.looking.borrow_mut(), looking);
        drop(before);
    }

    fn open_polling(self: &Rc<Self>) {
        let inner = Rc::downgrade(self);
        let line = Polling::open(move |event| {
            if let Some(inner) = inner.upgrade() {
                inner.push(Input::Hub(event));
            }
        });
        match line {
            Ok(line) => {
                let before = self.way.borrow_mut().replace(Way::Polling(line));
                drop(before);
            }
            Err(_) => self.push(Input::Hub(HubEvent::Closed)),
        }
    }
}
