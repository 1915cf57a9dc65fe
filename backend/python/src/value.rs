//! The numbers of `Value` and `Array` while their lock is held: read and written where they lie, without ctypes between.
//!
//! Only what is common is done here: numbers of C in the engine's memory under the engine's lock. All else (characters, structures, a
//! lock of the program's own, values that have to be converted) is done by the Python classes that inherit from these two, by the
//! methods that are called here as `_slow_…`.

use std::convert::Infallible;
use std::sync::OnceLock;

use forkyard_engine::shm::Block;
use forkyard_engine::sync::{Lock, LockKind, Wait};
use forkyard_trace::event::{Kind, pack};
use forkyard_trace::recorder;
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyFloat, PyInt, PyList, PySlice, PyTuple};
use pyo3::{BoundObject, intern};

use crate::lock::{SemLock, wait};
use crate::memory;
use crate::waiting::{Blocking, current_line, note_line};

/// A slice of at most so many elements is recorded element by element; `_forkyard.watch_raw` has the same number.
const FEW: usize = 16;

/// Runs of equal neighbours that are as long as that on average are written at once.
const LONG_RUN: usize = 32;

/// What `multiprocessing.sharedctypes.Synchronized` inherits from.
#[pyclass(frozen, subclass, module = "_forkyard._engine")]
pub(crate) struct SharedNumber {
    cells: OnceLock<Cells>,
}

/// What `multiprocessing.sharedctypes.SynchronizedArray` inherits from.
#[pyclass(frozen, subclass, module = "_forkyard._engine")]
pub(crate) struct SharedNumbers {
    cells: OnceLock<Cells>,
}

#[pymethods]
impl SharedNumber {
    #[new]
    #[pyo3(signature = (*_args, **_kwargs))]
    fn new(_args: &Bound<'_, PyTuple>, _kwargs: Option<&Bound<'_, PyDict>>) -> Self {
        Self { cells: OnceLock::new() }
    }

    /// Where the number is, its type as ctypes calls it, and what guards it.
    fn _lies_in(&self, block: &memory::Block, code: char, lock: &SemLock) {
        let _ = Cells::of(block, code, 1, lock).map(|cells| self.cells.set(cells));
    }

    /// The number.
    #[getter]
    fn get_value<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        let py = slf.py();
        let Some(cells) = slf.get().cells.get() else { return slf.call_method0(intern!(py, "_slow_value")) };
        let held = cells.hold(py)?;
        cells.get(py, 0, &held)
    }

    #[setter]
    fn set_value(slf: &Bound<'_, Self>, value: &Bound<'_, PyAny>) -> PyResult<()> {
        let py = slf.py();
        if let Some((cells, bytes)) = slf.get().cells.get().and_then(|cells| Some((cells, cells.kind.bytes_of(value)?))) {
            let held = cells.hold(py)?;
            return cells.set(py, 0, bytes, &held);
        }
        slf.call_method1(intern!(py, "_set_slow_value"), (value,)).map(drop)
    }
}

#[pymethods]
impl SharedNumbers {
    #[new]
    #[pyo3(signature = (*_args, **_kwargs))]
    fn new(_args: &Bound<'_, PyTuple>, _kwargs: Option<&Bound<'_, PyDict>>) -> Self {
        Self { cells: OnceLock::new() }
    }

    /// Where the numbers are, their type as ctypes calls it, how many, and what guards them.
    fn _lies_in(&self, block: &memory::Block, code: char, len: usize, lock: &SemLock) {
        let _ = Cells::of(block, code, len, lock).map(|cells| self.cells.set(cells));
    }

