//! Answers to requests.

use std::convert::Infallible;

use hyper::header::{
    ACCEPT, ACCEPT_ENCODING, ALLOW, CONTENT_ENCODING, CONTENT_TYPE, HeaderName, HeaderValue,
};
use hyper::{Method, Request, Response, StatusCode};

use super::body::Text;
use crate::expose::Format;
use crate::metrics::Metrics;

/// Answers a request, whatever its body.
pub(super) async fn answer<B>(
    request: Request<B>,
    metrics: Metrics,
) -> Result<Response<Text>, Infallible> {
    let is_read = matches!(*request.method(), Method::GET | Method::HEAD);
    let mut response = match request.uri().path() {
        "/metrics" | "/health" if !is_read => {
            let mut response = plain(StatusCode::METHOD_NOT_ALLOWED, "expected GET\n");
            let allowed = HeaderValue::from_static("GET, HEAD");
            response.headers_mut().insert(ALLOW, allowed);
            response
        }
        "/metrics" if request.method() == Method::HEAD => Response::new(Text::whole("")),
        "/metrics" => {
            let format = Format::negotiate(&joined(&request, &ACCEPT));
            let is_compressed = takes_gzip(&joined(&request, &ACCEPT_ENCODING));
            let mut response = Response::new(Text::of(metrics, format, is_compressed));
            let kind = HeaderValue::from_static(format.content_type());
            response.headers_mut().insert(CONTENT_TYPE, kind);
            if is_compressed {
                let gzip = HeaderValue::from_static("gzip");
                response.headers_mut().insert(CONTENT_ENCODING, gzip);
            }
            response
        }
        "/health" => plain(StatusCode::OK, "ok\n"),
        _ => plain(StatusCode::NOT_FOUND, "expected /metrics or /health\n"),
    };
    // Formats are for who asks for them.
    let vary = HeaderValue::from_static("accept, accept-encoding");
    response.headers_mut().insert(hyper::header::VARY, vary);
    Ok(response)
}

fn plain(status: StatusCode, text: &'static str) -> Response<Text> {
    let mut response = Response::new(Text::whole(text));
    *response.status_mut() = status;
    let kind = HeaderValue::from_static("text/plain; charset=utf-8");
    response.headers_mut().insert(CONTENT_TYPE, kind);
    response
}

fn joined<B>(request: &Request<B>, name: &HeaderName) -> String {
    let values = request.headers().get_all(name).iter();
    let texts: Vec<&str> = values.filter_map(|value| value.to_str().ok()).collect();
    texts.join(",")
}

/// Whether `Accept-Encoding` (RFC 9110 section 12.5.3) takes gzip.
fn takes_gzip(accepted: &str) -> bool {
    let quality = |wanted: &str| {
        accepted.split(',').find_map(|coding| {
            let (name, parameters) = coding.split_once(';').unwrap_or((coding, ""));
            if !name.trim().eq_ignore_ascii_case(wanted) {
                return None;
            }
            let value = parameters.trim().strip_prefix("q=");
            Some(value.map_or(1.0, |value| value.trim().parse().unwrap_or(0.0)))
        })
    };
    quality("gzip").or_else(|| quality("*")).unwrap_or(0.0) > 0.0
}

#[cfg(test)]
mod tests {
    use super::takes_gzip;

    #[test]
    fn gzip_is_for_who_takes_it() {
        for (accepted, expected) in [
            ("", false),
            ("gzip", true),
            ("deflate, GZIP;q=0.5", true),
            ("gzip;q=0, *", false),
            ("*;q=0.1", true),
            ("br, identity", false),
            ("gzip;q=x", false),
        ] {
            assert_eq!(takes_gzip(accepted), expected, "{accepted}");
        }
    }
}
