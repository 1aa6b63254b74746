//! A virtual clinic: many [`corridor_core::node::Node`]s and one [`corridor_core::broker::Broker`] under seeded faults.
//!
//! The code under test is the code that ships; only network, browser, disk and clock are models, and their
//! behaviour is what was measured on Chromium. Time is virtual and jumps to the next due event, so hours pass in
//! milliseconds, and a run is a function of its seed: a failing seed fails again, byte for byte.
//!
//! * [`world`] owns everything and steps it; its methods are what tests are written with.
//! * [`net`], [`rtc`], [`hub`], [`disk`] model the outside.
//! * [`script`] is random people and misfortune; [`reference`] is what they were promised; [`mod@check`] compares.
//! * [`run`] is one seeded run from start to verdict.

pub mod check;
pub mod dice;
pub mod disk;
pub mod host;
pub mod hub;
pub mod net;
pub mod queue;
pub mod reference;
pub mod rtc;
pub mod run;
pub mod script;
pub mod tap;
pub mod world;
