//! The types of an expression, before it runs.

use prost_reflect::MessageDescriptor;

use super::ast::{Expr, ExprKind, Fold, FoldKind};
use super::error::Fault;
use super::function::{self, Function};
use super::node::{FoldNode, Node, Path};
use super::schema::{self, CONTAINER};
use super::types::Type;
use super::value::Value;
use crate::GoRegex;

/// Name of the flow.
const FLOW: &str = "_flow";

/// A checked part and its type.
type Checked = Result<(Node, Type), Fault>;

/// Checks that an expression gives a bool, and resolves its names.
pub(crate) fn check(expr: &Expr) -> Result<Node, Fault> {
    let mut checker = Checker { scope: Vec::new() };
    let (node, found) = checker.expr(expr)?;
    if found == Type::Bool {
        return Ok(node);
    }
    let message = format!("got \"{found}\", wanted \"bool\" result type");
    Err(Fault::new(0, message))
}

struct Checker {
    /// Variables of macros and their types, the innermost one last.
    scope: Vec<(String, Type)>,
}

impl Checker {
    fn expr(&mut self, expr: &Expr) -> Checked {
        match &expr.kind {
            ExprKind::Null => Ok((Node::Value(Value::Null), Type::Null)),
            ExprKind::Bool(value) => Ok((Node::Value(Value::Bool(*value)), Type::Bool)),
            ExprKind::Int(value) => Ok((Node::Value(Value::Int(*value)), Type::Int)),
            ExprKind::Uint(value) => Ok((Node::Value(Value::Uint(*value)), Type::Uint)),
            ExprKind::Double(value) => Ok((Node::Value(Value::Double(*value)), Type::Double)),
            ExprKind::Text(value) => Ok((Node::Value(Value::text(value)), Type::Text)),
            ExprKind::Bytes(value) => {
                let value = Value::Bytes(value.as_slice().into());
                Ok((Node::Value(value), Type::Bytes))
            }
            ExprKind::Name(name) => self.name(name).ok_or_else(|| undeclared(name, expr.at)),
            ExprKind::Select(operand, field) => self.select(expr, operand, field, false),
            ExprKind::Has(operand, field) => self.select(expr, operand, field, true),
            ExprKind::And(all) => Ok((Node::And(self.bools(all)?), Type::Bool)),
            ExprKind::Or(all) => Ok((Node::Or(self.bools(all)?), Type::Bool)),
            ExprKind::Conditional(parts) => self.conditional(expr.at, parts),
            ExprKind::Call(name, target, arguments) => {
                self.call(expr.at, name, target.as_deref(), arguments)
            }
            ExprKind::List(elements) => self.list(elements),
            ExprKind::Map(entries) => self.map(entries),
            ExprKind::Message(name, fields) => self.message(expr.at, name, fields),
            ExprKind::Fold(fold) => self.fold(fold),
        }
    }

    /// What a name stands for, that of a variable or one with a package.
    fn name(&self, name: &str) -> Option<(Node, Type)> {
        let variable = self.scope.iter().rposition(|(one, _)| one == name);
        if let Some(at) = variable {
            return Some((Node::Variable(at), self.scope[at].1.clone()));
        }
        if name == FLOW || name.strip_prefix('.') == Some(FLOW) {
            return Some((Node::Flow, schema::message_type(schema::flow())));
        }
        schema::candidates(name)
            .iter()
            .find_map(|name| constant(name))
    }

    fn bools(&mut self, all: &[Expr]) -> Result<Vec<Node>, Fault> {
        all.iter()
            .map(|one| {
                let (node, found) = self.expr(one)?;
                if found.fits(&Type::Bool) {
                    return Ok(node);
                }
                let message = format!("expected type 'bool' but found '{found}'");
                Err(Fault::new(one.at, message))
            })
            .collect()
    }

    fn conditional(&mut self, at: usize, parts: &[Expr; 3]) -> Checked {
        let (condition, yes, no) = (
            self.expr(&parts[0])?,
            self.expr(&parts[1])?,
            self.expr(&parts[2])?,
        );
        if !condition.1.fits(&Type::Bool) || !yes.1.fits(&no.1) {
            return Err(no_overload(at, "_?_:_", &[condition.1, yes.1, no.1]));
        }
        let node = Node::Conditional(Box::new([condition.0, yes.0, no.0]));
        Ok((node, yes.1.join(no.1)))
    }

