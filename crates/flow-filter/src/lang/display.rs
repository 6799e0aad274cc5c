//! A filter as text, which parses back to the same filter.

use core::fmt::{self, Display};

use super::ast::{Ast, Comparison, FieldName, Item, Literal, Operand, Operator, Quantifier, Style};

impl Display for Literal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.style {
            Style::Word => f.write_str(&self.text),
            Style::Quoted => write!(f, "\"{}\"", self.text),
            Style::Raw => write!(f, "r\"{}\"", self.text),
        }
    }
}

impl Display for FieldName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name.text)?;
        match &self.key {
            Some(key) => write!(f, "[{key}]"),
            None => Ok(()),
        }
    }
}

impl Display for Item {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::One(literal) => literal.fmt(f),
            Self::Range(from, to) => write!(f, "{from}..{to}"),
            Self::List(name) => write!(f, "${}", name.text),
        }
    }
}

impl Display for Operand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_set {
            f.write_str("{")?;
        }
        for (at, item) in self.items.iter().enumerate() {
            if at > 0 {
                f.write_str(", ")?;
            }
            item.fmt(f)?;
        }
        if self.is_set {
            f.write_str("}")?;
        }
        Ok(())
    }
}

impl Display for Operator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text())
    }
}

impl Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self.quantifier {
            None => return write!(f, "{} {} {}", self.field, self.operator, self.operand),
            Some(Quantifier::Any) => "any",
            Some(Quantifier::All) => "all",
        };
        write!(
            f,
            "{name}({} {} {})",
            self.field, self.operator, self.operand
        )
    }
}

impl Ast {
    /// How strongly its parts hold together.
    const fn strength(&self) -> u8 {
        match self {
            Self::Or(_) => 0,
            Self::Xor(_) => 1,
            Self::And(_) => 2,
            _ => 3,
        }
    }

    fn joined(&self, parts: &[Self], with: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, part) in parts.iter().enumerate() {
            if at > 0 {
                write!(f, " {with} ")?;
            }
            part.within(self.strength() + 1, f)?;
        }
        Ok(())
    }

    /// In parentheses, where it would fall apart without.
    fn within(&self, strength: u8, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.strength() < strength {
            true => write!(f, "({self})"),
            false => self.fmt(f),
        }
    }
}

impl Display for Ast {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Const(value) => value.fmt(f),
            Self::Bare(field) => field.fmt(f),
            Self::Compare(comparison) => comparison.fmt(f),
            Self::Not(inner) => {
                f.write_str("!")?;
                match **inner {
                    // `!a == b` reads as if `!` belonged to `a`.
                    Self::Compare(_) => write!(f, "({inner})"),
                    _ => inner.within(3, f),
                }
            }
            Self::And(parts) => self.joined(parts, "&&", f),
            Self::Xor(parts) => self.joined(parts, "xor", f),
            Self::Or(parts) => self.joined(parts, "||", f),
        }
    }
}
