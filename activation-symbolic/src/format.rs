//! A graph as mathematics: text such as `x · σ(1.702x)`, and LaTeX.
//!
//! A graph may share what a tree would repeat without end, so beyond a certain size repeated parts get a name:
//! `s · (1 − s) where s = σ(x)`.

mod name;

use std::cell::RefCell;
use std::fmt::Write as _;

use crate::function::{Element, Signature};
use crate::graph::{Comparison, Graph, Id, IdMap, IdSet, Op, Part};
use crate::primitive::Primitive;
pub use name::number;
use name::{last_name, latex_name, reduction_name, shortest, subscript, subscript_number, superscript};

/// Text or LaTeX.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notation {
    /// Unicode text.
    Text,
    /// LaTeX, for math mode.
    Latex,
}

/// Trees with more nodes than this have their repeated parts named.
const LARGEST_TREE: usize = 40;

/// How tightly a written expression binds.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Binding {
    Branch,
    Sum,
    Product,
    Power,
    Atom,
}

/// The expression `root` in the names of `signature`.
pub fn format(graph: &Graph, root: Id, signature: &Signature, notation: Notation) -> String {
    let order = graph.topological(&[root]);
    let mut uses: IdMap<usize> = IdMap::default();
    let mut size: IdMap<usize> = IdMap::default();
    for &id in &order {
        let arguments = graph.arguments(id);
        for &argument in arguments {
            *uses.entry(argument).or_default() += 1;
        }
        size.insert(id, arguments.iter().fold(1, |sum: usize, a| sum.saturating_add(size[a])));
    }
    let mut writer = Writer::new(graph, signature, notation);
    if size[&root] <= LARGEST_TREE {
        return writer.write(root).0;
    }
    let mut definitions = Vec::new();
    for &id in &order {
        if id != root && uses[&id] > 1 && !graph.arguments(id).is_empty() && !is_mask(graph.op(id)) {
            writer.mentioned.take();
            let text = writer.write(id).0;
            if text.chars().count() > 6 {
                let mentioned = writer.mentioned.take();
                let name = writer.fresh(definitions.len() + 1);
                writer.names.insert(id, name.clone());
                definitions.push(Definition { id, text: format!("{name} = {text}"), mentioned });
            }
        }
    }
    writer.mentioned.take();
    let body = writer.write(root).0;
    let definitions = used(definitions, writer.mentioned.take());
    match (definitions.is_empty(), notation) {
        (true, _) => body,
        (_, Notation::Text) => format!("{body} where {}", definitions.join(", ")),
        (_, Notation::Latex) => {
            format!(r"{body} \quad\text{{where }} {}", definitions.join(r",\; "))
        }
    }
}

/// The operations that compute `roots`, one a line; the roots have names of their own.
pub fn listing(graph: &Graph, roots: &[(String, Id)], signature: &Signature) -> Vec<String> {
    let ids: Vec<Id> = roots.iter().map(|(_, id)| *id).collect();
    let mut writer = Writer { exact: true, ..Writer::new(graph, signature, Notation::Text) };
    let mut lines = Vec::new();
    let mut unnamed = 0;
    for id in graph.topological(&ids) {
        let given = roots.iter().find(|(_, root)| *root == id).map(|(name, _)| name.clone());
        let arguments = graph.arguments(id);
        if arguments.iter().all(|&a| graph.as_constant(a).is_some()) && given.is_none() {
            continue;
        }
        let name = given.unwrap_or_else(|| {
            unnamed += 1;
            writer.fresh(unnamed)
        });
        lines.push(format!("{name} = {}", writer.write(id).0));
        writer.names.insert(id, name);
    }
    lines
}

/// A part of an expression that has a name.
struct Definition {
    id: Id,
    /// As an equation.
    text: String,
    /// What is named in it.
    mentioned: Vec<Id>,
}

/// The definitions that are needed where some names are mentioned, directly or through others, in order.
fn used(definitions: Vec<Definition>, mentioned: Vec<Id>) -> Vec<String> {
    let mut needed = IdSet::from_iter(mentioned);
    let mut kept = Vec::new();
    for definition in definitions.into_iter().rev() {
        if needed.contains(&definition.id) {
            needed.extend(definition.mentioned);
            kept.push(definition.text);
        }
    }
    kept.reverse();
    kept
}

