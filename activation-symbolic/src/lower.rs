//! The body as a graph: an interpreter of Rust whose numbers are nodes.
//!
//! Variables hold [`Value`]s; an assignment replaces one; a branch runs both sides and merges what they changed by
//! a select; an early return is remembered with the condition that leads there. What isn't differentiable is
//! refused at its token and goes on as [`Value::Refused`], about which nothing more is said.

mod call;
mod constant;
mod expression;
mod flow;
mod item;
mod method;
mod pattern;
mod refused;
mod row;
mod statement;
mod value;

use std::collections::HashSet;

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote};
use syn::spanned::Spanned;
use syn::{Expr, Pat, ReturnType, parse_quote};

use crate::callable::Outside;
use crate::diagnostic::{Diagnostics, Place};
use crate::function::{Called, Facts, Function, Signature};
use crate::fuse::Fused;
use crate::graph::{Callee, Graph, Id, Op};
use value::{Closure, Value, Variable};

/// The most steps that a body may take when loops are unrolled and closures inlined.
const BUDGET: usize = 200_000;

/// Lowers the body of `signature`, and its own derivative if it has one. A function comes back in any case, so that
/// the expansion of a refused one can still check the names that it mentions: look at `diagnostics`.
pub fn lower(mut signature: Signature, diagnostics: &mut Diagnostics) -> Function {
    let mut lowering = Lowering::new(&signature, diagnostics);
    let written = lowering.body();
    let own_derivative =
        signature.settings.derivative.as_ref().map(|own| lowering.own_derivative(own, written));
    let own_vjp = signature.settings.vjp.as_ref().map(|own| lowering.own_vjp(own, written));
    let constants = lowering.constants();
    let Lowering { graph, mut witnesses, outside, called, .. } = lowering;
    witnesses.extend(constants);
    outside.reach(&mut signature);
    let facts = Facts::default();
    let fused = Fused::default();
    Function {
        signature,
        graph,
        written,
        value: written,
        own_derivative,
        own_vjp,
        fused,
        facts,
        called,
        witnesses,
    }
}

/// What is wanted of what is called.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Wanted {
    /// Its slope too.
    Slope,
    /// Its value only, as in a slope.
    Value,
}

/// The state of the interpreter.
struct Lowering<'a> {
    signature: &'a Signature,
    diagnostics: &'a mut Diagnostics,
    graph: Graph,
    /// What is in scope, innermost last.
    variables: Vec<Variable>,
    /// What variables held before they were assigned to: index and value, so that a branch can be taken back.
    log: Vec<(usize, Value)>,
    /// The returns of the function, or of the closure that is being inlined.
    exits: Vec<flow::Exit>,
    /// Which inputs are mentioned.
    mentioned: Vec<bool>,
    /// Whether steps such as floor are allowed: the derivative is given.
    steps: bool,
    /// What is wanted of what is called here.
    wanted: Wanted,
    /// How many loops that were refused surround us: their `break`s are no further offence.
    refused_loops: usize,
    /// Whether names came in by a glob, so that one that isn't known is no further offence.
    globbed: bool,
    /// Steps left.
    budget: usize,
    /// The items that make rustc check what the compiler can't see, and the names they are about.
    witnesses: Vec<TokenStream>,
    checked: HashSet<String>,
    /// The fns that are called by path.
    called: Vec<Called>,
    /// What names mean something outside of the body.
    outside: Outside,
    /// The constants that were refused as what is no number.
    misused: HashSet<u8>,
    /// The functions in the body that are being inlined.
    running: Vec<Ident>,
    /// Whether this is a constant in the body.
    constant: bool,
}

impl<'a> Lowering<'a> {
    fn new(signature: &'a Signature, diagnostics: &'a mut Diagnostics) -> Self {
        let mut lowering = Self {
            signature,
            diagnostics,
            graph: Graph::new(),
            variables: Vec::new(),
            log: Vec::new(),
            exits: Vec::new(),
            mentioned: vec![false; signature.inputs.len()],
            steps: signature.settings.steps,
            wanted: Wanted::Slope,
            refused_loops: 0,
            globbed: false,
            budget: BUDGET,
            witnesses: Vec::new(),
            checked: HashSet::new(),
            called: Vec::new(),
            outside: Outside::default(),
            misused: HashSet::new(),
            running: Vec::new(),
            constant: false,
        };
        lowering.arguments(true);
        lowering
    }

