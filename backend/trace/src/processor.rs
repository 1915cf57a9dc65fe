//! What a processor does by one instruction and the language has no word for: its counter of time, the core's number, a line of memory
//! fetched ahead. On x86-64; elsewhere there is no counter, and nothing is fetched.
//!
//! The counter is told the time from only where the kernel itself does so, which it does when the counters of all cores agree and never
//! stop. Whether that is so is the runner's to find out, as a program's jail does not show it.

/// The kernel's clock is this one.
#[cfg(target_arch = "x86_64")]
pub(crate) fn is_clock() -> bool {
    const SOURCE: &str = "/sys/devices/system/clocksource/clocksource0/current_clocksource";
    let source = std::fs::read_to_string(SOURCE);
    source.is_ok_and(|source| source.trim() == "tsc") && has_invariant_counter() && tells_the_core()
}

#[cfg(not(target_arch = "x86_64"))]
pub(crate) fn is_clock() -> bool {
    false
}

/// The counter, and the number of the core. Only where [`is_clock`], in this process or in the one that made its rules. The processor
/// may do it while it is still at what comes before in the program, some 100 ns of it at most, and does other things meanwhile.
#[cfg(target_arch = "x86_64")]
#[inline]
pub(crate) fn read() -> (u64, u16) {
    let id: u64;
    // SAFETY: both read registers of the processor and change nothing else. A processor without the second has no rule, see
    // `is_clock`; nothing can come of a forged one but the end of the program that forged it.
    let ticks = unsafe {
        std::arch::asm!("rdpid {}", out(reg) id, options(nomem, nostack, preserves_flags));
        std::arch::x86_64::_rdtsc()
    };
    (ticks, (id & CORE) as u16)
}

/// As [`read`], once everything before is done: 20 ns more.
#[cfg(target_arch = "x86_64")]
#[inline]
pub(crate) fn read_in_order() -> (u64, u16) {
    // SAFETY: an instruction that only waits, and that every processor of this kind has.
    unsafe { std::arch::x86_64::_mm_lfence() };
    read()
}

#[cfg(not(target_arch = "x86_64"))]
pub(crate) fn read() -> (u64, u16) {
    (0, u16::MAX)
}

#[cfg(not(target_arch = "x86_64"))]
pub(crate) fn read_in_order() -> (u64, u16) {
    read()
}

/// The part of the processor's number that Linux keeps the core's in; above it is the node's.
#[cfg(target_arch = "x86_64")]
const CORE: u64 = 0xfff;

/// The counter runs at one pace, in sleep too.
#[cfg(target_arch = "x86_64")]
fn has_invariant_counter() -> bool {
    use std::arch::x86_64::__cpuid;
    __cpuid(0x8000_0000).eax >= 0x8000_0007 && __cpuid(0x8000_0007).edx & 1 << 8 != 0
}

/// The core's number can be had by an instruction, and is the one that the kernel tells.
#[cfg(target_arch = "x86_64")]
fn tells_the_core() -> bool {
    use nix::sched::sched_getcpu;
    use std::arch::x86_64::{__cpuid, __cpuid_count};
    let has = __cpuid(0).eax >= 7 && __cpuid_count(7, 0).ecx & 1 << 22 != 0;
    // The thread may be moved in between.
    has && (0..3).any(|_| sched_getcpu().is_ok_and(|core| core == usize::from(read().1)))
}

/// Begins to get the line of memory at `place` for this core alone: it will be written soon.
#[cfg(target_arch = "x86_64")]
#[inline]
pub(crate) fn fetch_to_write<T>(place: &T) {
    // The compiler's own intrinsic becomes a fetch to read where it is not told of the processor's kind.
    // SAFETY: a hint, which changes nothing that a program can see; a processor that does not know it does nothing.
    unsafe { std::arch::asm!("prefetchw [{}]", in(reg) std::ptr::from_ref(place), options(readonly, nostack, preserves_flags)) };
}

#[cfg(not(target_arch = "x86_64"))]
pub(crate) fn fetch_to_write<T>(_place: &T) {}
