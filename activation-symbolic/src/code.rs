//! A graph as Rust expressions in the algebra `Real`: the statements of a kernel's body.
//!
//! What is used more than once is bound by `let`, the rest stays in place, so that a body reads like the formula.

use std::collections::{HashMap, HashSet};

use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::spanned::Spanned;

use crate::callable;
use crate::function::Signature;
use crate::fuse::{Fused, MulAdd};
use crate::graph::{Comparison, Graph, Id, IdMap, IdSet, Op, Part};

/// Expressions nested deeper than this are broken by a `let`, for the reader's sake.
const DEEPEST: usize = 6;

/// The statements that compute some nodes, and an expression for each of them.
pub struct Code {
    /// `let` statements, in order.
    pub statements: TokenStream,
    /// One expression for each root.
    pub results: Vec<TokenStream>,
}

/// The expression of each leaf, in the scope that the code stands in.
pub struct Scope<'a> {
    /// The function whose names are used.
    pub signature: &'a Signature,
    /// A number of the right shape, which constants take theirs from.
    pub witness: TokenStream,
    /// The type of the numbers.
    pub carrier: TokenStream,
    /// Which products are added in one rounding.
    pub fused: Fused,
    /// What other nodes stand for, such as the scalars of a row function.
    pub given: IdMap<TokenStream>,
}

