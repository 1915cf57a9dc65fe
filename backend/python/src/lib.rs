//! The engine as a Python extension: conversion only.
//!
//! Each class here is a thin face of one primitive of `forkyard_engine`; what Python programs see (names, signatures, texts of
//! errors) is made by the package `_forkyard` above it. Every wait releases the interpreter's lock, is ended by Python's signal
//! handlers when they raise, and otherwise goes on with the time that is left.

#![deny(unsafe_code)]

mod around;
mod board;
mod bootstrap;
mod by_name;
mod bytes;
mod compiled;
mod condition;
mod ending;
mod errors;
mod event;
mod feed;
mod fork;
mod frame;
mod gil;
mod hold;
mod lead;
mod lock;
mod mapping;
mod memory;
mod message;
mod methods;
mod modules;
mod named;
mod object_queue;
mod parent;
mod pipe;
mod plain;
mod queue;
mod recorded;
mod trace;
mod turn;
mod value;
mod wait;
mod waiting;
mod word;
mod worker;
mod zygote;

use pyo3::prelude::*;

/// `_forkyard._engine`.
#[pymodule]
#[pyo3(name = "_engine")]
fn engine(module: &Bound<'_, PyModule>) -> PyResult<()> {
    trace::add_to(module)?;
    module.add_class::<around::Around>()?;
    module.add_class::<wait::Wait>()?;
    module.add_class::<recorded::RecordedTask>()?;
    module.add_class::<recorded::RecordedCalls>()?;
    memory::add_to(module)?;
    named::add_to(module)?;
    zygote::add_to(module)?;
    module.add_function(wrap_pyfunction!(modules::changed, module)?)?;
    module.add_class::<lock::SemLock>()?;
    module.add_function(wrap_pyfunction!(methods::with_own_methods, module)?)?;
    module.add_class::<value::SharedNumber>()?;
    module.add_class::<value::SharedNumbers>()?;
    module.add_class::<event::Event>()?;
    module.add_class::<condition::Condition>()?;
    module.add_class::<condition::Waiter>()?;
    module.add_class::<queue::Queue>()?;
    // Both have the name of the class that programs know.
    module.add("ObjectQueue", module.py().get_type::<object_queue::ObjectQueue>())?;
    module.add("End", module.py().get_type::<pipe::End>())?;
    module.add_function(wrap_pyfunction!(pipe::pipe, module)?)?;
    module.add_function(wrap_pyfunction!(parent::hang_up, module)?)?;
    module.add_class::<parent::HeldInterrupt>()?;
    module.add_class::<bootstrap::Bootstrap>()?;
    module.add_class::<ending::Ending>()?;
    module.add_class::<compiled::Compiled>()?;
    module.add_class::<board::Board>()?;
    module.add_function(wrap_pyfunction!(hold::hold_begins, module)?)?;
    module.add_function(wrap_pyfunction!(hold::hold_ends, module)?)?;
    module.add_function(wrap_pyfunction!(gil::gil_watch, module)?)?;
    module.add_class::<feed::Feed>()?;
    module.add_class::<worker::Worker>()?;
    module.add_class::<turn::Turn>()?;
    module.add_function(wrap_pyfunction!(waiting::finalizing, module)?)?;
    forkyard_engine::trace::set_line_source(waiting::current_line);
    forkyard_engine::sync::set_signal_source(waiting::handlers_raise);
    Ok(())
}
