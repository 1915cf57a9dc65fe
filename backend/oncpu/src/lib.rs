//! Which thread was on which core: exact by perf, or sampled by schedstat.
