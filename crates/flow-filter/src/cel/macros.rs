//! Macros: what looks like a function, but is part of the syntax.

use super::ast::{Expr, ExprKind, Fold, FoldKind};
use super::error::Fault;

/// A call without a target: `has` is a macro.
pub(crate) fn global(name: String, mut arguments: Vec<Expr>) -> Result<ExprKind, Fault> {
    if name != "has" || arguments.len() != 1 {
        return Ok(ExprKind::Call(name, None, arguments));
    }
    match arguments.pop() {
        Some(Expr {
            kind: ExprKind::Select(operand, field),
            ..
        }) => Ok(ExprKind::Has(operand, field)),
        other => {
            let at = other.map_or(0, |expr| expr.at);
            Err(Fault::new(
                at,
                "invalid argument to has() macro: expected a field",
            ))
        }
    }
}

/// A call on a target: `all` and its like are macros.
pub(crate) fn member(target: Expr, name: String, arguments: Vec<Expr>) -> Result<ExprKind, Fault> {
    let kind = match (name.as_str(), arguments.len()) {
        ("all", 2) => FoldKind::All,
        ("exists", 2) => FoldKind::Exists,
        ("exists_one", 2) => FoldKind::ExistsOne,
        ("map", 2 | 3) => FoldKind::Map,
        ("filter", 2) => FoldKind::Filter,
        _ => return Ok(ExprKind::Call(name, Some(Box::new(target)), arguments)),
    };
    let mut arguments = arguments.into_iter();
    let (Some(variable), Some(first)) = (arguments.next(), arguments.next()) else {
        return Err(Fault::new(
            target.at,
            "expected a variable and an expression",
        ));
    };
    let variable = match variable {
        Expr {
            kind: ExprKind::Name(name),
            ..
        } if !name.starts_with('.') => name,
        other => return Err(Fault::new(other.at, "argument must be a simple name")),
    };
    let (condition, body) = match arguments.next() {
        Some(body) => (Some(first), body),
        None => (None, first),
    };
    Ok(ExprKind::Fold(Box::new(Fold {
        kind,
        range: target,
        variable,
        condition,
        body,
    })))
}
