//! The log: where it goes (standard error) and how it looks.
//!
//! A thread of its own writes it (`tracing-appender`), so that a slow reader of standard error holds up
//! no request. The lines that wait for it have a bound. Past that, lines are dropped, and a warning says
//! how many. A line that cannot be written, because the disk is full or the reader has gone, is lost, and
//! the server goes on.

use std::io::{self, BufWriter, IsTerminal, Stderr, Write};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::thread::sleep;
use std::time::{Duration, Instant};

use rocket::config::LogLevel;
use tracing::Dispatch;
use tracing::level_filters::LevelFilter;
use tracing_appender::non_blocking::{ErrorCounter, NonBlocking, NonBlockingBuilder, WorkerGuard};
use tracing_subscriber::fmt::MakeWriter;

use crate::config::{Config, LogFormat};
use crate::model::harmless;

/// The most lines that wait to be written: 1 MB of requests.
const WAITING: usize = 8192;
/// How many bytes are written at a time while lines are waiting.
const CHUNK: usize = 64 * 1024;
/// How long the thread rests after it has written all lines. Those that come meanwhile are written together,
/// and nobody has to wake it up for each.
const REST: Duration = Duration::from_millis(2);
/// How long the process waits at its end for the lines that are left.
const LAST_WORDS: Duration = Duration::from_secs(5);
/// How often dropped lines are reported while lines are being dropped.
const REPORT: Duration = Duration::from_secs(1);

/// How the lines look.
#[derive(Debug, Clone, Copy)]
enum Look {
    /// For a person who watches them.
    Readable { colours: bool },
    /// Text to be kept and searched.
    Text,
    /// One JSON object a line.
    Json,
}

/// Starts the log of `dev-run`, for a person who watches it, unless it is to be JSON.
pub(super) fn readable(config: &Config) -> Guard {
    let colours = io::stderr().is_terminal();
    start(
        config.log_level,
        match config.log_format {
            LogFormat::Text => Look::Readable { colours },
            LogFormat::Json => Look::Json,
        },
    )
}

/// Starts the log of `serve`, one line per event, to be kept and searched.
pub(super) fn lines(config: &Config) -> Guard {
    start(
        config.log_level,
        match config.log_format {
            LogFormat::Text => Look::Text,
            LogFormat::Json => Look::Json,
        },
    )
}

/// Writes the lines that are left when it is dropped. It waits a few seconds for a slow reader.
#[derive(Debug)]
pub(super) struct Guard {
    worker: Option<WorkerGuard>,
    count: Arc<Count>,
}

impl Drop for Guard {
    fn drop(&mut self) {
        let until = Instant::now() + LAST_WORDS;
        while self.count.is_behind() && Instant::now() < until {
            sleep(Duration::from_millis(1));
        }
        // The worker would not hear that it is to stop while it waits for the reader.
        if self.count.is_behind() {
            std::mem::forget(self.worker.take());
        }
    }
}

/// The lines, counted.
#[derive(Debug, Default)]
struct Count {
    /// Handed to the thread, or dropped.
    begun: AtomicUsize,
    /// Written, or lost to an error.
    written: AtomicUsize,
    dropped: OnceLock<ErrorCounter>,
}

impl Count {
    fn dropped(&self) -> usize {
        self.dropped.get().map_or(0, ErrorCounter::dropped_lines)
    }

    fn is_behind(&self) -> bool {
        self.written.load(Ordering::Acquire) + self.dropped() < self.begun.load(Ordering::Acquire)
    }
}

fn start(level: LogLevel, look: Look) -> Guard {
    let (level, count) = (filter(level), Arc::new(Count::default()));
    let sink = Sink {
        to: BufWriter::with_capacity(CHUNK, io::stderr()),
        taken: 0,
        count: Arc::clone(&count),
        reported: 0,
        report_at: Instant::now(),
        look,
    };
    let builder = NonBlockingBuilder::default().lossy(true).buffered_lines_limit(WAITING);
    let (lines, worker) = builder.thread_name("log").finish(sink);
    let _ = count.dropped.set(lines.error_counter());
    let counted = Counted { lines, count: Arc::clone(&count) };
    let _ = tracing::dispatcher::set_global_default(format(look, level, move || counted.clone()));
    log_panics();
    Guard { worker: Some(worker), count }
}

/// What formats the lines of `level` as `look` says, and writes them to `to`.
fn format<W>(look: Look, level: LevelFilter, to: W) -> Dispatch
where
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    let plain = tracing_subscriber::fmt().with_writer(to).with_max_level(level);
    let plain = plain.with_target(false).log_internal_errors(false).with_ansi(false);
    match look {
        Look::Readable { colours } => plain.with_ansi(colours).without_time().compact().into(),
        Look::Text => plain.into(),
        Look::Json => {
            plain.json().flatten_event(true).with_current_span(false).with_span_list(false).into()
        }
    }
}

/// Rocket's `normal` gives one line per request, as in Rocket's own log.
fn filter(level: LogLevel) -> LevelFilter {
    match level {
        LogLevel::Off => LevelFilter::OFF,
        LogLevel::Critical => LevelFilter::WARN,
        LogLevel::Normal => LevelFilter::INFO,
        LogLevel::Debug => LevelFilter::DEBUG,
    }
}

/// Hands each line to the thread, and counts it first.
#[derive(Debug, Clone)]
struct Counted {
    lines: NonBlocking,
    count: Arc<Count>,
}

impl Write for Counted {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        self.count.begun.fetch_add(1, Ordering::Release);
        self.lines.write(line)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.lines.flush()
    }
}

/// The end of the log, on its thread: takes a line at a time, and is flushed when none is waiting. It
/// never fails: the thread could do nothing about it.
struct Sink {
    to: BufWriter<Stderr>,
    /// The lines taken so far. They count as written when they are flushed.
    taken: usize,
    count: Arc<Count>,
    /// How many dropped lines have been reported, and when the next ones may be.
    reported: usize,
    report_at: Instant,
    look: Look,
}

impl Sink {
    /// Says how many lines were dropped since it last did.
    fn report(&mut self) {
        let dropped = self.count.dropped();
        if dropped == self.reported {
            return;
        }
        let line = Line::default();
        let to = line.clone();
        let format = format(self.look, LevelFilter::WARN, move || to.clone());
        tracing::dispatcher::with_default(&format, || {
            tracing::warn!(
                lines = dropped - self.reported,
                "dropped lines of the log, since standard error was read too slowly"
            );
        });
        let line = line.0.lock().unwrap_or_else(PoisonError::into_inner);
        let _ = self.to.write_all(&line);
        self.reported = dropped;
        self.report_at = Instant::now() + REPORT;
    }
}

impl Write for Sink {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        if Instant::now() >= self.report_at {
            self.report();
        }
        let _ = self.to.write_all(line);
        self.taken += 1;
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.report();
        let _ = self.to.flush();
        self.count.written.store(self.taken, Ordering::Release);
        sleep(REST);
        Ok(())
    }
}

/// A line that is being formatted.
#[derive(Debug, Clone, Default)]
struct Line(Arc<Mutex<Vec<u8>>>);

impl Write for Line {
    fn write(&mut self, part: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).write(part)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Logs a panic as one line. The request that caused it is answered with 500.
fn log_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let at = panic.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(at, "panic: {}", harmless(panic.payload_as_str().unwrap_or("no text")));
    }));
}
