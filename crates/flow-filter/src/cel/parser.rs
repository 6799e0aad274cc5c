//! From words to an expression.
//!
//! The grammar is that of the language definition
//! (<https://github.com/google/cel-spec/blob/master/doc/langdef.md#syntax>).

use super::ast::{Expr, ExprKind};
use super::error::Fault;
use super::macros;
use super::token::{Kind, Token, tokens};

/// Expressions within one another, as deep as Hubble allows.
const NESTING_LIMIT: u32 = 250;
/// Parts within one another, operators in a row included.
const DEPTH_LIMIT: u32 = 400;

/// Words that are no names.
const RESERVED: [&str; 21] = [
    "as",
    "break",
    "const",
    "continue",
    "else",
    "false",
    "for",
    "function",
    "if",
    "import",
    "in",
    "let",
    "loop",
    "package",
    "namespace",
    "null",
    "return",
    "true",
    "var",
    "void",
    "while",
];

/// Reads an expression.
pub(crate) fn parse(text: &str) -> Result<Expr, Fault> {
    let mut parser = Parser {
        tokens: tokens(text)?,
        at: 0,
        nesting: 0,
    };
    let expr = parser.expr()?;
    match parser.peek() {
        Kind::End => Ok(expr),
        _ => Err(parser.unexpected("the end of the expression")),
    }
}

struct Parser {
    tokens: Vec<Token>,
    at: usize,
    nesting: u32,
}

impl Parser {
    fn peek(&self) -> &Kind {
        &self.tokens[self.at].kind
    }

    fn place(&self) -> usize {
        self.tokens[self.at].at
    }

    fn advance(&mut self) -> Token {
        let token = self.tokens[self.at].clone();
        if token.kind != Kind::End {
            self.at += 1;
        }
        token
    }

    /// Takes a mark if it is the next word.
    fn take(&mut self, mark: &str) -> bool {
        let is_next = matches!(self.peek(), Kind::Mark(next) if *next == mark);
        if is_next {
            self.at += 1;
        }
        is_next
    }

    fn expect(&mut self, mark: &'static str) -> Result<(), Fault> {
        if self.take(mark) {
            return Ok(());
        }
        Err(self.unexpected(&format!("'{mark}'")))
    }

    fn unexpected(&self, expected: &str) -> Fault {
        let found = match self.peek() {
            Kind::Name(name) | Kind::Quoted(name) => format!("'{name}'"),
            Kind::Mark(mark) => format!("'{mark}'"),
            Kind::End => "the end".into(),
            Kind::Text(_) | Kind::Bytes(_) => "a text".into(),
            Kind::Int(..) | Kind::Uint(_) | Kind::Double(_) => "a number".into(),
        };
        Fault::new(
            self.place(),
            format!("syntax error: expected {expected}, found {found}"),
        )
    }

    fn expr(&mut self) -> Result<Expr, Fault> {
        self.nesting += 1;
        if self.nesting > NESTING_LIMIT {
            let message = format!("expression recursion limit exceeded: {NESTING_LIMIT}");
            return Err(Fault::new(self.place(), message));
        }
        let condition = self.or()?;
        let at = self.place();
        let expr = if self.take("?") {
            let yes = self.or()?;
            self.expect(":")?;
            let no = self.expr()?;
            node(at, ExprKind::Conditional(Box::new([condition, yes, no])))?
        } else {
            condition
        };
        self.nesting -= 1;
        Ok(expr)
    }

    fn or(&mut self) -> Result<Expr, Fault> {
        let first = self.and()?;
        let at = self.place();
        let mut all = vec![first];
        while self.take("||") {
            all.push(self.and()?);
        }
        single_or(at, all, ExprKind::Or)
    }

    fn and(&mut self) -> Result<Expr, Fault> {
        let first = self.relation()?;
        let at = self.place();
        let mut all = vec![first];
        while self.take("&&") {
            all.push(self.relation()?);
        }
        single_or(at, all, ExprKind::And)
    }

    fn relation(&mut self) -> Result<Expr, Fault> {
        let mut left = self.sum()?;
        loop {
            let at = self.place();
            let name = match self.peek() {
                Kind::Mark(mark @ ("==" | "!=" | "<" | "<=" | ">" | ">=")) => format!("_{mark}_"),
                Kind::Name(name) if name == "in" => "@in".into(),
                _ => return Ok(left),
            };
            self.at += 1;
            let right = self.sum()?;
            left = node(at, ExprKind::Call(name, None, vec![left, right]))?;
        }
    }

