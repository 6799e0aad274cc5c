//! From tokens to a tree. The grammar is in the documentation of the crate.

use super::ast::{Ast, Comparison, FieldName, Item, Name, Operand, Operator, Quantifier};
use super::error::Fault;
use super::lexer::Token;
use super::limits::Limits;
use super::primitive::primitive;
use super::reader::{RESERVED, Reader};
use super::span::Span;

/// Reads the tree of a filter.
///
/// # Errors
/// If the text does not follow the grammar, or exceeds a limit.
pub(crate) fn parse(text: &str, limits: &Limits) -> Result<Ast, Fault> {
    let all = Span::new(0, text.len());
    if text.len() > limits.length {
        return Err(Fault::limit(
            "bytes of text",
            limits.length,
            text.len(),
            all,
        ));
    }
    let mut parser = Reader::new(text, *limits)?;
    let ast = parser.or()?;
    match parser.token {
        Token::End => Ok(ast),
        other => Err(parser.unexpected("`&&`, `||` or the end of the filter", &other)),
    }
}

/// What follows a field.
const OPERATORS: &str = "an operator such as `==`, `in` or `contains`";
const OPERAND: &str = "a value, a set in braces or the `$name` of a list";

impl<'t> Reader<'t> {
    fn joined(
        &mut self,
        part: fn(&mut Self) -> Result<Ast, Fault>,
        signs: &[&str],
        word: &str,
        join: fn(Vec<Ast>) -> Ast,
    ) -> Result<Ast, Fault> {
        let mut parts = vec![part(self)?];
        while signs.iter().any(|sign| self.is_sign(sign)) || self.is_word(word) {
            self.advance()?;
            parts.push(part(self)?);
        }
        Ok(match parts.len() {
            1 => parts.remove(0),
            _ => join(parts),
        })
    }

    fn or(&mut self) -> Result<Ast, Fault> {
        self.joined(Self::xor, &["||"], "or", Ast::Or)
    }

    fn xor(&mut self) -> Result<Ast, Fault> {
        self.joined(Self::and, &["^^"], "xor", Ast::Xor)
    }

    fn and(&mut self) -> Result<Ast, Fault> {
        self.joined(Self::unary, &["&&"], "and", Ast::And)
    }

    /// Reads what is one level deeper.
    fn deeper(&mut self, read: fn(&mut Self) -> Result<Ast, Fault>) -> Result<Ast, Fault> {
        self.depth += 1;
        if self.depth > self.limits.depth {
            let what = "levels of parentheses and negations";
            return Err(Fault::limit(what, self.limits.depth, self.depth, self.span));
        }
        let ast = read(self)?;
        self.depth -= 1;
        Ok(ast)
    }

    fn unary(&mut self) -> Result<Ast, Fault> {
        if self.is_sign("!") || self.is_word("not") {
            self.advance()?;
            return Ok(Ast::Not(Box::new(self.deeper(Self::unary)?)));
        }
        if self.is_sign("(") {
            self.advance()?;
            let ast = self.deeper(Self::or)?;
            self.expect(")")?;
            return Ok(ast);
        }
        self.term()
    }

    fn term(&mut self) -> Result<Ast, Fault> {
        self.count_term(self.span)?;
        if let Some(ast) = primitive(self)? {
            return Ok(ast);
        }
        let Token::Word(word) = self.token else {
            return Err(self.unexpected("a field, `!` or `(`", &self.token));
        };
        match word {
            "true" | "false" => {
                self.advance()?;
                Ok(Ast::Const(word == "true"))
            }
            "any" | "all" if self.peek() == Some(Token::Sign("(")) => {
                self.advance()?;
                self.advance()?;
                let quantifier = match word {
                    "any" => Quantifier::Any,
                    _ => Quantifier::All,
                };
                let field = self.field()?;
                let comparison = self.comparison(field, Some(quantifier))?;
                self.expect(")")?;
                Ok(comparison.unwrap_or(Ast::Const(true)))
            }
            "has" if self.peek() == Some(Token::Sign("(")) => {
                self.advance()?;
                self.advance()?;
                let field = self.field()?;
                self.expect(")")?;
                Ok(Ast::Bare(field))
            }
            _ => {
                let field = self.field()?;
                match self.comparison(field.clone(), None)? {
                    Some(comparison) => Ok(comparison),
                    None => Ok(Ast::Bare(field)),
                }
            }
        }
    }

