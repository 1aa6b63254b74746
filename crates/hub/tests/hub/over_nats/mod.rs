//! Several hub processes joined by Debian's `nats-server`. `cargo xtask test "several hubs"` runs these where it is installed.

mod letters;
mod shelf;

use super::admin::{operator, report, status};
use super::client::{Client, Next, TAG, room};
use super::fanout::contract;
use super::folder::Folder;
use super::process::start;
use super::{http, soon, until};
use corridor_core::id::{PeerId, RoomId};
use corridor_core::wire::hub::{ClientFrame, HubFrame, Parcel};
use corridor_core::wire::registry::link_path;
use corridor_hub::fanout::nats::{Server, join};
use serde_json::json;
use std::fs::Permissions;
use std::net::{SocketAddr, TcpListener};
use std::os::unix::fs::PermissionsExt as _;
use std::process::Stdio;
use std::time::{Duration, Instant};
use tokio::process::{Child, Command};

const LOGIN: &str = "corridor:MARKER of the hubs";
/// From the death of a process until its members are gone (R-LINK-9).
const GONE: Duration = Duration::from_secs(12);

/// A server of its own, with its own store.
struct Nats {
    port: u16,
    child: Child,
    folder: Folder,
}

impl Nats {
    async fn start() -> Self {
        Self::start_with(true).await
    }

    async fn start_without_jetstream() -> Self {
        Self::start_with(false).await
    }

    async fn start_with(jetstream: bool) -> Self {
        let free = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = free.local_addr().unwrap().port();
        drop(free);
        let folder = Folder::new();
        for (name, secret) in [("login", LOGIN.to_owned()), ("admin", operator())] {
            std::fs::write(folder.path(name), secret).unwrap();
            let private = Permissions::from_mode(0o600);
            std::fs::set_permissions(folder.path(name), private).unwrap();
        }
        let child = Self::run(port, jetstream.then_some(&folder));
        let nats = Self {
            port,
            child,
            folder,
        };
        nats.answers().await;
        nats
    }

    fn run(port: u16, store: Option<&Folder>) -> Child {
        let (user, password) = LOGIN.split_once(':').unwrap();
        // Debian puts it where not everybody's path leads.
        let debian = "/usr/sbin/nats-server";
        let there = std::path::Path::new(debian).is_file();
        Command::new(if there { debian } else { "nats-server" })
            .args(["-a", "127.0.0.1", "-p", &port.to_string()])
            .args(["--user", user, "--pass", password])
            .args(
                store.iter().flat_map(|folder| {
                    ["-js".to_owned(), "-sd".to_owned(), folder.text("jetstream")]
                }),
            )
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .expect("nats-server (Debian: apt-get install nats-server)")
    }

    /// Starts again with the same store.
    fn restart(&mut self) {
        self.child = Self::run(self.port, Some(&self.folder));
    }

    async fn answers(&self) {
        let address = SocketAddr::from(([127, 0, 0, 1], self.port));
        until("nats-server", async || {
            tokio::net::TcpStream::connect(address).await.is_ok()
        })
        .await;
    }

    fn url(&self) -> String {
        format!("nats://127.0.0.1:{}", self.port)
    }

    fn server(&self) -> Server {
        Server::new(&self.url(), Some(LOGIN)).unwrap()
    }

    async fn hub(&self) -> (Child, SocketAddr) {
        self.hub_with(&[]).await
    }

    async fn hub_with(&self, more: &[&str]) -> (Child, SocketAddr) {
        let (login, admin) = (self.folder.text("login"), self.folder.text("admin"));
        let url = self.url();
        let args = ["--nats", &url, "--nats-login-file", &login];
        start(&[&args[..], &["--admin-file", &admin], more].concat()).await
    }

    /// So many hubs that know each other.
    async fn hubs<const N: usize>(&self) -> [(Child, SocketAddr); N] {
        let mut hubs = Vec::new();
        for _ in 0..N {
            hubs.push(self.hub().await);
        }
        for (_, at) in &hubs {
            until("all hubs", async || hubs_seen(*at).await == N as u64).await;
        }
        hubs.try_into().unwrap()
    }
}

async fn hubs_seen(hub: SocketAddr) -> u64 {
    status(hub).await["totals"]["hubs"].as_u64().unwrap()
}

