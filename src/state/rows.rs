//! Keyed rows: one signal per record, one for their order. A change of one record wakes what shows that
//! record and nothing else. Driven by [`super::RoomState::apply`].

use corridor_core::order::sorted;
use leptos::prelude::*;
use std::cmp::Ordering;
use std::collections::HashMap;
use std::hash::Hash;

/// A record that lives in [`Rows`].
pub trait Row: Clone + PartialEq + Send + Sync + 'static {
    /// Names it.
    type Id: Ord + Hash + Copy + Send + Sync + 'static;
    /// Its name.
    fn id(&self) -> Self::Id;
    /// Where it belongs among the others.
    fn place(&self, other: &Self) -> Ordering;
}

type Map<T> = HashMap<<T as Row>::Id, ArcRwSignal<T>>;

/// Records in order. A handle: copies mean the same rows.
#[derive(Debug)]
pub struct Rows<T: Row> {
    map: StoredValue<Map<T>>,
    order: RwSignal<Vec<T::Id>>,
    /// Wakes whoever looks across all rows: filters and counts.
    any: Trigger,
}

impl<T: Row> Clone for Rows<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: Row> Copy for Rows<T> {}

impl<T: Row> Rows<T> {
    /// Rows that are already in order.
    #[must_use]
    pub fn new(rows: Vec<T>) -> Self {
        let order = rows.iter().map(Row::id).collect();
        let map = rows
            .into_iter()
            .map(|row| (row.id(), ArcRwSignal::new(row)))
            .collect();
        Self {
            map: StoredValue::new(map),
            order: RwSignal::new(order),
            any: Trigger::new(),
        }
    }

    /// The ids in order.
    #[must_use]
    pub fn order(&self) -> Signal<Vec<T::Id>> {
        self.order.into()
    }

    /// One row's signal; `None` also once the room is closed. Not tracked: the row a component shows does
    /// not change its identity.
    #[must_use]
    pub fn get(&self, id: T::Id) -> Option<ArcRwSignal<T>> {
        self.map.try_with_value(|map| map.get(&id).cloned())?
    }

    /// Reads one row and tracks it; tracks all rows while it does not exist.
    pub fn read<R>(&self, id: T::Id, read: impl FnOnce(&T) -> R) -> Option<R> {
        let row = self.get(id);
        if row.is_none() {
            self.order.track();
        }
        row.map(|row| row.with(read))
    }

    /// Looks at every row in order, and wakes again when any of them changes.
    pub fn each(&self, mut look: impl FnMut(&T)) {
        self.any.track();
        self.map.with_value(|map| {
            self.order.with(|order| {
                for row in order.iter().filter_map(|id| map.get(id)) {
                    row.with_untracked(&mut look);
                }
            });
        });
    }

    /// Takes over the rows named by `ids`; `fetch` answers `None` for one that is gone.
    pub fn patch(
        &self,
        ids: impl IntoIterator<Item = T::Id>,
        mut fetch: impl FnMut(T::Id) -> Option<T>,
    ) {
        let mut touched = false;
        let mut moved = Vec::new();
        let mut gone = Vec::new();
        for id in ids {
            match (fetch(id), self.get(id)) {
                (Some(new), Some(row)) => {
                    let (differs, elsewhere) =
                        row.with_untracked(|old| (*old != new, old.place(&new).is_ne()));
                    if differs {
                        touched = true;
                        row.set(new);
                    }
                    if elsewhere {
                        moved.push(id);
                    }
                }
                (Some(new), None) => {
                    self.map.update_value(|map| {
                        map.insert(id, ArcRwSignal::new(new));
                    });
                    moved.push(id);
                }
                (None, Some(_)) => gone.push(id),
                (None, None) => {}
            }
        }
        if !moved.is_empty() || !gone.is_empty() {
            self.reorder(&moved, &gone);
        }
        if touched {
            self.any.notify();
        }
    }

    /// Replaces everything; rows that stay keep their signals. For a few hundred rows at most.
    pub fn replace(&self, rows: Vec<T>) {
        let order: Vec<T::Id> = rows.iter().map(Row::id).collect();
        let mut touched = false;
        self.map.update_value(|map| {
            map.retain(|id, _| order.contains(id));
            for row in rows {
                match map.get(&row.id()) {
                    Some(old) if old.with_untracked(|old| *old == row) => {}
                    Some(old) => {
                        touched = true;
                        old.set(row);
                    }
                    None => {
                        map.insert(row.id(), ArcRwSignal::new(row));
                    }
                }
            }
        });
        if self.order.with_untracked(|old| *old != order) {
            self.order.set(order);
        }
        if touched {
            self.any.notify();
        }
    }

    /// Puts the `moved` rows where they belong and drops the `gone` ones: one wake for the whole batch.
    fn reorder(&self, moved: &[T::Id], gone: &[T::Id]) {
        self.map.update_value(|map| {
            self.order.update(|order| {
                let out: Vec<T::Id> = moved.iter().chain(gone).copied().collect();
                let out = sorted(out, T::Id::cmp);
                order.retain(|id| out.binary_search(id).is_err());
                for id in gone {
                    map.remove(id);
                }
                for id in moved {
                    let at = map.get(id).map_or(order.len(), |row| {
                        row.with_untracked(|new| {
                            order.partition_point(|other| {
                                map.get(other).is_some_and(|other| {
                                    other.with_untracked(|other| other.place(new).is_lt())
                                })
                            })
                        })
                    });
                    order.insert(at, *id);
                }
            });
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Clone, PartialEq, Debug)]
    struct Card(u8, u8);

    impl Row for Card {
        type Id = u8;
        fn id(&self) -> u8 {
            self.0
        }
        fn place(&self, other: &Self) -> Ordering {
            self.1.cmp(&other.1)
        }
    }

    fn order(rows: Rows<Card>) -> Vec<u8> {
        rows.order.get_untracked()
    }

    #[test]
    fn a_patch_adds_moves_changes_and_drops() {
        let owner = Owner::new();
        owner.set();
        let rows = Rows::new(vec![Card(1, 10), Card(2, 20), Card(3, 30)]);
        rows.patch([4, 1, 2], |id| match id {
            4 => Some(Card(4, 25)),
            1 => Some(Card(1, 40)),
            _ => None,
        });
        assert_eq!(order(rows), [4, 3, 1]);
        assert!(rows.get(2).is_none());
        assert_eq!(
            rows.get(1).map(|row| row.get_untracked()),
            Some(Card(1, 40))
        );
    }

    #[test]
    fn a_replace_keeps_the_signals_of_rows_that_stay() {
        let owner = Owner::new();
        owner.set();
        let rows = Rows::new(vec![Card(1, 10), Card(2, 20)]);
        let kept = rows.get(2);
        rows.replace(vec![Card(2, 5), Card(3, 7)]);
        assert_eq!(order(rows), [2, 3]);
        assert_eq!(kept.map(|row| row.get_untracked()), Some(Card(2, 5)));
        assert!(rows.get(1).is_none());
    }
}
