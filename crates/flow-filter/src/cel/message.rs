//! Flows as messages.

use std::cell::OnceCell;
use std::sync::Arc;

use flow_core::view::FlowView;
use flow_hubble::Export;
use flow_hubble::flow as pb;
use prost::Message;
use prost_reflect::{DynamicMessage, FieldDescriptor, Value as Proto};

use super::node::Path;
use super::proto;
use super::root::Root;
use super::schema;
use super::value::{EvalError, Outcome, Value};

/// Where the message comes from.
enum Origin<'a, 'v> {
    Message(&'a pb::Flow),
    View(&'a FlowView<'v>),
    Nothing,
}

/// A flow as a message whose fields can be found by name. It is made when that is first needed.
pub(crate) struct MessageRoot<'a, 'v> {
    origin: Origin<'a, 'v>,
    dynamic: OnceCell<Option<Arc<DynamicMessage>>>,
}

impl<'a, 'v> MessageRoot<'a, 'v> {
    pub(crate) const fn of_message(message: &'a pb::Flow) -> Self {
        Self {
            origin: Origin::Message(message),
            dynamic: OnceCell::new(),
        }
    }

    pub(crate) const fn of_view(view: &'a FlowView<'v>) -> Self {
        Self {
            origin: Origin::View(view),
            dynamic: OnceCell::new(),
        }
    }

    /// Returns the root where there is no flow.
    pub(crate) const fn nothing() -> Self {
        Self {
            origin: Origin::Nothing,
            dynamic: OnceCell::new(),
        }
    }

    fn dynamic(&self) -> Result<&Arc<DynamicMessage>, EvalError> {
        let dynamic = self.dynamic.get_or_init(|| {
            let mut bytes = Vec::new();
            match self.origin {
                Origin::Message(message) => message.encode(&mut bytes).ok()?,
                Origin::View(view) => Export::of(view).protobuf(&mut bytes),
                Origin::Nothing => {}
            }
            let dynamic = DynamicMessage::decode(schema::flow().clone(), &*bytes).ok()?;
            Some(Arc::new(dynamic))
        });
        dynamic.as_ref().ok_or(EvalError::UnknownMessage)
    }
}

impl Root for MessageRoot<'_, '_> {
    fn read(&self, path: &Path) -> Outcome {
        let Some((last, parents)) = path.fields.split_last() else {
            return Err(EvalError::NoField);
        };
        match parent(self.dynamic()?, parents) {
            Some(message) => proto::field(message, last),
            // Where a message is absent, its fields have their defaults.
            None => proto::field(&DynamicMessage::new(last.parent_message().clone()), last),
        }
    }

    fn has(&self, path: &Path) -> Result<bool, EvalError> {
        let Some((last, parents)) = path.fields.split_last() else {
            return Ok(true);
        };
        let message = parent(self.dynamic()?, parents);
        Ok(message.is_some_and(|message| message.has_field(last)))
    }

    fn flow(&self) -> Outcome {
        match self.origin {
            Origin::Nothing => Ok(Value::NoFlow),
            _ => self.dynamic().cloned().map(Value::Message),
        }
    }
}

/// The message at the end of these fields; `None` where one of them is not set.
fn parent<'m>(
    message: &'m DynamicMessage,
    fields: &[FieldDescriptor],
) -> Option<&'m DynamicMessage> {
    fields.iter().try_fold(message, |message, field| {
        let found = message.has_field(field).then(|| message.get_field(field))?;
        match found {
            std::borrow::Cow::Borrowed(Proto::Message(inner)) => Some(inner),
            _ => None,
        }
    })
}
