//! One connection, from its first byte to its last, and the time that it may take.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use hyper::body::Incoming;
use hyper::rt::Executor;
use hyper::server::conn::{http1, http2};
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};
use tokio_util::task::TaskTracker;

use super::bridge;
use super::shared::Shared;
use super::state::{Overdue, Peer, State};
use super::wire::{Heads, Paced};

/// How many requests one connection of HTTP/2 has at once.
const STREAMS: u32 = 100;
/// How many bytes of a request are under way over HTTP/2: more than any body that is read.
const STREAM_WINDOW: u32 = 128 << 10;
/// The same for all requests of a connection.
const CONNECTION_WINDOW: u32 = 256 << 10;
/// How many bytes of one answer HTTP/2 has ready for the client.
const SEND_BUFFER: usize = 64 << 10;
/// How the connection preface of HTTP/2 begins (RFC 9113, section 3.4).
const PREFACE: &[u8] = b"PRI ";
/// How long to wait for more of a beginning that may be that of the preface.
const MORE: Duration = Duration::from_millis(10);
/// How long, and how much, is read of a client that was refused, so that it can read the refusal: a
/// connection that is closed with unread bytes is reset.
const LINGER: Duration = Duration::from_secs(1);
const LINGER_BYTES: u64 = 64 << 20;

/// Serves the connection `tcp` of `peer` until it is closed, or takes too long.
pub(super) async fn serve(shared: Arc<Shared>, tcp: TcpStream, peer: Peer) {
    let _ = tcp.set_nodelay(true);
    let mut stopping = shared.stopping.clone();
    // Until the first byte, a connection needs no buffer.
    let mut byte = [0];
    let first = timeout(shared.settings.idle_timeout, tcp.peek(&mut byte));
    let came = tokio::select! {
        first = first => matches!(first, Ok(Ok(1..))),
        _ = stopping.wait_for(|stop| *stop) => false,
    };
    if came {
        // Apart, so that a connection that has sent nothing does not hold the room for all that follows.
        Box::pin(begin(shared, tcp, peer)).await;
    }
}

/// Serves a connection that has begun to send.
async fn begin(shared: Arc<Shared>, tcp: TcpStream, peer: Peer) {
    let mut stopping = shared.stopping.clone();
    let patience = shared.settings.header_timeout;
    if let Some(certificates) = &shared.certificates {
        let paced = Paced::new(tcp, shared.settings.write_timeout);
        let handshake = timeout(patience, certificates.acceptor().accept(paced));
        let stream = tokio::select! {
            stream = handshake => stream,
            _ = stopping.wait_for(|stop| *stop) => return,
        };
        let Ok(Ok(stream)) = stream else { return };
        let agreed = stream.get_ref().1.alpn_protocol() == Some(b"h2");
        let state = Arc::new(State::new(shared, peer));
        if agreed {
            over_http2(stream, state).await;
        } else {
            over_http1(stream, state).await;
        }
        return;
    }
    let prior = shared.settings.cleartext_http2
        && timeout(patience, has_preface(&tcp)).await.unwrap_or(false);
    let paced = Paced::new(tcp, shared.settings.write_timeout);
    let state = Arc::new(State::new(shared, peer));
    if prior {
        over_http2(paced, state).await;
    } else {
        over_http1(paced, state).await;
    }
}

/// Whether the connection begins as HTTP/2 does.
async fn has_preface(tcp: &TcpStream) -> bool {
    let mut start = [0; PREFACE.len()];
    loop {
        match tcp.peek(&mut start).await {
            Ok(count) if count == PREFACE.len() => return start == PREFACE,
            Ok(count @ 1..) if PREFACE.starts_with(&start[..count]) => sleep(MORE).await,
            _ => return false,
        }
    }
}

