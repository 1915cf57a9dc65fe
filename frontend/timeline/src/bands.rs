//! The bands of a run, by lane and kind, and which of them are to be drawn again.
//!
//! Every row lies in one or two of them, so finding a band is most of taking a row in: rows that come together are of few bands, and where
//! those are is kept at hand.

use std::collections::BTreeMap;

use crate::band::{Band, BandKind};

/// Which band: a lane's, or an object's.
pub(crate) type Key = (u32, BandKind);

/// How many places are kept at hand; a power of two.
const AT_HAND: usize = 256;

/// The bands.
#[derive(Debug, Clone, Default)]
pub(crate) struct Bands {
    all: Vec<Placed>,
    places: BTreeMap<Key, usize>,
    /// For each remainder of a key the band that was looked up last.
    at_hand: Vec<Option<(Key, usize)>>,
    /// Those to be drawn again.
    dirty: Vec<usize>,
}

#[derive(Debug, Clone)]
struct Placed {
    key: Key,
    band: Band,
    /// It is to be drawn again from here on; [`u64::MAX`] when it is not.
    from_ns: u64,
}

impl Bands {
    /// A band that is about to change from this moment on.
    pub(crate) fn change(&mut self, key: Key, from_ns: u64) -> &mut Band {
        let place = self.place(key);
        self.mark(place, from_ns);
        &mut self.all[place].band
    }

    /// A band, if there is one.
    pub(crate) fn get(&self, key: Key) -> Option<&Band> {
        self.places.get(&key).map(|place| &self.all[*place].band)
    }

    /// Their keys between two, both included, in order.
    pub(crate) fn keys(&self, from: Key, to: Key) -> impl Iterator<Item = Key> + '_ {
        self.places.range(from..=to).map(|(key, _)| *key)
    }

    /// All of them.
    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = (Key, &mut Band)> {
        self.all.iter_mut().map(|placed| (placed.key, &mut placed.band))
    }

    /// All of them, in no order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Band> {
        self.all.iter().map(|placed| &placed.band)
    }

    /// Draws again what changed.
    pub(crate) fn redraw(&mut self, draw: impl Fn(&mut Band, u64)) {
        for place in self.dirty.drain(..) {
            let placed = &mut self.all[place];
            draw(&mut placed.band, std::mem::replace(&mut placed.from_ns, u64::MAX));
        }
    }

    fn place(&mut self, key: Key) -> usize {
        let hand = (key.0 as usize * 8 + key.1.number()) % AT_HAND;
        match self.at_hand.get(hand) {
            Some(Some((known, place))) if *known == key => return *place,
            Some(_) => {}
            None => self.at_hand.resize(AT_HAND, None),
        }
        let place = *self.places.entry(key).or_insert(self.all.len());
        if place == self.all.len() {
            self.all.push(Placed { key, band: Band::default(), from_ns: u64::MAX });
        }
        self.at_hand[hand] = Some((key, place));
        place
    }

    fn mark(&mut self, place: usize, from_ns: u64) {
        let from = &mut self.all[place].from_ns;
        if *from == u64::MAX {
            self.dirty.push(place);
        }
        // Never the mark of what is up to date.
        *from = (*from).min(from_ns).min(u64::MAX - 1);
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;

    #[test]
    fn bands_with_the_same_remainder_are_told_apart() {
        let mut bands = Bands::default();
        let other = (1 + AT_HAND as u32 / 8, BandKind::Main);
        for key in [(1, BandKind::Main), other, (1, BandKind::Main), (1, BandKind::Task)] {
            bands.change(key, 0);
        }
        assert_eq!(bands.all.len(), 3);
        assert_eq!(bands.keys((1, BandKind::Main), (1, BandKind::Task)).count(), 2);
        assert!(bands.get(other).is_some() && bands.get((9, BandKind::Main)).is_none());
    }

    #[test]
    fn a_band_is_drawn_once_from_its_earliest_change() {
        let mut bands = Bands::default();
        for from_ns in [7, 3, u64::MAX] {
            bands.change((1, BandKind::Main), from_ns);
        }
        let drawn = RefCell::new(Vec::new());
        bands.redraw(|_, from_ns| drawn.borrow_mut().push(from_ns));
        bands.redraw(|_, from_ns| drawn.borrow_mut().push(from_ns));
        assert_eq!(*drawn.borrow(), [3]);
    }
}
