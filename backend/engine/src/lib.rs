//! Processes, locks, queues, pipes, shared values and pools over one nameless arena of shared memory.
