//! Sorting and gathering that cost the page little: the standard library's sort is compiled anew, 4 kB each, for every
//! type it sorts, and collecting into a map sorts first.

use core::cmp::Ordering;

/// The items in order, equal ones as they stood. Compiled once: only indices are sorted.
pub fn sorted<T>(items: Vec<T>, compare: impl Fn(&T, &T) -> Ordering) -> Vec<T> {
    let order = order(items.len(), &|a, b| match (items.get(a), items.get(b)) {
        (Some(a), Some(b)) => compare(a, b),
        _ => Ordering::Equal,
    });
    let mut slots: Vec<Option<T>> = items.into_iter().map(Some).collect();
    let taken = order.into_iter().filter_map(|at| slots.get_mut(at)?.take());
    taken.collect()
}

fn order(len: usize, compare: &dyn Fn(usize, usize) -> Ordering) -> Vec<usize> {
    let mut order: Vec<usize> = (0..len).collect();
    order.sort_by(|a, b| compare(*a, *b));
    order
}

/// A map or set of these, put in one by one.
pub fn gathered<C: Default + Extend<I>, I>(items: impl IntoIterator<Item = I>) -> C {
    let mut all = C::default();
    all.extend(items);
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn it_sorts_as_the_standard_library_does(items: Vec<(u8, u32)>) {
            let mut wanted = items.clone();
            wanted.sort_by_key(|item| item.0);
            prop_assert_eq!(sorted(items, |a, b| a.0.cmp(&b.0)), wanted);
        }
    }
}