async fn known_room(at: &[SocketAddr]) -> RoomId {
    let room = room(at[0]).await;
    let page = format!("GET /discovery/peers?room={room}&tag={TAG}");
    for hub in at {
        until("the room at each hub", async || {
            http::send(*hub, &page, &[], "").await.status == 200
        })
        .await;
    }
    room
}

async fn members(hub: SocketAddr, count: u64) {
    until("the members at each hub", async || {
        status(hub).await["totals"]["members"] == count
    })
    .await;
}

/// Waits for a count of the page while `clients` answer the hubs' questions: a socket that is not read is given up.
async fn meanwhile(clients: &mut [&mut Client], hub: SocketAddr, what: &str, count: u64) {
    soon(what, async {
        while status(hub).await["totals"][what] != count {
            for client in &mut *clients {
                assert!(client.is_heard().await);
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await;
}

/// The next frame that is no report of somebody's coming.
async fn after_arrivals(client: &mut Client) -> HubFrame {
    loop {
        match client.next().await {
            Next::Frame(HubFrame::Arrived(_)) => {}
            Next::Frame(frame) => return frame,
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
#[ignore = "needs nats-server"]
async fn the_contract() {
    let nats = Nats::start().await;
    let mut lines = Vec::new();
    for _ in 0..3 {
        let client = nats.server().connect().await.unwrap();
        lines.push(join(client).await.unwrap());
    }
    contract(lines.try_into().ok().unwrap()).await;
}

#[tokio::test]
#[ignore = "needs nats-server"]
async fn a_room_over_three_hubs_is_one_room_and_a_killed_hub_loses_nothing() {
    let nats = Nats::start().await;
    let [(first, a_at), (second, b_at), (_third, c_at)] = nats.hubs().await;
    let all = [a_at, b_at, c_at];
    let room = known_room(&all).await;
    let (mut a, _) = Client::join(a_at, room, 1).await;
    members(b_at, 1).await;
    let (mut b, joined) = Client::join(b_at, room, 2).await;
    assert_eq!(joined.members, [a.member()]);
    members(c_at, 2).await;
    let (mut c, joined) = Client::join(c_at, room, 3).await;
    assert_eq!(joined.members.len(), 2);

    // Relay and handshake, everybody to everybody.
    c.relay(a.peer(), b"from c").await;
    let step = Parcel {
        peer: b.peer(),
        sealed: b"step".to_vec().into(),
    };
    c.send(&ClientFrame::Signal(step)).await;
    let HubFrame::Relayed(got) = after_arrivals(&mut a).await else {
        panic!("not relayed");
    };
    assert_eq!((got.peer, &got.sealed[..]), (c.peer(), &b"from c"[..]));
    let HubFrame::Signal(got) = after_arrivals(&mut b).await else {
        panic!("not signaled");
    };
    assert_eq!((got.peer, &got.sealed[..]), (c.peer(), &b"step"[..]));

    // An offer posted at one hub waits at all.
    let sealed = "gICA".repeat(30);
    let letter = format!(
        r#"{{"room":"{room}","tag":"{TAG}","from":"{TAG}","to":"{TAG}","sealed":"{sealed}"}}"#
    );
    let posted = http::post(b_at, "/webrtc/offer", &letter).await;
    assert_eq!(posted.status, 201);
    let fetch = format!("/webrtc/offer?room={room}&tag={TAG}&to={TAG}");
    until("the letter elsewhere", async || {
        http::get(c_at, &fetch).await.text().contains(&sealed)
    })
    .await;

    // Each page shows three links, each once.
    let peers: Vec<PeerId> = vec![a.peer(), b.peer(), c.peer()];
    for client in [&mut a, &mut b, &mut c] {
        let own = client.peer();
        let others: Vec<PeerId> = peers.iter().copied().filter(|peer| *peer != own).collect();
        report(client, &others, link_path::DIRECT).await;
    }
    for hub in all {
        until("three links on each page", async || {
            let totals = status(hub).await["totals"].clone();
            totals["links"] == json!({"all": 3, "direct": 3, "hub": 0, "peer": 0})
                && totals["members"] == 3
                && totals["connections"] == 3
        })
        .await;
    }

    // Whoever reads answers the hub's questions.
    tokio::spawn(async move { while let Next::Frame(_) = c.next().await {} });
    // One hub is killed. Its member comes back at another hub: nobody hears that it left.
    let mut second = second;
    second.kill().await.unwrap();
    let killed = Instant::now();
    let (mut b, joined) = Client::join(c_at, room, 2).await;
    assert_eq!(joined.members.len(), 2);
    assert_eq!(a.next().await, Next::Frame(HubFrame::Arrived(b.member())));
    a.relay(b.peer(), b"after the death").await;
    let got = after_arrivals(&mut b).await;
    assert!(matches!(got, HubFrame::Relayed(_)), "{got:?}");
    assert!(http::get(a_at, &fetch).await.text().contains(&sealed));
    until("two hubs", async || hubs_seen(a_at).await == 2).await;
    assert!(killed.elapsed() < GONE, "{:?}", killed.elapsed());
    members(a_at, 3).await;
    // Nothing else was said meanwhile, and the answer to this comes first.
    a.send(&ClientFrame::Ping(7)).await;
    let answer = a.next().await;
    assert!(
        matches!(answer, Next::Frame(HubFrame::Pong { number: 7, .. })),
        "{answer:?}"
    );

    // Another one is killed together with its member, who is gone within 12 s.
    let mut first = first;
    first.kill().await.unwrap();
    let killed = Instant::now();
    let gone = a.member();
    let said = after_arrivals(&mut b).await;
    assert!(
        matches!(&said, HubFrame::Departed(member) if *member == gone),
        "{said:?}"
    );
    assert!(killed.elapsed() < GONE, "{:?}", killed.elapsed());
    until("one link on the last page", async || {
        status(c_at).await["totals"]["members"] == 2
    })
    .await;

    // A new process learns what there is.
    let (_again, again_at) = nats.hub().await;
    members(again_at, 2).await;
}

#[tokio::test]
#[ignore = "needs nats-server"]
async fn hubs_find_together_when_the_server_comes_back() {
    let mut nats = Nats::start().await;
    let [(_first, a_at), (_second, b_at)] = nats.hubs().await;
    let room = known_room(&[a_at, b_at]).await;
    let (mut a, _) = Client::join(a_at, room, 1).await;
    nats.child.kill().await.unwrap();
    // Each goes on alone.
    meanwhile(&mut [&mut a], a_at, "hubs", 1).await;
    let (mut b, _) = Client::join(b_at, room, 2).await;
    let (mut c, _) = Client::join(a_at, room, 3).await;
    c.relay(a.peer(), b"alone").await;
    assert!(matches!(after_arrivals(&mut a).await, HubFrame::Relayed(_)));
    nats.restart();
    for hub in [a_at, b_at] {
        meanwhile(&mut [&mut a, &mut b, &mut c], hub, "members", 3).await;
    }
    a.relay(b.peer(), b"together").await;
    assert!(matches!(after_arrivals(&mut b).await, HubFrame::Relayed(_)));
}

#[tokio::test]
#[ignore = "needs nats-server"]
async fn check_says_whether_the_server_lets_this_hub_in() {
    let nats = Nats::start().await;
    let (url, login) = (nats.url(), nats.folder.text("login"));
    let common = ["--bind", "127.0.0.1:0", "--stun-port", "0", "--nats", &url];
    let check = async |more: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_corridor-hub"))
            .args(common)
            .args(more)
            .arg("check")
            .output();
        let output = soon("the report", output).await.unwrap();
        let report = String::from_utf8(output.stdout).unwrap();
        assert!(!report.contains("MARKER"), "{report}");
        (output.status.success(), report)
    };
    let (good, report) = check(&["--nats-login-file", &login]).await;
    assert!(good && report.contains("ok   nats"), "{report}");
    let (good, report) = check(&[]).await;
    assert!(!good && report.contains("FAIL nats"), "{report}");
    let open = Permissions::from_mode(0o644);
    std::fs::set_permissions(nats.folder.path("login"), open).unwrap();
    let (good, report) = check(&["--nats-login-file", &login]).await;
    assert!(!good && report.contains("chmod 600"), "{report}");
}
