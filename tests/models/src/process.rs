//! In the place of the engine's `process`: every thread of a model is a process of its own, and nobody dies.

/// Who is who.
pub(crate) mod identity {
    loom::thread_local! {
        static OWN: u64 = next();
    }
    loom::lazy_static! {
        static ref LAST: loom::sync::Mutex<u64> = loom::sync::Mutex::new(0);
    }

    /// A process.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub(crate) struct Identity(pub(crate) u64);

    impl Identity {
        pub(crate) fn own() -> Self {
            Self(OWN.with(|own| *own) << 32)
        }

        pub(crate) fn pid(self) -> u32 {
            (self.0 >> 32) as u32
        }

        pub(crate) fn is_dead(self) -> bool {
            false
        }
    }

    fn next() -> u64 {
        let mut last = LAST.lock().expect("no thread panicked");
        *last += 1;
        *last
    }
}
