//! A client that keeps its connection.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::TcpStream;

use crate::support::server::Server;

/// A connection that is kept from request to request.
pub(crate) struct Connection(BufReader<TcpStream>);

impl Connection {
    pub(crate) fn to(server: &Server) -> Self {
        Self(BufReader::new(server.connect()))
    }

    /// Calls `path` below `/api/v1`. After an error the request may or may not have been done.
    pub(crate) fn call(
        &mut self,
        method: &str,
        path: &str,
        token: &str,
        body: &str,
    ) -> io::Result<Reply> {
        let request = request(method, path, token, body);
        self.0.get_mut().write_all(request.as_bytes())?;
        let (mut reply, mut length) = (Reply { status: 0, made: None, body: String::new() }, 0);
        loop {
            let mut line = String::new();
            if self.0.read_line(&mut line)? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            let line = line.trim_end();
            match line.split_once(": ") {
                None if line.is_empty() => break,
                None => reply.status = line.split(' ').nth(1).unwrap().parse().unwrap(),
                Some((name, value)) if name.eq_ignore_ascii_case("location") => {
                    reply.made = Some(value.rsplit('/').next().unwrap().parse().unwrap());
                }
                Some((name, value)) if name.eq_ignore_ascii_case("content-length") => {
                    length = value.parse().unwrap();
                }
                Some(_) => {}
            }
        }
        let mut body = vec![0; length];
        self.0.read_exact(&mut body)?;
        reply.body = String::from_utf8(body).unwrap();
        Ok(reply)
    }
}

pub(crate) struct Reply {
    pub(crate) status: u16,
    /// The id that `Location` ends in.
    pub(crate) made: Option<i64>,
    pub(crate) body: String,
}

/// The bytes of a request that keeps its connection.
pub(crate) fn request(method: &str, path: &str, token: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "{method} /api/v1{path} HTTP/1.1\r\nHost: c\r\nX-calendar-access-token: {token}\r\nContent-Length: {length}\r\n\r\n{body}"
    )
}
