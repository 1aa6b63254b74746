//! Every bound, with its reason. Nothing from outside may grow past one of these (law L5).

use core::time::Duration;

/// Longest encoded operation. Leaves room for a long note beside its context and signature.
pub const MAX_OP_BYTES: usize = 24 * 1024;
/// Longest message text in bytes: several screens of writing.
pub const MAX_TEXT_BYTES: usize = 8 * 1024;
/// Longest sealed private message in bytes: the text, what goes with it, its padding, nonce and tag.
pub const MAX_SEALED_BYTES: usize = MAX_TEXT_BYTES + 256;
/// Longest task title, name, place or status in bytes: a line.
pub const MAX_LINE_BYTES: usize = 512;
/// Longest order key of a task in bytes.
pub const MAX_POSITION_BYTES: usize = 128;
/// Longest packet between peers. Chromium advertises 256 KiB; 64 KiB is safe in every engine.
pub const MAX_PACKET_BYTES: usize = 60 * 1024;
/// A peer that takes no messages of this size is not spoken to directly (RFC 8841 lets it name any): a frame would be cut
/// into more than sixty parts.
pub const MIN_MESSAGE_BYTES: usize = 1024;
/// Bytes waiting in a data channel at which its browser tells that there is room again: what a network of 100 Mbit/s
/// takes while the page wakes.
pub const CHANNEL_LOW: usize = 16 * 1024;
/// Bytes waiting in a data channel from which on bulk waits. With the batch that crosses it, a message waits behind half
/// a second of a 1 Mbit/s link.
pub const CHANNEL_HIGH: usize = 32 * 1024;
/// Bytes waiting in a data channel beyond which nothing is sent: chat and signs of life of an hour without a network.
pub const CHANNEL_BYTES: usize = 1024 * 1024;
/// Operations of one writer that go ahead of bulk: what is written while somebody else's records are on their way.
pub const URGENT_OPS: u64 = 16;
/// What they may add to [`WINDOW_BYTES`].
pub const URGENT_BYTES: usize = 64 * 1024;
/// Target size of one batch of operations, small enough that a chat line waits only briefly behind it.
pub const BATCH_BYTES: usize = 32 * 1024;
/// A writer signs its operations when it sends them, and at least once in so many bytes: that much of a run can be sent
/// by itself.
pub const SIGN_EVERY: usize = 16 * 1024;
/// At most 2^32 operations stand as one hash: more than a writer can write.
pub const MAX_DROPPED_LEVEL: u8 = 32;
/// Blocks of operations of which less than this is left become one record of the vault.
pub const MERGED_BLOCK_BYTES: usize = 4 * 1024;
/// Unacknowledged operation bytes in flight to one peer: the window that makes back-pressure.
pub const WINDOW_BYTES: usize = 256 * 1024;
/// Longest hub frame: a packet, its seal and its header.
pub const MAX_HUB_FRAME_BYTES: usize = MAX_PACKET_BYTES + 1024;
/// Longest session description. Chromium's data-only SDP is about 500 bytes plus 100 per candidate.
pub const MAX_SDP_BYTES: usize = 16 * 1024;
/// Longest ICE candidate line.
pub const MAX_CANDIDATE_BYTES: usize = 1024;
/// Candidates held for one negotiation until its remote description is set.
pub const MAX_HELD_CANDIDATES: usize = 64;
/// Writers one replica keeps. A clinic room sees dozens in a day; above this we refuse new ones.
pub const MAX_WRITERS: usize = 1024;
/// Bytes of operations kept of one writer, and of all writers of a room: what a tab can hold in memory, far beyond what its
/// storage takes.
pub const MAX_WRITER_BYTES: usize = 32 * 1024 * 1024;
/// See [`MAX_WRITER_BYTES`].
pub const MAX_ROOM_BYTES: usize = 64 * 1024 * 1024;
/// Peers a node knows of at once: a full room ([`HUB_MAX_MEMBERS`]).
pub const MAX_PEERS: usize = 256;
/// Direct links of one node. Up to as many others are linked with one by one; in a larger room each links with some
/// (R-LINK-7). Leaves room above [`RINGS`] for links that come and go.
pub const MAX_LINKS: usize = 12;
/// Rings of members in a large room; in each, a node links with the one before and the one after it. Four make eight
/// links: forty members are within three hops, and none is cut off before eight others are gone.
pub const RINGS: usize = 4;
/// Entries in one causal context.
pub const MAX_CONTEXT: usize = MAX_WRITERS;
/// Operations received ahead of their writer's gap, per writer.
pub const MAX_AHEAD: usize = 1024;
/// Frames kept in the debug log.
pub const FRAME_LOG: usize = 500;
/// Changes of one link kept for its timeline: some twenty attempts.
pub const LINK_HISTORY: usize = 100;
/// What one recording for a bug capsule holds in memory: an hour or two of a busy room.
pub const CAPSULE_BYTES: usize = 8 * 1024 * 1024;
/// Differing records named per peer in the debug panel: what a person reads.
pub const SHOWN_DIFFERENCES: usize = 50;
/// Packets held back on purpose for one link; beyond, the oldest is lost.
pub const HELD_PACKETS: usize = 1000;
/// Longest delay that can be put on a link: any path would count as silent long before.
pub const MAX_LINE_DELAY: Duration = Duration::from_secs(60);
/// How long the other end has to tell its facts for a diagnosis.
pub const FACTS_PATIENCE: Duration = Duration::from_secs(3);
/// By then a browser has gathered what candidates it finds on a LAN (measured: 0.2-1 s).
pub const GATHER_PATIENCE: Duration = Duration::from_secs(3);
/// An invite that people carry is good for this long, as mail is ([`HUB_MAIL_TTL`]): the browser keeps its ports open, and
/// people are interrupted.
pub const INVITE_TTL: Duration = Duration::from_secs(30 * 60);
/// Longest slip as text, invite or reply: what one QR code holds and a person still copies in one go. A room's link and
/// line breaks around it are cut off first.
pub const MAX_SLIP_TEXT: usize = 1024;
/// Longest text that is searched for a slip: a whole message around it.
pub const MAX_PASTED_BYTES: usize = 4096;
/// Candidates on one slip, so that it stays below [`MAX_SLIP_TEXT`].
pub const MAX_SLIP_CANDIDATES: usize = 16;
/// Longest ICE user fragment or password on a slip. Browsers make 4 to 32 characters of them.
pub const MAX_ICE_WORD: usize = 40;
/// Invites remembered as answered; older ones are out of date sooner than so many are made.
pub const MAX_USED_SLIPS: usize = 64;
/// An operation stamped further ahead than this waits until its time comes.
pub const MAX_FUTURE: Duration = Duration::from_secs(5 * 60);
/// A clock that differs from the others' by less than this is left alone.
pub const CLOCK_TOLERANCE: Duration = Duration::from_secs(30);
/// A wall clock that moves against the monotonic one by more than this in one step was set anew.
pub const CLOCK_JUMP: Duration = Duration::from_secs(5);
/// Drafts that could not be saved as operations are tried again after this.
pub const DRAFTS_REST: Duration = Duration::from_secs(10);
/// Messages and done tasks are kept for this long: two weeks of clinic days fit in a browser's storage.
pub const RETENTION: Duration = Duration::from_secs(14 * 24 * 3600);
/// Operations are dropped when something newer replaces them, and not before this age: lost edits can be put back for a
/// day, and a device that was away for a night finds whom it edited against.
pub const PACK_AGE: Duration = Duration::from_secs(2 * 24 * 3600);
/// How often it is looked what can be dropped.
pub const PACK_EVERY: Duration = Duration::from_secs(24 * 3600);
/// How long after the start at the earliest, and after what stood in the way.
pub const PACK_PAUSE: Duration = Duration::from_secs(30);
/// Tasks buried by one operation: their ids fit in [`MAX_OP_BYTES`].
pub const SWEEP_TASKS: usize = 1000;
/// Operations that bury tasks, before they are put together in one.
pub const SWEEP_GRAVES: usize = 32;
/// How long a lost edit can be put back (R-TASK-3).
pub const LOST_TTL: Duration = Duration::from_secs(24 * 3600);
/// Lost edits whose dismissal is remembered.
pub const MAX_DISMISSED: usize = 256;
/// Changes that can be undone, newest first.
pub const MAX_UNDO: usize = 50;
/// An operation whose causes never came is shown, marked, after this.
pub const GAP_PATIENCE: Duration = Duration::from_secs(10);

