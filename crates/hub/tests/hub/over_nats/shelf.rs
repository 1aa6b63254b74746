//! The shelf that hubs share: what one confirmed is with all, whoever dies.

use super::super::archive::{ROOM, contract, keep, numbers, shared_contract};
use super::super::client::{Client, Next};
use super::super::folder::Folder;
use super::super::shelf::{LAYERS, fetch, list, record, said, store};
use super::super::soon;
use super::{Nats, known_room};
use corridor_core::broker::{Archive, BrokerLimits, News};
use corridor_core::id::RoomId;
use corridor_core::rng::Rng;
use corridor_core::wire::hub::{ClientFrame, HubFrame};
use corridor_core::wire::registry::refusal;
use corridor_core::wire::shelf::Store;
use corridor_hub::shelf::stream::{StreamError, StreamShelf};
use corridor_hub::shelf::{ShelfFile, back_up};
use std::net::SocketAddr;
use std::process::{Output, Stdio};
use std::time::Duration;
use tokio::process::{Child, Command};

impl Nats {
    async fn shelf(&self) -> StreamShelf {
        let client = self.server().connect().await.unwrap();
        let limits = BrokerLimits::default();
        StreamShelf::open(client, 1, &limits).await.unwrap()
    }

    async fn shelving(&self) -> (Child, SocketAddr) {
        self.hub_with(&["--layers", LAYERS]).await
    }

    /// `corridor-hub shelf …` beside the hubs.
    async fn order(&self, words: &[&str]) -> Output {
        let (url, login) = (self.url(), self.folder.text("login"));
        let command = Command::new(env!("CARGO_BIN_EXE_corridor-hub"))
            .args(["--nats", &url, "--nats-login-file", &login, "shelf"])
            .args(words)
            .output();
        soon("the order", command).await.unwrap()
    }
}

/// Where nothing serves connections, as in the hub's thread for the shelf.
async fn apart(work: impl FnOnce() + Send + 'static) {
    let done = tokio::task::spawn_blocking(work);
    soon("the work", done).await.unwrap();
}

