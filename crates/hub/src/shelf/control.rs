//! What an operator orders of the shelf: by its file while no hub has it, else by a socket beside the file that
//! the hub answers, both of the same user. On a shelf that hubs share an order needs no hub: they hear what changes.

use super::back_up;
use super::file::{OpenError, ShelfFile};
use crate::broker_task::BrokerHandle;
use corridor_core::broker::{Archive, ArchiveError, Change, Purge, ShelfStats};
use corridor_core::id::RoomId;
use corridor_core::time::Wall;
use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::{SystemTime, UNIX_EPOCH};

/// Records removed in one go.
const TOGETHER: usize = 1024;

/// An order.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Order {
    /// Count.
    Stats,
    /// Remove what is too old.
    PurgeExpired,
    /// Remove all of one room.
    PurgeRoom(RoomId),
    /// Remove all.
    PurgeAll,
    /// Copy all to a new file.
    Backup(PathBuf),
}

/// What came of an order.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Answer {
    /// How much there is.
    Stats(ShelfStats),
    /// So many records were removed.
    Purged(usize),
    /// So many records were copied.
    BackedUp(usize),
}

/// Why an order was not carried out.
#[derive(Debug, thiserror::Error)]
pub enum OrderError {
    /// The file.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The disk.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// The hub that has the file does not answer.
    #[error("a hub has the shelf and does not answer: {0}")]
    Hub(String),
}

impl fmt::Display for Order {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stats => f.write_str("stats"),
            Self::PurgeExpired => f.write_str("purge expired"),
            Self::PurgeRoom(room) => write!(f, "purge room {room}"),
            Self::PurgeAll => f.write_str("purge all"),
            Self::Backup(file) => write!(f, "backup {}", file.display()),
        }
    }
}

impl FromStr for Order {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        if let Some(file) = text.strip_prefix("backup ") {
            return Ok(Self::Backup(file.into()));
        }
        if let Some(room) = text.strip_prefix("purge room ") {
            return RoomId::parse(room).map(Self::PurgeRoom).ok_or(());
        }
        [Self::Stats, Self::PurgeExpired, Self::PurgeAll]
            .into_iter()
            .find(|order| order.to_string() == text)
            .ok_or(())
    }
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stats(stats) => write!(
                f,
                "rooms {}, records {} (p2p {}, websocket {}), bytes {}",
                stats.rooms,
                stats.p2p + stats.websocket,
                stats.p2p,
                stats.websocket,
                stats.bytes
            ),
            Self::Purged(count) => write!(f, "records removed: {count}"),
            Self::BackedUp(count) => write!(f, "records copied: {count}"),
        }
    }
}

/// Has an order carried out on the shelf in `file`, and answers in one line.
///
/// # Errors
/// [`OrderError`].
pub async fn give(file: &Path, order: &Order) -> Result<String, OrderError> {
    match ShelfFile::open(file) {
        Ok(mut shelf) => carry_out(&mut shelf, order).map(|answer| answer.to_string()),
        Err(OpenError::InUse(_)) => ask_hub(file, order).await,
        Err(error) => Err(error.into()),
    }
}

/// Carries out an order on what keeps the shelf, and waits for it.
///
/// # Errors
/// [`OrderError`].
pub fn carry_out(shelf: &mut dyn Archive, order: &Order) -> Result<Answer, OrderError> {
    let purge = match order {
        Order::Backup(to) => return Ok(Answer::BackedUp(back_up(shelf, to)?)),
        other => purge_of(other),
    };
    let index = shelf.index()?;
    if *order == Order::Stats {
        return Ok(Answer::Stats(ShelfStats::of(index.iter())));
    }
    let gone: Vec<Change> = index
        .iter()
        .filter(|meta| purge.is_some_and(|purge| purge.takes(meta)))
        .map(|meta| Change::Drop(meta.key()))
        .collect();
    for some in gone.chunks(TOGETHER) {
        for dropped in shelf.apply(some) {
            dropped?;
        }
    }
    Ok(Answer::Purged(gone.len()))
}

fn purge_of(order: &Order) -> Option<Purge> {
    match order {
        Order::PurgeExpired => Some(Purge::Expired(now())),
        Order::PurgeRoom(room) => Some(Purge::Room(*room)),
        Order::PurgeAll => Some(Purge::All),
        Order::Stats | Order::Backup(_) => None,
    }
}

fn now() -> Wall {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    let millis = since.map_or(0, |since| since.as_millis());
    Wall(u64::try_from(millis).unwrap_or(u64::MAX))
}