    /// Brings the parameters and, where wanted, the inputs into scope.
    fn arguments(&mut self, inputs: bool) {
        let signature = self.signature;
        for (n, parameter) in signature.parameters.iter().enumerate() {
            let leaf = self.graph.node(Op::Parameter(n as u8), &[]);
            self.bind(&parameter.ident, Value::Number(leaf));
        }
        for (n, input) in signature.inputs.iter().enumerate().filter(|_| inputs) {
            let leaf = self.graph.node(Op::Input(n as u8), &[]);
            self.bind(&input.ident, Value::Number(leaf));
            if let Some(variable) = self.variables.last_mut() {
                variable.input = Some(n);
            }
        }
    }

    /// The value of the function.
    fn body(&mut self) -> Id {
        let block = &self.signature.item.block;
        self.conditional_code();
        let value = self.block(block);
        let value = self.leave(value);
        let last = block.stmts.last();
        let at = last.map_or_else(|| block.brace_token.span.close(), Spanned::span);
        let number = match value {
            Value::Unit if self.diagnostics.is_empty() => {
                self.refuse(
                    at,
                    "the body ends without a value: end it with an expression that has no semicolon after it",
                );
                None
            }
            Value::Unit => None,
            value => match last {
                Some(syn::Stmt::Expr(expr, None)) => self.as_number(value, expr),
                last => self.as_number(value, last),
            },
        };
        // A variable that isn't there may be an input that was misspelt.
        if self.diagnostics.is_empty() && !self.graph.externals.iter().any(constant::is_variable) {
            self.ignored_inputs();
        }
        number.unwrap_or_else(|| self.nothing(at))
    }

    /// Refuses inputs that the body doesn't mention.
    fn ignored_inputs(&mut self) {
        for (n, input) in self.signature.inputs.iter().enumerate() {
            let name = &input.ident;
            if !self.mentioned[n] && !name.to_string().starts_with('_') {
                self.refuse(
                    name.span(),
                    format!(
                        "the body ignores `{name}`, so the gradient is 0 everywhere: use it, or write `let _ = {name};` if \
                         that is meant"
                    ),
                );
            }
        }
    }

    /// A node for what was refused. Something has been reported, or is now.
    fn nothing(&mut self, at: Span) -> Id {
        if self.diagnostics.is_empty() {
            self.diagnostics.error(
                at,
                "this is no number that the compiler can follow: compute it by arithmetic and methods",
            );
        }
        self.graph.constant(f64::NAN)
    }

