//! A request of hyper, answered by Rocket in this process.
//!
//! Rocket 0.5 takes no connection but those of its own server. The way in is its client for tests, which
//! calls the same router, guards, fairings and catchers; `tests/api/http/front.rs` holds both to the same
//! bytes.

use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Instant;

use bytes::Bytes;
use hyper::body::{Body as _, Incoming};
use hyper::header::{CONTENT_LENGTH, HOST, HeaderName, HeaderValue, TRANSFER_ENCODING};
use hyper::http::request::Parts;
use hyper::http::uri::Authority;
use hyper::{Request, Response, StatusCode, Version};
use rocket::http::uri::{Host, Origin};
use rocket::http::{Header, Method};
use rocket::local::asynchronous::{LocalRequest, LocalResponse};
use tokio::io::AsyncReadExt;
use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;

use super::body::{self, AnswerBody, Answered, Counted};
use super::budget::{Reserved, SMALL};
use super::forwarded;
use super::refusal::{self, Problem, Refusal};
use super::shared::inside;
use super::state::{Open, State};
use super::unread::UnreadBody;
use crate::app::exchange;
use crate::app::upload::{self, Patience, Unread};
use crate::{api, caldav};

/// The size of a piece of an answer that is not sent in one.
const PIECE: usize = 64 << 10;

/// Answers a request.
pub(super) async fn answer(state: Arc<State>, request: Request<Incoming>) -> Answered {
    let (open, began) = (state.opened(), Instant::now());
    let shared = &state.shared;
    let (parts, body) = request.into_parts();
    let refuse = |problem: &Problem, parts: &Parts, open: Open| {
        Ok(refused(&state, problem, parts, open, began))
    };
    if let Err(problem) = check(&parts) {
        return refuse(&problem, &parts, open);
    }
    forwarded::warn_of_distrust(shared, &state.peer, &parts.headers);
    let base = shared.settings.base_path.as_str();
    if !base.is_empty() && parts.uri.path() == base {
        // The links of the page in it are relative.
        let prefix = forwarded::prefix(shared, &state.peer, &parts.headers);
        let query = parts.uri.query().map(|query| format!("?{query}")).unwrap_or_default();
        let moved = refusal::moved(shared, format!("{prefix}/{query}"), began);
        return Ok(response(&state, StatusCode::PERMANENT_REDIRECT, moved, open));
    }
    let held = parts.headers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum();
    let Some(reserved) = shared.budget.reserve(&state.peer.client, held).await else {
        return refuse(&Problem::BUSY, &parts, open);
    };
    let mut given = Given { body: Vec::new(), unread: None, _head: reserved, _body: None };
    let body = takes_body(&parts).then_some(body).filter(|body| !body.is_end_stream());
    if let Some(body) = body {
        if api::is_upload(parts.method.as_str(), inside(parts.uri.path(), base)) {
            let expected = body.size_hint().lower();
            let patience = Patience::of(shared.settings.body_timeout);
            given.unread = Some(Unread::new(UnreadBody::new(body), expected, patience));
        } else {
            // The most that any route there reads, and one byte more, so that the route itself notices that there
            // is more.
            let is_caldav = caldav::is_at(inside(parts.uri.path(), base));
            let most = if is_caldav { caldav::BODY_LIMIT } else { api::BODY_LIMIT } + 1;
            let expected = body.size_hint().upper().and_then(|size| usize::try_from(size).ok());
            let expected = expected.unwrap_or(most).min(most);
            let Some(reserved) = shared.budget.reserve(&state.peer.client, expected).await else {
                return refuse(&Problem::BUSY, &parts, open);
            };
            match timeout(shared.settings.body_timeout, read_up_to(body, most)).await {
                Ok(Ok(body)) => given = Given { body, _body: Some(reserved), ..given },
                Ok(Err(_)) => return refuse(&Problem::BODY, &parts, open),
                Err(_) => return refuse(&Problem::SLOW_BODY, &parts, open),
            }
        }
    }
    // One client with many streams and connections must not hold up all others.
    let _turn = state.peer.client.turn().await;
    let (sender, mut receiver) = oneshot::channel();
    let work = Box::pin(pass_on(Arc::clone(&state), parts, given, open, sender));
    let mut work = ToTheEnd { work: Some(work), state: Arc::clone(&state) };
    poll_fn(|cx| {
        let polled = work.poll(cx);
        match receiver.try_recv() {
            Ok(response) => Poll::Ready(Ok(response)),
            Err(_) if polled.is_ready() => {
                Poll::Ready(Err(io::Error::other("the answer broke off")))
            }
            Err(_) => Poll::Pending,
        }
    })
    .await
}

