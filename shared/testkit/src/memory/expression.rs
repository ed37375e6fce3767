//! DynamoDB's condition and update expressions, as far as the product uses them: attributes and members of maps, comparisons,
//! `attribute_exists`, `attribute_not_exists`, `begins_with`, `BETWEEN`, `AND`, `OR`, `NOT`; `SET` with one sum or
//! difference, `if_not_exists`, `REMOVE`, `ADD` of numbers. Anything else stops the test.

use std::cell::RefCell;
use std::cmp::Ordering;
use std::collections::HashMap;
use std::rc::Rc;

use aws_sdk_dynamodb::types::AttributeValue;
use store::{Condition, Item, Update};

#[derive(Debug)]
enum Test {
    Exists(Path),
    Absent(Path),
    BeginsWith(Operand, Operand),
    Compare(Operand, Sign, Operand),
    Between(Operand, Operand, Operand),
    And(Box<Test>, Box<Test>),
    Or(Box<Test>, Box<Test>),
    Not(Box<Test>),
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Sign {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// An attribute and members of it, each by its name or its placeholder.
type Path = Vec<String>;

#[derive(Clone, Debug)]
enum Operand {
    Attribute(Path),
    Value(String),
    IfAbsent(Path, Box<Operand>),
}

#[derive(Debug)]
enum Change {
    Set(Path, Sum),
    Remove(Path),
    Add(Path, String),
}

#[derive(Debug)]
enum Sum {
    One(Operand),
    Plus(Operand, Operand),
    Minus(Operand, Operand),
}

thread_local! {
    static TESTS: RefCell<HashMap<String, Rc<Test>>> = RefCell::default();
    static CHANGES: RefCell<HashMap<String, Rc<Vec<Change>>>> = RefCell::default();
}

/// Whether a condition holds of an item; an empty one does.
pub(super) fn holds(condition: &Condition, item: Option<&Item>) -> bool {
    if condition.expression.is_empty() {
        return true;
    }
    let test = TESTS.with_borrow_mut(|known| {
        let parsed = known.get(&condition.expression).cloned();
        parsed.unwrap_or_else(|| {
            let mut words = Words::of(&condition.expression);
            let test = Rc::new(either(&mut words));
            assert!(words.done(), "not understood: {}", condition.expression);
            known.insert(condition.expression.clone(), Rc::clone(&test));
            test
        })
    });
    Scope { condition, item }.judge(&test)
}

/// The item after an update; `None` where DynamoDB calls it invalid (arithmetic on what is no number).
pub(super) fn updated(update: &Update, mut item: Item) -> Option<Item> {
    let changes = CHANGES.with_borrow_mut(|known| {
        let parsed = known.get(&update.expression).cloned();
        parsed.unwrap_or_else(|| {
            let changes = Rc::new(clauses(&update.expression));
            known.insert(update.expression.clone(), Rc::clone(&changes));
            changes
        })
    });
    let before = item.clone();
    let scope = Scope { condition: &update.condition, item: Some(&before) };
    for change in changes.iter() {
        match change {
            Change::Set(path, sum) => {
                let value = scope.sum(sum)?;
                scope.parent(path, &mut item)?.insert(scope.last(path), value);
            }
            Change::Remove(path) => {
                scope.parent(path, &mut item)?.remove(&scope.last(path));
            }
            Change::Add(path, value) => {
                let old = scope.attribute(path).map_or(Some(0), number)?;
                let sum = old + number(scope.value(value))?;
                let value = AttributeValue::N(sum.to_string());
                scope.parent(path, &mut item)?.insert(scope.last(path), value);
            }
        }
    }
    Some(item)
}

/// What placeholders stand for.
struct Scope<'a> {
    condition: &'a Condition,
    item: Option<&'a Item>,
}

impl<'a> Scope<'a> {
    fn name<'b>(&'b self, attribute: &'b str) -> &'b str {
        if attribute.starts_with('#') {
            return self.condition.names.get(attribute).expect("a name for each placeholder");
        }
        attribute
    }

    fn value(&self, placeholder: &str) -> &'a AttributeValue {
        self.condition.values.get(placeholder).expect("a value for each placeholder")
    }