    fn select(&mut self, expr: &Expr, operand: &Expr, field: &str, is_test: bool) -> Checked {
        // The longest name goes first: it may be that of a value of an enumeration, or a type.
        if !is_test
            && let Some(name) = self.qualified(expr)
            && let Some(found) = schema::candidates(&name)
                .iter()
                .find_map(|name| constant(name))
        {
            return Ok(found);
        }
        let (node, found) = self.expr(operand)?;
        let select = |node: Node| {
            let node = Box::new(node);
            if is_test {
                Node::Has(node, field.into())
            } else {
                Node::Select(node, field.into())
            }
        };
        match found {
            Type::Message(message) => {
                let descriptor = message.get_field_by_name(field);
                let Some(descriptor) = descriptor else {
                    return Err(Fault::new(expr.at, undefined_field(&message, field)));
                };
                let result = if is_test {
                    Type::Bool
                } else {
                    schema::field_type(&descriptor)
                };
                let mut path = match node {
                    Node::Flow => Path {
                        fields: Vec::new(),
                        name: String::new(),
                    },
                    Node::Path(path) => path,
                    node => return Ok((select(node), result)),
                };
                if !path.name.is_empty() {
                    path.name.push('.');
                }
                path.name.push_str(field);
                path.fields.push(descriptor);
                let node = if is_test {
                    Node::HasPath(path)
                } else {
                    Node::Path(path)
                };
                Ok((node, result))
            }
            Type::Map(key, _) if !key.fits(&Type::Text) => {
                Err(no_selection(expr.at, &Type::Map(key, Box::new(Type::Dyn))))
            }
            Type::Map(_, value) => {
                let result = if is_test { Type::Bool } else { *value };
                Ok((select(node), result))
            }
            Type::Dyn => {
                let result = if is_test { Type::Bool } else { Type::Dyn };
                Ok((select(node), result))
            }
            found => Err(no_selection(expr.at, &found)),
        }
    }

    /// The name that selections of a name write, unless it begins with a variable.
    fn qualified(&self, expr: &Expr) -> Option<String> {
        match &expr.kind {
            ExprKind::Name(name) => {
                let is_variable = name == FLOW || self.scope.iter().any(|(one, _)| one == name);
                (!is_variable).then(|| name.clone())
            }
            ExprKind::Select(operand, field) => {
                Some(format!("{}.{field}", self.qualified(operand)?))
            }
            _ => None,
        }
    }

    fn call(
        &mut self,
        at: usize,
        name: &str,
        target: Option<&Expr>,
        arguments: &[Expr],
    ) -> Checked {
        let function = function::named(name).ok_or_else(|| undeclared(name, at))?;
        let (as_member, as_global) = function.styles();
        let mut nodes = Vec::new();
        let mut types = Vec::new();
        for argument in target.into_iter().chain(arguments) {
            let (node, found) = self.expr(argument)?;
            nodes.push(node);
            types.push(found);
        }
        let is_style = if target.is_some() {
            as_member
        } else {
            as_global
        };
        let result = if is_style {
            function.result(&types)
        } else {
            None
        };
        let result = result.ok_or_else(|| no_overload(at, name, &types))?;
        let function = match (function, nodes.get(1)) {
            (Function::Matches, Some(Node::Value(Value::Text(text)))) => {
                Function::MatchesKnown(Box::new(GoRegex::new(text)))
            }
            (function, _) => function,
        };
        Ok((Node::Call(function, nodes), result))
    }

    fn list(&mut self, elements: &[Expr]) -> Checked {
        let mut nodes = Vec::new();
        let mut of = None;
        for element in elements {
            let (node, found) = self.expr(element)?;
            nodes.push(node);
            of = Some(joined(of, found));
        }
        Ok((Node::List(nodes), Type::list(of.unwrap_or(Type::Dyn))))
    }

    fn map(&mut self, entries: &[(Expr, Expr)]) -> Checked {
        let mut nodes = Vec::new();
        let (mut keys, mut values) = (None, None);
        for (key, value) in entries {
            let (key, key_type) = self.expr(key)?;
            let (value, value_type) = self.expr(value)?;
            nodes.push((key, value));
            keys = Some(joined(keys, key_type));
            values = Some(joined(values, value_type));
        }
        let found = Type::map(keys.unwrap_or(Type::Dyn), values.unwrap_or(Type::Dyn));
        Ok((Node::Map(nodes), found))
    }