/// Unanswered pings remembered per path: the path counts as silent long before.
pub const MAX_OPEN_PINGS: usize = 64;
/// ICE servers taken from a hub.
pub const MAX_ICE_SERVERS: usize = 8;

/// Operations asked of a peer that have not begun to come by then are asked of another.
pub const ASK_PATIENCE: Duration = Duration::from_secs(4);
/// An operation that was announced in a large room is waited for this long before it is asked for: longer than it
/// takes along the branches of the tree.
pub const GRAFT_PATIENCE: Duration = Duration::from_millis(400);
/// Announcements and confirmations in a large room wait this long for others to the same peer.
pub const TELL_PAUSE: Duration = Duration::from_millis(100);
/// How often the links of a large room are looked after.
pub const LINK_CARE: Duration = Duration::from_secs(2);
/// A link that neither side needs is kept this long: whoever was between the two may go again, or fail to link
/// ([`DIAL_PATIENCE`]).
pub const LINK_GRACE: Duration = Duration::from_secs(10);
/// In a large room, a peer that a link fails with, or that has no room for another, is left alone for this long.
pub const LINK_REST: Duration = Duration::from_secs(60);
/// How often a quiet peer is asked for a sign of life.
pub const HEARTBEAT: Duration = Duration::from_millis(1500);
/// An operation unacknowledged for this long is followed by a ping: on a LAN the answer takes a few milliseconds, and a
/// slow device takes longer to save.
pub const ACK_DOUBT: Duration = Duration::from_millis(250);
/// Shortest pause between two such pings to one peer, or to the hub.
pub const DOUBT_PAUSE: Duration = Duration::from_secs(1);
/// A ping unanswered for this long, while nothing else comes, moves the peer to a relay that works: with [`ACK_DOUBT`]
/// the first message is there within 1.5 s when a direct link dies.
pub const PING_SUSPICION: Duration = Duration::from_millis(700);
/// A ping unanswered for this long means that the path does not work, whatever else comes by it.
pub const PING_PATIENCE: Duration = Duration::from_secs(3);
/// A peer with no working path for this long is shown offline.
pub const PEER_GONE: Duration = Duration::from_secs(10);
/// Peers that one packet may go through (R-LINK-4).
pub const MAX_RELAYS: usize = 3;
/// What the way of a packet adds to its bytes at most.
pub const WAY_BYTES: usize = 1024;
/// Shortest pause between two tellings of whom one reaches.
pub const NEAR_PAUSE: Duration = Duration::from_millis(500);
/// Shortest and longest pause between two reports of links to the hub (R-HUB-5).
pub const REPORT_PAUSE: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(10));
/// A way through others that failed is not tried again for this long.
pub const ROUTE_REST: Duration = Duration::from_secs(5);
/// An operation unacknowledged for this long is sent again (R-MSG-3).
pub const ACK_PATIENCE: Duration = Duration::from_secs(5);
/// Tries on a live path before an operation waits in the outbox (R-MSG-3).
pub const ACK_TRIES: u32 = 3;
/// Own timer for a connection that never leaves `new` (DESIGN §2): no event would ever come.
pub const DIAL_PATIENCE: Duration = Duration::from_secs(8);
/// Grace after `disconnected` before ICE restarts.
pub const ICE_GRACE: Duration = Duration::from_millis(500);
/// An offer or a request that was not answered for this long may be lost: it is made again when there is an occasion.
pub const SIGNAL_PATIENCE: Duration = Duration::from_secs(1);
/// A connection in which the browser believes, but which does not answer, is restarted at most this often: the page at
/// its other end may be frozen.
pub const SILENT_PAUSE: Duration = Duration::from_secs(30);
/// A page that is woken this much later than it asked for was busy: answers may be waiting behind the timer.
pub const STALL: Duration = Duration::from_millis(500);
/// A page in view that is woken this much later was asleep.
pub const SLEPT: Duration = Duration::from_secs(10);
/// Longest pause between two restarts, or dials, when all links are restarted at once: a restart takes about half a second, so a
/// node has some three under way.
pub const RESTART_PAUSE: Duration = Duration::from_millis(300);
/// An ICE restart that has not connected by then gives way to a new connection.
pub const RESTART_PATIENCE: Duration = Duration::from_secs(8);
/// First and longest pause between attempts at a direct link.
pub const DIAL_BACKOFF: (Duration, Duration) = (Duration::from_secs(2), Duration::from_secs(60));
/// First and longest pause between attempts to reach the hub.
pub const HUB_BACKOFF: (Duration, Duration) = (Duration::from_millis(500), Duration::from_secs(15));
/// How often the hub's STUN server is asked for a sign of life while there is no socket. Browsers repeat the question
/// after 250, 750 and 1750 ms, so a hub that is back is found within a second.
pub const HUB_LOOK: Duration = Duration::from_secs(2);
/// A socket that is not open after this is accompanied by such questions.
pub const HUB_LOOK_LATE: Duration = Duration::from_millis(800);
/// Shortest pause between two sockets opened because of that: STUN may get through where TCP does not.
pub const HUB_SEEN_PAUSE: Duration = Duration::from_secs(5);
/// WebSocket heartbeat; dead after two misses.
pub const HUB_PING: Duration = Duration::from_secs(5);
/// The hub is dead when a ping goes unanswered for this long while a peer does not answer either: then the network has
/// changed, and the old socket with it.
pub const HUB_SUSPICION: Duration = Duration::from_millis(900);
/// Shortest pause between two sockets given up for that reason: under heavy loss a new one helps no more than the old.
pub const HUB_SUSPICION_PAUSE: Duration = Duration::from_secs(10);
/// A connection to the hub that is not there by then is tried anew. Leaves the shell time for a WebSocket, and then for
/// plain requests (H-POLL); a hub that is seen meanwhile is tried at once.
pub const HUB_OPEN_PATIENCE: Duration = Duration::from_secs(8);
/// A presence frame (typing, away) is forgotten after this unless renewed.
pub const PRESENCE_TTL: Duration = Duration::from_secs(8);

