//! `$filter`: a condition on the properties of an entity, read against the columns that there
//! are and decided for one entity at a time. A filter that was read cannot fail any more.

use std::cmp::Ordering;

use super::date::{Instant, parse_instant};
use super::lex::{Token, TokenKind, tokens};

/// A property that a filter may name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// What it holds.
    pub kind: Kind,
}

/// What a property holds, as far as comparing goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// Text.
    Text,
    /// A GUID; case does not matter.
    Guid,
    /// A member of an enumeration.
    Enum {
        /// The name of the enumeration without namespace, where it is known.
        name: Option<String>,
        /// Its members.
        members: Vec<String>,
    },
    /// `true` or `false`.
    Boolean,
    /// A number.
    Number,
    /// A point in time.
    Instant,
    /// Something that cannot be compared.
    Other,
}

/// The value of a property of one entity.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Datum<'a> {
    /// No value.
    Null,
    /// `true` or `false`.
    Boolean(bool),
    /// A number.
    Number(f64),
    /// Text, a GUID, a member or a point in time.
    Text(&'a str),
}

/// A condition that was read without error.
#[derive(Debug, Clone, PartialEq)]
pub struct Filter(Node);

/// Why a condition cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("position {position}: {message}")]
pub struct FilterError {
    /// Characters from the start, counted from 1.
    pub position: usize,
    /// What is wrong there.
    pub message: String,
}

impl FilterError {
    pub(super) fn new(position: usize, message: impl Into<String>) -> Self {
        Self { position, message: message.into() }
    }
}

impl Filter {
    /// Reads a condition. Property names are found without regard to case.
    ///
    /// # Errors
    /// If the text is not a condition on these columns; the error says where.
    pub fn parse(text: &str, columns: &[Column]) -> Result<Self, FilterError> {
        let mut parser = Parser { tokens: tokens(text)?, at: 0, columns, depth: 0 };
        let node = parser.any()?;
        match parser.peek() {
            Token { kind: TokenKind::End, .. } => Ok(Self(node)),
            Token { position, .. } => Err(FilterError::new(*position, "expected 'and', 'or' or the end")),
        }
    }

    /// Whether an entity meets the condition; `value` looks up the property at a place of the
    /// columns that the filter was read with.
    pub fn matches<'a>(&self, value: impl Fn(usize) -> Datum<'a>) -> bool {
        self.0.matches(&value)
    }
}

/// How deep parentheses and `not` may nest.
const DEEPEST: usize = 64;

#[derive(Debug, Clone, PartialEq)]
enum Node {
    And(Vec<Node>),
    Or(Vec<Node>),
    Not(Box<Node>),
    Constant(bool),
    IsTrue(usize),
    Text { function: Function, column: usize, text: String },
    Compare { column: usize, operator: Operator, literal: Literal },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operator {
    Eq,
    Ne,
    Gt,
    Ge,
    Lt,
    Le,
}

/// A function on text (OData URL Conventions 4.01, 5.1.1.5), its name without regard to case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Function {
    StartsWith,
    EndsWith,
    Contains,
}

impl Function {
    const ALL: [(&'static str, Self); 3] =
        [("startswith", Self::StartsWith), ("endswith", Self::EndsWith), ("contains", Self::Contains)];

    fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|(name, _)| word.eq_ignore_ascii_case(name)).map(|(_, function)| function)
    }

    fn holds(self, ours: &str, theirs: &str) -> bool {
        match self {
            Self::StartsWith => ours.starts_with(theirs),
            Self::EndsWith => ours.ends_with(theirs),
            Self::Contains => ours.contains(theirs),
        }
    }
}

#[derive(Debug, Clone, PartialEq)]
enum Literal {
    Null,
    Boolean(bool),
    Number(f64),
    Instant(Instant),
    Guid(String),
    Text(String),
}

