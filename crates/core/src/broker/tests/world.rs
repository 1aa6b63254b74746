//! A broker with a clock and clients that hold real keys.

use crate::broker::{
    Archive as _, ArchiveError, ArchiveJob, Archived, Broker, BrokerCommand, BrokerConfig,
    BrokerInput, BrokerLimits, CloseReason, Layers, Mail, MemoryArchive, PollId, Refusal, SocketId,
    Subject, carry_out,
};
use crate::id::{PeerId, RoomId, RoomTag, SessionId};
use crate::key::{self, DeviceKey};
use crate::time::{Mono, Now, Wall};
use crate::wire;
use crate::wire::hub::{ClientFrame, HubFrame, Join, Member, Parcel};
use core::net::{IpAddr, Ipv4Addr};
use core::time::Duration;
use std::collections::BTreeSet;

pub(super) const TAG: RoomTag = RoomTag([0x7a; 16]);

/// What one socket got.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Got {
    Frame(HubFrame),
    Asked,
    Closed(CloseReason),
}

pub(super) struct World {
    pub(super) broker: Broker,
    pub(super) now: Now,
    mail: Vec<(SocketId, Got)>,
    pub(super) archive: MemoryArchive,
    /// The archive answers when [`World::let_archive_work`] says so.
    pub(super) hold_archive: bool,
    pub(super) archive_fails: Option<ArchiveError>,
    pub(super) jobs: Vec<ArchiveJob>,
    pub(super) answers: Vec<(PollId, Result<Vec<Mail>, Refusal>)>,
    next_socket: u64,
    layers: Layers,
    limits: BrokerLimits,
    /// What it told other hubs since somebody looked.
    pub(super) published: Vec<(Subject, Vec<u8>)>,
    /// The rooms of other hubs that it listens to.
    pub(super) listening: BTreeSet<RoomId>,
}

/// A client: a socket, a device and a run.
#[derive(Clone)]
pub(super) struct Client {
    pub(super) conn: SocketId,
    pub(super) device: DeviceKey,
    pub(super) session: SessionId,
    pub(super) nonce: [u8; 32],
}

impl Client {
    pub(super) fn peer(&self) -> PeerId {
        self.device.writer()
    }

    pub(super) fn member(&self) -> Member {
        Member {
            peer: self.peer(),
            session: self.session,
        }
    }

    pub(super) fn join(&self, room: RoomId) -> Join {
        let message = key::join_message(&self.nonce, room, TAG, self.session);
        Join {
            version: wire::VERSION,
            room,
            tag: TAG,
            peer: self.peer(),
            session: self.session,
            public_key: self.device.public(),
            slot: self.device.slot(),
            proof: self.device.sign(&message),
            resume: false,
        }
    }
}

impl World {
    pub(super) fn new() -> Self {
        Self::with(BrokerLimits::default())
    }

    pub(super) fn with(limits: BrokerLimits) -> Self {
        let mut config = config();
        config.limits = limits;
        Self::of(config)
    }

    /// With these layers, written as on the command line.
    pub(super) fn layered(layers: &str) -> Self {
        let mut config = config();
        config.layers = layers.parse::<Layers>().unwrap();
        Self::of(config)
    }

    /// One of several that share an archive, which the test drives.
    pub(super) fn sharing(seed: u8, layers: &str) -> Self {
        let mut config = BrokerConfig::new([seed; 32], Vec::new());
        config.layers = layers.parse::<Layers>().unwrap();
        config.shared_shelf = true;
        let mut world = Self::of(config);
        world.hold_archive = true;
        world
    }

    /// One hub of several.
    pub(super) fn hub(seed: u8, limits: BrokerLimits) -> Self {
        let mut config = BrokerConfig::new([seed; 32], Vec::new());
        config.fanout = true;
        config.limits = limits;
        let mut world = Self::of(config);
        // So that no two hubs have a socket of the same number.
        world.next_socket = u64::from(seed) * 1000;
        world.handle(BrokerInput::Wake);
        world
    }

    fn of(config: BrokerConfig) -> Self {
        Self {
            layers: config.layers,
            limits: config.limits,
            broker: Broker::new(config),
            now: Now {
                mono: Mono(1_000_000),
                wall: Wall(1_800_000_000_000),
            },
            mail: Vec::new(),
            archive: MemoryArchive::default(),
            hold_archive: false,
            archive_fails: None,
            jobs: Vec::new(),
            answers: Vec::new(),
            next_socket: 0,
            published: Vec::new(),
            listening: BTreeSet::new(),
        }
    }

    /// Starts anew with these bounds.
    pub(super) fn limit(&mut self, limits: BrokerLimits) {
        self.limits = limits;
        self.restart();
    }

    /// The process ends and another one starts, with the same archive.
    pub(super) fn restart(&mut self) {
        let mut config = config();
        config.layers = self.layers;
        config.limits = self.limits;
        config.seed = [2; 32];
        self.broker = Broker::new(config);
        let records = self.archive.index().unwrap();
        self.broker.adopt_shelf(self.now, records);
    }

    pub(super) fn handle(&mut self, input: BrokerInput<'_>) {
        self.broker.handle(self.now, input);
        self.carry_out();
    }

