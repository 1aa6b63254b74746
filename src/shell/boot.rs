//! Opens a room: a slot for this tab, the device's key, the stored records, and a node made of them.

use super::known::Summary;
use super::seat::Seat;
use super::{Audience, Inner, Shell, device};
use crate::browser::storage::{LocalVault, Texts};
use crate::browser::vault::{NoVault, Vault};
use crate::browser::{clock, lifecycle, location, random};
use corridor_core::capsule::Recorder;
use corridor_core::id::RoomId;
use corridor_core::key::{DeviceKey, RoomKey};
use corridor_core::node::{Config, Input, Lifecycle, Node};
use std::cell::{Cell, RefCell};
use std::rc::Rc;

/// Why a room cannot be opened in this browser.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum BootError {
    /// Without randomness there are no keys.
    #[error("this browser has no source of randomness")]
    NoRandomness,
}

/// A room that is about to open. Dropping it calls that off.
#[derive(Debug)]
#[must_use = "the room does not open when this is dropped"]
pub struct Opening(Rc<RefCell<Option<Seat>>>);

impl Opening {
    /// Opens `room`, and calls `ready` in a later turn, mostly after 150 ms.
    pub fn begin(
        room: RoomId,
        key: RoomKey,
        audience: Rc<dyn Audience>,
        ready: impl FnOnce(Result<Shell, BootError>) + 'static,
    ) -> Self {
        let waiting = Rc::new(RefCell::new(None));
        let (found, local) = (waiting.clone(), Texts::local());
        let storage = local.clone();
        let seat = Seat::claim(room, local, Texts::session(), move |slot| {
            let seat = found.borrow_mut().take();
            if let Some(seat) = seat {
                ready(boot(room, key, slot, seat, storage, audience));
            }
        });
        *waiting.borrow_mut() = Some(seat);
        Self(waiting)
    }
}

impl Drop for Opening {
    fn drop(&mut self) {
        let seat = self.0.borrow_mut().take();
        drop(seat);
    }
}

fn boot(
    room: RoomId,
    key: RoomKey,
    slot: u16,
    seat: Seat,
    local: Option<Texts>,
    audience: Rc<dyn Audience>,
) -> Result<Shell, BootError> {
    let (secret, durable) = device::secret(local.as_ref())?;
    let device = DeviceKey::new(secret, slot);
    let me = device.writer();
    let local = local.filter(|_| durable);
    let vault: Box<dyn Vault> = match local.clone() {
        Some(texts) => Box::new(LocalVault::new(texts)),
        None => Box::new(NoVault),
    };
    let config = Config {
        room,
        key: key.clone(),
        device,
        seed: random::bytes().ok_or(BootError::NoRandomness)?,
        durable,
        hub_host: location::host_name(),
    };
    let (now, stored) = (clock::now(), vault.load(room));
    let salt = random::bytes().ok_or(BootError::NoRandomness)?;
    let mut recorder = Recorder::new(&config, now, stored.clone(), salt);
    let node = Node::new(config, now, stored);
    recorder.begin(&node);
    audience.opened(&node);
    let summary = local.map(|texts| Summary::new(texts, room, key, &node, clock::wall()));
    let inner = Rc::new(Inner {
        me,
        node: RefCell::new(node),
        recorder: RefCell::new(recorder),
        inbox: RefCell::default(),
        busy: Cell::new(false),
        ending: Cell::new(false),
        seat,
        vault,
        summary: RefCell::new(summary),
        way: RefCell::default(),
        looking: RefCell::default(),
        connections: RefCell::default(),
        wake: RefCell::default(),
        frozen: RefCell::default(),
        lifecycle: RefCell::default(),
        next_ticket: Cell::new(0),
        answers: RefCell::default(),
        audience,
    });
    inner.hear_lifecycle();
    inner.push(if lifecycle::hidden() {
        Input::Lifecycle(Lifecycle::Hidden)
    } else {
        Input::Wake
    });
    Ok(Shell(inner))
}
