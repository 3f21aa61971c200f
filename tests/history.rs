//! The past: shown, compared, and undone.

mod at;
mod changes;
mod outside;
mod undo;