    /// Drains the broker, as is due after each call of a method that changes it.
    pub(super) fn carry_out(&mut self) {
        assert!(self.broker.crowd_is_right());
        while let Some(command) = self.broker.poll_command() {
            let (conn, got) = match command {
                BrokerCommand::Send { conn, bytes } => {
                    (conn, Got::Frame(HubFrame::decode(&bytes).unwrap()))
                }
                BrokerCommand::Ping { conn } => (conn, Got::Asked),
                BrokerCommand::Close { conn, reason } => (conn, Got::Closed(reason)),
                BrokerCommand::Answer { poll, mail } => {
                    self.answers.push((poll, mail));
                    continue;
                }
                BrokerCommand::Archive(job) => {
                    self.jobs.push(job);
                    if !self.hold_archive {
                        self.let_archive_work();
                    }
                    continue;
                }
                BrokerCommand::Publish { subject, bytes } => {
                    self.published.push((subject, bytes.to_vec()));
                    continue;
                }
                BrokerCommand::Listen { room, on } => {
                    let changed = if on {
                        self.listening.insert(room)
                    } else {
                        self.listening.remove(&room)
                    };
                    assert!(changed, "said twice");
                    continue;
                }
                BrokerCommand::Report(_) => continue,
            };
            self.mail.push((conn, got));
        }
    }

    /// The archive does what it was asked.
    pub(super) fn let_archive_work(&mut self) {
        let jobs = core::mem::take(&mut self.jobs);
        let answers = match self.archive_fails {
            Some(error) => jobs
                .into_iter()
                .map(|job| (job.ticket, Err(error)))
                .collect(),
            None => carry_out(&mut self.archive, jobs),
        };
        self.archived(answers);
    }

    /// The archive has answered.
    pub(super) fn archived(&mut self, answers: Vec<Archived>) {
        for (ticket, result) in &answers {
            self.handle(BrokerInput::Archived {
                ticket: *ticket,
                result: result.as_ref().map_err(|error| *error),
            });
        }
    }

    /// Everything `client` got since the last call.
    pub(super) fn got(&mut self, client: &Client) -> Vec<Got> {
        let mut own = Vec::new();
        self.mail.retain(|(conn, got)| {
            let mine = *conn == client.conn;
            if mine {
                own.push(got.clone());
            }
            !mine
        });
        own
    }

    /// The frames `client` got since the last call.
    pub(super) fn frames(&mut self, client: &Client) -> Vec<HubFrame> {
        self.got(client)
            .into_iter()
            .filter_map(|got| match got {
                Got::Frame(frame) => Some(frame),
                _ => None,
            })
            .collect()
    }

    /// A socket from `address` of the device with this secret, not joined.
    pub(super) fn connect_from(&mut self, address: IpAddr, secret: u8) -> Client {
        self.next_socket += 1;
        let mut client = Client {
            conn: SocketId(self.next_socket),
            device: DeviceKey::new([secret; 32], 0),
            session: SessionId(self.next_socket),
            nonce: [0; 32],
        };
        self.handle(BrokerInput::Connected {
            conn: client.conn,
            address,
        });
        if let [Got::Frame(HubFrame::Challenge(nonce))] = self.got(&client)[..] {
            client.nonce = nonce;
        }
        client
    }

    pub(super) fn connect(&mut self, secret: u8) -> Client {
        self.connect_from(IpAddr::V4(Ipv4Addr::new(192, 0, 2, secret)), secret)
    }

    /// A client in `room`, with its first frames read.
    pub(super) fn member(&mut self, room: RoomId, secret: u8) -> Client {
        let client = self.connect(secret);
        self.send(&client, ClientFrame::Join(client.join(room)));
        let frames = self.frames(&client);
        assert!(
            matches!(frames[..], [HubFrame::Joined(_)]),
            "not joined: {frames:?}"
        );
        client
    }

    pub(super) fn room(&mut self) -> RoomId {
        self.broker.create_room(self.now).unwrap()
    }

    pub(super) fn send(&mut self, client: &Client, frame: ClientFrame) {
        self.send_bytes(client, &frame.encode());
    }

    pub(super) fn send_bytes(&mut self, client: &Client, bytes: &[u8]) {
        self.handle(BrokerInput::Frame {
            conn: client.conn,
            bytes,
        });
    }

    pub(super) fn drop_socket(&mut self, client: &Client) {
        self.handle(BrokerInput::Disconnected { conn: client.conn });
    }

    /// Lets time pass, waking the broker whenever it asked for it.
    pub(super) fn pass(&mut self, duration: Duration) {
        let end = self.now.mono.plus(duration);
        while let Some((at, _)) = self.broker.next_wake().filter(|(at, _)| *at <= end) {
            assert!(at > self.now.mono, "a wake that does not move time on");
            self.jump(at.since(self.now.mono));
            self.handle(BrokerInput::Wake);
        }
        self.jump(end.since(self.now.mono));
    }

    /// Lets time pass without waking the broker, as a machine that sleeps does.
    pub(super) fn jump(&mut self, duration: Duration) {
        self.now = Now {
            mono: self.now.mono.plus(duration),
            wall: self.now.wall.plus(duration),
        };
    }
}

fn config() -> BrokerConfig {
    BrokerConfig::new([1; 32], vec!["stun:?:3478".into()])
}

pub(super) fn parcel(to: &Client, sealed: &[u8]) -> Parcel {
    Parcel {
        peer: to.peer(),
        sealed: sealed.to_vec().into(),
    }
}
