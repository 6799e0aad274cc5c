//! From `flow.FlowFilter` to conditions on layer 7.

use flow_hubble::flow as pb;

use super::condition::Condition;
use super::error::FilterFault;
use super::http::{Methods, Statuses};
use crate::GoRegex;

/// A value that is none, and the field it stands in.
pub(crate) type Fault = (&'static str, FilterFault);

/// Number of the class of layer 7 events.
const L7: i32 = 129;

/// Adds the conditions on DNS messages.
pub(crate) fn dns(filter: &pb::FlowFilter, conditions: &mut Vec<Condition>) -> Result<(), Fault> {
    if !filter.dns_query.is_empty() {
        let queries = filter.dns_query.iter().map(|text| GoRegex::new(text));
        let queries: Result<Vec<GoRegex>, _> = queries.collect();
        let queries = queries.map_err(|error| ("dns_query", FilterFault::DnsRegex(error)))?;
        conditions.push(Condition::DnsQuery(queries));
    }
    Ok(())
}

/// Adds the conditions on HTTP messages.
pub(crate) fn conditions(
    filter: &pb::FlowFilter,
    conditions: &mut Vec<Condition>,
) -> Result<(), Fault> {
    let is_possible =
        filter.event_type.is_empty() || filter.event_type.iter().any(|class| class.r#type == L7);
    let check = |field: &'static str, words: &'static str| {
        if is_possible {
            Ok(())
        } else {
            Err((field, FilterFault::EventType(words)))
        }
    };
    if !filter.http_status_code.is_empty() {
        check("http_status_code", "http status code")?;
        let statuses = Statuses::parse(&filter.http_status_code)
            .map_err(|text| ("http_status_code", FilterFault::Status(text.into())))?;
        conditions.push(Condition::HttpStatus(statuses));
    }
    if !filter.http_method.is_empty() {
        check("http_method", "http method")?;
        conditions.push(Condition::HttpMethod(Methods::new(&filter.http_method)));
    }
    if !filter.http_path.is_empty() {
        check("http_path", "http path")?;
        let paths = expressions("http path", &filter.http_path);
        let paths = paths.map_err(|fault| ("http_path", fault))?;
        conditions.push(Condition::HttpPath(paths));
    }
    if !filter.http_url.is_empty() {
        check("http_url", "http url")?;
        let urls = expressions("http url", &filter.http_url);
        let urls = urls.map_err(|fault| ("http_url", fault))?;
        conditions.push(Condition::HttpUrl(urls));
    }
    if !filter.http_header.is_empty() {
        check("http_header", "http headers")?;
        let header = |one: &pb::HttpHeader| (one.key.as_str().into(), one.value.as_str().into());
        let headers = filter.http_header.iter().map(header).collect();
        conditions.push(Condition::HttpHeader(headers));
    }
    Ok(())
}

fn expressions(field: &'static str, texts: &[String]) -> Result<Vec<GoRegex>, FilterFault> {
    let expressions = texts.iter().map(|text| {
        GoRegex::new(text).map_err(|error| FilterFault::Regex {
            field,
            text: text.clone(),
            error,
        })
    });
    expressions.collect()
}
