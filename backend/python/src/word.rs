//! The names that a forked process looks up at its beginning and its end. They are made before the fork, as each would otherwise be made
//! when it is first used, in memory that is copied for it.

use pyo3::prelude::*;
use pyo3::{intern, types::PyString};

macro_rules! words {
    ($($name:ident = $text:literal),* $(,)?) => {
        $(pub(crate) fn $name(py: Python<'_>) -> &Bound<'_, PyString> {
            intern!(py, $text)
        })*

        /// Makes all of them.
        pub(crate) fn make(py: Python<'_>) {
            $($name(py);)*
        }
    };
}

words! {
    active = "_active",
    actual_context = "_actual_context",
    after_fork = "_after_fork",
    afterfork_registry = "_afterfork_registry",
    children = "_children",
    concrete_contexts = "_concrete_contexts",
    current_process = "_current_process",
    data = "data",
    exit_function = "_exit_function",
    exiting = "_exiting",
    finalizer_registry = "_finalizer_registry",
    flush = "flush",
    flush_std_streams = "_flush_std_streams",
    info = "info",
    limbo = "_limbo",
    logger = "_logger",
    main_thread = "_main_thread",
    name = "_name",
    native_id = "_native_id",
    parent_name = "_parent_name",
    parent_pid = "_parent_pid",
    parent_sentinel = "parent_sentinel",
    pid = "_pid",
    r = "r",
    run_after_forkers = "_run_after_forkers",
    sentinel = "_sentinel",
    shutdown = "_shutdown",
    shutdown_locks = "_shutdown_locks",
    shutting_down = "_SHUTTING_DOWN",
    start_method = "_start_method",
    stderr = "stderr",
    stdin = "stdin",
    stdout = "stdout",
    thread_shutdown = "_thread_shutdown",
    threading_atexits = "_threading_atexits",
}
