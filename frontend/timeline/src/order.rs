//! Things put in order by a number or two. One sort for all of them: each further one would be some kilobytes of the page.

/// Puts things in order, low to high; equal ones stay as they stood.
pub(crate) fn by_key<T>(things: &mut Vec<T>, key: impl Fn(&T) -> (u64, u32)) {
    let mut order: Vec<(u64, u32, u32)> = Vec::with_capacity(things.len());
    for (place, thing) in things.iter().enumerate() {
        let (first, second) = key(thing);
        order.push((first, second, place as u32));
    }
    if order.is_sorted() {
        return;
    }
    order.sort_unstable();
    let mut before: Vec<Option<T>> = things.drain(..).map(Some).collect();
    things.extend(order.iter().filter_map(|(_, _, place)| before[*place as usize].take()));
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_order_is_that_of_the_stable_sort(mut things in prop::collection::vec((0_u64..9, 0_u32..3, any::<u8>()), 0..40)) {
            let mut expected = things.clone();
            expected.sort_by_key(|(first, second, _)| (*first, *second));
            by_key(&mut things, |(first, second, _)| (*first, *second));
            prop_assert_eq!(things, expected);
        }
    }
}
