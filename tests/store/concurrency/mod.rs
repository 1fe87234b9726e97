//! Many clients at once, against the program itself: each on a thread and a connection of its own,
//! started together by a barrier.
//!
//! Which comes first is a matter of luck, so no test asserts it. What is asserted holds in every
//! order: which answers there may be, that an answer holds for every later request, and that the
//! database ends up as the answers promised.

mod clients;
mod events;
mod groups;
mod views;