fn is_mask(op: Op) -> bool {
    matches!(op, Op::Compare(_) | Op::And | Op::Or | Op::Not | Op::Truth(_) | Op::Wide)
}

struct Writer<'a> {
    graph: &'a Graph,
    signature: &'a Signature,
    notation: Notation,
    names: IdMap<String>,
    /// The nodes whose names were written.
    mentioned: RefCell<Vec<Id>>,
    /// Whether every operation is written as it is, not what several of them are known as.
    exact: bool,
}

impl<'a> Writer<'a> {
    fn new(graph: &'a Graph, signature: &'a Signature, notation: Notation) -> Self {
        let (names, mentioned) = (IdMap::default(), RefCell::default());
        Self { graph, signature, notation, names, mentioned, exact: false }
    }

    fn latex(&self) -> bool {
        self.notation == Notation::Latex
    }

    fn fresh(&self, n: usize) -> String {
        if self.latex() {
            return format!("t_{{{n}}}");
        }
        let digits: String = n.to_string().chars().filter_map(subscript).collect();
        format!("t{digits}")
    }

    /// The expression of a node, and how tightly it binds.
    fn write(&self, id: Id) -> (String, Binding) {
        if let Some(name) = self.names.get(&id) {
            self.mentioned.borrow_mut().push(id);
            return (name.clone(), Binding::Atom);
        }
        if let Some(slope) = self.slope(id).filter(|_| !self.exact) {
            return slope;
        }
        let (op, arguments) = self.graph.view(id);
        match (op, arguments) {
            (Op::Constant(bits), _) => self.constant(f64::from_bits(bits)),
            (Op::Input(n), _) => {
                (self.name(self.signature.inputs.get(n as usize).map(|i| &i.ident)), Binding::Atom)
            }
            (Op::Parameter(n), _) => {
                (self.name(self.signature.parameters.get(n as usize).map(|p| &p.ident)), Binding::Atom)
            }
            (Op::External(n), _) => {
                let name = self.graph.externals.get(n as usize).and_then(last_name);
                (self.name(name.as_ref()), Binding::Atom)
            }
            (Op::Neg, &[a]) => {
                (format!("{}{}", self.minus(), self.at_least(a, Binding::Product)), Binding::Sum)
            }
            (Op::Add, &[a, b]) => match self.negative(b) {
                Some(b) => (self.sum(a, self.minus(), &b), Binding::Sum),
                None => (self.sum(a, "+", &self.at_least(b, Binding::Sum)), Binding::Sum),
            },
            (Op::Sub, &[a, b]) => {
                (self.sum(a, self.minus(), &self.at_least(b, Binding::Product)), Binding::Sum)
            }
            (Op::Mul, &[a, b]) => self.product(a, b),
            (Op::Div, &[a, b]) if self.latex() => {
                (format!(r"\frac{{{}}}{{{}}}", self.write(a).0, self.write(b).0), Binding::Power)
            }
            (Op::Div, &[a, b]) => (
                format!("{}/{}", self.at_least(a, Binding::Product), self.at_least(b, Binding::Power)),
                Binding::Product,
            ),
            (Op::Powi(n), &[a]) => (self.power(a, n), Binding::Power),
            (Op::Apply(primitive), _) => self.apply(primitive, arguments),
            (Op::Compare(comparison), &[a, b]) => {
                let sign = self.comparison(comparison);
                (format!("{} {sign} {}", self.write(a).0, self.write(b).0), Binding::Branch)
            }
            (Op::Truth(value), _) => (value.to_string(), Binding::Atom),
            (Op::Wide, _) => (self.word("the numbers are wider than f32"), Binding::Branch),
            (Op::And, &[a, b]) => (self.words(a, "and", b), Binding::Branch),
            (Op::Or, &[a, b]) => (self.words(a, "or", b), Binding::Branch),
            (Op::Not, &[a]) if let Some(number) = self.finite(a) => (
                format!("{} {}", self.at_least(number, Binding::Sum), self.word("isn't finite")),
                Binding::Branch,
            ),
            (Op::Not, &[a]) => (format!("{}({})", self.word("not"), self.write(a).0), Binding::Atom),
            (Op::Select, _) if self.latex() => (self.cases(id), Binding::Branch),
            (Op::Select, &[mask, then, otherwise]) => {
                let then = self.at_least(then, Binding::Sum);
                (
                    format!("{then} if {} else {}", self.write(mask).0, self.write(otherwise).0),
                    Binding::Branch,
                )
            }
            (Op::Call { callee, part }, _) => (self.call(callee, part, arguments), Binding::Atom),
            (Op::Reduce(reduction), _) => {
                (self.function(&self.operator(reduction_name(reduction)), arguments), Binding::Atom)
            }
            (Op::Length, _) => ("n".to_owned(), Binding::Atom),
            (Op::Position, _) => ("i".to_owned(), Binding::Atom),
            (Op::Softmax, _) => (self.function(&self.operator("softmax"), arguments), Binding::Atom),
            (Op::LogSoftmax, _) => (self.function(&self.operator("log_softmax"), arguments), Binding::Atom),
            _ => (String::new(), Binding::Atom),
        }
    }

