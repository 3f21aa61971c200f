//! Stored documents: they come back unchanged, every YAML reader sees the same in them, and
//! those of older versions stay readable.

mod expected;
mod fixtures;
mod hostile;
mod readers;
mod round_trip;