    fn sum(&mut self) -> Result<Expr, Fault> {
        let mut left = self.product()?;
        loop {
            let at = self.place();
            let Kind::Mark(mark @ ("+" | "-")) = *self.peek() else {
                return Ok(left);
            };
            self.at += 1;
            let right = self.product()?;
            left = node(
                at,
                ExprKind::Call(format!("_{mark}_"), None, vec![left, right]),
            )?;
        }
    }

    fn product(&mut self) -> Result<Expr, Fault> {
        let mut left = self.unary()?;
        loop {
            let at = self.place();
            let Kind::Mark(mark @ ("*" | "/" | "%")) = *self.peek() else {
                return Ok(left);
            };
            self.at += 1;
            let right = self.unary()?;
            left = node(
                at,
                ExprKind::Call(format!("_{mark}_"), None, vec![left, right]),
            )?;
        }
    }

    fn unary(&mut self) -> Result<Expr, Fault> {
        let at = self.place();
        for (mark, name) in [("!", "!_"), ("-", "-_")] {
            let mut count = 0;
            while self.take(mark) {
                count += 1;
            }
            if count == 0 {
                continue;
            }
            // The last minus belongs to a number.
            let is_number = matches!(self.peek(), Kind::Int(..) | Kind::Double(_));
            let operand = if mark == "-" && is_number {
                count -= 1;
                self.member(true)?
            } else {
                self.member(false)?
            };
            // Two of them are none.
            return match count % 2 {
                0 => Ok(operand),
                _ => node(at, ExprKind::Call(name.into(), None, vec![operand])),
            };
        }
        self.member(false)
    }

    fn member(&mut self, is_negative: bool) -> Result<Expr, Fault> {
        let mut expr = self.primary(is_negative)?;
        loop {
            let at = self.place();
            if self.take("[") {
                let index = self.expr()?;
                self.expect("]")?;
                expr = node(at, ExprKind::Call("_[_]".into(), None, vec![expr, index]))?;
            } else if self.take(".") {
                expr = self.selector(expr, at)?;
            } else if let Some(name) = message_name(&expr)
                && self.take("{")
            {
                let fields = self.fields()?;
                expr = node(at, ExprKind::Message(name, fields))?;
            } else {
                return Ok(expr);
            }
        }
    }

    /// What follows a dot: a field, or a function and its arguments.
    fn selector(&mut self, operand: Expr, at: usize) -> Result<Expr, Fault> {
        let name = match self.peek() {
            Kind::Name(name) if !matches!(name.as_str(), "in" | "true" | "false" | "null") => {
                name.clone()
            }
            Kind::Quoted(name) => {
                let name = name.clone();
                self.at += 1;
                return node(at, ExprKind::Select(Box::new(operand), name));
            }
            _ => return Err(self.unexpected("the name of a field or function")),
        };
        self.at += 1;
        let call = self.place();
        if !self.take("(") {
            return node(at, ExprKind::Select(Box::new(operand), name));
        }
        let arguments = self.expressions(")")?;
        let kind = macros::member(operand, name, arguments)?;
        node(call, kind)
    }

    /// Expressions between commas up to a closing mark, after which a list may have one more comma.
    fn expressions(&mut self, close: &'static str) -> Result<Vec<Expr>, Fault> {
        let mut all = Vec::new();
        if self.take(close) {
            return Ok(all);
        }
        loop {
            all.push(self.expr()?);
            if self.take(",") {
                if close == "]" && self.take(close) {
                    return Ok(all);
                }
            } else {
                self.expect(close)?;
                return Ok(all);
            }
        }
    }

    /// Fields of a message up to its closing brace.
    fn fields(&mut self) -> Result<Vec<(String, usize, Expr)>, Fault> {
        let mut fields = Vec::new();
        while !self.take("}") {
            let Token { kind, .. } = self.tokens[self.at].clone();
            let (Kind::Name(name) | Kind::Quoted(name)) = kind else {
                return Err(self.unexpected("the name of a field"));
            };
            self.at += 1;
            let at = self.place();
            self.expect(":")?;
            fields.push((name, at, self.expr()?));
            if !self.take(",") {
                self.expect("}")?;
                break;
            }
        }
        Ok(fields)
    }

    fn entries(&mut self) -> Result<Vec<(Expr, Expr)>, Fault> {
        let mut entries = Vec::new();
        while !self.take("}") {
            let key = self.expr()?;
            self.expect(":")?;
            entries.push((key, self.expr()?));
            if !self.take(",") {
                self.expect("}")?;
                break;
            }
        }
        Ok(entries)
    }

