//! HTTP/1 beside httparse alone.

use std::hint::black_box;

use flow_l7::http1::{Answering, Request, Response};

use crate::input;
use crate::lane::{Extract, Group, Lane, Sink};

struct OurRequest;

impl Extract for OurRequest {
    #[inline]
    fn extract<S: Sink>(&mut self, input: &[u8], sink: &mut S) {
        let request = Request::parse(input).expect("a request");
        let target = request.target();
        sink.text(request.method().as_bytes());
        sink.text(target.path());
        sink.text(request.host().unwrap_or_default());
        let trace = request.traceparent().map(|parent| parent.trace_id);
        sink.text(trace.map_or(&[][..], |digits| digits));
    }
}

/// Parses and looks at nothing.
struct ParseRequest;

impl Extract for ParseRequest {
    #[inline]
    fn extract<S: Sink>(&mut self, input: &[u8], _sink: &mut S) {
        let mut headers = [httparse::EMPTY_HEADER; 64];
        let mut request = httparse::Request::new(&mut headers);
        black_box(request.parse(input).expect("a request"));
        black_box(&request);
    }
}

/// Extracts the same from what httparse gives, without checking it.
struct FindInRequest;

impl Extract for FindInRequest {
    #[inline]
    fn extract<S: Sink>(&mut self, input: &[u8], sink: &mut S) {
        let mut headers = [httparse::EMPTY_HEADER; 64];
        let mut request = httparse::Request::new(&mut headers);
        request.parse(input).expect("a request");
        let target = request.path.unwrap_or_default();
        let path = target.split_once('?').map_or(target, |(path, _)| path);
        sink.text(request.method.unwrap_or_default().as_bytes());
        sink.text(path.as_bytes());
        let find = |name: &str| {
            let mut found = request.headers.iter();
            let field = found.find(|field| field.name.eq_ignore_ascii_case(name));
            field.map_or(&[][..], |field| field.value)
        };
        sink.text(find("host"));
        sink.text(find("traceparent").get(3..35).unwrap_or_default());
    }
}

struct OurResponse;

impl Extract for OurResponse {
    #[inline]
    fn extract<S: Sink>(&mut self, input: &[u8], sink: &mut S) {
        let response = Response::parse(input).expect("a response");
        sink.number(u64::from(response.status()));
        sink.text(response.content_type().unwrap_or_default());
        sink.number(response.content_length().unwrap_or_default());
        black_box(response.framing(Answering::Other));
    }
}

struct ParseResponse;

impl Extract for ParseResponse {
    #[inline]
    fn extract<S: Sink>(&mut self, input: &[u8], _sink: &mut S) {
        let mut headers = [httparse::EMPTY_HEADER; 64];
        let mut response = httparse::Response::new(&mut headers);
        black_box(response.parse(input).expect("a response"));
        black_box(&response);
    }
}

pub(crate) fn groups() -> Vec<Group> {
    let (request, response) = (input::http_request(), input::http_response());
    vec![
        Group {
            title: "HTTP/1 request: method, path, host, trace",
            input: request.len(),
            lanes: vec![
                Lane::new("flow", &request, OurRequest),
                Lane::new("httparse, parse alone", &request, ParseRequest),
                Lane::new("httparse, and find the same", &request, FindInRequest),
            ],
        },
        Group {
            title: "HTTP/1 response: status, type, length",
            input: response.len(),
            lanes: vec![
                Lane::new("flow", &response, OurResponse),
                Lane::new("httparse, parse alone", &response, ParseResponse),
            ],
        },
    ]
}