    fn attribute(&self, path: &Path) -> Option<&'a AttributeValue> {
        let (first, members) = path.split_first()?;
        let mut found = self.item?.get(self.name(first))?;
        for member in members {
            found = found.as_m().ok()?.get(self.name(member))?;
        }
        Some(found)
    }

    /// The map that a path's last name is in; none where DynamoDB calls the path invalid.
    fn parent<'b>(&self, path: &Path, item: &'b mut Item) -> Option<&'b mut Item> {
        let (_, parents) = path.split_last()?;
        let mut map = item;
        for name in parents {
            match map.get_mut(self.name(name))? {
                AttributeValue::M(inner) => map = inner,
                _ => return None,
            }
        }
        Some(map)
    }

    fn last(&self, path: &Path) -> String {
        path.last().map_or_else(String::new, |name| self.name(name).to_owned())
    }

    fn operand(&self, operand: &Operand) -> Option<&'a AttributeValue> {
        match operand {
            Operand::Attribute(path) => self.attribute(path),
            Operand::Value(placeholder) => Some(self.value(placeholder)),
            Operand::IfAbsent(path, other) => self.attribute(path).or_else(|| self.operand(other)),
        }
    }

    fn judge(&self, test: &Test) -> bool {
        match test {
            Test::Exists(attribute) => self.attribute(attribute).is_some(),
            Test::Absent(attribute) => self.attribute(attribute).is_none(),
            Test::BeginsWith(text, prefix) => {
                let text_of = |operand| self.operand(operand).and_then(|value| value.as_s().ok());
                let (text, prefix) = (text_of(text), text_of(prefix));
                text.zip(prefix).is_some_and(|(text, prefix)| text.starts_with(prefix.as_str()))
            }
            Test::Compare(left, sign, right) => {
                compare(self.operand(left), *sign, self.operand(right))
            }
            Test::Between(value, low, high) => {
                let value = self.operand(value);
                compare(value, Sign::GreaterOrEqual, self.operand(low))
                    && compare(value, Sign::LessOrEqual, self.operand(high))
            }
            Test::And(one, other) => self.judge(one) && self.judge(other),
            Test::Or(one, other) => self.judge(one) || self.judge(other),
            Test::Not(one) => !self.judge(one),
        }
    }

    fn sum(&self, sum: &Sum) -> Option<AttributeValue> {
        let plus = |one: &Operand, other: &Operand, sign: i128| {
            let sum = number(self.operand(one)?)? + sign * number(self.operand(other)?)?;
            Some(AttributeValue::N(sum.to_string()))
        };
        match sum {
            Sum::One(operand) => self.operand(operand).cloned(),
            Sum::Plus(one, other) => plus(one, other, 1),
            Sum::Minus(one, other) => plus(one, other, -1),
        }
    }
}

fn number(value: &AttributeValue) -> Option<i128> {
    let digits = value.as_n().ok()?;
    Some(digits.parse().expect("the product stores whole numbers"))
}

/// Values of different types are unequal and in no order; what is absent is in no order and unequal to all.
fn compare(left: Option<&AttributeValue>, sign: Sign, right: Option<&AttributeValue>) -> bool {
    let (Some(left), Some(right)) = (left, right) else { return sign == Sign::NotEqual };
    let order = match (left, right) {
        (AttributeValue::N(_), AttributeValue::N(_)) => number(left).cmp(&number(right)),
        (AttributeValue::S(left), AttributeValue::S(right)) => left.cmp(right),
        _ => {
            return match sign {
                Sign::Equal => left == right,
                Sign::NotEqual => left != right,
                _ => false,
            };
        }
    };
    match sign {
        Sign::Equal => order == Ordering::Equal,
        Sign::NotEqual => order != Ordering::Equal,
        Sign::Less => order == Ordering::Less,
        Sign::LessOrEqual => order != Ordering::Greater,
        Sign::Greater => order == Ordering::Greater,
        Sign::GreaterOrEqual => order != Ordering::Less,
    }
}

/// Words and signs of an expression.
struct Words(Vec<String>, usize);