    fn field(&mut self) -> Result<FieldName, Fault> {
        let (Token::Word(word), span) = (self.token, self.span) else {
            return Err(self.unexpected("a field", &self.token));
        };
        if RESERVED.contains(&word) {
            return Err(self.unexpected("a field", &self.token));
        }
        self.advance()?;
        let name = Name {
            text: word.to_owned(),
            span,
        };
        let mut field = FieldName { name, key: None };
        if self.is_sign("[") {
            self.advance()?;
            field.key = Some(self.literal("a key")?);
            self.expect("]")?;
        }
        Ok(field)
    }

    /// Reads the operator and what follows it; `None` where a field stands alone.
    fn comparison(
        &mut self,
        field: FieldName,
        quantifier: Option<Quantifier>,
    ) -> Result<Option<Ast>, Fault> {
        let Some((operator, operator_span)) = self.operator()? else {
            return match (quantifier, self.token) {
                (Some(_), token) => Err(self.unexpected(OPERATORS, &token)),
                (None, Token::Word(word)) if !RESERVED.contains(&word) => {
                    Err(self.unexpected(OPERATORS, &self.token))
                }
                (None, Token::Quoted(_) | Token::Raw(_) | Token::List(_)) => {
                    Err(self.unexpected(OPERATORS, &self.token))
                }
                _ => Ok(None),
            };
        };
        let operand = self.operand()?;
        Ok(Some(Ast::Compare(Box::new(Comparison {
            quantifier,
            field,
            operator,
            operator_span,
            operand,
        }))))
    }

    fn operator(&mut self) -> Result<Option<(Operator, Span)>, Fault> {
        let operator = match self.token {
            Token::Sign("==" | "=") | Token::Word("eq") => Operator::Equal,
            Token::Sign("!=") | Token::Word("ne") => Operator::NotEqual,
            Token::Sign("<") | Token::Word("lt") => Operator::Less,
            Token::Sign("<=") | Token::Word("le") => Operator::AtMost,
            Token::Sign(">") | Token::Word("gt") => Operator::Greater,
            Token::Sign(">=") | Token::Word("ge") => Operator::AtLeast,
            Token::Sign("~" | "=~") | Token::Word("matches") => Operator::Matches,
            Token::Sign("!~") => Operator::NotMatches,
            Token::Word("in") => Operator::In,
            Token::Word("contains") => Operator::Contains,
            Token::Word("wildcard") => Operator::Wildcard,
            Token::Word("select") => Operator::Select,
            Token::Word("has") => Operator::Has,
            Token::Word("not") if self.peek() == Some(Token::Word("in")) => Operator::NotIn,
            Token::Sign("!") if self.peek() == Some(Token::Word("in")) => Operator::NotIn,
            _ => return Ok(None),
        };
        let (_, mut span) = self.advance()?;
        if operator == Operator::NotIn {
            span = span.to(self.advance()?.1);
        }
        if operator == Operator::Has {
            if self.is_word("any") {
                span = span.to(self.advance()?.1);
                return Ok(Some((Operator::HasAny, span)));
            }
            if self.is_word("all") {
                self.advance()?;
            }
        }
        Ok(Some((operator, span)))
    }

    fn operand(&mut self) -> Result<Operand, Fault> {
        let start = self.span;
        if !self.is_sign("{") {
            let item = self.item()?;
            let span = item.span();
            return Ok(Operand {
                items: vec![item],
                is_set: false,
                span,
            });
        }
        self.advance()?;
        let mut items = Vec::new();
        while !self.is_sign("}") {
            items.push(self.item()?);
            match self.token {
                Token::Sign(",") => {
                    self.advance()?;
                }
                // Blanks separate too, as in Wireshark's older sets.
                Token::Sign("}")
                | Token::Word(_)
                | Token::Quoted(_)
                | Token::Raw(_)
                | Token::List(_) => {}
                other => return Err(self.unexpected("`,` or `}`", &other)),
            }
        }
        let end = self.expect("}")?;
        Ok(Operand {
            items,
            is_set: true,
            span: start.to(end),
        })
    }

    fn item(&mut self) -> Result<Item, Fault> {
        self.entries += 1;
        if self.entries > self.limits.entries {
            let limit = self.limits.entries;
            return Err(Fault::limit(
                "entries of sets",
                limit,
                self.entries,
                self.span,
            ));
        }
        if let Token::List(name) = self.token {
            let (_, span) = self.advance()?;
            let text = name.to_owned();
            return Ok(Item::List(Name { text, span }));
        }
        let from = self.literal(OPERAND)?;
        if !self.is_sign("..") {
            return Ok(Item::One(from));
        }
        self.advance()?;
        Ok(Item::Range(from, self.literal("the end of the range")?))
    }
}