/// How long the hub keeps a room or phone-book entry without use: a clinic day (R-HUB-1).
pub const ROOM_TTL: Duration = Duration::from_secs(8 * 3600);
/// How long the hub remembers that a room has ended, to say so.
pub const ENDED_TTL: Duration = Duration::from_secs(24 * 3600);
/// How often the hub sweeps stale state (R-HUB-6).
pub const HUB_SWEEP: Duration = Duration::from_secs(30);
/// A connection that has sent nothing for this long is half-open and closed.
pub const HUB_SILENCE: Duration = Duration::from_secs(15);
/// Rooms on one hub.
pub const HUB_MAX_ROOMS: usize = 10_000;
/// Members of one room.
pub const HUB_MAX_MEMBERS: usize = 256;
/// Connections from one address.
pub const HUB_MAX_PER_ADDRESS: usize = 512;
/// Connections to one hub from everywhere: some 100 clinics, or a bound on an attacker's memory.
pub const HUB_MAX_CONNECTIONS: usize = 10_000;
/// Longest address in the phone book: a URL.
pub const HUB_MAX_ADDRESS_BYTES: usize = 256;
/// Longest body of a request to the hub's HTTP API: an address and three ids.
pub const HUB_MAX_BODY_BYTES: usize = 4 * 1024;
/// Longest body of a request that carries hub frames: four of the longest.
pub const HUB_POLL_BODY_BYTES: usize = 4 * (MAX_HUB_FRAME_BYTES + 4);
/// Other hubs that serve the same rooms: far more than one operator runs.
pub const HUB_MAX_OTHERS: usize = 16;
/// Members of one room that another hub may name in one frame: each takes some 35 bytes of [`MAX_FANOUT_BYTES`].
pub const HUB_MAX_CLAIMS: usize = 1024;
/// How often a hub gives the others a sign of life.
pub const HUB_BEAT: Duration = Duration::from_secs(2);
/// Signs of life that another hub may miss. Its members are gone within 10 s of its end (R-LINK-9), and a reconnect to
/// the server between the hubs takes less.
pub const HUB_BEATS_MISSED: u32 = 4;
/// Rooms told anew in one go, and the pause between two: ten thousand rooms take some ten seconds, and what waits for
/// the network meanwhile is little.
pub const HUB_TELL_ROOMS: usize = 64;
/// See [`HUB_TELL_ROOMS`].
pub const HUB_TELL_PAUSE: Duration = Duration::from_millis(50);
/// Longest frame between hubs: the longest of a client, and whom it is for.
pub const MAX_FANOUT_BYTES: usize = MAX_HUB_FRAME_BYTES + 256;
/// Frames that wait for the network between the hubs; beyond, they are lost, and told anew when the others notice.
pub const HUB_FANOUT_QUEUE: usize = 4096;
/// Longest wait, before a request over HTTP is answered, for the server between the hubs to have what it changed: a round
/// trip takes milliseconds, and nobody is to wait for a server that is away.
pub const HUB_SETTLE: Duration = Duration::from_secs(1);
/// How long an offer or answer waits for its recipient (R-HUB-2).
pub const HUB_MAIL_TTL: Duration = Duration::from_secs(30 * 60);
/// Longest wait for mail: proxies give up a silent answer after 30 or 60 seconds.
pub const HUB_MAIL_WAIT: Duration = Duration::from_secs(25);
/// Longest sealed offer or answer: the description, its signature, its seal and ids.
pub const MAX_SEALED_SIGNAL_BYTES: usize = MAX_SDP_BYTES + 1024;
/// Bytes of mail in one room: sixty peers that offer to each other at a usual size of 500 bytes.
pub const HUB_MAIL_ROOM_BYTES: usize = 2 * 1024 * 1024;
/// Bytes of mail on one hub: sixteen full rooms.
pub const HUB_MAIL_BYTES: usize = 32 * 1024 * 1024;
/// Longest body of a request that posts mail: the sealed bytes in base64, and five ids.
pub const HUB_MAX_LETTER_BYTES: usize = MAX_SEALED_SIGNAL_BYTES * 4 / 3 + 1024;
/// A sealed label of a record on the shelf: writer, first and last sequence, with nonce and tag.
pub const SHELF_LABEL_BYTES: usize = 24 + 32 + 16;
/// Longest sealed record: one operation of the greatest size, or a batch.
pub const SHELF_RECORD_BYTES: usize = BATCH_BYTES + MAX_OP_BYTES + 1024;
/// Records in one listing: with their labels they fit into one frame.
pub const SHELF_PAGE: usize = 600;
/// Records asked for at once.
pub const SHELF_FETCH: usize = 16;
/// Records that a client waits for at once: half a megabyte.
pub const SHELF_WINDOW: usize = 8;
/// Records that a client has under way to the shelf at once.
pub const SHELF_STORING: usize = 4;
/// A request to the shelf that is not answered by then is made again.
pub const SHELF_PATIENCE: Duration = Duration::from_secs(5);
/// Shortest pause between two small records: what is written meanwhile goes into one.
pub const SHELF_PAUSE: Duration = Duration::from_millis(500);
/// How often a member looks for what others stored.
pub const SHELF_LOOK: Duration = Duration::from_secs(30);
/// A shelf that refused a record is left alone for this long.
pub const SHELF_REST: Duration = Duration::from_secs(60);
/// With others there, the shelf is asked after this: they may deliver sooner.
pub const SHELF_GRACE: Duration = Duration::from_secs(3);
/// Records with operations that are lacking, remembered until they are fetched.
pub const MAX_SHELF_WANTED: usize = 16 * 1024;
/// Records that are looked into at each look at the shelf: with all of [`SHELF_RECORD_BYTES`] some 8 kB/s.
pub const SHELF_AUDIT: usize = 4;
/// How long a record is kept: a working week and its weekend.
pub const HUB_SHELF_TTL: Duration = Duration::from_secs(7 * 24 * 3600);
/// How often records that are too old are removed. Members list a room anew after that.
pub const HUB_SHELF_SWEEP: Duration = Duration::from_secs(3600);
/// Bytes of records of one room, each with [`HUB_SHELF_OVERHEAD`]: some ten thousand changes a week.
pub const HUB_SHELF_ROOM_BYTES: u64 = 64 * 1024 * 1024;
/// Bytes of records on one hub, each with [`HUB_SHELF_OVERHEAD`].
pub const HUB_SHELF_BYTES: u64 = 1024 * 1024 * 1024;
/// What a record takes beside its bytes, in the index and in the database.
pub const HUB_SHELF_OVERHEAD: u64 = 1024;
/// Records on their way to disk at once.
pub const HUB_SHELF_QUEUE: usize = 1024;
/// Records on their way from disk to one socket.
pub const HUB_SHELF_READS: usize = 4 * SHELF_FETCH;
/// A report of links that nobody renewed is dropped; hidden tabs may run their timers once a minute.
pub const HUB_REPORT_TTL: Duration = Duration::from_secs(150);
/// Lines of the operator's activity log: an hour of a busy clinic.
pub const HUB_ACTIVITY: usize = 500;
/// Rooms that the operator's page lists, those with most members: what a page can show.
pub const HUB_ADMIN_ROOMS: usize = 200;
/// How often it is tried to renew credentials of TURN servers, from three quarters of their time on.
pub const TURN_PAUSE: Duration = Duration::from_secs(60);
/// How long credentials of a TURN server last: a clinic day and its evening. Who joins again gets new ones.
pub const HUB_TURN_TTL: Duration = Duration::from_secs(12 * 3600);
/// Failed logins per minute and at once from one address: a person mistypes, a guesser gets nowhere.
pub const HUB_LOGIN_RATE: (u32, u32) = (10, 5);
/// How long a login lasts: a working day.
pub const HUB_ADMIN_SESSION: Duration = Duration::from_secs(12 * 3600);
/// Logins that last at once.
pub const HUB_ADMIN_SESSIONS: usize = 64;
/// How often the operator's charts get a point.
pub const HUB_SAMPLE_EVERY: Duration = Duration::from_secs(60);
/// Points of the operator's charts: one day.
pub const HUB_SAMPLES: usize = 24 * 60;
/// HTTP connections to one hub at once; a browser opens six while it loads the app.
pub const HUB_MAX_HTTP: usize = 2_000;
/// Connections that the system takes for the hub before the hub does: all of a restarted hub's clients come within a
/// second. The system has a bound of its own (Linux: `net.core.somaxconn`, 4,096).
pub const HUB_BACKLOG: u32 = 4_096;
/// Time to send the headers of a request, and longest silence between two on one connection.
pub const HUB_HEADER_PATIENCE: Duration = Duration::from_secs(15);
/// Time from a request's headers to its answer, waiting for mail included.
pub const HUB_REQUEST_PATIENCE: Duration = Duration::from_secs(40);
/// Requests waiting for the broker; beyond, sockets are not read, which TCP passes on to the senders. One holds the
/// messages that came together: less than two of [`MAX_HUB_FRAME_BYTES`].
pub const HUB_INBOX: usize = 512;
/// Messages and bytes waiting for one socket; whoever reads slower than this is dropped. Holds the windows
/// ([`WINDOW_BYTES`]) of 32 senders.
pub const HUB_OUTBOX: (usize, usize) = (4096, 8 * 1024 * 1024);
/// A socket that takes no bytes for this long is dropped.
pub const HUB_WRITE_PATIENCE: Duration = Duration::from_secs(10);
/// Messages per second and at once from one socket; beyond, the socket is not read for a while.
pub const HUB_FRAME_RATE: (u32, u32) = (1000, 4000);
/// Bytes per second and at once from one socket: a third of a 100 Mbit/s network.
pub const HUB_BYTE_RATE: (u32, u32) = (4 * 1024 * 1024, 16 * 1024 * 1024);
/// HTTP requests that change something, per second and at once from one address.
pub const HUB_POST_RATE: (u32, u32) = (20, 200);
/// STUN requests per second and at once from one address: forty tabs of one machine that all gather
/// candidates for each other.
pub const STUN_RATE: (u32, u32) = (500, 4000);
/// Addresses whose rates are remembered at once.
pub const HUB_MAX_SOURCES: usize = 4096;
/// From the request to stop until the process ends.
pub const HUB_STOP: Duration = Duration::from_secs(5);
