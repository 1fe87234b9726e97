//! Metrics for Prometheus, in its text format (OpenMetrics 1.0): requests and their duration by route, the
//! writer's queue and commits, the size of the database.
//!
//! A route is named by its pattern, never by the path of the request: paths have ids, and a path without a
//! route could be anything.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::text::encode;
use prometheus_client::encoding::{DescriptorEncoder, EncodeLabelSet, EncodeMetric, MetricEncoder};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::ConstGauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::{Registry, Unit};

use crate::model::Database;
use crate::store::{self, Activity, Commits};

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Answered {
    method: String,
    route: String,
    status: u16,
    code: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Asked {
    method: String,
    route: String,
}

/// The metrics of a server.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    requests: Family<Answered, Counter>,
    seconds: Family<Asked, Histogram>,
}

/// An answered request.
#[derive(Debug)]
pub struct Request<'a> {
    /// Its method.
    pub method: &'a str,
    /// The pattern of its route.
    pub route: &'a str,
    /// The HTTP status of the answer.
    pub status: u16,
    /// The code in the answer's envelope; 0 without one.
    pub code: u32,
    /// How long it took.
    pub took: Duration,
}

impl Metrics {
    /// Metrics without requests yet. `activity` and the size of `database` are read at each scrape.
    #[must_use]
    pub fn new(activity: Arc<Activity>, database: Database) -> Self {
        let mut registry = Registry::with_prefix("calendar");
        let requests = Family::default();
        registry.register("requests", "Requests answered", requests.clone());
        // From 0.1 ms to 6.6 s.
        let seconds = Family::new_with_constructor(
            (|| Histogram::new(exponential_buckets(0.0001, 3.0, 11))) as fn() -> Histogram,
        );
        let help = "How long requests took";
        registry.register_with_unit("request_duration", help, Unit::Seconds, seconds.clone());
        registry.register_collector(Box::new(OfStore { activity, database }));
        Self { registry, requests, seconds }
    }

    /// Counts a request.
    pub fn observe(&self, request: &Request<'_>) {
        let (method, route) = (request.method.to_owned(), request.route.to_owned());
        let seconds =
            self.seconds.get_or_create(&Asked { method: method.clone(), route: route.clone() });
        seconds.observe(request.took.as_secs_f64());
        drop(seconds);
        let answered = Answered { method, route, status: request.status, code: request.code };
        self.requests.get_or_create(&answered).inc();
    }

    /// The metrics as text.
    ///
    /// # Errors
    /// Never in practice, since writing to a string cannot fail.
    pub fn text(&self) -> Result<String, fmt::Error> {
        let mut text = String::new();
        encode(&mut text, &self.registry)?;
        Ok(text)
    }
}

/// The values that are read from the store at each scrape.
#[derive(Debug)]
struct OfStore {
    activity: Arc<Activity>,
    database: Database,
}

impl Collector for OfStore {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let mut gauge = |name: &str, help: &str, unit: Option<&Unit>, value: u64| {
            let gauge = ConstGauge::new(i64::try_from(value).unwrap_or(i64::MAX));
            gauge.encode(encoder.encode_descriptor(name, help, unit, gauge.metric_type())?)
        };
        let waiting = self.activity.waiting() as u64;
        gauge("writes_waiting", "Writes that wait for the writer", None, waiting)?;
        // PostgreSQL has metrics of its own.
        if let Some(file) = self.database.file() {
            let in_place = self.activity.in_place().into();
            gauge(
                "database_in_place",
                "1 if the files of the database are at their paths, else 0",
                None,
                in_place,
            )?;
            let size = store::size(file);
            gauge("database_size", "The database with its log", Some(&Unit::Bytes), size)?;
        } else {
            let standbys = self.activity.standbys_in_step();
            let help = "1 if the primary of PostgreSQL can be reached, else 0";
            gauge("database_reachable", help, None, standbys.is_some().into())?;
            let help = "Standbys of PostgreSQL that confirm each commit";
            gauge("standbys_in_step", help, None, standbys.unwrap_or_default() as u64)?;
        }
        let help = "Commits by the number of writes that each has";
        let commits = self.activity.commits();
        encode_commits(
            &commits,
            encoder.encode_descriptor("commit_writes", help, None, MetricType::Histogram)?,
        )
    }
}

fn encode_commits(commits: &Commits, mut encoder: MetricEncoder<'_>) -> fmt::Result {
    let count = commits.by_size.iter().map(|(_, count)| count).sum();
    #[expect(clippy::cast_precision_loss, reason = "counts of writes are far below 2^52")]
    let (sum, bounds) =
        (commits.writes as f64, commits.by_size.iter().map(|(most, count)| (*most as f64, *count)));
    // The format wants a last bucket for what is larger still.
    let bounds: Vec<(f64, u64)> = bounds.chain([(f64::INFINITY, 0)]).collect();
    encoder.encode_histogram::<[(&str, &str); 0]>(sum, count, &bounds, None)
}