/// The answer to a request that is not passed on.
fn refused(
    state: &State,
    problem: &Problem,
    parts: &Parts,
    open: Open,
    began: Instant,
) -> Response<AnswerBody> {
    let refusal = refusal::of(&state.shared, problem, parts, began);
    response(state, status(problem.status), refusal, open)
}

/// An answer of the front itself; without its body, if that would be more than may be held.
fn response(
    state: &State,
    status: StatusCode,
    answer: Refusal,
    open: Open,
) -> Response<AnswerBody> {
    let Refusal { headers, body } = answer;
    let reserved = state.shared.budget.reserve_now(&state.peer.client, body.len());
    let body = if reserved.is_some() { body } else { Vec::new() };
    let size = body.len();
    let mut response =
        Response::new(AnswerBody::whole(body, Counted { _reserved: reserved, open }));
    *response.status_mut() = status;
    for (name, value) in headers {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            response.headers_mut().insert(name, value);
        }
    }
    response.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from(size));
    response
}

fn status(code: u16) -> StatusCode {
    StatusCode::from_u16(code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

/// The body of a request, and what it counts for.
struct Given {
    body: Vec<u8>,
    /// Instead, if the route is to read it.
    unread: Option<Unread<'static>>,
    _head: Reserved,
    _body: Option<Reserved>,
}

/// Checks what hyper leaves to the service (RFC 9112, sections 3.2 and 6.1).
fn check(parts: &Parts) -> Result<(), Problem> {
    if parts.version == Version::HTTP_11 || parts.headers.contains_key(HOST) {
        let mut hosts = parts.headers.get_all(HOST).iter();
        let host = hosts.next().ok_or(Problem::HOST)?;
        let sound = host.is_empty() || Authority::try_from(host.as_bytes()).is_ok();
        if !sound || hosts.next().is_some() {
            return Err(Problem::HOST);
        }
    }
    let mut codings = parts.headers.get_all(TRANSFER_ENCODING).iter();
    if !codings.all(|coding| coding.as_bytes().eq_ignore_ascii_case(b"chunked")) {
        return Err(Problem::CODING);
    }
    if parts.uri.path_and_query().is_none() {
        return Err(Problem::TARGET);
    }
    Ok(())
}

/// Whether a route may read the body. That of another method is not waited for.
fn takes_body(parts: &Parts) -> bool {
    !matches!(parts.method.as_str(), "GET" | "HEAD" | "OPTIONS" | "TRACE" | "CONNECT")
}

async fn read_up_to(mut body: Incoming, most: usize) -> io::Result<Vec<u8>> {
    let expected = body.size_hint().lower();
    let mut bytes = Vec::with_capacity(usize::try_from(expected).unwrap_or(most).min(most));
    while let Some(frame) = poll_fn(|cx| Pin::new(&mut body).poll_frame(cx)).await {
        let frame = frame.map_err(io::Error::other)?;
        if let Some(data) = frame.data_ref() {
            let room = most - bytes.len();
            bytes.extend_from_slice(&data[..data.len().min(room)]);
            if bytes.len() == most {
                break;
            }
        }
    }
    Ok(bytes)
}

/// Passes a request to Rocket, and its answer to `sender`.
async fn pass_on(
    state: Arc<State>,
    parts: Parts,
    given: Given,
    open: Open,
    sender: oneshot::Sender<Response<AnswerBody>>,
) {
    let Given { body, unread, _head, _body } = given;
    let local = local(&state, &parts, body);
    let is_upload = unread.is_some();
    if let Some(unread) = unread {
        upload::keep(local.inner(), unread);
        open.is_in_no_hurry();
    }
    let answer = local.dispatch().await;
    if is_upload {
        open.moves();
    }
    send(&state, &parts, answer, open, sender).await;
}

/// The request with that head and body, as one of Rocket.
fn local<'r>(state: &'r State, parts: &'r Parts, body: Vec<u8>) -> LocalRequest<'r> {
    let shared = &state.shared;
    let path = inside(parts.uri.path(), &shared.settings.base_path);
    // Rocket takes a method that it does not know for TRACE, which only the routes of CalDAV look into.
    let known: Option<Method> = parts.method.as_str().parse().ok();
    // Rocket reads a method without regard to case, HTTP does not.
    let known = known.filter(|known| known.as_str() == parts.method.as_str());
    let method = known.unwrap_or(Method::Trace);
    let mut local = shared.rocket.req(method, Origin::new(path, parts.uri.query()));
    local.set_remote(state.peer.address);
    let host = match parts.uri.authority() {
        Some(authority) => Some(authority.as_str()),
        None => parts.headers.get(HOST).and_then(|host| host.to_str().ok()),
    };
    if let Some(site) = forwarded::site(shared, &state.peer, &parts.headers, host) {
        exchange::is_at(local.inner(), site);
    }
    if let Some(host) = host.and_then(|host| Host::parse(host).ok()) {
        local.set_host(host);
    }
    for (name, value) in &parts.headers {
        // Rocket knows no value that is not UTF-8.
        let Ok(value) = str::from_utf8(value.as_bytes()) else { continue };
        local.inner_mut().add_header(Header::new(name.as_str(), value));
    }
    if known.is_none() {
        exchange::has_method(local.inner(), parts.method.as_str());
    }
    let prefix = forwarded::prefix(shared, &state.peer, &parts.headers);
    if !prefix.is_empty() {
        exchange::has_prefix(local.inner(), prefix);
    }
    if !body.is_empty() {
        local.set_body(body);
    }
    local
}

async fn send(
    state: &Arc<State>,
    parts: &Parts,
    mut answer: LocalResponse<'_>,
    open: Open,
    sender: oneshot::Sender<Response<AnswerBody>>,
) {
    let shared = &state.shared;
    let size = answer.body().preset_size();
    let has_body = !answer.body().is_none() && size != Some(0);
    let in_one = size.filter(|size| *size <= SMALL);
    let counts = if has_body { size.unwrap_or(PIECE) } else { 0 };
    let Some(reserved) = shared.budget.reserve(&state.peer.client, counts).await else {
        let _ = sender.send(refused(state, &Problem::BUSY, parts, open, Instant::now()));
        return;
    };
    let counted = Counted { _reserved: Some(reserved), open };
    let prefix = forwarded::prefix(shared, &state.peer, &parts.headers);
    let mut response = Response::new(AnswerBody::Empty);
    *response.status_mut() = status(answer.status().code);
    for header in answer.headers().iter() {
        let value = if header.name == "Location" && header.value.starts_with('/') {
            HeaderValue::try_from(format!("{prefix}{}", header.value))
        } else {
            HeaderValue::from_bytes(header.value.as_bytes())
        };
        if let (Ok(name), Ok(value)) =
            (HeaderName::from_bytes(header.name.as_str().as_bytes()), value)
        {
            response.headers_mut().append(name, value);
        }
    }
    if let Some(size) = size {
        response.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from(size));
    }
    if !has_body {
        let _ = sender.send(response);
        return;
    }
    if let Some(size) = in_one {
        let mut bytes = Vec::with_capacity(size);
        while bytes.len() < size {
            match answer.read_buf(&mut bytes).await {
                Ok(1..) => {}
                Ok(0) => break,
                Err(error) => {
                    tracing::error!("an answer broke off: {error}");
                    return;
                }
            }
        }
        *response.body_mut() = AnswerBody::whole(bytes, counted);
        let _ = sender.send(response);
        return;
    }
    let counted = Arc::new(counted);
    let (pieces, receiver) = mpsc::channel(1);
    *response.body_mut() = AnswerBody::Pieces(receiver);
    if sender.send(response).is_err() {
        return;
    }
    loop {
        let mut bytes = Vec::with_capacity(PIECE);
        let read = answer.read_buf(&mut bytes).await;
        let last = !matches!(read, Ok(1..));
        let piece: io::Result<Bytes> = match read {
            Ok(0) => return,
            Ok(_) => Ok(body::piece(bytes, &counted)),
            Err(error) => Err(error),
        };
        if pieces.send(piece).await.is_err() || last {
            return;
        }
        counted.open.moves();
    }
}

/// Work that is done to its end, also if its client leaves: a request that was begun is logged, and an answer
/// that is not complete yet is sent on.
struct ToTheEnd {
    work: Option<Pin<Box<dyn Future<Output = ()> + Send>>>,
    state: Arc<State>,
}

impl ToTheEnd {
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let Some(work) = &mut self.work else { return Poll::Ready(()) };
        let polled = work.as_mut().poll(cx);
        if polled.is_ready() {
            self.work = None;
        }
        polled
    }
}

impl Drop for ToTheEnd {
    fn drop(&mut self) {
        if let Some(work) = self.work.take()
            && !std::thread::panicking()
        {
            self.state.shared.tasks.spawn(work);
        }
    }
}
