//! Keeping a repository in order: git's maintenance, large object stores, `jit doctor`.

mod doctor;
mod maintenance;
mod stores;
