//! Bytes from a peer: decoders, then a live node. Nothing that a person sees may change, because no honest
//! signature can be made by chance; nothing may crash; the third person notices nothing.
#![no_main]

use corridor_core::wire::peer::PeerFrame;
use corridor_core::node::{Command, Path};
use corridor_core::wire::{decode_frames, op, signal::Signal, slip::Slip};
use corridor_fuzz::{clinic, content, inject};
use corridor_sim::world::World;
use libfuzzer_sys::fuzz_target;
use std::cell::RefCell;

thread_local! {
    static WORLD: RefCell<Option<World>> = const { RefCell::new(None) };
}

fuzz_target!(|bytes: &[u8]| {
    let _ = decode_frames(bytes, |number, fields| {
        if let Ok(frame) = PeerFrame::decode(number, fields) {
            let mut again = Vec::new();
            frame.encode_into(&mut again);
            let twice = decode_frames(&again, |number, fields| {
                assert_eq!(PeerFrame::decode(number, fields).as_ref(), Ok(&frame));
                Ok(())
            });
            assert_eq!(twice, Ok(()));
        }
        Ok(())
    });
    let _ = op::decode(bytes);
    if let Ok(signal) = Signal::decode(bytes) {
        assert_eq!(Signal::decode(&signal.encode()).as_ref(), Ok(&signal));
    }
    if let Ok(slip) = Slip::decode(bytes) {
        assert_eq!(Slip::decode(&slip.encode()).as_ref(), Ok(&slip));
    }
    WORLD.with_borrow_mut(|slot| {
        let world = slot.get_or_insert_with(|| clinic(3));
        let before = content(world, 0);
        // What a person may paste.
        let pasted = String::from_utf8_lossy(bytes);
        for text in [format!("I1{pasted}"), pasted.into_owned()] {
            world.ask(0, Command::TakeSlip(text.into()));
        }
        if !inject(world, bytes) {
            *slot = None;
            return;
        }
        world.run_for(50);
        assert_eq!(content(world, 0), before);
        assert_eq!(world.path(0, 2), Path::Direct);
        assert_eq!(world.violations, Vec::<String>::new());
        if !world.linked(0, 1) || world.now > 600_000 {
            *slot = None;
        }
    });
});
