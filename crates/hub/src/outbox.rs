//! What waits to be written to one socket: bounded in messages and in bytes.
//!
//! The broker puts in all that it has for a socket and then wakes its writer once, who writes it in one go. An idle
//! outbox holds no buffer.

use bytes::Bytes;
use futures_util::task::AtomicWaker;
use std::collections::VecDeque;
use std::future::poll_fn;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Poll;

/// Messages taken at once at most: what was taken counts no more.
const TOGETHER: usize = 64;

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

/// The broker's end. Dropping it ends the outbox.
#[derive(Debug)]
pub(crate) struct Outbox {
    shared: Arc<Shared>,
    most_messages: usize,
    most_bytes: usize,
}

/// The socket's end.
#[derive(Debug)]
pub(crate) struct OutboxReader {
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    queue: Mutex<Queue>,
    writer: AtomicWaker,
}

#[derive(Debug, Default)]
struct Queue {
    waiting: VecDeque<Outgoing>,
    bytes: usize,
    /// One of the ends is gone.
    ended: bool,
}

/// The bound is reached, or the socket is gone.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Overrun;

/// An outbox for so many messages and bytes.
pub(crate) fn outbox((most_messages, most_bytes): (usize, usize)) -> (Outbox, OutboxReader) {
    let shared = Arc::<Shared>::default();
    let reader = OutboxReader {
        shared: Arc::clone(&shared),
    };
    let outbox = Outbox {
        shared,
        most_messages,
        most_bytes,
    };
    (outbox, reader)
}

impl Shared {
    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
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
    /// Puts in one more. The writer sleeps on until [`Outbox::wake`]. True when it has to be woken for this one: nothing
    /// waited before.
    pub(crate) fn push(&self, outgoing: Outgoing) -> Result<bool, Overrun> {
        let mut queue = self.shared.queue();
        let bytes = queue.bytes.saturating_add(outgoing.weight());
        if queue.ended || queue.waiting.len() >= self.most_messages || bytes > self.most_bytes {
            return Err(Overrun);
        }
        queue.bytes = bytes;
        queue.waiting.push_back(outgoing);
        Ok(queue.waiting.len() == 1)
    }

    /// Has everything written that was put in.
    pub(crate) fn wake(&self) {
        self.shared.writer.wake();
    }

    /// Ends the outbox. When it is so full that the code finds no place, the socket sees the end all the same.
    pub(crate) fn close(self, code: u16) {
        let _ = self.push(Outgoing::Close(code));
    }
}

impl Drop for Outbox {
    fn drop(&mut self) {
        self.shared.queue().ended = true;
        self.wake();
    }
}

impl OutboxReader {
    /// Waits for something to write and moves what there is to `batch`, which must be empty. False at the end.
    pub(crate) async fn take(&mut self, batch: &mut VecDeque<Outgoing>) -> bool {
        poll_fn(|context| {
            self.shared.writer.register(context.waker());
            let mut queue = self.shared.queue();
            if queue.waiting.is_empty() {
                return if queue.ended {
                    Poll::Ready(false)
                } else {
                    Poll::Pending
                };
            }
            if queue.waiting.len() > TOGETHER {
                batch.extend(queue.waiting.drain(..TOGETHER));
            } else {
                std::mem::swap(&mut queue.waiting, batch);
            }
            queue.bytes -= batch.iter().map(Outgoing::weight).sum::<usize>();
            Poll::Ready(true)
        })
        .await
    }
}

impl Drop for OutboxReader {
    fn drop(&mut self) {
        let mut queue = self.shared.queue();
        queue.ended = true;
        queue.waiting = VecDeque::new();
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use futures_util::FutureExt as _;

    fn frame(bytes: usize) -> Outgoing {
        Outgoing::Frame(Bytes::from(vec![0; bytes]))
    }

    #[tokio::test]
    async fn bytes_are_bounded_until_they_are_taken() {
        let (outbox, mut reader) = outbox((100, 10));
        assert_eq!(outbox.push(frame(6)), Ok(true));
        assert_eq!(outbox.push(frame(4)), Ok(false));
        let mut batch = VecDeque::new();
        assert!(reader.take(&mut batch).await);
        assert_eq!(batch, [frame(6), frame(4)]);
        assert_eq!(outbox.push(frame(10)), Ok(true));
        assert_eq!(outbox.push(frame(1)), Err(Overrun));
    }

    #[tokio::test]
    async fn messages_are_bounded_and_the_end_is_seen() {
        let (outbox, mut reader) = outbox((2, 10));
        assert!(outbox.push(Outgoing::Ping).is_ok());
        assert!(outbox.push(Outgoing::Ping).is_ok());
        assert_eq!(outbox.push(Outgoing::Ping), Err(Overrun));
        outbox.close(4000);
        let mut batch = VecDeque::new();
        assert!(reader.take(&mut batch).await);
        batch.clear();
        assert!(!reader.take(&mut batch).await);
    }

    #[tokio::test]
    async fn the_writer_sleeps_until_it_is_woken_and_until_the_end() {
        let (outbox, mut reader) = outbox((9, 9));
        let mut batch = VecDeque::new();
        assert!(reader.take(&mut batch).now_or_never().is_none());
        let writer = tokio::spawn(async move {
            let mut rounds = 0;
            while reader.take(&mut batch).await {
                rounds += 1;
                batch.clear();
            }
            rounds
        });
        tokio::task::yield_now().await;
        assert!(outbox.push(Outgoing::Ping).is_ok());
        assert!(outbox.push(Outgoing::Ping).is_ok());
        outbox.wake();
        tokio::task::yield_now().await;
        drop(outbox);
        assert_eq!(writer.await.unwrap(), 1, "both in one go");
    }

    #[tokio::test]
    async fn nothing_is_put_in_once_the_socket_is_gone() {
        let (outbox, reader) = outbox((9, 9));
        drop(reader);
        assert_eq!(outbox.push(Outgoing::Ping), Err(Overrun));
    }
}