    /// `derivative = |x| …`, `|x, y| …`, or the path of another fn.
    fn own_derivative(&mut self, own: &Expr, value: Id) -> Id {
        let input = self.graph.node(Op::Input(0), &[]);
        let arguments = [Value::Number(input), Value::Number(value)];
        self.variables.clear();
        self.arguments(false);
        // The slope of a slope is wanted where there are more orders.
        self.wanted = if self.signature.settings.order == 1 { Wanted::Value } else { Wanted::Slope };
        let result = match own {
            Expr::Closure(closure) if closure.inputs.len() == 1 || closure.inputs.len() == 2 => {
                let wanted = closure.inputs.len();
                match self.closure(closure) {
                    Value::Closure(closure) => self.inline(&closure, arguments[..wanted].to_vec()),
                    refused => refused,
                }
            }
            Expr::Closure(closure) => {
                self.diagnostics.error_spanned(
                    heading(closure),
                    "the derivative is a function of the input, `|x| …`, or of input and output, `|x, y| …`",
                );
                return self.graph.constant(f64::NAN);
            }
            // The path of another fn, of a helper or of a method: as if it were called in a closure.
            path => {
                let closure = Closure {
                    inputs: vec![parse_quote!(x)],
                    body: parse_quote!(#path(x)),
                    output: ReturnType::Default,
                    captured: Vec::new(),
                    function: None,
                };
                self.inline(&closure, arguments[..1].to_vec())
            }
        };
        let body = if let Expr::Closure(closure) = own { &closure.body } else { own };
        match self.as_number(result, body) {
            Some(id) => id,
            None => self.nothing(own.span()),
        }
    }

    /// `vjp = |x, y, dy| …`: a row for each input, several as a tuple.
    fn own_vjp(&mut self, own: &Expr, value: Id) -> Vec<Id> {
        let n = self.signature.inputs.len();
        let leaves =
            (0..n).map(|i| Value::Number(self.graph.node(Op::Input(i as u8), &[]))).collect::<Vec<_>>();
        let gradient = self.graph.node(Op::Input(n as u8), &[]);
        let arguments: Vec<Value> =
            leaves.into_iter().chain([Value::Number(value), Value::Number(gradient)]).collect();
        self.variables.clear();
        self.arguments(false);
        let nothing = vec![self.graph.constant(f64::NAN); n];
        let Expr::Closure(written) = own else { return nothing };
        if written.inputs.len() != n + 2 {
            self.diagnostics.error_spanned(
                heading(written),
                "the vector-Jacobian product is a function of all inputs, the output and its gradient: `|x, y, dy| …`",
            );
            return nothing;
        }
        let Value::Closure(closure) = self.closure(written) else { return nothing };
        let values = match self.inline(&closure, arguments) {
            Value::Tuple(values) if values.len() == n && n > 1 => values,
            Value::Refused => return nothing,
            value if n == 1 => vec![value],
            _ => {
                self.diagnostics.error_spanned(
                    &written.body,
                    "of several inputs the vector-Jacobian product is a tuple, one row for each input: `(dx, dt)`",
                );
                return nothing;
            }
        };
        let rows: Option<Vec<Id>> =
            values.into_iter().map(|value| self.as_number(value, &written.body)).collect();
        rows.unwrap_or(nothing)
    }

    /// Refuses at one token, or from one to another.
    fn refuse(&mut self, at: impl Into<Place>, message: impl std::fmt::Display) -> Value {
        self.diagnostics.error(at, message);
        Value::Refused
    }

    /// Refuses at all the tokens of something.
    fn refuse_all(&mut self, at: impl ToTokens, message: impl std::fmt::Display) -> Value {
        self.diagnostics.error_spanned(at, message);
        Value::Refused
    }

    /// New nodes are attributed to `place` while `build` runs.
    fn at(&mut self, place: impl Into<Place>, build: impl FnOnce(&mut Graph) -> Id) -> Id {
        self.graph.here = Some(place.into());
        build(&mut self.graph)
    }

    /// The callee that is called by this path with these parameters, an old one or a new one.
    fn callee(&mut self, path: &syn::Path, parameters: Vec<Id>, inputs: usize) -> Option<u8> {
        let text = path.to_token_stream().to_string();
        let same = |callee: &Callee| {
            callee.inputs == inputs
                && callee.parameters == parameters
                && callee.path.to_token_stream().to_string() == text
        };
        if let Some(n) = self.graph.callees.iter().position(same) {
            return Some(n as u8);
        }
        let n = u8::try_from(self.graph.callees.len()).ok()?;
        let alias = self.alias(path, inputs + parameters.len());
        let called = self.called_by(path)?;
        called.inputs = inputs;
        let plain = called.plain;
        self.graph.callees.push(Callee { path: path.clone(), alias, parameters, inputs, plain });
        Some(n)
    }
}

/// The arguments of a closure; the bars where there are none.
fn heading(closure: &syn::ExprClosure) -> TokenStream {
    if closure.inputs.is_empty() {
        let (left, right) = (&closure.inputs_begin, &closure.inputs_end);
        quote!(#left #right)
    } else {
        closure.inputs.to_token_stream()
    }
}

/// The name that a pattern of one identifier binds.
fn single(pat: &Pat) -> Option<&Ident> {
    match pat {
        Pat::Ident(pat) if pat.subpat.is_none() => Some(&pat.ident),
        Pat::Paren(pat) => single(&pat.pat),
        Pat::Type(pat) => single(&pat.pat),
        _ => None,
    }
}
