//! The value of a checked expression for a flow.

use std::cell::Cell;
use std::sync::Arc;

use prost_reflect::{DynamicMessage, FieldDescriptor, MessageDescriptor, ReflectMessage};

use super::ast::FoldKind;
use super::call;
use super::node::{FoldNode, Node};
use super::proto;
use super::root::Root;
use super::schema;
use super::value::{EvalError, Outcome, Value, find};

/// What an expression may cost for one flow, about a step each: the limit of Hubble's newest version.
const COST_LIMIT: u64 = 100_000;

/// Evaluates an expression; anything but a bool is an error.
pub(crate) fn evaluate(node: &Node, root: &impl Root) -> Result<bool, EvalError> {
    let evaluation = Evaluation {
        root,
        cost: Cell::new(0),
    };
    match evaluation.node(node, &mut Vec::new())? {
        Value::Bool(value) => Ok(value),
        _ => Err(EvalError::NoOverload),
    }
}

struct Evaluation<'r, R> {
    root: &'r R,
    cost: Cell<u64>,
}

/// Values of the variables of macros.
type Variables = Vec<Value>;

impl<R: Root> Evaluation<'_, R> {
    fn pay(&self, cost: usize) -> Result<(), EvalError> {
        let cost = self.cost.get().saturating_add(cost as u64);
        self.cost.set(cost);
        if cost > COST_LIMIT {
            return Err(EvalError::Cost);
        }
        Ok(())
    }

    fn node(&self, node: &Node, variables: &mut Variables) -> Outcome {
        self.pay(1)?;
        match node {
            Node::Value(value) => Ok(value.clone()),
            Node::Path(path) => {
                let value = self.root.read(path)?;
                self.pay(call::weight(&value))?;
                Ok(value)
            }
            Node::HasPath(path) => self.root.has(path).map(Value::Bool),
            Node::Flow => self.root.flow(),
            Node::Variable(at) => Ok(variables[*at].clone()),
            Node::Select(operand, field) => {
                let operand = self.node(operand, variables)?;
                select(&operand, field)
            }
            Node::Has(operand, field) => {
                let operand = self.node(operand, variables)?;
                has(&operand, field).map(Value::Bool)
            }
            Node::And(all) => self.decide(all, false, variables),
            Node::Or(all) => self.decide(all, true, variables),
            Node::Conditional(parts) => {
                let [condition, yes, no] = &**parts;
                match self.node(condition, variables)? {
                    Value::Bool(true) => self.node(yes, variables),
                    Value::Bool(false) => self.node(no, variables),
                    _ => Err(EvalError::NoOverload),
                }
            }
            Node::Call(function, arguments) => {
                let arguments = self.nodes(arguments, variables)?;
                self.pay(arguments.iter().map(call::weight).sum())?;
                call::call(function, &arguments)
            }
            Node::List(elements) => {
                let elements = self.nodes(elements, variables)?;
                Ok(Value::List(elements.into()))
            }
            Node::Map(entries) => self.map(entries, variables),
            Node::Message(message, fields) => self.build(message, fields, variables),
            Node::Fold(fold) => self.fold(fold, variables),
        }
    }

    fn nodes(&self, nodes: &[Node], variables: &mut Variables) -> Result<Vec<Value>, EvalError> {
        nodes
            .iter()
            .map(|node| self.node(node, variables))
            .collect()
    }

    /// `&&` and `||`: one operand that is `decisive` decides, whatever errors the others give.
    fn decide(&self, all: &[Node], decisive: bool, variables: &mut Variables) -> Outcome {
        let mut error = None;
        for node in all {
            match self.node(node, variables) {
                Ok(Value::Bool(value)) if value == decisive => return Ok(Value::Bool(decisive)),
                Ok(Value::Bool(_)) => {}
                Ok(_) => error = error.or(Some(EvalError::NoOverload)),
                Err(EvalError::Cost) => return Err(EvalError::Cost),
                Err(found) => error = error.or(Some(found)),
            }
        }
        match error {
            Some(error) => Err(error),
            None => Ok(Value::Bool(!decisive)),
        }
    }

    fn map(&self, entries: &[(Node, Node)], variables: &mut Variables) -> Outcome {
        let entries = entries.iter().map(|(key, value)| {
            let key = self.node(key, variables)?;
            Ok((key, self.node(value, variables)?))
        });
        let entries: Result<Arc<[(Value, Value)]>, EvalError> = entries.collect();
        entries.map(Value::Map)
    }

    fn build(
        &self,
        descriptor: &MessageDescriptor,
        fields: &[(FieldDescriptor, Node)],
        variables: &mut Variables,
    ) -> Outcome {
        let mut message = DynamicMessage::new(descriptor.clone());
        for (field, node) in fields {
            let value = self.node(node, variables)?;
            let Some(value) = proto::to_field(field, &value)? else {
                continue;
            };
            // A default is as good as none, so that equal messages are equal.
            if field.supports_presence() || !value.is_default_for_field(field) {
                message.set_field(field, value);
            }
        }
        proto::from_message(&message)
    }

    fn fold(&self, fold: &FoldNode, variables: &mut Variables) -> Outcome {
        let range = self.node(&fold.range, variables)?;
        let elements: Arc<[Value]> = match range {
            Value::List(elements) => elements,
            Value::Map(entries) => entries.iter().map(|(key, _)| key.clone()).collect(),
            _ => return Err(EvalError::NoOverload),
        };
        let before = variables.len();
        let result = self.fold_over(fold, &elements, variables);
        variables.truncate(before);
        result
    }

    fn fold_over(&self, fold: &FoldNode, elements: &[Value], variables: &mut Variables) -> Outcome {
        let mut taken = Vec::new();
        let mut count = 0_usize;
        let mut error = None;
        let at = variables.len();
        for element in elements {
            self.pay(1)?;
            variables.truncate(at);
            variables.push(element.clone());
            let is_taken = match &fold.condition {
                Some(condition) => self.bool(condition, variables)?,
                None => true,
            };
            if !is_taken {
                continue;
            }
            match fold.kind {
                FoldKind::Map => taken.push(self.node(&fold.body, variables)?),
                FoldKind::Filter => {
                    if self.bool(&fold.body, variables)? {
                        taken.push(element.clone());
                    }
                }
                FoldKind::ExistsOne => count += usize::from(self.bool(&fold.body, variables)?),
                FoldKind::All | FoldKind::Exists => {
                    let decisive = fold.kind == FoldKind::Exists;
                    match self.bool(&fold.body, variables) {
                        Ok(value) if value == decisive => return Ok(Value::Bool(decisive)),
                        Ok(_) => {}
                        Err(EvalError::Cost) => return Err(EvalError::Cost),
                        Err(found) => error = error.or(Some(found)),
                    }
                }
            }
        }
        match (error, fold.kind) {
            (Some(error), _) => Err(error),
            (None, FoldKind::All) => Ok(Value::Bool(true)),
            (None, FoldKind::Exists) => Ok(Value::Bool(false)),
            (None, FoldKind::ExistsOne) => Ok(Value::Bool(count == 1)),
            (None, FoldKind::Map | FoldKind::Filter) => Ok(Value::List(taken.into())),
        }
    }

    fn bool(&self, node: &Node, variables: &mut Variables) -> Result<bool, EvalError> {
        match self.node(node, variables)? {
            Value::Bool(value) => Ok(value),
            _ => Err(EvalError::NoOverload),
        }
    }
}

fn select(operand: &Value, field: &str) -> Outcome {
    match operand {
        Value::Message(message) => {
            let descriptor = message.descriptor().get_field_by_name(field);
            proto::field(message, &descriptor.ok_or(EvalError::NoField)?)
        }
        Value::NoFlow => {
            let empty = DynamicMessage::new(schema::flow().clone());
            let descriptor = empty.descriptor().get_field_by_name(field);
            proto::field(&empty, &descriptor.ok_or(EvalError::NoField)?)
        }
        Value::Map(entries) => {
            let found = find(entries, &Value::text(field));
            found.cloned().ok_or(EvalError::NoKey)
        }
        _ => Err(EvalError::NoOverload),
    }
}

fn has(operand: &Value, field: &str) -> Result<bool, EvalError> {
    match operand {
        Value::Message(message) => {
            let descriptor = message.descriptor().get_field_by_name(field);
            Ok(message.has_field(&descriptor.ok_or(EvalError::NoField)?))
        }
        Value::NoFlow => Ok(false),
        Value::Map(entries) => Ok(find(entries, &Value::text(field)).is_some()),
        _ => Err(EvalError::NoOverload),
    }
}
