//! Writing flows out.

use std::boxed::Box;
use std::vec::Vec;

use super::encode::sink::Walk;
use super::encode::{Event, ExtensionForm, FlowFields, Json, Wire};
use super::mask::{Mask, Masked};
use super::message;
use super::{flow as pb, observer};
use flow_core::flow::Flow;
use flow_core::record::L7Record;
use flow_core::resolve::{EndpointNames, Extra, Held, NodeNames, Resolve, Unresolved};

/// A flow on its way out: as a message, as protobuf, or as JSON.
///
/// ```
/// use flow_core::flow::Flow;
/// use flow_hubble::Export;
///
/// let flow = Flow { time: 1_500_000_000, ..Flow::default() };
/// let mut line = Vec::new();
/// Export::new(&flow).event_json(&mut line);
/// assert_eq!(
///     String::from_utf8(line).unwrap(),
///     r#"{"flow":{"time":"1970-01-01T00:00:01.500Z","source":{},"destination":{},"Summary":"no IP"},"time":"1970-01-01T00:00:01.500Z"}"#
/// );
/// ```
///
/// Fields are filled as Hubble fills them, deprecated ones too. Where text is not UTF-8 (names of
/// processes, layer 7), the bytes that are not become U+FFFD. In JSON, characters that a terminal
/// would obey are written as `\u` escapes.
///
/// Protobuf and JSON are written straight from the flow to the end of a buffer; in the steady
/// state nothing is allocated.
#[derive(Clone, Copy)]
pub struct Export<'a> {
    flow: &'a Flow,
    names: &'a dyn Resolve,
    form: ExtensionForm,
    mask: Option<&'a Mask>,
}

impl<'a> Export<'a> {
    /// A flow whose handles stand for nothing.
    #[must_use]
    pub fn new(flow: &'a Flow) -> Self {
        Self {
            flow,
            names: &Unresolved,
            form: ExtensionForm::default(),
            mask: None,
        }
    }

    /// With what `names` knows of the flow's handles.
    #[must_use]
    pub fn resolve(mut self, names: &'a dyn Resolve) -> Self {
        self.names = names;
        self
    }

    /// With `extensions` in this form.
    #[must_use]
    pub const fn extension(mut self, form: ExtensionForm) -> Self {
        self.form = form;
        self
    }

    /// With the fields of the flow that a mask selects.
    #[must_use]
    pub const fn mask(mut self, mask: &'a Mask) -> Self {
        self.mask = Some(mask);
        self
    }

    /// The message `flow.Flow`.
    #[must_use]
    pub fn message(&self) -> pb::Flow {
        let message = self.with(|fields| message::flow(&fields));
        match self.mask {
            Some(mask) => mask.select(&message),
            None => message,
        }
    }

    /// The message `observer.ExportEvent`, which is also what [`event_json`](Self::event_json)
    /// writes.
    #[must_use]
    pub fn event(&self) -> observer::ExportEvent {
        let flow = observer::export_event::ResponseTypes::Flow(Box::new(self.message()));
        observer::ExportEvent {
            node_name: self.names.node().name.clone(),
            time: Some(message::timestamp(self.flow.time)),
            response_types: Some(flow),
        }
    }

    /// Appends `flow.Flow` in protobuf.
    pub fn protobuf(&self, out: &mut Vec<u8>) {
        self.with(|fields| match self.mask {
            Some(mask) => fields.walk(&mut Masked::of_flow(Wire::new(out), mask)),
            None => fields.walk(&mut Wire::new(out)),
        });
    }

    /// Appends `observer.GetFlowsResponse` in protobuf: flow, name of the node, and time. The
    /// same bytes are an `observer.ExportEvent`.
    pub fn response_protobuf(&self, out: &mut Vec<u8>) {
        self.with_event(|event| match self.mask {
            Some(mask) => event.walk(&mut Masked::of_event(Wire::new(out), mask)),
            None => event.walk(&mut Wire::new(out)),
        });
    }

    /// Appends `flow.Flow` in JSON.
    pub fn json(&self, out: &mut Vec<u8>) {
        let start = out.len();
        self.with(|fields| match self.mask {
            Some(mask) => fields.walk(&mut Masked::of_flow(Json::new(out), mask)),
            None => fields.walk(&mut Json::new(out)),
        });
        Json::new(out).end_object(start);
    }

    /// Appends `observer.ExportEvent` in JSON: what Hubble's exporter writes, one to a line. The
    /// line's end is the caller's.
    pub fn event_json(&self, out: &mut Vec<u8>) {
        let start = out.len();
        self.with_event(|event| match self.mask {
            Some(mask) => event.walk(&mut Masked::of_event(Json::new(out), mask)),
            None => event.walk(&mut Json::new(out)),
        });
        Json::new(out).end_object(start);
    }

    /// Calls `body` with everything that stands behind the flow's handles.
    fn with<T>(&self, body: impl FnOnce(FlowFields<'_>) -> T) -> T {
        fn known<T>(handle: u32, find: impl FnOnce(u32) -> Option<T>) -> Option<T> {
            if handle == 0 { None } else { find(handle) }
        }
        let flow = self.flow;
        let endpoint = |handle| known(handle, |handle| self.names.endpoint(handle));
        let source: Option<Held<'_, EndpointNames>> = endpoint(flow.source.meta);
        let destination: Option<Held<'_, EndpointNames>> = endpoint(flow.destination.meta);
        let l7: Option<Held<'_, L7Record>> = known(flow.l7, |handle| self.names.l7(handle));
        let extra: Option<Held<'_, Extra>> = known(flow.ext, |handle| self.names.extra(handle));
        let node: &NodeNames = self.names.node();
        body(FlowFields {
            flow,
            node,
            source: source.as_deref(),
            destination: destination.as_deref(),
            l7: l7.as_deref(),
            extra: extra.as_deref(),
            extension: self.form,
        })
    }

    fn with_event<T>(&self, body: impl FnOnce(Event<'_, FlowFields<'_>>) -> T) -> T {
        self.with(|fields| {
            body(Event {
                node_name: &fields.node.name,
                time: fields.flow.time,
                flow: fields,
            })
        })
    }
}

#[cfg(test)]
mod tests;