/// Waits until a hub lists these numbers.
async fn lists(client: &mut Client, expected: &[u64]) {
    soon("the records at that hub", async {
        while list(client).await != expected {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    })
    .await;
}

#[tokio::test]
#[ignore = "needs nats-server"]
async fn the_contract_of_archives() {
    let nats = Nats::start().await;
    let mut shelves = Vec::new();
    for _ in 0..6 {
        shelves.push(Box::new(nats.shelf().await) as Box<dyn Archive>);
    }
    apart(move || {
        let mut next = || shelves.pop().unwrap();
        contract(next(), |archive| {
            drop(archive);
            next()
        });
    })
    .await;
}

#[tokio::test]
#[ignore = "needs nats-server"]
async fn the_contract_of_shared_archives() {
    let nats = Nats::start().await;
    let (one, other) = (nats.shelf().await, nats.shelf().await);
    apart(move || shared_contract(Box::new(one), Box::new(other))).await;
}

#[tokio::test]
#[ignore = "needs nats-server"]
async fn news_come_in_order_and_survive_a_server_that_is_away() {
    let mut nats = Nats::start().await;
    let mut shelf = nats.shelf().await;
    let mut opened = nats.shelf().await.follow().await.unwrap();
    assert_eq!(opened.index, []);
    let mut news = opened.news.take().unwrap();
    let mut heard = Vec::new();
    for round in 0..3 {
        let mut busy = shelf.clone();
        apart(move || {
            let changes: Vec<_> = (0..20)
                .map(|n| keep(ROOM, round * 20 + n, b"one"))
                .collect();
            let kept = busy.apply(&changes);
            assert!(kept.iter().all(Result::is_ok), "{kept:?}");
        })
        .await;
        while heard.len() < usize::try_from(round + 1).unwrap() * 20 {
            for one in soon("news", news.recv()).await.unwrap() {
                match one {
                    News::Kept(meta) => heard.push(meta.number),
                    other => panic!("{other:?}"),
                }
            }
        }
        nats.child.kill().await.unwrap();
        nats.restart();
        nats.answers().await;
        shelf = nats.shelf().await;
    }
    assert_eq!(heard, (1..=60).collect::<Vec<u64>>());
    // A server that lost its disk begins anew, and whoever follows is told.
    nats.child.kill().await.unwrap();
    std::fs::remove_dir_all(nats.folder.path("jetstream")).unwrap();
    nats.restart();
    nats.answers().await;
    assert_eq!(soon("the loss", news.recv()).await.unwrap(), [News::Lost]);
    let mut shelf = nats.shelf().await;
    apart(move || assert_eq!(shelf.apply(&[keep(ROOM, 1, b"one")]), [Ok(1)])).await;
    let after = soon("news", news.recv()).await.unwrap();
    assert!(
        matches!(&after[..], [News::Kept(meta)] if meta.number == 1),
        "{after:?}"
    );
}

#[tokio::test]
#[ignore = "needs nats-server"]
async fn a_hub_killed_right_after_confirming_loses_nothing() {
    let nats = Nats::start().await;
    let (_other, other_at) = nats.shelving().await;
    let mut rng = Rng::new([21; 32]);
    for round in 0..10 {
        let (mut hub, at) = nats.shelving().await;
        let room = known_room(&[at]).await;
        let (mut client, _) = Client::join(at, room, 1).await;
        let wanted = record(&mut rng);
        let number = store(&mut client, wanted.clone()).await;
        hub.start_kill().unwrap();
        soon("the end", hub.wait()).await.unwrap();
        // Whoever comes alone, to another hub, and has never been here.
        let (mut late, _) = Client::join(other_at, room, 2).await;
        lists(&mut late, &[number]).await;
        let found = fetch(&mut late, &[number]).await;
        assert_eq!(found.get(&number), Some(&wanted.sealed.to_vec()), "{round}");
    }
}

/// Sends the same record by two hubs at once and answers the numbers.
async fn both(a: &mut Client, b: &mut Client, wanted: &Store) -> [u64; 2] {
    a.send(&ClientFrame::ShelfStore(wanted.clone())).await;
    b.send(&ClientFrame::ShelfStore(wanted.clone())).await;
    let mut numbers = Vec::new();
    for client in [a, b] {
        loop {
            match client.next().await {
                Next::Frame(HubFrame::ShelfStored(stored)) => break numbers.push(stored.number),
                Next::Frame(HubFrame::Arrived(_)) => {}
                other => panic!("not stored: {other:?}"),
            }
        }
    }
    numbers.try_into().unwrap()
}

#[tokio::test]
#[ignore = "needs nats-server"]
async fn two_hubs_keep_one_record_once_and_an_order_reaches_both() {
    let nats = Nats::start().await;
    let (_one, a_at) = nats.shelving().await;
    let (_two, b_at) = nats.shelving().await;
    let room: RoomId = known_room(&[a_at, b_at]).await;
    let (mut a, _) = Client::join(a_at, room, 1).await;
    let (mut b, _) = Client::join(b_at, room, 2).await;
    assert!(matches!(a.next().await, Next::Frame(HubFrame::Arrived(_))));
    let mut rng = Rng::new([22; 32]);
    let mut kept = Vec::new();
    for _ in 0..20 {
        let [at_a, at_b] = both(&mut a, &mut b, &record(&mut rng)).await;
        assert_eq!(at_a, at_b);
        kept.push(at_a);
    }
    assert!(kept.is_sorted());
    lists(&mut a, &kept).await;
    lists(&mut b, &kept).await;

    let counted = said(&nats.order(&["stats"]).await);
    assert!(counted.starts_with("rooms 1, records 20 ("), "{counted}");
    let folder = Folder::new();
    let copy = folder.text("copy.redb");
    let copied = said(&nats.order(&["backup", &copy]).await);
    assert_eq!(copied, "records copied: 20\n");
    let restored = ShelfFile::open(copy.as_ref()).unwrap();
    assert_eq!(numbers(&restored).len(), 20);
    let room = room.to_string();
    let purged = nats.order(&["purge", "--room", &room]).await;
    assert_eq!(said(&purged), "records removed: 20\n");
    lists(&mut a, &[]).await;
    lists(&mut b, &[]).await;
    let again = store(&mut b, record(&mut rng)).await;
    lists(&mut a, &[again]).await;
}

/// Asks for a record that is there until that is refused; at no time is it called gone.
async fn unreadable(client: &mut Client, number: u64) {
    loop {
        client.send(&ClientFrame::ShelfFetch(vec![number])).await;
        match client.next().await {
            Next::Frame(HubFrame::Refused(refusal::STORAGE)) => return,
            Next::Frame(HubFrame::ShelfRecord(record)) => {
                assert!(record.sealed.is_some(), "called gone");
            }
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
#[ignore = "needs nats-server"]
async fn a_killed_server_comes_back_with_all_that_was_confirmed() {
    let mut nats = Nats::start().await;
    let (_one, a_at) = nats.shelving().await;
    let (_two, b_at) = nats.shelving().await;
    let room = known_room(&[a_at, b_at]).await;
    let (mut a, _) = Client::join(a_at, room, 1).await;
    let mut rng = Rng::new([23; 32]);
    let mut confirmed = Vec::new();
    for _ in 0..5 {
        for _ in 0..20 {
            confirmed.push(store(&mut a, record(&mut rng)).await);
        }
        nats.child.kill().await.unwrap();
        soon("the hub to notice", unreadable(&mut a, confirmed[0])).await;
        a.send(&ClientFrame::ShelfStore(record(&mut rng))).await;
        let refused = a.next().await;
        assert!(
            matches!(refused, Next::Frame(HubFrame::ShelfError(_))),
            "{refused:?}"
        );
        nats.restart();
        nats.answers().await;
        soon("the shelf to be back", async {
            loop {
                a.send(&ClientFrame::ShelfStore(record(&mut rng))).await;
                if let Next::Frame(HubFrame::ShelfStored(stored)) = a.next().await {
                    return confirmed.push(stored.number);
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        })
        .await;
    }
    let (mut b, _) = Client::join(b_at, room, 2).await;
    soon("all at the other hub", async {
        loop {
            let there = list(&mut b).await;
            if confirmed.iter().all(|number| there.contains(number)) {
                return;
            }
        }
    })
    .await;
    let found = fetch(&mut b, &confirmed).await;
    assert_eq!(found.len(), confirmed.len());
}

#[tokio::test]
#[ignore = "needs nats-server"]
async fn a_server_that_keeps_nothing_is_an_error_that_says_what_to_do() {
    let nats = Nats::start_without_jetstream().await;
    let client = nats.server().connect().await.unwrap();
    let limits = BrokerLimits::default();
    let refused = StreamShelf::open(client, 1, &limits).await;
    assert!(
        matches!(refused, Err(StreamError::NoJetStream)),
        "{refused:?}"
    );
    let (url, login) = (nats.url(), nats.folder.text("login"));
    let run = async |more: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_corridor-hub"))
            .args(["--bind", "127.0.0.1:0", "--stun-port", "0", "--nats", &url])
            .args(["--nats-login-file", &login, "--layers", LAYERS])
            .args(more)
            .stdin(Stdio::null())
            .output();
        soon("the end", output).await.unwrap()
    };
    let ended = run(&[]).await;
    let said = String::from_utf8(ended.stderr).unwrap();
    assert!(!ended.status.success());
    assert!(said.contains("-js") && said.contains("--shelf"), "{said}");
    let checked = run(&["check"]).await;
    let report = String::from_utf8(checked.stdout).unwrap();
    assert!(!checked.status.success());
    assert!(
        report.contains("FAIL nats") && report.contains("-js"),
        "{report}"
    );
    // With a file of its own a hub needs no more than before.
    let file = nats.folder.text("own.redb");
    let checked = run(&["--shelf", &file, "check"]).await;
    assert!(checked.status.success());
    let _running = nats.hub_with(&["--layers", LAYERS, "--shelf", &file]).await;
}

#[tokio::test]
#[ignore = "needs nats-server"]
async fn a_backup_holds_what_the_stream_holds() {
    let nats = Nats::start().await;
    let mut shelf = nats.shelf().await;
    let folder = Folder::new();
    let copy = folder.path("copy.redb");
    apart(move || {
        let kept = shelf.apply(&[keep(ROOM, 1, b"one"), keep(ROOM, 2, b"two")]);
        assert_eq!(kept, [Ok(1), Ok(2)]);
        assert_eq!(back_up(&shelf, &copy).unwrap(), 2);
        let restored = ShelfFile::open(&copy).unwrap();
        assert_eq!(restored.index().unwrap(), shelf.index().unwrap());
        let bytes = restored.read(ROOM, 2).unwrap();
        assert_eq!(bytes, Some(b"two".to_vec()));
    })
    .await;
}
