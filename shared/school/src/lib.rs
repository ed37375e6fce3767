//! school.