impl<'a> Scope<'a> {
    /// The scope of a kernel's method: inputs by their names.
    pub fn new(signature: &'a Signature) -> Self {
        let first = &signature.inputs[0].ident;
        let (witness, carrier) = (quote!(#first), quote!(R));
        Self { signature, witness, carrier, fused: Fused::default(), given: IdMap::default() }
    }
}

/// Code for `roots`.
pub fn code(graph: &Graph, roots: &[Id], scope: &Scope<'_>) -> Code {
    let mut writer = Writer::new(graph, scope);
    let order = writer.order(roots);
    let mut uses: IdMap<usize> = IdMap::default();
    for &id in &order {
        if !scope.given.contains_key(&id) {
            for argument in scope.fused.arguments(graph, id) {
                *uses.entry(argument).or_default() += 1;
            }
        }
    }
    for root in roots {
        *uses.entry(*root).or_default() += 1;
    }

    let mut statements = writer.preamble(&order);
    let mut depth: IdMap<usize> = IdMap::default();
    for &id in &order {
        if scope.given.contains_key(&id) || graph.arguments(id).is_empty() {
            continue;
        }
        let deepest = scope
            .fused
            .arguments(graph, id)
            .iter()
            .map(|a| depth.get(a).copied().unwrap_or(0))
            .max()
            .unwrap_or(0);
        depth.insert(id, deepest + 1);
        let is_result = uses[&id] == 1 && roots.contains(&id);
        if uses[&id] > 1 || (deepest + 1 > DEEPEST && !is_result) {
            let value = writer.expression(id);
            let name = writer.fresh(stem(graph.op(id)));
            statements.extend(quote!(let #name = #value;));
            writer.bound.insert(id, quote!(#name));
            depth.insert(id, 0);
        }
    }
    let results = roots.iter().map(|&root| writer.expression(root)).collect();
    Code { statements, results }
}

/// What a `let` of this operation is called.
fn stem(op: Op) -> &'static str {
    match op {
        Op::Apply(primitive) => match primitive.facts().method {
            "abs" => "magnitude",
            "sqrt" => "root",
            method => method,
        },
        Op::Add => "sum",
        Op::Sub => "difference",
        Op::Mul => "product",
        Op::Div => "quotient",
        Op::Neg => "negated",
        Op::Powi(_) => "power",
        Op::Compare(_) | Op::And | Op::Or | Op::Not | Op::Truth(_) | Op::Wide => "mask",
        Op::Select => "piece",
        Op::Call { part: Part::Value, .. } => "called",
        Op::Call { .. } => "slope",
        _ => "value",
    }
}

struct Writer<'a> {
    graph: &'a Graph,
    scope: &'a Scope<'a>,
    bound: IdMap<TokenStream>,
    taken: HashSet<String>,
    /// How far each stem's names are numbered.
    numbers: HashMap<String, usize>,
    constant: Ident,
}

impl<'a> Writer<'a> {
    fn new(graph: &'a Graph, scope: &'a Scope<'a>) -> Self {
        let signature = scope.signature;
        let arguments =
            signature.inputs.iter().map(|i| &i.ident).chain(signature.parameters.iter().map(|p| &p.ident));
        let given = scope.given.values().map(ToString::to_string);
        let taken = arguments.map(ToString::to_string).chain(given).collect();
        let (bound, numbers, constant) = (IdMap::default(), HashMap::new(), format_ident!("c"));
        let mut writer = Self { graph, scope, bound, taken, numbers, constant };
        writer.constant = writer.fresh("c");
        writer
    }

    /// Nodes to visit: what the roots need, not looking behind what is given.
    fn order(&self, roots: &[Id]) -> Vec<Id> {
        let mut seen: IdSet = IdSet::default();
        let mut stack = roots.to_vec();
        while let Some(id) = stack.pop() {
            if seen.insert(id) && !self.scope.given.contains_key(&id) {
                stack.extend(self.scope.fused.arguments(self.graph, id));
            }
        }
        let mut order: Vec<Id> = seen.into_iter().collect();
        order.sort_unstable();
        order
    }

    /// A name that isn't taken: `stem`, `stem2`, …
    fn fresh(&mut self, stem: &str) -> Ident {
        let mut name = stem.to_owned();
        while !self.taken.insert(name.clone()) {
            let n = self.numbers.entry(stem.to_owned()).or_insert(1);
            *n += 1;
            name = format!("{stem}{n}");
        }
        Ident::new(&name, Span::mixed_site())
    }

    /// The closure for constants, the parameters and the callees, as far as they are used.
    fn preamble(&mut self, order: &[Id]) -> TokenStream {
        let mut statements = TokenStream::new();
        let mut callees: Vec<u8> = Vec::new();
        let mut parameters = Vec::new();
        let mut constants = false;
        for &id in order {
            match self.graph.op(id) {
                _ if self.scope.given.contains_key(&id) => {}
                Op::Constant(_) | Op::External(_) | Op::Truth(_) => constants = true,
                Op::Parameter(n) => parameters.push((id, n)),
                Op::Call { callee, .. } if !callees.contains(&callee) => callees.push(callee),
                _ => {}
            }
        }
        let (c, witness) = (self.constant.clone(), &self.scope.witness);
        if constants || !parameters.is_empty() {
            // Not to be mixed up with an argument of this name.
            let value = Ident::new("value", Span::mixed_site());
            statements.extend(quote!(let #c = |#value: f64| #witness.constant(#value);));
        }
        for (id, n) in parameters {
            let ident = &self.scope.signature.parameters[n as usize].ident;
            statements.extend(quote!(let #ident = #c(f64::from(self.#ident));));
            self.bound.insert(id, quote!(#ident));
        }
        for callee in callees {
            let kernel = callee_name(callee);
            let construction = construct(self.graph, callee, self.scope.signature, "with");
            statements.extend(quote!(let #kernel = #construction;));
        }
        statements
    }

    fn number(&self, value: f64) -> TokenStream {
        let c = &self.constant;
        let literal = float(value);
        quote!(#c(#literal))
    }

    /// The expression of a node: its name, or its operation on the expressions of its arguments.
    fn expression(&self, id: Id) -> TokenStream {
        if let Some(name) = self.bound.get(&id).or_else(|| self.scope.given.get(&id)) {
            return name.clone();
        }
        let (op, arguments) = self.graph.view(id);
        let c = &self.constant;
        if let Some(sum) = self.scope.fused.get(self.graph, id) {
            return self.mul_add(sum);
        }
        match (op, arguments) {
            (Op::Constant(bits), _) => self.number(f64::from_bits(bits)),
            (Op::Input(n), _) => {
                let ident = &self.scope.signature.inputs[n as usize].ident;
                quote!(#ident)
            }
            (Op::External(n), _) => {
                let constant = callable::constant(n as usize);
                quote!(#c(f64::from(Self::#constant)))
            }
            (Op::Truth(true), _) => quote!(#c(0.0).eq(#c(0.0))),
            (Op::Truth(false), _) => quote!(#c(0.0).ne(#c(0.0))),
            (Op::Wide, _) => {
                let witness = &self.scope.witness;
                quote!(#witness.is_wide())
            }
            (Op::Neg, &[a]) => {
                let a = self.operand(a, Tightness::Unary);
                quote!(-#a)
            }
            (Op::Add, &[a, b]) => self.infix(a, &quote!(+), b, Tightness::Sum, Tightness::Product),
            (Op::Sub, &[a, b]) => self.infix(a, &quote!(-), b, Tightness::Sum, Tightness::Product),
            (Op::Mul, &[a, b]) => self.infix(a, &quote!(*), b, Tightness::Product, Tightness::Unary),
            (Op::Div, &[a, b]) => self.infix(a, &quote!(/), b, Tightness::Product, Tightness::Unary),
            (Op::And, &[a, b]) => {
                let (a, b) = (self.operand(a, Tightness::Atom), self.operand(b, Tightness::Atom));
                quote!(#a & #b)
            }
            (Op::Or, &[a, b]) => {
                let (a, b) = (self.operand(a, Tightness::Atom), self.operand(b, Tightness::Atom));
                quote!(#a | #b)
            }
            (Op::Not, &[a]) => {
                let a = self.operand(a, Tightness::Unary);
                quote!(!#a)
            }
            (Op::Powi(n), &[a]) => {
                let (a, n) = (self.operand(a, Tightness::Atom), Literal::i32_unsuffixed(n));
                quote!(#a.powi(#n))
            }
            (Op::Apply(primitive), &[a, ref others @ ..]) => {
                let a = self.operand(a, Tightness::Atom);
                let method = Ident::new(primitive.facts().method, Span::call_site());
                let others = others.iter().map(|&o| self.expression(o));
                quote!(#a.#method(#(#others),*))
            }
            (Op::Compare(comparison), &[a, b]) => {
                let (a, b) = (self.operand(a, Tightness::Atom), self.expression(b));
                let method = Ident::new(comparison_method(comparison), Span::call_site());
                quote!(#a.#method(#b))
            }
            (Op::Select, &[mask, then, otherwise]) => {
                let [mask, then, otherwise] = [mask, then, otherwise].map(|id| self.expression(id));
                let carrier = &self.scope.carrier;
                quote!(#carrier::select(#mask, #then, #otherwise))
            }
            (Op::Call { callee, part }, _) => {
                let kernel = callee_name(callee);
                let inputs: Vec<TokenStream> = arguments.iter().map(|&a| self.expression(a)).collect();
                let span =
                    self.graph.callees.get(callee as usize).map_or_else(Span::call_site, |c| c.path.span());
                match (part, inputs.as_slice()) {
                    // An activation that isn't differentiated as often is an error where it is called.
                    (Part::Second | Part::Third, _) => {
                        let kernel = Ident::new(&kernel.to_string(), kernel.span().located_at(span));
                        let (order, method) = match part {
                            Part::Second => (quote!(SecondOrder), quote!(second_derivative)),
                            _ => (quote!(ThirdOrder), quote!(third_derivative)),
                        };
                        quote_spanned!(span=> ::activations::#order::#method(&#kernel, #(#inputs),*))
                    }
                    (Part::Parameter(n), _) => {
                        let n = Literal::u8_unsuffixed(n);
                        quote!(::activations::Parametric::parameter_gradient(&#kernel, [#(#inputs),*])[#n])
                    }
                    (Part::Value, [x]) => quote!(::activations::Kernel::value(&#kernel, #x)),
                    (Part::Partial(_), [x]) => quote!(::activations::Kernel::derivative(&#kernel, #x)),
                    (Part::Value, _) => quote!(::activations::MultiKernel::value(&#kernel, [#(#inputs),*])),
                    (Part::Partial(n), _) => {
                        let n = Literal::u8_unsuffixed(n);
                        quote!(::activations::MultiKernel::gradient(&#kernel, [#(#inputs),*])[#n])
                    }
                }
            }
            _ => TokenStream::new(),
        }
    }

    fn mul_add(&self, MulAdd { a, negated, b, c, subtracted }: MulAdd) -> TokenStream {
        let a = match (self.graph.as_constant(a), negated) {
            (Some(a), true) => self.number(-a),
            (_, true) => {
                let a = self.operand(a, Tightness::Unary);
                quote!((-#a))
            }
            (_, false) => self.operand(a, Tightness::Atom),
        };
        let c = match (self.graph.as_constant(c), subtracted) {
            (Some(c), true) => self.number(-c),
            (_, true) => {
                let c = self.operand(c, Tightness::Unary);
                quote!(-#c)
            }
            (_, false) => self.expression(c),
        };
        let b = self.expression(b);
        quote!(#a.mul_add(#b, #c))
    }

    fn infix(&self, a: Id, sign: &TokenStream, b: Id, left: Tightness, right: Tightness) -> TokenStream {
        let (a, b) = (self.operand(a, left), self.operand(b, right));
        quote!(#a #sign #b)
    }

    /// The expression of a node, in parentheses where it binds less tightly than its place asks for.
    fn operand(&self, id: Id, place: Tightness) -> TokenStream {
        let expression = self.expression(id);
        let own = if self.bound.contains_key(&id) || self.scope.given.contains_key(&id) {
            Tightness::Atom
        } else {
            match self.graph.op(id) {
                Op::Add | Op::Sub if self.scope.fused.get(self.graph, id).is_some() => Tightness::Atom,
                Op::Add | Op::Sub => Tightness::Sum,
                Op::Mul | Op::Div => Tightness::Product,
                Op::Neg | Op::Not => Tightness::Unary,
                Op::And | Op::Or => Tightness::Mask,
                _ => Tightness::Atom,
            }
        };
        if own >= place { expression } else { quote!((#expression)) }
    }
}

/// How tightly an expression binds in Rust.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Tightness {
    Mask,
    Sum,
    Product,
    Unary,
    Atom,
}

/// A literal f64, infinities spelled out.
fn float(value: f64) -> TokenStream {
    if value.is_nan() {
        quote!(f64::NAN)
    } else if value.is_infinite() {
        if value > 0.0 { quote!(f64::INFINITY) } else { quote!(f64::NEG_INFINITY) }
    } else if value.is_sign_negative() {
        let magnitude = Literal::f64_unsuffixed(-value);
        quote!(-#magnitude)
    } else {
        let magnitude = Literal::f64_unsuffixed(value);
        quote!(#magnitude)
    }
}

fn comparison_method(comparison: Comparison) -> &'static str {
    match comparison {
        Comparison::Lt => "lt",
        Comparison::Le => "le",
        Comparison::Gt => "gt",
        Comparison::Ge => "ge",
        Comparison::Eq => "eq",
        Comparison::Ne => "ne",
    }
}

/// The local that holds the kernel of a callee.
pub fn callee_name(callee: u8) -> Ident {
    Ident::new(&format!("callee{callee}"), Span::mixed_site())
}

/// The kernel of a callee, from its parameters: expressions of our parameters and constants, computed in f64.
pub fn construct(graph: &Graph, callee: u8, signature: &Signature, constructor: &str) -> TokenStream {
    let Some(target) = graph.callees.get(callee as usize) else { return TokenStream::new() };
    let callee = &target.alias;
    let parameters = target.parameters.iter().map(|&id| {
        let scope = Scope { witness: quote!(0.0_f64), carrier: quote!(f64), ..Scope::new(signature) };
        let Code { statements, results } = code(graph, &[id], &scope);
        match graph.as_constant(id) {
            Some(value) => float(value),
            None => quote!({ use ::activations::{Arith as _, Real as _}; #statements #(#results)* }),
        }
    });
    let constructor = Ident::new(constructor, callee.span());
    quote!(#callee::#constructor(&[#(#parameters),*]))
}
