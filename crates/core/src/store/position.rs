//! Order keys between two others (fractional indexing), compared as bytes.

/// A key that sorts after `low` and before `high`. Keys never end in zero, so there is always room
/// below them. When the two are not in order the key lands just after `low`.
#[must_use]
pub(crate) fn between(low: Option<&[u8]>, high: Option<&[u8]>) -> Vec<u8> {
    let low = low.unwrap_or_default();
    let high = high.filter(|high| low < *high);
    let mut key = Vec::new();
    let mut bounded = high;
    let mut at = 0;
    loop {
        let floor = low.get(at).copied().map_or(0, u16::from);
        let ceiling = match bounded {
            Some(high) => high.get(at).copied().map_or(0, u16::from),
            None => 256,
        };
        if floor + 1 < ceiling {
            key.push(u8::try_from(u16::midpoint(floor, ceiling)).unwrap_or(u8::MAX));
            return key;
        }
        key.push(u8::try_from(floor).unwrap_or(u8::MAX));
        // Once a digit is below the upper key's, the rest is free.
        if floor < ceiling {
            bounded = None;
        }
        at += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::between;
    use proptest::prelude::*;

    #[test]
    fn ends_are_open() {
        let first = between(None, None);
        assert!(between(None, Some(&first)) < first);
        assert!(between(Some(&first), None) > first);
    }

    proptest! {
        #[test]
        fn a_key_lies_between_its_neighbours(
            mut keys in proptest::collection::vec(proptest::collection::vec(1u8.., 1..6), 2..3)
        ) {
            keys.sort();
            keys.dedup();
            if let [low, high] = keys.as_slice() {
                let key = between(Some(low), Some(high));
                prop_assert!(low < &key && &key < high, "{low:?} {key:?} {high:?}");
                prop_assert!(key.last() != Some(&0));
            }
        }

        #[test]
        fn many_moves_into_the_same_gap_keep_order(turns in proptest::collection::vec(any::<bool>(), 1..200)) {
            let (mut low, mut high) = (vec![100], vec![101]);
            for up in turns {
                let key = between(Some(&low), Some(&high));
                prop_assert!(low < key && key < high);
                if up { low = key } else { high = key }
            }
        }
    }
}
