//! PostgreSQL: its address, a connection, the threads that have one each.

pub(in crate::store) mod address;
pub(in crate::store) mod error;
pub(in crate::store) mod pool;
pub(in crate::store) mod session;