    fn primary(&mut self, is_negative: bool) -> Result<Expr, Fault> {
        let Token { kind, at } = self.advance();
        let kind = match kind {
            Kind::Int(digits, is_hexadecimal) => {
                let radix = if is_hexadecimal { 16 } else { 10 };
                let sign = if is_negative { "-" } else { "" };
                let number = i64::from_str_radix(&format!("{sign}{digits}"), radix);
                ExprKind::Int(number.map_err(|_| Fault::new(at, "invalid int literal"))?)
            }
            Kind::Double(number) if is_negative => ExprKind::Double(-number),
            Kind::Double(number) => ExprKind::Double(number),
            Kind::Uint(number) => ExprKind::Uint(number),
            Kind::Text(text) => ExprKind::Text(text),
            Kind::Bytes(bytes) => ExprKind::Bytes(bytes),
            Kind::Name(name) => return self.name(name, at),
            Kind::Mark("(") => {
                let inner = self.expr()?;
                self.expect(")")?;
                return Ok(inner);
            }
            Kind::Mark("[") => ExprKind::List(self.expressions("]")?),
            Kind::Mark("{") => ExprKind::Map(self.entries()?),
            Kind::Mark(".") => match self.advance().kind {
                Kind::Name(name) => return self.name(format!(".{name}"), at),
                _ => return Err(self.back().unexpected("a name")),
            },
            _ => return Err(self.back().unexpected("a value")),
        };
        node(at, kind)
    }

    /// Goes back by one word, which was not expected.
    fn back(&mut self) -> &Self {
        if *self.peek() != Kind::End {
            self.at -= 1;
        }
        self
    }

    fn name(&mut self, name: String, at: usize) -> Result<Expr, Fault> {
        let kind = match name.as_str() {
            "true" => ExprKind::Bool(true),
            "false" => ExprKind::Bool(false),
            "null" => ExprKind::Null,
            reserved if RESERVED.contains(&reserved.trim_start_matches('.')) => {
                return Err(Fault::new(at, format!("reserved identifier: {reserved}")));
            }
            _ => {
                let call = self.place();
                if !self.take("(") {
                    return node(at, ExprKind::Name(name));
                }
                let arguments = self.expressions(")")?;
                let kind = macros::global(name, arguments)?;
                return node(call, kind);
            }
        };
        node(at, kind)
    }
}

/// The name before a brace, where it can be that of a message.
fn message_name(expr: &Expr) -> Option<String> {
    match &expr.kind {
        ExprKind::Name(name) => Some(name.clone()),
        ExprKind::Select(operand, field) => Some(format!("{}.{field}", message_name(operand)?)),
        _ => None,
    }
}

fn single_or(
    at: usize,
    mut all: Vec<Expr>,
    kind: fn(Vec<Expr>) -> ExprKind,
) -> Result<Expr, Fault> {
    match all.pop() {
        Some(one) if all.is_empty() => Ok(one),
        Some(last) => {
            all.push(last);
            node(at, kind(all))
        }
        None => Err(Fault::new(at, "syntax error: expected a value")),
    }
}

/// An expression, with its depth.
fn node(at: usize, kind: ExprKind) -> Result<Expr, Fault> {
    let deepest = |all: &[Expr]| all.iter().map(|one| one.depth).max().unwrap_or_default();
    let depth = match &kind {
        ExprKind::Select(operand, _) | ExprKind::Has(operand, _) => operand.depth,
        ExprKind::And(all) | ExprKind::Or(all) | ExprKind::List(all) => deepest(all),
        ExprKind::Conditional(all) => deepest(&all[..]),
        ExprKind::Call(_, target, arguments) => {
            let target = target.as_ref().map_or(0, |target| target.depth);
            target.max(deepest(arguments))
        }
        ExprKind::Map(entries) => {
            let entries = entries
                .iter()
                .map(|(key, value)| key.depth.max(value.depth));
            entries.max().unwrap_or_default()
        }
        ExprKind::Message(_, fields) => {
            let fields = fields.iter().map(|(_, _, value)| value.depth);
            fields.max().unwrap_or_default()
        }
        ExprKind::Fold(fold) => {
            let condition = fold.condition.as_ref().map_or(0, |one| one.depth);
            fold.range.depth.max(fold.body.depth).max(condition)
        }
        _ => 0,
    };
    if depth >= DEPTH_LIMIT {
        let message = format!("more than {DEPTH_LIMIT} parts within one another");
        return Err(Fault::new(at, message));
    }
    Ok(Expr {
        kind,
        at,
        depth: depth + 1,
    })
}