async fn carry_out_in_hub(broker: &BrokerHandle, shelf: ShelfFile, order: Order) -> String {
    let answer = match &order {
        Order::Stats => broker
            .ask(|broker, _| broker.shelf_stats())
            .await
            .map(Answer::Stats),
        Order::Backup(to) => {
            let to = to.clone();
            let copied = tokio::task::spawn_blocking(move || back_up(&shelf, &to)).await;
            match copied {
                Ok(Ok(count)) => Ok(Answer::BackedUp(count)),
                Ok(Err(error)) => return format!("error {error}"),
                Err(_) => return "error the copy was broken off".to_owned(),
            }
        }
        other => {
            let purge = purge_of(other);
            let purged = broker.ask(move |broker, _| purge.map_or(0, |p| broker.purge_shelf(p)));
            purged.await.map(Answer::Purged)
        }
    };
    match answer {
        Ok(answer) => format!("ok {answer}"),
        Err(stopped) => format!("error {stopped}"),
    }
}

#[cfg(unix)]
pub(crate) use unix::Control;
#[cfg(unix)]
use unix::ask_hub;

#[cfg(unix)]
mod unix {
    use super::{BrokerHandle, Order, OrderError, ShelfFile, carry_out_in_hub};
    use std::io;
    use std::path::{Path, PathBuf};
    use std::time::Duration;
    use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
    use tokio::net::{UnixListener, UnixStream};
    use tokio::task::JoinHandle;
    use tokio::time::timeout;

    /// Longest order: a path.
    const ORDER_BYTES: u64 = 8 * 1024;
    /// An order comes at once or not at all.
    const PATIENCE: Duration = Duration::from_secs(5);

    /// The socket beside the file. It is gone when this is dropped.
    #[derive(Debug)]
    pub(crate) struct Control {
        task: JoinHandle<()>,
        path: PathBuf,
    }

    fn socket_of(file: &Path) -> PathBuf {
        let mut name = file.as_os_str().to_owned();
        name.push(".socket");
        name.into()
    }

    impl Control {
        /// Listens. Whoever has the file's lock may take the socket of a process that died.
        pub(crate) fn start(
            file: &Path,
            shelf: &ShelfFile,
            broker: &BrokerHandle,
        ) -> io::Result<Self> {
            use std::os::unix::fs::PermissionsExt as _;
            let path = socket_of(file);
            match std::fs::remove_file(&path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
            let listener = UnixListener::bind(&path)?;
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600))?;
            let (shelf, broker) = (shelf.clone(), broker.clone());
            let task = tokio::spawn(async move {
                while let Ok((stream, _)) = listener.accept().await {
                    // One after the other: there is one operator.
                    if let Err(error) = serve(stream, &shelf, &broker).await {
                        tracing::debug!(%error, "an order for the shelf");
                    }
                }
            });
            Ok(Self { task, path })
        }
    }

    impl Drop for Control {
        fn drop(&mut self) {
            self.task.abort();
            let _ = std::fs::remove_file(&self.path);
        }
    }

    async fn serve(stream: UnixStream, shelf: &ShelfFile, broker: &BrokerHandle) -> io::Result<()> {
        let mut stream = BufReader::new(stream);
        let mut line = String::new();
        let mut limited = (&mut stream).take(ORDER_BYTES);
        timeout(PATIENCE, limited.read_line(&mut line)).await??;
        let answer = match line.trim_end_matches('\n').parse::<Order>() {
            Ok(order) => carry_out_in_hub(broker, shelf.clone(), order).await,
            Err(()) => "error this hub does not know that order".to_owned(),
        };
        stream.get_mut().write_all(answer.as_bytes()).await?;
        stream.get_mut().shutdown().await
    }

    pub(super) async fn ask_hub(file: &Path, order: &Order) -> Result<String, OrderError> {
        let asked = async {
            let mut stream = UnixStream::connect(socket_of(file)).await?;
            stream.write_all(format!("{order}\n").as_bytes()).await?;
            let mut answer = String::new();
            stream.take(ORDER_BYTES).read_to_string(&mut answer).await?;
            io::Result::Ok(answer)
        };
        let answer = asked
            .await
            .map_err(|error| OrderError::Hub(error.to_string()))?;
        match answer.split_once(' ') {
            Some(("ok", answer)) => Ok(answer.to_owned()),
            Some((_, why)) => Err(OrderError::Hub(why.to_owned())),
            None => Err(OrderError::Hub("no answer".to_owned())),
        }
    }
}

#[cfg(not(unix))]
async fn ask_hub(_: &Path, _: &Order) -> Result<String, OrderError> {
    Err(OrderError::Hub("stop the hub first".to_owned()))
}

/// Elsewhere than on Unix a running hub takes no orders.
#[cfg(not(unix))]
#[derive(Debug)]
pub(crate) struct Control;

#[cfg(not(unix))]
impl Control {
    pub(crate) fn start(_: &Path, _: &ShelfFile, _: &BrokerHandle) -> std::io::Result<Self> {
        Ok(Self)
    }
}
