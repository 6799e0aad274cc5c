//! What client and server say to each other.

use super::pair::SERVER_V4;

/// A request with a body of `body_len` bytes.
pub(super) fn http_request(body_len: usize) -> Vec<u8> {
    let method = if body_len == 0 { "GET" } else { "PUT" };
    let mut request = format!(
        "{method} /hello HTTP/1.1\r\nHost: server.demo.test\r\n\
         Content-Length: {body_len}\r\nConnection: close\r\n\r\n"
    )
    .into_bytes();
    request.resize(request.len() + body_len, b'x');
    request
}

/// A query for the A record of `server.demo.test`: RFC 1035 section 4.
pub(super) const DNS_QUERY: &[u8] =
    b"\x2a\x2a\x01\0\0\x01\0\0\0\0\0\0\x06server\x04demo\x04test\0\0\x01\0\x01";

/// What every HTTP request gets.
pub(super) const RESPONSE: &[u8] =
    b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 6\r\nConnection: close\r\n\r\nhello\n";

/// The answer to a query with one question: RFC 1035 section 4.
pub(super) fn dns_answer(query: &[u8]) -> Vec<u8> {
    let mut answer = query.to_vec();
    if answer.len() >= 12 {
        answer[2] = 0x81; // response, recursion desired
        answer[3] = 0x80; // recursion available, no error
        answer[7] = 1; // one answer
        answer.extend([0xc0, 12]); // its name is that of the question
        answer.extend([0, 1, 0, 1, 0, 0, 0, 60, 0, 4]); // A, IN, 60 s, 4 bytes
        answer.extend(SERVER_V4.octets());
    }
    answer
}

/// An HTTP request with a body of `body_len` bytes, and its response.
#[must_use]
pub fn http_exchange(body_len: usize) -> (Vec<u8>, Vec<u8>) {
    (http_request(body_len), RESPONSE.to_vec())
}

/// A DNS query, and its answer.
#[must_use]
pub fn dns_exchange() -> (Vec<u8>, Vec<u8>) {
    (DNS_QUERY.to_vec(), dns_answer(DNS_QUERY))
}
