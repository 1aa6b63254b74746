//! Metrics in the OpenMetrics text format: what is there at this moment, and how often each limit was reached.
//! No label holds an id.

use corridor_core::broker::{Health, HubLimit, MeshStatus};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;
use std::fmt;

/// The media type of [`Metrics::render`].
pub(crate) const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// A bound of the shell; those of the broker are [`HubLimit`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Hit {
    /// HTTP connections.
    Http,
    /// A socket read too slowly and was dropped.
    SlowReader,
    /// A socket sent too fast and was not read for a while.
    Pace,
    /// A message was too long.
    MessageSize,
    /// An address changed things too often.
    Posts,
    /// An address tried too many passwords.
    Logins,
    /// An address asked STUN too often.
    Stun,
    /// Too much waited for the other hubs.
    Fanout,
}

/// Counters of the shell. Clones count together.
#[derive(Clone, Default)]
pub(crate) struct Metrics {
    hits: Family<Label, Counter>,
    received: Passed,
    sent: Passed,
    heard: Passed,
    told: Passed,
}

/// What passed in one direction.
#[derive(Clone, Default)]
struct Passed {
    frames: Counter,
    bytes: Counter,
}

#[derive(Clone, PartialEq, Eq, Hash, Debug, EncodeLabelSet)]
struct Label {
    name: &'static str,
}

/// What the broker knows.
pub(crate) struct Snapshot {
    pub(crate) health: Health,
    pub(crate) mesh: MeshStatus,
    pub(crate) hits: [(HubLimit, u64); HubLimit::ALL.len()],
}

impl Hit {
    const ALL: [Self; 8] = [
        Self::Http,
        Self::SlowReader,
        Self::Pace,
        Self::MessageSize,
        Self::Posts,
        Self::Logins,
        Self::Stun,
        Self::Fanout,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::SlowReader => "slow-reader",
            Self::Pace => "pace",
            Self::MessageSize => "message-size",
            Self::Posts => "posts",
            Self::Logins => "logins",
            Self::Stun => "stun",
            Self::Fanout => "fanout",
        }
    }
}

impl Metrics {
    /// A limit was reached.
    pub(crate) fn hit(&self, hit: Hit) {
        let name = hit.name();
        self.hits.get_or_create(&Label { name }).inc();
    }

    /// A message came in.
    pub(crate) fn received(&self, bytes: usize) {
        self.received.count(bytes);
    }

    /// A message went out.
    pub(crate) fn sent(&self, bytes: usize) {
        self.sent.count(bytes);
    }

    /// Another hub said something.
    pub(crate) fn heard(&self, bytes: usize) {
        self.heard.count(bytes);
    }

    /// The other hubs were told something.
    pub(crate) fn told(&self, bytes: usize) {
        self.told.count(bytes);
    }

    /// Everything as text; `uptime` in seconds.
    pub(crate) fn render(&self, snapshot: &Snapshot, uptime: u64) -> Result<String, fmt::Error> {
        let mut registry = Registry::with_prefix("corridor");
        let mut one = |name: &str, help: &str, value: usize| {
            let gauge: Gauge = Gauge::default();
            gauge.set(i64::try_from(value).unwrap_or(i64::MAX));
            registry.register(name, help, gauge);
        };
        let Snapshot { health, mesh, .. } = snapshot;
        one("connections", "Open WebSockets", health.connections);
        one(
            "hubs",
            "Hubs that serve these rooms, this one included",
            mesh.totals.hubs,
        );
        one("members", "WebSockets in a room", health.members);
        one("rooms", "Rooms that have not ended", health.rooms);
        one("entries", "Valid phone-book entries", health.entries);
        one("letters", "Offers and answers that wait", health.letters);
        let bytes = usize::try_from(mesh.totals.shelf.bytes).unwrap_or(usize::MAX);
        one("shelf_bytes", "Bytes of records on the shelf", bytes);
        one("waiting", "Requests that wait for mail", health.waiting);
        one(
            "links_disagreeing",
            "Links whose ends name different ways",
            mesh.totals.disagreeing,
        );
        one(
            "uptime_seconds",
            "Since the start",
            usize::try_from(uptime).unwrap_or(usize::MAX),
        );

        let mut several = |name: &str, help: &str, values: &[(&'static str, usize)]| {
            let family = Family::<Label, Gauge>::default();
            for (name, value) in values {
                let value = i64::try_from(*value).unwrap_or(i64::MAX);
                family.get_or_create(&Label { name }).set(value);
            }
            registry.register(name, help, family);
        };
        let totals = &mesh.totals;
        let links = [
            ("direct", totals.links.direct),
            ("hub", totals.links.hub),
            ("peer", totals.links.peer),
        ];
        several(
            "links",
            "Links by the way they use, each counted once",
            &links,
        );
        let users = [("p2p", totals.p2p), ("websocket", totals.websocket)];
        let shelf = totals.shelf;
        let records = [("p2p", shelf.p2p), ("websocket", shelf.websocket)];
        several("records", "Records on the shelf by source", &records);
        several("users", "Members by how they reach the others", &users);

        let hits = Family::<Label, Counter>::default();
        for (limit, count) in snapshot.hits {
            let name = limit.name();
            hits.get_or_create(&Label { name }).inc_by(count);
        }
        for hit in Hit::ALL {
            let name = hit.name();
            let count = self.hits.get_or_create(&Label { name }).get();
            hits.get_or_create(&Label { name }).inc_by(count);
        }
        registry.register("limit_hits", "How often each limit was reached", hits);
        let (frames, bytes) = (
            Family::<Label, Counter>::default(),
            Family::<Label, Counter>::default(),
        );
        let passed = [
            ("in", &self.received),
            ("out", &self.sent),
            ("hubs-in", &self.heard),
            ("hubs-out", &self.told),
        ];
        for (name, passed) in passed {
            let label = Label { name };
            frames.get_or_create(&label).inc_by(passed.frames.get());
            bytes.get_or_create(&label).inc_by(passed.bytes.get());
        }
        registry.register(
            "frames",
            "WebSocket messages, and those between hubs",
            frames,
        );
        registry.register("bytes", "Bytes of these messages", bytes);
        let unknown: Counter = Counter::default();
        unknown.inc_by(health.unknown_frames);
        registry.register(
            "unknown_frames",
            "Frames of unknown numbers, skipped",
            unknown,
        );

        let mut text = String::new();
        encode(&mut text, &registry)?;
        Ok(text)
    }
}

impl Passed {
    fn count(&self, bytes: usize) {
        self.frames.inc();
        self.bytes.inc_by(bytes as u64);
    }
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Metrics")
    }
}
