//! The model of the timeline: columns, level of detail, layout, selection, sentences; no DOM.