    fn __getitem__<'py>(slf: &Bound<'py, Self>, index: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        let py = slf.py();
        if let Some(cells) = slf.get().cells.get() {
            if let Some(index) = cells.index(index) {
                let held = cells.hold(py)?;
                return cells.get(py, index, &held);
            }
            if let Ok(slice) = index.cast_exact::<PySlice>() {
                let range = slice.indices(cells.len as isize)?;
                if range.step == 1 {
                    let held = cells.hold(py)?;
                    return Ok(cells.list(py, range.start as usize, range.slicelength, &held)?.into_any());
                }
            }
        }
        slf.call_method1(intern!(py, "_slow_item"), (index,))
    }

    fn __setitem__(slf: &Bound<'_, Self>, index: &Bound<'_, PyAny>, value: &Bound<'_, PyAny>) -> PyResult<()> {
        let py = slf.py();
        if let Some(cells) = slf.get().cells.get()
            && let (Some(index), Some(bytes)) = (cells.index(index), cells.kind.bytes_of(value))
        {
            let held = cells.hold(py)?;
            return cells.set(py, index, bytes, &held);
        }
        slf.call_method1(intern!(py, "_set_slow_item"), (index, value)).map(drop)
    }

    fn __delitem__(&self, _index: &Bound<'_, PyAny>) -> PyResult<()> {
        Err(PyTypeError::new_err("'SynchronizedArray' object doesn't support item deletion"))
    }
}

/// Numbers of one kind, and the lock around them.
struct Cells {
    block: Block,
    len: usize,
    kind: Number,
    lock: Lock,
}

impl Cells {
    /// `None` when these are not numbers, or not under a lock.
    fn of(block: &memory::Block, code: char, len: usize, lock: &SemLock) -> Option<Self> {
        let (kind, lock) = (Number::of(code)?, lock.lock()?.clone());
        (len * kind.size() <= block.shared().len()).then(|| Self { block: block.shared().clone(), len, kind, lock })
    }

    /// Takes the lock, waiting as `acquire()` does; not again if this thread of the program has it. Each access is at a line of its
    /// own, which only what will be recorded looks up: while the program has the lock, others may be waiting for it.
    #[inline]
    fn hold(&self, py: Python<'_>) -> PyResult<Held<'_>> {
        if self.lock.kind() == LockKind::Recursive && self.lock.is_mine() {
            return Ok(Held::ByProgram);
        }
        note_line(py)?;
        if self.lock.acquire(Wait::Never) != Ok(true) {
            wait(py, |wait| self.lock.acquire(wait), Blocking::Yes, None)?;
        }
        Ok(Held::ForThis(&self.lock))
    }

    /// The index that is meant; `None` when it is no plain one.
    #[inline]
    fn index(&self, index: &Bound<'_, PyAny>) -> Option<usize> {
        let index = index.cast_exact::<PyInt>().ok()?.extract::<isize>().ok()?;
        let index = if index < 0 { index.checked_add_unsigned(self.len)? } else { index };
        usize::try_from(index).ok().filter(|&index| index < self.len)
    }

    #[inline]
    fn get<'py>(&self, py: Python<'py>, index: usize, held: &Held<'_>) -> PyResult<Bound<'py, PyAny>> {
        let mut bytes = [0; 8];
        self.block.read(index * self.kind.size(), &mut bytes[..self.kind.size()]);
        self.record_read(index, held);
        self.kind.object(py, bytes)
    }

    #[inline]
    fn set(&self, py: Python<'_>, index: usize, bytes: [u8; 8], held: &Held<'_>) -> PyResult<()> {
        if let Held::ByProgram = held {
            note_line(py)?;
        }
        self.record(Kind::CellWrite, index, held);
        self.block.write(index * self.kind.size(), &bytes[..self.kind.size()]);
        Ok(())
    }

    /// A reading, but not of a program that has taken the lock itself: what it writes before it lets go came of no older value than that.
    #[inline]
    fn record_read(&self, index: usize, held: &Held<'_>) {
        if let Held::ForThis(_) = held {
            self.record(Kind::CellRead, index, held);
        }
    }

    /// While the lock is held: then the records are in the order of what they tell.
    #[inline]
    fn record(&self, kind: Kind, index: usize, held: &Held<'_>) {
        if recorder::is_on() && self.lock.object() != 0 {
            let argument = pack(index as u32, current_line());
            match held {
                // What the holder before did must not seem to be later.
                Held::ForThis(_) => recorder::record_caused(kind, self.lock.object(), argument),
                Held::ByProgram => recorder::record(kind, self.lock.object(), argument),
            }
        }
    }

    /// So many numbers from `start` on. Of many nothing is recorded: they are as a rule not what is written back.
    fn list<'py>(&self, py: Python<'py>, start: usize, count: usize, held: &Held<'_>) -> PyResult<Bound<'py, PyList>> {
        let size = self.kind.size();
        let mut bytes = vec![0; count * size];
        self.block.read(start * size, &mut bytes);
        if count <= FEW {
            (start..start + count).for_each(|index| self.record_read(index, held));
        }
        self.kind.list(py, &bytes)
    }
}

/// The lock is held.
enum Held<'a> {
    /// Until this goes.
    ForThis(&'a Lock),
    /// The program has taken it, and will release it.
    ByProgram,
}

impl Drop for Held<'_> {
    #[inline]
    fn drop(&mut self) {
        if let Held::ForThis(lock) = self {
            // It fails only when the program itself released it meanwhile from elsewhere.
            let _ = lock.release();
        }
    }
}

