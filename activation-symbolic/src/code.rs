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
use crate::graph::{Callee, Comparison, Graph, Id, IdMap, Node, Op, Part};
use crate::tokens::Tokens;

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
    let order = graph.needed(roots, |id| writer.computed_from(id));
    let mut uses = vec![0_usize; graph.nodes().len()];
    for &id in &order {
        for argument in writer.computed_from(id).arguments() {
            uses[argument.index()] += 1;
        }
    }
    for root in roots {
        uses[root.index()] += 1;
    }

    let mut statements = Tokens::default();
    writer.preamble(&order, &mut statements);
    // How deep the expression of each node is.
    let mut depth = vec![0_usize; graph.nodes().len()];
    for &id in &order {
        let node = writer.computed_from(id);
        if node.arguments().is_empty() {
            continue;
        }
        let mut deepest = 0;
        for argument in node.arguments() {
            deepest = deepest.max(depth[argument.index()]);
        }
        depth[id.index()] = deepest + 1;
        let is_used_once = uses[id.index()] == 1;
        if !is_used_once || (deepest + 1 > DEEPEST && !roots.contains(&id)) {
            let name = writer.fresh(stem(graph.op(id)));
            statements.word("let");
            statements.name(&name);
            statements.sign('=');
            writer.expression(id, &mut statements);
            statements.sign(';');
            writer.bound.insert(id, name);
            depth[id.index()] = 0;
        }
    }
    let result = |&root: &Id| {
        let mut tokens = Tokens::default();
        writer.expression(root, &mut tokens);
        tokens.into()
    };
    let results = roots.iter().map(result).collect();
    Code { statements: statements.into(), results }
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
    /// The names of nodes.
    bound: IdMap<Ident>,
    taken: HashSet<String>,
    /// How far each stem's names are numbered.
    numbers: HashMap<&'static str, usize>,
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

    /// A node with what it is computed from here: nothing if it is given; the factors and the other term of a sum if a
    /// product is fused into it.
    fn computed_from(&self, id: Id) -> Node {
        if self.scope.given.contains_key(&id) {
            return Node::new(self.graph.op(id), &[]);
        }
        match self.scope.fused.get(self.graph, id) {
            Some(MulAdd { a, b, c, .. }) => Node::new(self.graph.op(id), &[a, b, c]),
            None => self.graph.nodes()[id.index()],
        }
    }

    /// A name that isn't taken: `stem`, `stem2`, …
    fn fresh(&mut self, stem: &'static str) -> Ident {
        let mut name = stem.to_owned();
        while !self.taken.insert(name.clone()) {
            let n = self.numbers.entry(stem).or_insert(1);
            *n += 1;
            name = format!("{stem}{n}");
        }
        Ident::new(&name, Span::mixed_site())
    }

    /// The closure for constants, the parameters and the callees, as far as they are used.
    fn preamble(&mut self, order: &[Id], statements: &mut Tokens) {
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
        for callee in callees {
            statements.stream(self.callee(callee));
        }
        let (c, witness) = (self.constant.clone(), &self.scope.witness);
        if constants || !parameters.is_empty() {
            // Not to be mixed up with an argument of this name.
            let value = Ident::new("value", Span::mixed_site());
            statements.stream(quote!(let #c = |#value: f64| #witness.constant(#value);));
        }
        for (id, n) in parameters {
            let ident = &self.scope.signature.parameters[n as usize].ident;
            statements.stream(quote!(let #ident = #c(f64::from(self.#ident));));
            self.bound.insert(id, ident.clone());
        }
    }

    /// The local for a callee.
    fn callee(&self, callee: u8) -> TokenStream {
        let kernel = callee_name(callee);
        let construction = construct(self.graph, callee, self.scope.signature, "with");
        let target = self.graph.callees.get(callee as usize);
        let kind = match target {
            // Of a plain function there is nothing but what its name says.
            Some(Callee { plain: true, path, .. }) => quote!(or(#path)),
            _ => {
                let inputs = target.map_or(1, |callee| callee.inputs).clamp(1, 4);
                let inputs = Ident::new(["one", "two", "three", "four"][inputs - 1], Span::call_site());
                quote!(#inputs())
            }
        };
        quote!(let #kernel = ::activations::witness::Fit(#construction).#kind;)
    }

    fn number(&self, value: f64, to: &mut Tokens) {
        to.name(&self.constant);
        to.parenthesized(|to| float(value, to));
    }

    /// The expression of a node: its name, or its operation on the expressions of its arguments.
    fn expression(&self, id: Id, to: &mut Tokens) {
        use Tightness::{Atom, Product, Sum, Unary};
        if let Some(name) = self.bound.get(&id) {
            return to.name(name);
        }
        if let Some(given) = self.scope.given.get(&id) {
            return to.stream(given.clone());
        }
        if let Some(sum) = self.scope.fused.get(self.graph, id) {
            return self.mul_add(sum, to);
        }
        let node = &self.graph.nodes()[id.index()];
        let c = &self.constant;
        match (node.op, node.arguments()) {
            (Op::Constant(bits), _) => self.number(f64::from_bits(bits), to),
            (Op::Input(n), _) => to.name(&self.scope.signature.inputs[n as usize].ident),
            (Op::External(n), _) => {
                let constant = callable::constant(n as usize);
                to.stream(quote!(#c(f64::from(Self::#constant))));
            }
            (Op::Truth(true), _) => to.stream(quote!(#c(0.0).eq(#c(0.0)))),
            (Op::Truth(false), _) => to.stream(quote!(#c(0.0).ne(#c(0.0)))),
            (Op::Wide, _) => {
                let witness = &self.scope.witness;
                to.stream(quote!(#witness.is_wide()));
            }
            (Op::Neg, &[a]) => self.prefix('-', a, to),
            (Op::Add, &[a, b]) => self.infix((a, Sum), '+', (b, Product), to),
            (Op::Sub, &[a, b]) => self.infix((a, Sum), '-', (b, Product), to),
            (Op::Mul, &[a, b]) => self.infix((a, Product), '*', (b, Unary), to),
            (Op::Div, &[a, b]) => self.infix((a, Product), '/', (b, Unary), to),
            (Op::And, &[a, b]) => self.infix((a, Atom), '&', (b, Atom), to),
            (Op::Or, &[a, b]) => self.infix((a, Atom), '|', (b, Atom), to),
            (Op::Not, &[a]) => self.prefix('!', a, to),
            (Op::Powi(n), &[a]) => {
                self.method(a, "powi", to, |to| to.literal(Literal::i32_unsuffixed(n)));
            }
            (Op::Apply(primitive), &[a, ref others @ ..]) => {
                self.method(a, primitive.facts().method, to, |to| self.list(others, to));
            }
            (Op::Compare(comparison), &[a, b]) => {
                self.method(a, comparison_method(comparison), to, |to| self.expression(b, to));
            }
            (Op::Select, arguments) => {
                let carrier = &self.scope.carrier;
                to.stream(quote!(#carrier::select));
                to.parenthesized(|to| self.list(arguments, to));
            }
            (Op::Call { callee, part }, arguments) => to.stream(self.call(callee, part, arguments)),
            _ => {}
        }
    }

    /// Expressions with commas between them.
    fn list(&self, ids: &[Id], to: &mut Tokens) {
        for (i, &id) in ids.iter().enumerate() {
            if i > 0 {
                to.sign(',');
            }
            self.expression(id, to);
        }
    }

    fn call(&self, callee: u8, part: Part, arguments: &[Id]) -> TokenStream {
        let kernel = callee_name(callee);
        let input = |&id: &Id| {
            let mut tokens = Tokens::default();
            self.expression(id, &mut tokens);
            tokens.into()
        };
        let inputs: Vec<TokenStream> = arguments.iter().map(input).collect();
        let span = self.graph.callees.get(callee as usize).map_or_else(Span::call_site, |c| c.path.span());
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

    fn mul_add(&self, MulAdd { a, negated, b, c, subtracted }: MulAdd, to: &mut Tokens) {
        match (self.graph.as_constant(a), negated) {
            (Some(a), true) => self.number(-a, to),
            (_, true) => to.parenthesized(|to| self.prefix('-', a, to)),
            (_, false) => self.operand(a, Tightness::Atom, to),
        }
        to.sign('.');
        to.word("mul_add");
        to.parenthesized(|to| {
            self.expression(b, to);
            to.sign(',');
            match (self.graph.as_constant(c), subtracted) {
                (Some(c), true) => self.number(-c, to),
                (_, true) => self.prefix('-', c, to),
                (_, false) => self.expression(c, to),
            }
        });
    }

    fn prefix(&self, sign: char, a: Id, to: &mut Tokens) {
        to.sign(sign);
        self.operand(a, Tightness::Unary, to);
    }

    fn infix(&self, (a, left): (Id, Tightness), sign: char, (b, right): (Id, Tightness), to: &mut Tokens) {
        self.operand(a, left, to);
        to.sign(sign);
        self.operand(b, right, to);
    }

    fn method(&self, a: Id, method: &str, to: &mut Tokens, others: impl FnOnce(&mut Tokens)) {
        self.operand(a, Tightness::Atom, to);
        to.sign('.');
        to.word(method);
        to.parenthesized(others);
    }

    /// The expression of a node, in parentheses where it binds less tightly than its place asks for.
    fn operand(&self, id: Id, place: Tightness, to: &mut Tokens) {
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
        if own as u8 >= place as u8 {
            self.expression(id, to);
        } else {
            to.parenthesized(|to| self.expression(id, to));
        }
    }
}

/// How tightly an expression binds in Rust.
#[derive(Clone, Copy)]
enum Tightness {
    Mask,
    Sum,
    Product,
    Unary,
    Atom,
}

/// A literal f64, infinities spelled out.
fn float(value: f64, to: &mut Tokens) {
    if value.is_nan() {
        to.stream(quote!(f64::NAN));
    } else if value.is_infinite() {
        to.stream(if value > 0.0 { quote!(f64::INFINITY) } else { quote!(f64::NEG_INFINITY) });
    } else {
        if value.is_sign_negative() {
            to.sign('-');
        }
        to.literal(Literal::f64_unsuffixed(value.abs()));
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
            Some(value) => {
                let mut tokens = Tokens::default();
                float(value, &mut tokens);
                tokens.into()
            }
            None => quote!({ use ::activations::{Arith as _, Real as _}; #statements #(#results)* }),
        }
    });
    let constructor = Ident::new(constructor, callee.span());
    quote!(#callee::#constructor(&[#(#parameters),*]))
}
