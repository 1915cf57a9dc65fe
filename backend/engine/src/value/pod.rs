//! The types that may lie in shared memory as they are.

/// A plain number: its bytes mean the same in every process of the tree.
pub trait Pod: Copy + Default + 'static {
    /// Bytes.
    const SIZE: usize;

    /// From its bytes; exactly [`Pod::SIZE`] of them.
    fn from_bytes(bytes: &[u8]) -> Self;

    /// Into its bytes; exactly [`Pod::SIZE`] of them.
    fn into_bytes(self, bytes: &mut [u8]);
}

macro_rules! numbers {
    ($($number:ty),+) => {$(
        impl Pod for $number {
            const SIZE: usize = size_of::<$number>();

            #[inline]
            fn from_bytes(bytes: &[u8]) -> Self {
                let mut own = [0; size_of::<$number>()];
                own.copy_from_slice(bytes);
                <$number>::from_ne_bytes(own)
            }

            #[inline]
            fn into_bytes(self, bytes: &mut [u8]) {
                bytes.copy_from_slice(&self.to_ne_bytes());
            }
        }
    )+};
}

numbers!(u8, i8, u16, i16, u32, i32, u64, i64, f32, f64);