    fn message(&mut self, at: usize, name: &str, fields: &[(String, usize, Expr)]) -> Checked {
        let candidates = schema::candidates(name);
        let message = candidates.iter().find_map(|name| schema::message(name));
        let message = message.ok_or_else(|| undeclared(name, at))?;
        let mut nodes = Vec::new();
        for (field, at, value) in fields {
            let descriptor = message.get_field_by_name(field);
            let Some(descriptor) = descriptor else {
                return Err(Fault::new(*at, undefined_field(&message, field)));
            };
            let wanted = schema::field_type(&descriptor);
            let (node, found) = self.expr(value)?;
            if !wanted.fits(&found) {
                return Err(Fault::new(
                    *at,
                    format!(
                        "expected type of field '{field}' is '{wanted}' but provided type is '{found}'"
                    ),
                ));
            }
            nodes.push((descriptor, node));
        }
        let found = schema::message_type(&message);
        Ok((Node::Message(message, nodes), found))
    }

    fn fold(&mut self, fold: &Fold) -> Checked {
        let (range, found) = self.expr(&fold.range)?;
        let element = match found {
            Type::List(element) => *element,
            Type::Map(key, _) => *key,
            Type::Dyn => Type::Dyn,
            found => {
                let message = format!(
                    "expression of type '{found}' cannot be range of a comprehension (must be list, map, or dynamic)"
                );
                return Err(Fault::new(fold.range.at, message));
            }
        };
        self.scope.push((fold.variable.clone(), element.clone()));
        let inner = self.fold_body(fold);
        self.scope.pop();
        let (condition, body, of) = inner?;
        let result = match fold.kind {
            FoldKind::All | FoldKind::Exists | FoldKind::ExistsOne => Type::Bool,
            FoldKind::Map => Type::list(of),
            FoldKind::Filter => Type::list(element),
        };
        let node = FoldNode {
            kind: fold.kind,
            range,
            condition,
            body,
        };
        Ok((Node::Fold(Box::new(node)), result))
    }

    fn fold_body(&mut self, fold: &Fold) -> Result<(Option<Node>, Node, Type), Fault> {
        let condition = match &fold.condition {
            Some(condition) => self.bools(std::slice::from_ref(condition))?.pop(),
            None => None,
        };
        if fold.kind == FoldKind::Map {
            let (body, of) = self.expr(&fold.body)?;
            return Ok((condition, body, of));
        }
        let mut body = self.bools(std::slice::from_ref(&fold.body))?;
        let body = body.pop().unwrap_or(Node::Value(Value::Null));
        Ok((condition, body, Type::Bool))
    }
}

/// A value of an enumeration, or a type, by its full name.
fn constant(name: &str) -> Option<(Node, Type)> {
    if let Some(number) = schema::enumeration_value(name) {
        return Some((Node::Value(Value::Int(number)), Type::Int));
    }
    let known = [
        "bool",
        "bytes",
        "double",
        "int",
        "list",
        "map",
        "null_type",
        "string",
        "type",
        "uint",
    ];
    let is_type = known.contains(&name) || schema::message(name).is_some();
    is_type.then(|| (Node::Value(Value::Type(name.into())), Type::Meta))
}

fn joined(of: Option<Type>, found: Type) -> Type {
    match of {
        Some(of) => of.join(found),
        None => found,
    }
}

fn undeclared(name: &str, at: usize) -> Fault {
    let name = name.trim_start_matches('.');
    let message = format!("undeclared reference to '{name}' (in container '{CONTAINER}')");
    Fault::new(at, message)
}

fn no_selection(at: usize, found: &Type) -> Fault {
    Fault::new(
        at,
        format!("type '{found}' does not support field selection"),
    )
}

fn no_overload(at: usize, name: &str, arguments: &[Type]) -> Fault {
    let arguments: Vec<String> = arguments.iter().map(ToString::to_string).collect();
    let arguments = arguments.join(", ");
    let message = format!("found no matching overload for '{name}' applied to '({arguments})'");
    Fault::new(at, message)
}

/// The error of a field that a message does not have, with the one it may have been meant for.
fn undefined_field(message: &MessageDescriptor, field: &str) -> String {
    let plain = |name: &str| name.replace('_', "").to_lowercase();
    let meant = message
        .fields()
        .find(|known| plain(known.name()) == plain(field));
    match meant {
        Some(meant) => format!(
            "undefined field '{field}': did you mean '{}'?",
            meant.name()
        ),
        None => format!("undefined field '{field}'"),
    }
}
