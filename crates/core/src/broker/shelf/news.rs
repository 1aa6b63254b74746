//! What a shared archive tells becomes the index here, in its order: so whoever has listed through a number has missed
//! none before, whichever hub stored it.

use super::Broker;
use crate::broker::archive::{News, RecordMeta};
use crate::limits::{SHELF_LABEL_BYTES, SHELF_RECORD_BYTES};
use crate::time::Now;

impl Broker {
    /// Rule F-SHELF.
    pub(in crate::broker) fn shelf_news(&mut self, now: Now, news: &[News]) {
        if !self.config.shared_shelf {
            return;
        }
        let index = &mut self.shelf.index;
        for one in news {
            match one {
                News::Kept(meta) if meta.number > index.last() => {
                    index.heard(meta.number);
                    if may_be_listed(meta) {
                        index.insert(meta.clone());
                    }
                }
                News::Gone(key) if key.number > index.last() => {
                    index.heard(key.number);
                    index.forget(key.room, key.id);
                }
                News::Lost => index.clear(),
                // Heard before.
                News::Kept(_) | News::Gone(_) => {}
            }
        }
        self.arm_sweep(now.mono);
    }
}

/// Whoever may write to the archive may write anything: what no hub would have stored is nobody's record.
fn may_be_listed(meta: &RecordMeta) -> bool {
    meta.label.len() == SHELF_LABEL_BYTES && meta.bytes <= SHELF_RECORD_BYTES as u64
}