impl Words {
    fn of(expression: &str) -> Self {
        let mut words: Vec<String> = Vec::new();
        let mut open = false;
        for one in expression.chars() {
            let in_word = one.is_ascii_alphanumeric() || "_#:".contains(one);
            let sign = "<>=".contains(one);
            let joins = open && in_word
                || sign && words.last().is_some_and(|last| last == "<" || last == ">");
            match words.last_mut() {
                Some(last) if joins => last.push(one),
                _ if one.is_whitespace() => {}
                _ => words.push(one.to_string()),
            }
            open = in_word;
        }
        Self(words, 0)
    }

    fn peek(&self) -> &str {
        self.0.get(self.1).map_or("", String::as_str)
    }

    fn next(&mut self) -> String {
        let word = self.peek().to_owned();
        self.1 += 1;
        word
    }

    fn take(&mut self, word: &str) -> bool {
        let there = self.peek() == word;
        self.1 += usize::from(there);
        there
    }

    fn want(&mut self, word: &str) {
        assert!(self.take(word), "`{word}` expected, not `{}`", self.peek());
    }

    fn done(&self) -> bool {
        self.1 == self.0.len()
    }

    fn path(&mut self) -> Path {
        let mut path = vec![self.next()];
        while self.take(".") {
            path.push(self.next());
        }
        path
    }

    fn operand(&mut self) -> Operand {
        if self.take("if_not_exists") {
            self.want("(");
            let path = self.path();
            self.want(",");
            let operand = self.operand();
            self.want(")");
            return Operand::IfAbsent(path, Box::new(operand));
        }
        if self.peek().starts_with(':') {
            Operand::Value(self.next())
        } else {
            Operand::Attribute(self.path())
        }
    }
}

fn either(words: &mut Words) -> Test {
    let mut test = both(words);
    while words.take("OR") {
        test = Test::Or(Box::new(test), Box::new(both(words)));
    }
    test
}

fn both(words: &mut Words) -> Test {
    let mut test = single(words);
    while words.take("AND") {
        test = Test::And(Box::new(test), Box::new(single(words)));
    }
    test
}

fn single(words: &mut Words) -> Test {
    if words.take("NOT") {
        return Test::Not(Box::new(single(words)));
    }
    if words.take("(") {
        let test = either(words);
        words.want(")");
        return test;
    }
    for function in ["attribute_exists", "attribute_not_exists", "begins_with"] {
        if words.take(function) {
            words.want("(");
            let first = words.operand();
            let test = match (function, first) {
                ("attribute_exists", Operand::Attribute(name)) => Test::Exists(name),
                ("attribute_not_exists", Operand::Attribute(name)) => Test::Absent(name),
                (_, first) => {
                    words.want(",");
                    Test::BeginsWith(first, words.operand())
                }
            };
            words.want(")");
            return test;
        }
    }
    let left = words.operand();
    let sign = match words.next().as_str() {
        "=" => Sign::Equal,
        "<>" => Sign::NotEqual,
        "<" => Sign::Less,
        "<=" => Sign::LessOrEqual,
        ">" => Sign::Greater,
        ">=" => Sign::GreaterOrEqual,
        "BETWEEN" => {
            let low = words.operand();
            words.want("AND");
            return Test::Between(left, low, words.operand());
        }
        other => panic!("the model does not know the sign `{other}`"),
    };
    Test::Compare(left, sign, words.operand())
}

fn clauses(expression: &str) -> Vec<Change> {
    let mut words = Words::of(expression);
    let mut changes = Vec::new();
    while !words.done() {
        let clause = words.next();
        loop {
            let path = words.path();
            changes.push(match clause.as_str() {
                "SET" => {
                    words.want("=");
                    Change::Set(path, sum(&mut words))
                }
                "REMOVE" => Change::Remove(path),
                "ADD" => Change::Add(path, words.next()),
                other => panic!("the model does not know the clause `{other}`"),
            });
            if !words.take(",") {
                break;
            }
        }
    }
    changes
}

fn sum(words: &mut Words) -> Sum {
    let one = words.operand();
    if words.take("+") {
        return Sum::Plus(one, words.operand());
    }
    if words.take("-") {
        return Sum::Minus(one, words.operand());
    }
    Sum::One(one)
}
