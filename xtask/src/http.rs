//! Requests to our own servers on loopback: just enough HTTP/1.1 for health checks and set-up.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::time::Duration;

use anyhow::{Context, Result, bail};

const CONNECT: Duration = Duration::from_secs(2);
const REPLY: Duration = Duration::from_secs(120);

/// A reply's status and body.
pub struct Reply {
    /// HTTP status code.
    pub status: u16,
    /// The body, as text.
    pub body: String,
}

/// Sends one request and reads the whole reply.
///
/// # Errors
/// When nobody listens, or what answers does not speak HTTP.
pub fn request(method: &str, port: u16, path: &str, body: &str) -> Result<Reply> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let mut stream = TcpStream::connect_timeout(&address, CONNECT)?;
    stream.set_read_timeout(Some(REPLY))?;
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )?;
    let mut reply = Vec::new();
    stream.read_to_end(&mut reply)?;
    parse(&String::from_utf8_lossy(&reply))
}

fn parse(reply: &str) -> Result<Reply> {
    let (head, body) = reply.split_once("\r\n\r\n").context("the reply has no head")?;
    let status = head
        .split(' ')
        .nth(1)
        .and_then(|code| code.parse().ok())
        .context("the reply has no status")?;
    Ok(Reply { status, body: body.to_owned() })
}

/// Whether a GET is answered with success.
pub fn is_up(port: u16, path: &str) -> bool {
    request("GET", port, path, "").is_ok_and(|reply| reply.status < 400)
}

/// An error that says what to do when somebody already listens on `port`.
///
/// # Errors
/// The port is in use or not ours to use.
pub fn port_is_free(port: u16, what: &str) -> Result<()> {
    match TcpListener::bind((Ipv4Addr::LOCALHOST, port)) {
        Ok(_) => Ok(()),
        Err(error) => bail!(
            "port {port} ({what}) cannot be used: {error}.\n\
             Perhaps another `cargo x dev` runs. Stop it, or choose other ports: cargo x dev --port 8700"
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn a_reply_is_split_into_status_and_body() {
        let reply = parse("HTTP/1.1 404 Not Found\r\na: b\r\n\r\nno\r\n\r\nmore").unwrap();
        assert_eq!((reply.status, reply.body.as_str()), (404, "no\r\n\r\nmore"));
        assert!(parse("220 smtp ready").is_err());
    }
}
