//! `/calendar`, `/calendar/month`, `/calendar/today`, `/calendar/date`, `/calendar/search` and
//! `/calendar/birthday`.

mod birthday;
mod date;
mod month;
mod overlap;
mod search;
mod search_index;
mod search_pages;
mod today;
mod views;