impl Node {
    fn matches<'a>(&self, value: &impl Fn(usize) -> Datum<'a>) -> bool {
        match self {
            Self::And(nodes) => nodes.iter().all(|node| node.matches(value)),
            Self::Or(nodes) => nodes.iter().any(|node| node.matches(value)),
            Self::Not(node) => !node.matches(value),
            Self::Constant(constant) => *constant,
            Self::IsTrue(column) => value(*column) == Datum::Boolean(true),
            Self::Text { function, column, text } => match value(*column) {
                Datum::Text(ours) => function.holds(ours, text),
                _ => false,
            },
            Self::Compare { column, operator, literal } => compare(value(*column), *operator, literal),
        }
    }
}

fn compare(datum: Datum<'_>, operator: Operator, literal: &Literal) -> bool {
    let order = match (datum, literal) {
        (Datum::Null, Literal::Null) => Some(Ordering::Equal),
        (Datum::Boolean(ours), Literal::Boolean(theirs)) => Some(ours.cmp(theirs)),
        (Datum::Number(ours), Literal::Number(theirs)) => ours.partial_cmp(theirs),
        (Datum::Text(ours), Literal::Instant(theirs)) => parse_instant(ours).map(|ours| ours.cmp(theirs)),
        (Datum::Text(ours), Literal::Guid(theirs)) if ours.eq_ignore_ascii_case(theirs) => Some(Ordering::Equal),
        (Datum::Text(ours), Literal::Text(theirs)) => Some(ours.cmp(theirs.as_str())),
        _ => None,
    };
    match operator {
        Operator::Eq => order == Some(Ordering::Equal),
        Operator::Ne => order != Some(Ordering::Equal),
        Operator::Gt => order == Some(Ordering::Greater),
        Operator::Lt => order == Some(Ordering::Less),
        // Nothing is greater or less than null, itself included.
        Operator::Ge => *literal != Literal::Null && matches!(order, Some(Ordering::Greater | Ordering::Equal)),
        Operator::Le => *literal != Literal::Null && matches!(order, Some(Ordering::Less | Ordering::Equal)),
    }
}

impl Operator {
    fn parse(word: &str) -> Option<Self> {
        Some(match word {
            "eq" => Self::Eq,
            "ne" => Self::Ne,
            "gt" => Self::Gt,
            "ge" => Self::Ge,
            "lt" => Self::Lt,
            "le" => Self::Le,
            _ => return None,
        })
    }

    /// The operator that means the same with its sides exchanged.
    fn mirrored(self) -> Self {
        match self {
            Self::Gt => Self::Lt,
            Self::Ge => Self::Le,
            Self::Lt => Self::Gt,
            Self::Le => Self::Ge,
            same => same,
        }
    }
}

struct Parser<'a> {
    tokens: Vec<Token>,
    at: usize,
    columns: &'a [Column],
    depth: usize,
}

/// One side of a comparison.
enum Operand {
    Column(usize),
    Literal(TokenKind),
}

