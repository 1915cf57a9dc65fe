//! The kernel's records, as they lie in a perf ring. Pure: bytes in, values out.
//!
//! Every record begins with {type u32, misc u16, size u16} and, with `sample_id_all` and the fields that are asked for here,
//! ends with {pid u32, tid u32, time u64, cpu u32, 0 u32}: see perf_event_open(2).

use perf_event_open_sys::bindings;

/// The head of a record, in bytes.
const HEAD: usize = 8;
/// The common end of the records that are asked for, in bytes.
const TAIL: usize = 24;

/// What the kernel told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Record {
    pub(crate) what: What,
    /// CLOCK_MONOTONIC, nanoseconds.
    pub(crate) t_ns: u64,
    pub(crate) core: u32,
    pub(crate) pid: u32,
    pub(crate) tid: u32,
}

/// What happened to the thread.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum What {
    /// It came onto the core.
    In,
    /// It left the core, because it waits.
    Blocked,
    /// It left the core, but could go on.
    Preempted,
    /// It is gone. It leaves its last core without a record of its own.
    Exit,
    /// Records were lost: this many.
    Lost(u64),
}

impl Record {
    /// The records in `bytes`, which hold whole records only; what is not asked for is left out.
    pub(crate) fn parse_all(mut bytes: &[u8]) -> Vec<Record> {
        let mut records = Vec::new();
        while let (Some(kind), Some(misc), Some(size)) = (u32_at(bytes, 0), u16_at(bytes, 4), u16_at(bytes, 6)) {
            let Some((record, rest)) = bytes.split_at_checked(usize::from(size)).filter(|_| usize::from(size) >= HEAD) else {
                break;
            };
            records.extend(parse(kind, u32::from(misc), record));
            bytes = rest;
        }
        records
    }
}

fn parse(kind: u32, misc: u32, record: &[u8]) -> Option<Record> {
    let tail = record.len().checked_sub(TAIL).filter(|&tail| tail >= HEAD)?;
    let what = match kind {
        bindings::PERF_RECORD_SWITCH if misc & bindings::PERF_RECORD_MISC_SWITCH_OUT == 0 => What::In,
        bindings::PERF_RECORD_SWITCH if misc & bindings::PERF_RECORD_MISC_SWITCH_OUT_PREEMPT != 0 => What::Preempted,
        bindings::PERF_RECORD_SWITCH => What::Blocked,
        bindings::PERF_RECORD_EXIT => What::Exit,
        bindings::PERF_RECORD_LOST => What::Lost(u64_at(record, HEAD + 8)?),
        _ => return None,
    };
    let (pid_at, tid_at) = match what {
        // {pid, ppid, tid, ptid}: who is gone stands here; the end of the record is about who told it.
        What::Exit => (HEAD, HEAD + 8),
        _ => (tail, tail + 4),
    };
    Some(Record {
        what,
        t_ns: u64_at(record, tail + 8)?,
        core: u32_at(record, tail + 16)?,
        pid: u32_at(record, pid_at)?,
        tid: u32_at(record, tid_at)?,
    })
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..)?.first_chunk().map(|bytes| u16::from_ne_bytes(*bytes))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().map(|bytes| u32::from_ne_bytes(*bytes))
}

fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    bytes.get(at..)?.first_chunk().map(|bytes| u64::from_ne_bytes(*bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(kind: u32, misc: u32, body: &[u32], end: (u32, u32, u64, u32)) -> Vec<u8> {
        let mut bytes = Vec::new();
        bytes.extend(kind.to_ne_bytes());
        bytes.extend((misc as u16).to_ne_bytes());
        bytes.extend(((HEAD + body.len() * 4 + TAIL) as u16).to_ne_bytes());
        body.iter().for_each(|word| bytes.extend(word.to_ne_bytes()));
        bytes.extend(end.0.to_ne_bytes());
        bytes.extend(end.1.to_ne_bytes());
        bytes.extend(end.2.to_ne_bytes());
        bytes.extend(end.3.to_ne_bytes());
        bytes.extend([0; 4]);
        bytes
    }

    #[test]
    fn records_are_told_apart() {
        let out = bindings::PERF_RECORD_MISC_SWITCH_OUT;
        let preempted = out | bindings::PERF_RECORD_MISC_SWITCH_OUT_PREEMPT;
        let ring = [
            bytes(bindings::PERF_RECORD_SWITCH, 0, &[], (5, 6, 100, 1)),
            bytes(bindings::PERF_RECORD_COMM, 0, &[5, 6, 0], (5, 6, 101, 1)),
            bytes(bindings::PERF_RECORD_SWITCH, out, &[], (5, 6, 102, 1)),
            bytes(bindings::PERF_RECORD_SWITCH, preempted, &[], (5, 6, 103, 1)),
            bytes(bindings::PERF_RECORD_EXIT, 0, &[7, 5, 8, 6, 0, 0], (5, 6, 104, 0)),
            bytes(bindings::PERF_RECORD_LOST, 0, &[1, 0, 9, 0], (5, 6, 105, 0)),
        ]
        .concat();
        let record = |what, t_ns, core, pid, tid| Record { what, t_ns, core, pid, tid };
        let expected = [
            record(What::In, 100, 1, 5, 6),
            record(What::Blocked, 102, 1, 5, 6),
            record(What::Preempted, 103, 1, 5, 6),
            record(What::Exit, 104, 0, 7, 8),
            record(What::Lost(9), 105, 0, 5, 6),
        ];
        assert_eq!(Record::parse_all(&ring), expected);
    }

    #[test]
    fn bytes_that_are_no_record_end_it() {
        for length in 0..40 {
            assert_eq!(Record::parse_all(&vec![0; length]), []);
        }
    }
}
