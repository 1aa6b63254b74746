//! What waits to be written to one socket: bounded in messages and in bytes.

use bytes::Bytes;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::sync::mpsc;

/// Messages written in one go.
const BATCH: usize = 64;

/// One thing to write.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Outgoing {
    /// A binary message.
    Frame(Bytes),
    /// A WebSocket ping.
    Ping,
    /// A close frame with this code; nothing follows.
    Close(u16),
}

/// The broker's end.
#[derive(Debug)]
pub(crate) struct Outbox {
    queue: mpsc::Sender<Outgoing>,
    waiting: Arc<AtomicUsize>,
    most_bytes: usize,
}

/// The socket's end.
#[derive(Debug)]
pub(crate) struct OutboxReader {
    queue: mpsc::Receiver<Outgoing>,
    waiting: Arc<AtomicUsize>,
}

/// The bound is reached, or the socket is gone.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Overrun;

/// An outbox for so many messages and bytes.
pub(crate) fn outbox((messages, most_bytes): (usize, usize)) -> (Outbox, OutboxReader) {
    let (sender, queue) = mpsc::channel(messages);
    let waiting = Arc::new(AtomicUsize::new(0));
    let outbox = Outbox {
        queue: sender,
        waiting: Arc::clone(&waiting),
        most_bytes,
    };
    (outbox, OutboxReader { queue, waiting })
}

impl Outgoing {
    fn weight(&self) -> usize {
        match self {
            Self::Frame(bytes) => bytes.len(),
            Self::Ping | Self::Close(_) => 0,
        }
    }
}

impl Outbox {
    pub(crate) fn push(&self, outgoing: Outgoing) -> Result<(), Overrun> {
        let weight = outgoing.weight();
        let before = self.waiting.fetch_add(weight, Ordering::Relaxed);
        if before.saturating_add(weight) > self.most_bytes {
            return Err(Overrun);
        }
        self.queue.try_send(outgoing).map_err(|_| Overrun)
    }

    /// Ends the outbox. When it is so full that the code finds no place, the socket sees the end all the same.
    pub(crate) fn close(self, code: u16) {
        let _ = self.queue.try_send(Outgoing::Close(code));
    }
}

impl OutboxReader {
    /// Waits for something to write and moves what there is to `batch`. False at the end.
    pub(crate) async fn take(&mut self, batch: &mut Vec<Outgoing>) -> bool {
        let taken = self.queue.recv_many(batch, BATCH).await;
        let weight = batch.iter().map(Outgoing::weight).sum();
        self.waiting.fetch_sub(weight, Ordering::Relaxed);
        taken > 0
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn frame(bytes: usize) -> Outgoing {
        Outgoing::Frame(Bytes::from(vec![0; bytes]))
    }

    #[tokio::test]
    async fn bytes_are_bounded_until_they_are_taken() {
        let (outbox, mut reader) = outbox((100, 10));
        assert!(outbox.push(frame(6)).is_ok());
        assert!(outbox.push(frame(4)).is_ok());
        let mut batch = Vec::new();
        assert!(reader.take(&mut batch).await);
        assert_eq!(batch, [frame(6), frame(4)]);
        assert!(outbox.push(frame(10)).is_ok());
        assert_eq!(outbox.push(frame(1)), Err(Overrun));
    }

    #[tokio::test]
    async fn messages_are_bounded_and_the_end_is_seen() {
        let (outbox, mut reader) = outbox((2, 10));
        assert!(outbox.push(Outgoing::Ping).is_ok());
        assert!(outbox.push(Outgoing::Ping).is_ok());
        assert_eq!(outbox.push(Outgoing::Ping), Err(Overrun));
        outbox.close(4000);
        let mut batch = Vec::new();
        assert!(reader.take(&mut batch).await);
        batch.clear();
        assert!(!reader.take(&mut batch).await);
    }
}
