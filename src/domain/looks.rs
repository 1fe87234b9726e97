//! How calendars look to one person: their colours, and the order of their groups. Nobody else sees them.

use std::collections::BTreeSet;

use super::access;
use crate::error::{Error, Result};
use crate::model::{Color, GroupId, UserId};
use crate::store::Transaction;

/// Gives a group, or without one the caller's personal calendar, a colour for `caller` alone; or takes theirs away.
///
/// # Errors
/// [`Error::NotFound`] if there is no such group, or `caller` may not know of it; [`Error::Conflict`] if they have given a colour
/// or a place to `most` calendars already.
pub fn set_color(
    tx: &Transaction<'_>,
    caller: UserId,
    group: Option<GroupId>,
    color: Option<&Color>,
    most: u32,
) -> Result<()> {
    if let Some(group) = group {
        access::visible_group(tx, caller, group)?;
    }
    tx.set_color(caller, group, color)?;
    let over = most.saturating_add(1);
    if color.is_some() && tx.count_looks(caller, over)? >= over {
        return Err(Error::Conflict(format!(
            "you have given {most} calendars a colour or a place, which is the most: take one away first"
        )));
    }
    Ok(())
}

/// Lists these groups first for `caller`, in that order, and all others after them.
///
/// # Errors
/// [`Error::Invalid`] if there are more than `most`, or one of them is there twice; [`Error::NotFound`] if one of them does not
/// exist, or `caller` may not know of it. In either case, nothing changes.
pub fn replace_order(
    tx: &Transaction<'_>,
    caller: UserId,
    order: &[GroupId],
    most: u32,
) -> Result<()> {
    let count = order.len();
    if count > usize::try_from(most).unwrap_or(usize::MAX) {
        return Err(Error::Invalid(format!("groups: expected at most {most} groups, got {count}")));
    }
    if order.iter().collect::<BTreeSet<_>>().len() < count {
        return Err(Error::Invalid("groups: expected each group once".into()));
    }
    for group in order {
        access::visible_group(tx, caller, *group)?;
    }
    tx.replace_order(caller, order)
}