    /// The rows of a branch and of those that follow its `else`.
    fn cases(&self, id: Id) -> String {
        let mut rows = String::new();
        let mut rest = id;
        while let (Op::Select, &[mask, then, otherwise]) = self.graph.view(rest) {
            if rest != id && self.names.contains_key(&rest) {
                break;
            }
            let _ = write!(rows, r"{} & \text{{if }} {} \\ ", self.write(then).0, self.write(mask).0);
            rest = otherwise;
        }
        format!(r"\begin{{cases}} {rows}{} & \text{{otherwise}} \end{{cases}}", self.write(rest).0)
    }

    /// The number that a condition says is finite.
    fn finite(&self, condition: Id) -> Option<Id> {
        let (Op::Compare(Comparison::Lt), &[magnitude, infinity]) = self.graph.view(condition) else {
            return None;
        };
        let (Op::Apply(Primitive::Abs), &[number]) = self.graph.view(magnitude) else { return None };
        (self.graph.as_constant(infinity) == Some(f64::INFINITY)).then_some(number)
    }

    /// The derivatives of σ and tanh by their names: the table computes them as e/(e + 1)² with e = e^−|u|, and
    /// 4e/(e + 1)² with e = e^−2|u|.
    fn slope(&self, id: Id) -> Option<(String, Binding)> {
        let (Op::Div, &[numerator, square]) = self.graph.view(id) else { return None };
        let (factor, e) = match self.graph.view(numerator) {
            (Op::Mul, &[four, e]) => (self.graph.as_constant(four)?, e),
            _ => (1.0, numerator),
        };
        let ((Op::Mul, &[d, d2]), (Op::Apply(Primitive::Exp), &[exponent])) =
            (self.graph.view(square), self.graph.view(e))
        else {
            return None;
        };
        let (Op::Add, &[left, right]) = self.graph.view(d) else { return None };
        if d != d2 || left != e || self.graph.as_constant(right) != Some(1.0) {
            return None;
        }
        let magnitude = match (factor, self.graph.view(exponent)) {
            (1.0, (Op::Neg, &[magnitude])) => magnitude,
            (4.0, (Op::Mul, &[two, magnitude])) if self.graph.as_constant(two) == Some(-2.0) => magnitude,
            _ => return None,
        };
        let (Op::Apply(Primitive::Abs), &[u]) = self.graph.view(magnitude) else { return None };
        let text = match (factor, self.latex()) {
            (1.0, false) => self.function("σ′", &[u]),
            (1.0, true) => self.function(r"\sigma'", &[u]),
            (_, false) => self.function("sech²", &[u]),
            (_, true) => self.function(r"\operatorname{sech}^2", &[u]),
        };
        Some((text, Binding::Atom))
    }

    fn constant(&self, value: f64) -> (String, Binding) {
        let infinity = if self.latex() { r"\infty" } else { "∞" };
        let mut text = if value.is_infinite() {
            format!("{}{infinity}", if value < 0.0 { "−" } else { "" })
        } else {
            match self.signature.element {
                Element::F32 => number(shortest(value)),
                Element::F64 => number(value),
            }
        };
        if self.latex() {
            text = text.replace('−', "-");
            if let Some((mantissa, exponent)) = text.split_once('e') {
                text = match mantissa {
                    "1" => format!("10^{{{exponent}}}"),
                    "-1" => format!("-10^{{{exponent}}}"),
                    _ => format!(r"{mantissa} \cdot 10^{{{exponent}}}"),
                };
                let binding = if value.is_sign_negative() { Binding::Sum } else { Binding::Product };
                return (text, binding);
            }
        }
        (text, if value.is_sign_negative() { Binding::Sum } else { Binding::Atom })
    }

