//! Loom's atomics, as the included files ask for them.
//!
//! Loom takes a sequentially consistent access for one that only acquires and releases, and would find faults that are none. It does
//! know sequentially consistent fences. So the atomics of [`sequential`] put one before and one after each such access: they are
//! ordered among each other and with the fences, as the memory model has it.

pub(crate) use loom::sync::atomic::{AtomicU64, Ordering, fence};
pub(crate) use loom::thread::yield_now;

/// A hint to the processor, which loom has none of.
pub(crate) fn fetch_to_write<T>(_place: &T) {}

/// Atomics with sequentially consistent accesses.
pub(crate) mod sequential {
    use super::Ordering;
    pub(crate) use super::fence;

    /// Does something with a fence on both sides, if it is to be sequentially consistent.
    fn fenced<T>(order: Ordering, access: impl FnOnce() -> T) -> T {
        let all = order == Ordering::SeqCst;
        if all {
            fence(Ordering::SeqCst);
        }
        let outcome = access();
        if all {
            fence(Ordering::SeqCst);
        }
        outcome
    }

    /// A type with what the included files call.
    macro_rules! atomic {
        ($name:ident, $number:ty) => {
            #[derive(Debug, Default)]
            pub(crate) struct $name(loom::sync::atomic::$name);

            impl $name {
                pub(crate) fn load(&self, order: Ordering) -> $number {
                    fenced(order, || self.0.load(order))
                }

                pub(crate) fn store(&self, value: $number, order: Ordering) {
                    fenced(order, || self.0.store(value, order));
                }

                pub(crate) fn swap(&self, value: $number, order: Ordering) -> $number {
                    fenced(order, || self.0.swap(value, order))
                }

                pub(crate) fn fetch_add(&self, more: $number, order: Ordering) -> $number {
                    fenced(order, || self.0.fetch_add(more, order))
                }

                pub(crate) fn fetch_or(&self, bits: $number, order: Ordering) -> $number {
                    fenced(order, || self.0.fetch_or(bits, order))
                }

                pub(crate) fn fetch_and(&self, bits: $number, order: Ordering) -> $number {
                    fenced(order, || self.0.fetch_and(bits, order))
                }

                pub(crate) fn compare_exchange(
                    &self,
                    old: $number,
                    new: $number,
                    set: Ordering,
                    fail: Ordering,
                ) -> Result<$number, $number> {
                    fenced(set, || self.0.compare_exchange(old, new, set, fail))
                }

                pub(crate) fn fetch_update(
                    &self,
                    set: Ordering,
                    fetch: Ordering,
                    change: impl FnMut($number) -> Option<$number>,
                ) -> Result<$number, $number> {
                    fenced(set, || self.0.fetch_update(set, fetch, change))
                }
            }
        };
    }

    atomic!(AtomicU32, u32);
    atomic!(AtomicU64, u64);
}