/// A number of C.
#[derive(Clone, Copy)]
enum Number {
    I8,
    U8,
    I16,
    U16,
    I32,
    U32,
    I64,
    U64,
    F32,
    F64,
}

impl Number {
    /// The type with this code on a machine whose `long` has 64 bits.
    fn of(code: char) -> Option<Self> {
        Some(match code {
            'b' => Number::I8,
            'B' => Number::U8,
            'h' => Number::I16,
            'H' => Number::U16,
            'i' => Number::I32,
            'I' => Number::U32,
            'l' | 'q' => Number::I64,
            'L' | 'Q' => Number::U64,
            'f' => Number::F32,
            'd' => Number::F64,
            _ => return None,
        })
    }

    #[inline]
    fn size(self) -> usize {
        match self {
            Number::I8 | Number::U8 => 1,
            Number::I16 | Number::U16 => 2,
            Number::I32 | Number::U32 | Number::F32 => 4,
            Number::I64 | Number::U64 | Number::F64 => 8,
        }
    }

    /// The number as Python has it; of the bytes only the first [`Number::size`] count.
    #[inline]
    fn object<'py>(self, py: Python<'py>, bytes: [u8; 8]) -> PyResult<Bound<'py, PyAny>> {
        let word = u64::from_le_bytes(bytes);
        Ok(match self {
            Number::I8 => (word as i8).into_pyobject(py)?.into_any(),
            Number::U8 => (word as u8).into_pyobject(py)?.into_any(),
            Number::I16 => (word as i16).into_pyobject(py)?.into_any(),
            Number::U16 => (word as u16).into_pyobject(py)?.into_any(),
            Number::I32 => (word as i32).into_pyobject(py)?.into_any(),
            Number::U32 => (word as u32).into_pyobject(py)?.into_any(),
            Number::I64 => (word as i64).into_pyobject(py)?.into_any(),
            Number::U64 => word.into_pyobject(py)?.into_any(),
            Number::F32 => PyFloat::new(py, f32::from_bits(word as u32).into()).into_any(),
            Number::F64 => PyFloat::new(py, f64::from_bits(word)).into_any(),
        })
    }

    /// Many numbers as Python has them.
    fn list<'py>(self, py: Python<'py>, bytes: &[u8]) -> PyResult<Bound<'py, PyList>> {
        match self {
            Number::I8 => list(py, bytes, i8::from_le_bytes),
            Number::U8 => list(py, bytes, u8::from_le_bytes),
            Number::I16 => list(py, bytes, i16::from_le_bytes),
            Number::U16 => list(py, bytes, u16::from_le_bytes),
            Number::I32 => list(py, bytes, i32::from_le_bytes),
            Number::U32 => list(py, bytes, u32::from_le_bytes),
            Number::I64 => list(py, bytes, i64::from_le_bytes),
            Number::U64 => list(py, bytes, u64::from_le_bytes),
            Number::F32 => list(py, bytes, |bytes| f64::from(f32::from_le_bytes(bytes))),
            Number::F64 => list(py, bytes, f64::from_le_bytes),
        }
    }

    /// What stands for a value; `None` when ctypes has to say whether it can be one.
    #[inline]
    fn bytes_of(self, value: &Bound<'_, PyAny>) -> Option<[u8; 8]> {
        let word = match self {
            Number::F32 => u64::from((value.cast_exact::<PyFloat>().ok()?.value() as f32).to_bits()),
            Number::F64 => value.cast_exact::<PyFloat>().ok()?.value().to_bits(),
            // As C does it: what does not fit is cut off.
            _ => value.cast_exact::<PyInt>().ok()?.extract::<i64>().ok()? as u64,
        };
        Some(word.to_le_bytes())
    }
}