impl Parser<'_> {
    fn peek(&self) -> &Token {
        // The end is never consumed, so that there is always a token.
        &self.tokens[self.at.min(self.tokens.len() - 1)]
    }

    fn next(&mut self) -> Token {
        let token = self.peek().clone();
        self.at += 1;
        token
    }

    fn takes(&mut self, word: &str) -> bool {
        let found = matches!(&self.peek().kind, TokenKind::Word(found) if found == word);
        self.at += usize::from(found);
        found
    }

    fn any(&mut self) -> Result<Node, FilterError> {
        let mut nodes = vec![self.all()?];
        while self.takes("or") {
            nodes.push(self.all()?);
        }
        Ok(if nodes.len() == 1 { nodes.remove(0) } else { Node::Or(nodes) })
    }

    fn all(&mut self) -> Result<Node, FilterError> {
        let mut nodes = vec![self.one()?];
        while self.takes("and") {
            nodes.push(self.one()?);
        }
        Ok(if nodes.len() == 1 { nodes.remove(0) } else { Node::And(nodes) })
    }

    fn one(&mut self) -> Result<Node, FilterError> {
        let position = self.peek().position;
        if self.depth == DEEPEST {
            return Err(FilterError::new(position, format!("conditions nest deeper than {DEEPEST}")));
        }
        self.depth += 1;
        let node = if self.takes("not") {
            Node::Not(Box::new(self.one()?))
        } else if self.peek().kind == TokenKind::Open {
            self.at += 1;
            let node = self.any()?;
            let close = self.next();
            if close.kind != TokenKind::Close {
                let message = format!("expected ')' for the parenthesis at position {position}");
                return Err(FilterError::new(close.position, message));
            }
            node
        } else if self.tokens.get(self.at + 1).is_some_and(|token| token.kind == TokenKind::Open) {
            self.function()?
        } else {
            self.comparison()?
        };
        self.depth -= 1;
        Ok(node)
    }

    /// `startswith(property,'text')`.
    fn function(&mut self) -> Result<Node, FilterError> {
        let token = self.next();
        let function = match &token.kind {
            TokenKind::Word(word) => Function::parse(word).ok_or_else(|| {
                let known: Vec<_> = Function::ALL.iter().map(|(name, _)| *name).collect();
                format!("the function '{word}' is not supported, but {}", known.join(", "))
            }),
            _ => Err("expected a property or a value".to_owned()),
        };
        let function = function.map_err(|message| FilterError::new(token.position, message))?;
        self.at += 1;
        let at_column = self.peek().position;
        let column = match self.operand()? {
            Operand::Column(column) if matches!(self.columns[column].kind, Kind::Text | Kind::Guid) => column,
            _ => return Err(FilterError::new(at_column, "expected a property that holds text")),
        };
        self.expect(&TokenKind::Comma, "','")?;
        let text = match self.next() {
            Token { kind: TokenKind::Quoted { type_name: None, text }, .. } => text,
            Token { position, .. } => return Err(FilterError::new(position, "expected text in quotes")),
        };
        self.expect(&TokenKind::Close, "')'")?;
        let text = if self.columns[column].kind == Kind::Guid { text.to_ascii_lowercase() } else { text };
        Ok(Node::Text { function, column, text })
    }

    fn expect(&mut self, kind: &TokenKind, name: &str) -> Result<(), FilterError> {
        match self.next() {
            token if token.kind == *kind => Ok(()),
            token => Err(FilterError::new(token.position, format!("expected {name}"))),
        }
    }

    fn comparison(&mut self) -> Result<Node, FilterError> {
        let start = self.peek().position;
        let left = self.operand()?;
        let operator = match &self.peek().kind {
            TokenKind::Word(word) => Operator::parse(word),
            _ => None,
        };
        let Some(operator) = operator else { return self.bare(left, start) };
        let at_operator = self.next().position;
        let at_right = self.peek().position;
        let (column, operator, literal, at_literal) = match (left, self.operand()?) {
            (Operand::Column(column), Operand::Literal(literal)) => (column, operator, literal, at_right),
            (Operand::Literal(literal), Operand::Column(column)) => (column, operator.mirrored(), literal, start),
            _ => return Err(FilterError::new(start, "a comparison is between a property and a value")),
        };
        let literal = self.literal(column, literal, at_literal)?;
        let ordered = !matches!(operator, Operator::Eq | Operator::Ne);
        let has_order = !matches!(literal, Literal::Boolean(_) | Literal::Guid(_)) && !self.is_enum(column);
        if ordered && !has_order {
            let message = format!("'{}' can be compared with eq and ne only", self.columns[column].name);
            return Err(FilterError::new(at_operator, message));
        }
        Ok(Node::Compare { column, operator, literal })
    }

    fn is_enum(&self, column: usize) -> bool {
        matches!(self.columns[column].kind, Kind::Enum { .. })
    }

    /// A boolean property, or a boolean, that stands alone.
    fn bare(&self, operand: Operand, position: usize) -> Result<Node, FilterError> {
        match operand {
            Operand::Column(column) if self.columns[column].kind == Kind::Boolean => Ok(Node::IsTrue(column)),
            Operand::Literal(TokenKind::Word(word)) if word == "true" || word == "false" => {
                Ok(Node::Constant(word == "true"))
            }
            Operand::Column(_) => Err(FilterError::new(self.peek().position, "expected eq, ne, gt, ge, lt or le")),
            Operand::Literal(_) => Err(FilterError::new(position, "expected a condition")),
        }
    }

    fn operand(&mut self) -> Result<Operand, FilterError> {
        let token = self.next();
        let word = match token.kind {
            TokenKind::Quoted { .. } => return Ok(Operand::Literal(token.kind)),
            TokenKind::Word(word) => word,
            _ => return Err(FilterError::new(token.position, "expected a property or a value")),
        };
        if let Some(column) = self.columns.iter().position(|column| column.name.eq_ignore_ascii_case(&word)) {
            return Ok(Operand::Column(column));
        }
        let is_value = matches!(word.as_str(), "true" | "false" | "null")
            || word.starts_with(|first: char| first.is_ascii_digit() || first == '-')
            || is_guid(&word);
        match is_value {
            true => Ok(Operand::Literal(TokenKind::Word(word))),
            false => Err(FilterError::new(token.position, format!("there is no property '{word}'"))),
        }
    }

    /// A value as the property's kind takes it.
    fn literal(&self, column: usize, literal: TokenKind, position: usize) -> Result<Literal, FilterError> {
        let column = &self.columns[column];
        let refuse =
            |expected: &str| Err(FilterError::new(position, format!("'{}' is compared with {expected}", column.name)));
        let (type_name, text, quoted) = match literal {
            TokenKind::Quoted { type_name, text } => (type_name, text, true),
            TokenKind::Word(word) if word == "null" => return Ok(Literal::Null),
            TokenKind::Word(word) => (None, word, false),
            _ => return refuse("a value"),
        };
        match &column.kind {
            Kind::Enum { name, members } => {
                let named = type_name.as_deref().map(|type_name| type_name.rsplit('.').next().unwrap_or_default());
                let fits = match (named, name) {
                    (Some(named), Some(name)) => named.eq_ignore_ascii_case(name),
                    _ => true,
                };
                match quoted && fits && members.contains(&text) {
                    true => Ok(Literal::Text(text)),
                    false => refuse(&format!("one of {}, in quotes", members.join(", "))),
                }
            }
            _ if type_name.is_some() => refuse("a value without a type"),
            Kind::Text if quoted => Ok(Literal::Text(text)),
            Kind::Text => refuse("text in quotes"),
            Kind::Guid if is_guid(&text) => Ok(Literal::Guid(text)),
            Kind::Guid => refuse("a GUID"),
            Kind::Boolean => match text.as_str() {
                "true" | "false" if !quoted => Ok(Literal::Boolean(text == "true")),
                _ => refuse("true or false"),
            },
            Kind::Number => match text.parse::<f64>() {
                Ok(number) if !quoted && number.is_finite() => Ok(Literal::Number(number)),
                _ => refuse("a number"),
            },
            Kind::Instant => match parse_instant(&text) {
                Some(instant) if !quoted => Ok(Literal::Instant(instant)),
                _ => refuse("a date and time such as 2020-07-01T00:00:00Z, without quotes"),
            },
            Kind::Other => refuse("null only"),
        }
    }
}

fn is_guid(text: &str) -> bool {
    let groups = [8, 4, 4, 4, 12];
    let mut parts = text.split('-');
    groups.iter().all(|length| {
        parts.next().is_some_and(|part| part.len() == *length && part.bytes().all(|byte| byte.is_ascii_hexdigit()))
    }) && parts.next().is_none()
}

#[cfg(test)]
#[path = "filter_tests.rs"]
mod tests;