    fn name(&self, ident: Option<&proc_macro2::Ident>) -> String {
        let name = ident.map(ToString::to_string).unwrap_or_default();
        let name = name.strip_prefix("r#").unwrap_or(&name);
        if self.latex() && name.chars().count() > 1 { latex_name(name) } else { name.to_owned() }
    }

    /// The expression, in parentheses where it binds less than `binding`.
    fn at_least(&self, id: Id, binding: Binding) -> String {
        let (text, own) = self.write(id);
        if own >= binding {
            text
        } else if self.latex() {
            format!(r"\left({text}\right)")
        } else {
            format!("({text})")
        }
    }

    fn minus(&self) -> &'static str {
        if self.latex() { "-" } else { "−" }
    }

    fn sum(&self, a: Id, sign: &str, b: &str) -> String {
        format!("{} {sign} {b}", self.at_least(a, Binding::Sum))
    }

    /// The expression without its sign, where it starts with one.
    fn negative(&self, id: Id) -> Option<String> {
        let (op, arguments) = self.graph.view(id);
        let negative = match op {
            Op::Constant(bits) => f64::from_bits(bits) < 0.0,
            Op::Mul => self.graph.as_constant(arguments[0]).is_some_and(|c| c < 0.0),
            _ => false,
        };
        if !negative || self.names.contains_key(&id) {
            return None;
        }
        self.write(id).0.strip_prefix(['−', '-']).map(ToOwned::to_owned)
    }

    fn product(&self, a: Id, b: Id) -> (String, Binding) {
        if let (Some(p), Some(q)) = (self.graph.as_constant(a), self.graph.as_constant(b)) {
            return self.constant(p * q);
        }
        if a == b {
            return (self.power(a, 2), Binding::Power);
        }
        // The number first.
        let (a, b) = if self.as_number(b).is_some() { (b, a) } else { (a, b) };
        // x · (2 · y) is 2 · x · y.
        if let (None, (Op::Mul, &[number, rest])) = (self.as_number(a), self.graph.view(b))
            && self.as_number(number).is_some()
            && self.as_number(rest).is_none()
            && !self.names.contains_key(&b)
        {
            let others =
                self.dot(&self.at_least(a, Binding::Product), &self.at_least(rest, Binding::Product));
            let (number, binding) = self.write(number);
            return (self.dot(&number, &others), binding.min(Binding::Product));
        }
        let factor = self.as_number(a);
        let left = match factor {
            Some(_) => self.write(a).0,
            None => self.at_least(a, Binding::Product),
        };
        let binding = if factor.is_some_and(|c| c < 0.0) { Binding::Sum } else { Binding::Product };
        let right = self.at_least(b, Binding::Product);
        // 2x and 2x², but 2 · σ(x).
        let starts_with_name = right.starts_with(|c: char| c.is_alphabetic() || c == '{' || c == '\\');
        let leaf = |id: Id| self.graph.arguments(id).is_empty() || self.names.contains_key(&id);
        let power = match self.graph.view(b) {
            (Op::Powi(_), &[base]) => leaf(base),
            (Op::Mul, &[base, again]) => base == again && leaf(base),
            _ => false,
        };
        let scientific = left.contains(['e', '^']);
        let text = if factor.is_some() && (leaf(b) || power) && starts_with_name && !scientific {
            format!("{left}{right}")
        } else {
            self.dot(&left, &right)
        };
        (text, binding)
    }

    /// What a node is, if it is written as one number.
    fn as_number(&self, id: Id) -> Option<f64> {
        let constant = |id: Id| self.graph.as_constant(id);
        match self.graph.view(id) {
            (Op::Mul, &[a, b]) => Some(constant(a)? * constant(b)?),
            _ => constant(id),
        }
    }

    fn dot(&self, left: &str, right: &str) -> String {
        format!("{left} {} {right}", if self.latex() { r"\cdot" } else { "·" })
    }

    fn power(&self, a: Id, n: i32) -> String {
        let base = self.at_least(a, Binding::Atom);
        if self.latex() {
            return format!("{{{base}}}^{{{n}}}");
        }
        let exponent: String = n.to_string().chars().filter_map(superscript).collect();
        format!("{base}{exponent}")
    }

    fn apply(&self, primitive: Primitive, arguments: &[Id]) -> (String, Binding) {
        let inner = |id: Id| self.write(id).0;
        match (primitive, arguments) {
            (Primitive::Abs, &[a]) if self.latex() => (format!(r"\left|{}\right|", inner(a)), Binding::Atom),
            (Primitive::Abs, &[a]) => (format!("|{}|", inner(a)), Binding::Atom),
            (Primitive::Sqrt | Primitive::Cbrt, &[a]) if self.latex() => {
                (format!("{}{{{}}}", primitive.facts().latex, inner(a)), Binding::Atom)
            }
            (Primitive::Sqrt | Primitive::Cbrt, &[a]) => {
                (format!("{}{}", primitive.facts().text, self.at_least(a, Binding::Atom)), Binding::Atom)
            }
            (Primitive::Powf, &[a, p]) if self.latex() => {
                (format!("{{{}}}^{{{}}}", self.at_least(a, Binding::Atom), inner(p)), Binding::Power)
            }
            (Primitive::Powf, &[a, p]) => {
                let (base, exponent) = (self.at_least(a, Binding::Atom), self.at_least(p, Binding::Atom));
                (format!("{base}^{exponent}"), Binding::Power)
            }
            (Primitive::Exp, &[a]) if self.latex() => (format!("e^{{{}}}", inner(a)), Binding::Power),
            _ => {
                let facts = primitive.facts();
                (self.function(if self.latex() { facts.latex } else { facts.text }, arguments), Binding::Atom)
            }
        }
    }

    /// The name of a function that LaTeX has no command for.
    fn operator(&self, name: &str) -> String {
        if self.latex() { format!(r"\operatorname{{{}}}", name.replace('_', r"\_")) } else { name.to_owned() }
    }

    fn function(&self, name: &str, arguments: &[Id]) -> String {
        let arguments: Vec<String> = arguments.iter().map(|&a| self.write(a).0).collect();
        let arguments = arguments.join(", ");
        if self.latex() { format!(r"{name}\left({arguments}\right)") } else { format!("{name}({arguments})") }
    }

    fn call(&self, callee: u8, part: Part, arguments: &[Id]) -> String {
        let Some(callee) = self.graph.callees.get(callee as usize) else { return String::new() };
        let name = callee.path.segments.last().map(|s| s.ident.to_string()).unwrap_or_default();
        let name = if self.latex() { format!(r"\mathrm{{{}}}", name.replace('_', r"\_")) } else { name };
        let name = match part {
            Part::Value => name,
            Part::Partial(_) if callee.inputs == 1 => format!("{name}′"),
            Part::Second => format!("{name}″"),
            Part::Third => format!("{name}‴"),
            Part::Parameter(n) if self.latex() => format!(r"\partial_{{p_{}}} {name}", n + 1),
            Part::Parameter(n) => format!("∂p{}{name}", subscript_number(n + 1)),
            Part::Partial(n) if self.latex() => format!(r"\partial_{{{}}} {name}", n + 1),
            Part::Partial(n) => format!("∂{}{name}", subscript_number(n + 1)),
        };
        let name = if self.latex() {
            name.replace('′', "'").replace('″', "''").replace('‴', "'''")
        } else {
            name
        };
        let all: Vec<Id> = arguments.iter().chain(&callee.parameters).copied().collect();
        self.function(&name, &all)
    }

    fn comparison(&self, comparison: Comparison) -> &'static str {
        match (comparison, self.latex()) {
            (Comparison::Lt, _) => "<",
            (Comparison::Le, false) => "≤",
            (Comparison::Le, true) => r"\le",
            (Comparison::Gt, _) => ">",
            (Comparison::Ge, false) => "≥",
            (Comparison::Ge, true) => r"\ge",
            (Comparison::Eq, _) => "=",
            (Comparison::Ne, false) => "≠",
            (Comparison::Ne, true) => r"\ne",
        }
    }

    fn word(&self, word: &str) -> String {
        if self.latex() { format!(r"\text{{ {word} }}") } else { word.to_owned() }
    }

    fn words(&self, a: Id, word: &str, b: Id) -> String {
        format!("{} {} {}", self.write(a).0, self.word(word), self.write(b).0)
    }
}