async fn over_http1<S: AsyncRead + AsyncWrite + Unpin>(io: S, state: Arc<State>) {
    let settings = &state.shared.settings;
    let mut builder = http1::Builder::new();
    builder
        .max_header_size(settings.max_header_bytes)
        .max_buf_size(settings.max_header_bytes)
        .keep_alive(settings.keep_alive.is_some());
    let service = service_fn({
        let state = Arc::clone(&state);
        move |request: hyper::Request<Incoming>| bridge::answer(Arc::clone(&state), request)
    });
    let io = TokioIo::new(Heads::new(io, Arc::clone(&state)));
    let mut connection = builder.serve_connection(io, service);
    let mut stopping = state.shared.stopping.clone();
    let (mut stopped, mut late) = (false, None);
    let mut timer = pin!(sleep(settings.header_timeout));
    loop {
        tokio::select! {
            _ = &mut connection => break,
            () = &mut timer => match state.due(false) {
                Ok(left) => timer.as_mut().reset(tokio::time::Instant::now() + left),
                Err(overdue) => {
                    late = Some(overdue);
                    break;
                }
            },
            _ = stopping.wait_for(|stop| *stop), if !stopped => {
                stopped = true;
                std::pin::Pin::new(&mut connection).graceful_shutdown();
            }
        }
    }
    let mut io = connection.into_parts().io.into_inner();
    if matches!(late, Some(Overdue::Head)) {
        let _ = timeout(LINGER, io.write_all(&state.late())).await;
    }
    if !stopped {
        linger(io).await;
    }
}

/// Lets the client read what was written last.
async fn linger<S: AsyncRead + AsyncWrite + Unpin>(mut io: S) {
    let rest = async {
        if io.shutdown().await.is_ok() {
            let _ =
                tokio::io::copy(&mut (&mut io).take(LINGER_BYTES), &mut tokio::io::sink()).await;
        }
    };
    let _ = timeout(LINGER, rest).await;
}

/// Runs the streams of HTTP/2 as tasks that the server waits for when it stops.
#[derive(Clone)]
struct Tracked(TaskTracker);

impl<F> Executor<F> for Tracked
where
    F: Future<Output: Send + 'static> + Send + 'static,
{
    fn execute(&self, task: F) {
        self.0.spawn(task);
    }
}

async fn over_http2<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(io: S, state: Arc<State>) {
    let settings = &state.shared.settings;
    let mut builder = http2::Builder::new(Tracked(state.shared.tasks.clone()));
    let header_list = u32::try_from(settings.max_header_bytes).unwrap_or(u32::MAX);
    builder
        .timer(TokioTimer::new())
        .max_concurrent_streams(STREAMS)
        .max_header_list_size(header_list)
        .initial_stream_window_size(STREAM_WINDOW)
        .initial_connection_window_size(CONNECTION_WINDOW)
        .max_send_buf_size(SEND_BUFFER)
        .keep_alive_interval(settings.keep_alive)
        .keep_alive_timeout(settings.write_timeout);
    let service = service_fn({
        let state = Arc::clone(&state);
        move |request: hyper::Request<Incoming>| bridge::answer(Arc::clone(&state), request)
    });
    let mut connection = pin!(builder.serve_connection(TokioIo::new(io), service));
    let mut stopping = state.shared.stopping.clone();
    let (mut stopped, mut ending) = (false, false);
    let mut timer = pin!(sleep(settings.header_timeout));
    loop {
        tokio::select! {
            _ = &mut connection => return,
            () = &mut timer => match state.due(true) {
                Ok(left) => timer.as_mut().reset(tokio::time::Instant::now() + left),
                Err(Overdue::Idle) if !ending => {
                    ending = true;
                    connection.as_mut().graceful_shutdown();
                    timer.as_mut().reset(tokio::time::Instant::now() + LINGER);
                }
                Err(_) => return,
            },
            _ = stopping.wait_for(|stop| *stop), if !stopped => {
                stopped = true;
                connection.as_mut().graceful_shutdown();
            }
        }
    }
}
