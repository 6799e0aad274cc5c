//! Flows to messages, protobuf and JSON.

use std::boxed::Box;
use std::vec::Vec;

use super::encode::sink::Walk;
use super::encode::{Event, ExtensionForm, FlowFields, Json, Wire};
use super::mask::{Mask, Masked};
use super::message;
use super::{flow as pb, observer};
use flow_core::flow::Flow;
use flow_core::resolve::{Resolve, Unresolved};
use flow_core::view::FlowView;

/// A flow to be written as a message, as protobuf, or as JSON.
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
    from: Input<'a>,
    form: ExtensionForm,
    mask: Option<&'a Mask>,
}

/// What is written.
#[derive(Clone, Copy)]
enum Input<'a> {
    Flow(&'a Flow, &'a dyn Resolve),
    View(&'a dyn Fields),
}

/// A [`FlowView`], whatever the lifetime of what it borrows.
trait Fields {
    fn fields(&self, form: ExtensionForm) -> FlowFields<'_>;
}

impl Fields for FlowView<'_> {
    fn fields(&self, form: ExtensionForm) -> FlowFields<'_> {
        FlowFields {
            flow: self.flow(),
            node: self.node(),
            source: self.source(),
            destination: self.destination(),
            l7: self.l7(),
            extra: self.extra(),
            extension: form,
        }
    }
}

impl<'a> Export<'a> {
    /// Creates the export of a flow alone, whose handles are not resolved.
    #[must_use]
    pub fn new(flow: &'a Flow) -> Self {
        Self {
            from: Input::Flow(flow, &Unresolved),
            form: ExtensionForm::default(),
            mask: None,
        }
    }

    /// Creates the export of a flow with what its handles refer to.
    #[must_use]
    pub fn of(view: &'a FlowView<'_>) -> Self {
        Self {
            from: Input::View(view),
            form: ExtensionForm::default(),
            mask: None,
        }
    }

    /// Resolves the handles of a flow that was passed alone with `names`.
    #[must_use]
    pub fn resolve(mut self, names: &'a dyn Resolve) -> Self {
        if let Input::Flow(_, known) = &mut self.from {
            *known = names;
        }
        self
    }

    /// Sets the form of `extensions`.
    #[must_use]
    pub const fn extension(mut self, form: ExtensionForm) -> Self {
        self.form = form;
        self
    }

    /// Writes only the fields of the flow that a mask selects.
    #[must_use]
    pub const fn mask(mut self, mask: &'a Mask) -> Self {
        self.mask = Some(mask);
        self
    }

    /// Returns the message `flow.Flow`.
    #[must_use]
    pub fn message(&self) -> pb::Flow {
        let message = self.with(|fields| message::flow(&fields));
        match self.mask {
            Some(mask) => mask.select(&message),
            None => message,
        }
    }

    /// Returns the message `observer.ExportEvent`, which is also what [`event_json`](Self::event_json)
    /// writes.
    #[must_use]
    pub fn event(&self) -> observer::ExportEvent {
        let flow = observer::export_event::ResponseTypes::Flow(Box::new(self.message()));
        self.with(|fields| observer::ExportEvent {
            node_name: fields.node.name.clone(),
            time: Some(message::timestamp(fields.flow.time)),
            response_types: Some(flow),
        })
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
        match self.from {
            Input::Flow(flow, names) => body(FlowView::new(flow, names).fields(self.form)),
            Input::View(view) => body(view.fields(self.form)),
        }
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

/// A flow whose handles stand for nothing; [`Export`] makes more of it.
impl From<&Flow> for pb::Flow {
    fn from(flow: &Flow) -> Self {
        Export::new(flow).message()
    }
}

#[cfg(test)]
mod tests;