/// An object for each `SIZE` bytes. Where many neighbours are equal, as in an array that was just made, they are one object: making
/// objects is what takes the time. To look for them costs a fifth more, so elsewhere each number gets its own.
fn list<'py, N, const SIZE: usize>(
    py: Python<'py>,
    bytes: &[u8],
    number: impl Fn([u8; SIZE]) -> N,
) -> PyResult<Bound<'py, PyList>>
where
    N: IntoPyObject<'py, Error = Infallible>,
{
    let (numbers, _) = bytes.as_chunks::<SIZE>();
    let repeated = numbers.windows(2).filter(|pair| pair[0] == pair[1]).count();
    if numbers.len() >= LONG_RUN && repeated + numbers.len() / LONG_RUN >= numbers.len() {
        return repeating(py, numbers, number);
    }
    if repeated < numbers.len() / 4 {
        return PyList::new(py, numbers.iter().map(|&bytes| number(bytes)));
    }
    let mut last: Option<([u8; SIZE], Bound<'py, PyAny>)> = None;
    let objects = numbers.iter().map(|&bytes| match &last {
        Some((before, object)) if *before == bytes => object.clone(),
        _ => {
            let Ok(object) = number(bytes).into_pyobject(py);
            last.insert((bytes, object.into_any().into_bound())).1.clone()
        }
    });
    PyList::new(py, objects)
}

/// The same for a few long runs of equal numbers: the interpreter writes one object many times faster than it sets one item after the other.
fn repeating<'py, N, const SIZE: usize>(
    py: Python<'py>,
    numbers: &[[u8; SIZE]],
    number: impl Fn([u8; SIZE]) -> N,
) -> PyResult<Bound<'py, PyList>>
where
    N: IntoPyObject<'py, Error = Infallible>,
{
    let run = |numbers: &[[u8; SIZE]]| PyList::new(py, [number(numbers[0])])?.as_sequence().repeat(numbers.len());
    let (first, mut rest) = numbers.split_at(run_of(numbers));
    let whole = run(first)?;
    while !rest.is_empty() {
        let next = rest.split_off(..run_of(rest)).unwrap_or_default();
        whole.in_place_concat(&run(next)?)?;
    }
    Ok(whole.cast_into()?)
}

/// How many numbers from the first one on are equal; looked at by eights, which the processor compares at once.
fn run_of<const SIZE: usize>(numbers: &[[u8; SIZE]]) -> usize {
    let Some(first) = numbers.first() else { return 0 };
    let (eights, _) = numbers.as_chunks::<8>();
    let equal = 8 * eights.iter().take_while(|eight| eight.iter().fold(true, |equal, number| equal & (number == first))).count();
    equal + numbers[equal..].iter().take_while(|&number| number == first).count()
}
