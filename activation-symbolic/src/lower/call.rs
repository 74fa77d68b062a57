//! Calls by path: closures are inlined, helpers looked up, anything else is presumed to be another activation.

use std::rc::Rc;

use proc_macro2::{Ident, Span};
use quote::{ToTokens, quote_spanned};
use syn::spanned::Spanned;
use syn::visit::Visit;
use syn::{Expr, ExprCall, ExprClosure, Pat, Path, PathSegment, ReturnType, Type};

use super::item::at;
use super::method::is_method;
use super::row::REDUCTIONS;
use super::value::{Closure, Reach, Value, is_integer, plain};
use super::{Lowering, Wanted};
use crate::callable::{alias, called, place, strip};
use crate::function::Called;
use crate::graph::{Id, Op, Part};
use crate::helper::{self, Build};
use crate::parse::{PRIMITIVES, known};

/// What is said of a function that isn't called where it is named.
pub(super) const NO_NUMBER: &str =
    "a function is no number: call it; where it is passed on, write a closure, `|v: f32| v.tanh()`";

/// What to write instead of a call that was to give several numbers, or an integer.
pub(super) const SEVERAL: &str = "for several, write a closure or a function in the body";
pub(super) const INTEGER: &str = "write the integer here";

/// What is said of recursion.
const RECURSION: &str =
    "a function that calls itself has no finite formula: write `for _ in 0..8`, which is unrolled";

impl Lowering<'_> {
    /// `|a, b| …`: nothing happens until it is called.
    pub(super) fn closure(&mut self, expr: &ExprClosure) -> Value {
        if let Some(token) = &expr.asyncness {
            return self
                .refuse(token.span, "an async closure returns a future and not a number: remove `async`");
        }
        let mut captured = self.variables.clone();
        for variable in &mut captured {
            variable.reach = Reach::Captured;
        }
        Value::Closure(Rc::new(Closure {
            inputs: expr.inputs.iter().cloned().collect(),
            body: (*expr.body).clone(),
            output: expr.output.clone(),
            captured,
            function: None,
        }))
    }

    /// The value of a closure for these arguments.
    pub(super) fn inline(&mut self, closure: &Closure, arguments: Vec<Value>) -> Value {
        let outer = std::mem::replace(&mut self.variables, closure.captured.clone());
        self.running.extend(closure.function.clone());
        let exits = std::mem::take(&mut self.exits);
        let start = self.log.len();
        for (pat, argument) in closure.inputs.iter().zip(arguments) {
            let first = self.variables.len();
            self.destructure(pat, argument, &closure.body);
            for variable in &mut self.variables[first..] {
                variable.argument = true;
            }
        }
        let value = self.expression(&closure.body);
        let mut value = self.leave(value);
        if let ReturnType::Type(_, ty) = &closure.output
            && known(ty).is_some()
        {
            value = self.ascribe(ty, value, &closure.body);
        }
        self.log.truncate(start);
        self.exits = exits;
        self.variables = outer;
        if closure.function.is_some() {
            self.running.pop();
        }
        value
    }

    /// `f(a, b)`
    pub(super) fn call(&mut self, call: &ExprCall) -> Value {
        let func = strip(&call.func);
        if let Expr::Closure(closure) = func {
            let closure = self.closure(closure);
            return self.call_value(closure, call);
        }
        let Expr::Path(func) = func else {
            let value = self.expression(func);
            return self.call_value(value, call);
        };
        let mut path = self.resolve(&func.path);
        if func.qself.is_none()
            && let Some(ident) = path.get_ident()
        {
            match self.local(ident) {
                Some(Value::Path(imported)) => path = at(&imported, ident.span()),
                Some(value) => return self.call_value(value, call),
                None => {}
            }
        }
        if let Some(ty) = scalar(func) {
            return self.associated(&ty, &path, call);
        }
        if let Some(message) = foreign(&path) {
            // What is passed may be wrong by itself, other than a text or a reference that is one where it belongs.
            for argument in &call.args {
                match argument {
                    Expr::Lit(_) => Value::Unit,
                    Expr::Reference(borrowed) => self.expression(&borrowed.expr),
                    other => self.expression(other),
                };
            }
            return if self.is_refused(&path) { Value::Refused } else { self.refuse_all(&path, message) };
        }
        let arguments: Vec<Value> = call.args.iter().map(|argument| self.expression(argument)).collect();
        if self.constant {
            return self.constant_call(call);
        }
        if let Some((name, helper)) = builtin(&path) {
            return self.helper(&name, helper, &path, call, arguments);
        }
        let own = &self.signature.item.sig.ident;
        let beside =
            path.segments.len() == 2 && path.segments[0].ident == "self" && path.segments[1].ident == *own;
        if path.is_ident(own) || beside {
            return self.refuse_all(&path, RECURSION);
        }
        if arguments.is_empty() {
            return self.refuse_all(
                &path,
                "what has no arguments is no function of the input: pass it, or name a `const`",
            );
        }
        if let Some(segment) = path.segments.iter().find(|s| !s.arguments.is_none()) {
            return self
                .refuse_all(&segment.arguments, "an activation has no generic arguments: leave them out");
        }
        let name = path.get_ident().map(plain).unwrap_or_default();
        if is_method(&name) && arguments.iter().any(|value| matches!(value, Value::Integer(..))) {
            return self.refuse_all(&path, format!("`{name}` is a method of numbers: write `x.{name}(…)`"));
        }
        self.called_witness(&func.path, &path, call.args.len());
        let mut numbers = Vec::new();
        for (value, written) in arguments.into_iter().zip(&call.args) {
            numbers.push(self.as_number(value, written));
        }
        if let Some(numbers) = numbers.into_iter().collect::<Option<Vec<Id>>>() {
            self.activation(&path, numbers.into_iter().map(Value::Number).collect())
        } else {
            Value::Refused
        }
    }

    /// Refuses a call from outside of the body where one number isn't what is wanted, and that is all it gives.
    pub(super) fn gives_a_number(&mut self, value: &Value, written: &Expr, wanted: &str) -> Option<Value> {
        let (&Value::Number(id), Expr::Call(call)) = (value, strip(written)) else { return None };
        let (Op::Call { .. }, Expr::Path(func)) = (self.graph.op(id), strip(&call.func)) else { return None };
        let path = self.imported(&func.path);
        if let Some(called) = self.called_by(&path) {
            called.refused = true;
        }
        let message = format!(
            "what is called from outside of the body is an activation, which gives one number: {wanted}"
        );
        Some(self.refuse_all(&call.func, message))
    }

    /// A call in a constant, of a function from outside of the body: as a constant of its own, if it is made of what is
    /// outside too.
    fn constant_call(&mut self, call: &ExprCall) -> Value {
        let mut names = Names(Vec::new());
        names.visit_expr_call(call);
        if names.0.iter().any(|ident| self.find(ident).is_some()) {
            return self.refuse_all(
                &call.func,
                "what this function makes of constants in the body isn't seen from here: put the constants outside of it",
            );
        }
        self.external(Expr::Call(call.clone()), call.span())
    }

    /// A call of what a variable holds.
    fn call_value(&mut self, value: Value, call: &ExprCall) -> Value {
        let closure = match value {
            Value::Closure(closure) => closure,
            Value::Refused => return Value::Refused,
            value => {
                if let Some(n) = self.constant(&value) {
                    return self.misused(n, NO_NUMBER);
                }
                return self.refuse_all(
                    &call.func,
                    "only functions and closures can be called: for a product write `*`",
                );
            }
        };
        let mut arguments: Vec<Value> = call.args.iter().map(|argument| self.expression(argument)).collect();
        if arguments.len() != closure.inputs.len() {
            return self.refuse_all(
                &call.func,
                format!(
                    "this closure takes {} and is given {}",
                    count(closure.inputs.len()),
                    arguments.len()
                ),
            );
        }
        if closure.function.as_ref().is_some_and(|function| self.running.contains(function)) {
            return self.refuse_all(&call.func, RECURSION);
        }
        for ((argument, written), pat) in arguments.iter_mut().zip(&call.args).zip(&closure.inputs) {
            if let Pat::Type(typed) = pat {
                let value = std::mem::replace(argument, Value::Refused);
                *argument = self.argument(&typed.ty, value, written);
            }
        }
        self.inline(&closure, arguments)
    }

    /// An argument of a closure, blamed where it isn't what the closure takes.
    fn argument(&mut self, ty: &Type, value: Value, written: &Expr) -> Value {
        let name = match ty {
            Type::Path(path) => path.path.get_ident().map(ToString::to_string).unwrap_or_default(),
            _ => String::new(),
        };
        let taken = match (ty, &value) {
            (_, Value::Refused | Value::Never) => return value,
            _ if name == self.signature.element.name() => {
                return self.as_number(value, written).map_or(Value::Refused, Value::Number);
            }
            (Type::Tuple(tuple), Value::Tuple(values)) if tuple.elems.len() == values.len() => return value,
            (Type::Tuple(tuple), _) if !tuple.elems.is_empty() => "a tuple: write one, as in `(x, 1.0)`",
            (_, Value::Mask(_)) if name == "bool" => return value,
            _ if name == "bool" => "a truth value: compare, as in `x > 0.0`",
            (_, Value::Integer(..)) => return value,
            _ if is_integer(&name) => "a constant integer: write one, as in `2`",
            _ => return value,
        };
        if self.unseen(&value).is_some() {
            return Value::Refused;
        }
        self.refuse_all(written, format!("what is called here takes {taken}"))
    }

    /// `f32::exp(x)`
    fn associated(&mut self, ty: &str, path: &Path, call: &ExprCall) -> Value {
        let element = self.signature.element.name();
        let Some(last) = path.segments.last() else { return Value::Refused };
        // A conversion is refused as such, whichever way it goes.
        if ty != element && last.ident != "from" {
            let at = path.segments.iter().find(|s| s.ident == ty).map_or(path.span(), |s| s.ident.span());
            return self.refuse(
                at,
                format!(
                    "a function of {ty} in a function that computes in {element}: write `{element}::{}`",
                    last.ident
                ),
            );
        }
        let Some(receiver) = call.args.first() else {
            return self.refuse(last.ident.span(), format!("`{}` is called without a number", last.ident));
        };
        let value = self.expression(receiver);
        let others: Vec<&Expr> = call.args.iter().skip(1).collect();
        self.method(&last.ident, value, receiver, &others)
    }

    /// A builtin helper of numbers.
    fn helper(
        &mut self,
        name: &str,
        helper: Build,
        path: &Path,
        call: &ExprCall,
        arguments: Vec<Value>,
    ) -> Value {
        if arguments.len() != helper.arity() {
            return self.refuse_all(
                path,
                format!(
                    "the builtin `{name}` takes {} and is given {}: a function of your own of this name is called by a longer \
                     path, such as `self::{name}(x)`",
                    count(helper.arity()),
                    arguments.len()
                ),
            );
        }
        self.witness(name, helper.arity(), path);
        let mut numbers = Vec::new();
        for (value, written) in arguments.into_iter().zip(&call.args) {
            numbers.push(self.as_number(value, written));
        }
        let span = path.segments.last().map_or(path.span(), |s| s.ident.span());
        match (helper, numbers.as_slice()) {
            (Build::Unary(build), &[Some(x)]) => Value::Number(self.at(span, |g| build(g, x))),
            (Build::Binary(build), &[Some(x), Some(p)]) => Value::Number(self.at(span, |g| build(g, x, p))),
            _ => Value::Refused,
        }
    }

    /// Lets rustc check that the name is the helper's and not that of a function of the user's.
    fn witness(&mut self, name: &str, arity: usize, path: &Path) {
        let text = path.to_token_stream().to_string();
        if !self.checked.insert(text) {
            return;
        }
        let span = path.segments.last().map_or_else(|| path.span(), |last| last.ident.span());
        let ours = Ident::new(name, Span::call_site());
        let same = Ident::new(if arity == 1 { "unary" } else { "binary" }, span);
        let ty = Ident::new(self.signature.element.name(), Span::call_site());
        self.witnesses.push(quote_spanned! {span=>
            const _: fn() = || ::activations::witness::#same::<#ty, _, _>(::activations::math::#ours, #path);
        });
    }

    /// What is known of the fn that is called by this path, if one was.
    pub(super) fn called_by(&mut self, path: &Path) -> Option<&mut Called> {
        let n = self.position(path)?;
        self.called.get_mut(n)
    }

    fn position(&self, path: &Path) -> Option<usize> {
        let text = path.to_token_stream().to_string();
        self.called.iter().position(|called| called.path.to_token_stream().to_string() == text)
    }

    /// The name that the expansion has for what is called by this path.
    pub(super) fn alias(&mut self, path: &Path, arguments: usize) -> Ident {
        let n = self.position(path).unwrap_or(self.called.len());
        let opaque = self.wanted == Wanted::Value && arguments == 1;
        if let Some(called) = self.called.get_mut(n) {
            called.plain &= opaque;
        } else {
            let is_method = |name: &str| is_method(name) || self.signature.rows && REDUCTIONS.contains(&name);
            let method = path.get_ident().is_some_and(|ident| is_method(&plain(ident)));
            let (path, plain) = (path.clone(), opaque && !method);
            self.called.push(Called { path, arguments, inputs: 1, method, plain, refused: false });
        }
        alias(n, path)
    }

    /// Lets rustc check that the arguments of an activation are what they are taken for.
    fn callee_witness(&mut self, path: &Path, roles: &[bool]) {
        let text = format!("{} {roles:?}", path.to_token_stream());
        if self.checked.insert(text) {
            let callee = self.alias(path, roles.len());
            let span = callee.span();
            // Of a function of rows more is known when its whole body is (`row::kinds`).
            let of_rows = (!self.signature.rows).then(|| {
                quote_spanned! {span=>
                    if #callee::CALLEE.gives.is_of_rows() {
                        ::activations::witness::refuse(
                            "a function of rows can't be called by an activation of numbers: take a `Row`, or apply one \
                             after the other, the gradient to both in reverse order"
                        );
                    } else
                }
            });
            self.witnesses.push(quote_spanned! {span=>
                const _: () = #of_rows if !::activations::witness::roles(#callee::ROLES_UNLESS_RECURSIVE, &[#(#roles),*]) {
                    ::activations::witness::refuse(
                        "an argument that depends on the input is passed to a parameter, or one that doesn't to an \
                         input: the parameters of an activation are constant here"
                    );
                };
            });
        }
    }

    /// Binds the fn of another activation to the type that it is called with, once, so that a mistake is one error.
    pub(super) fn called_witness(&mut self, written: &Path, path: &Path, arguments: usize) {
        let callee = self.alias(path, arguments);
        // A loop and a closure that is called twice come here again.
        if self.outside.callees.contains_key(&place(written)) {
            return;
        }
        let (name, called) = (&self.signature.name, called(self.outside.callees.len()));
        let span = callee.span();
        let scalar = Ident::new(self.signature.element.name(), span);
        let arguments = std::iter::repeat_n(&scalar, arguments);
        self.witnesses.push(quote_spanned! {span=>
            #[allow(dead_code)]
            impl #name { const #called: fn(#(#arguments),*) -> #scalar = #callee::CALL; }
        });
        self.outside.callees.insert(place(written), called);
    }

    /// A call of another activation. Arguments that depend on an input are its inputs, the others its parameters.
    pub(super) fn activation(&mut self, path: &Path, arguments: Vec<Value>) -> Value {
        let numbers: Vec<Id> = arguments
            .into_iter()
            .filter_map(|value| if let Value::Number(id) = value { Some(id) } else { None })
            .collect();
        let mut roles: Vec<bool> = numbers.iter().map(|&id| !self.graph.varies(id)).collect();
        if !roles.contains(&false)
            && let Some(first) = roles.first_mut()
        {
            *first = false;
        }
        let role = |parameter: bool| {
            numbers.iter().zip(&roles).filter(move |(_, r)| **r == parameter).map(|(id, _)| *id)
        };
        let (inputs, parameters): (Vec<Id>, Vec<Id>) = (role(false).collect(), role(true).collect());
        if !numbers.iter().any(|&id| self.is_doubtful(id)) {
            self.callee_witness(path, &roles);
        }
        if inputs.is_empty() {
            return self.refuse_all(path, "an activation is a function of an input: pass it one");
        }
        if inputs.len() > 1 && self.signature.settings.order > 1 {
            return self.refuse_all(
                path,
                "of a function of several inputs only the first derivatives are known: drop `order`, or write this call out",
            );
        }
        if inputs.len() > 4 {
            return self.refuse_all(path, "an activation has at most 4 inputs");
        }
        match self.callee(path, parameters, inputs.len()) {
            Some(callee) => {
                let op = Op::Call { callee, part: Part::Value };
                Value::Number(self.at(path.span(), |g| g.node(op, &inputs)))
            }
            None => self.refuse_all(path, "more than 256 different calls of other activations"),
        }
    }
}

/// The helper that a path names: `gelu`, or `gelu` in our module `math`.
pub(super) fn builtin(path: &Path) -> Option<(String, Build)> {
    let names: Vec<String> = path.segments.iter().map(|s| plain(&s.ident)).collect();
    let (last, module) = names.split_last()?;
    let ours = match module {
        [] => path.leading_colon.is_none(),
        [.., parent] => parent == "math" || parent == "activations" || parent == "prelude",
    };
    ours.then(|| helper::find(last)).flatten().map(|helper| (last.clone(), helper))
}

/// `f32` or `f64`, if the path names one of its associated functions.
pub(super) fn scalar(func: &syn::ExprPath) -> Option<String> {
    if let Some(qself) = &func.qself {
        let ty = qself.ty.to_token_stream().to_string();
        return matches!(ty.as_str(), "f32" | "f64").then_some(ty);
    }
    let mut segments = func.path.segments.iter().rev();
    let ty = segments.nth(1)?.ident.to_string();
    let prefix =
        segments.next().is_none_or(|s| s.ident == "primitive" || s.ident == "std" || s.ident == "core");
    (matches!(ty.as_str(), "f32" | "f64") && prefix).then_some(ty)
}

/// Why a path names no activation, where that can be seen.
fn foreign(path: &Path) -> Option<&'static str> {
    let capital = |s: &PathSegment| s.ident.to_string().starts_with(char::is_uppercase);
    let module = path.segments.first().filter(|_| path.segments.len() > 1);
    if path.get_ident().is_some_and(|ident| PRIMITIVES.contains(&ident.to_string().as_str())) {
        Some(
            "a type is no function, and numbers need no conversion here: leave it out, or write a literal as in `2.0`",
        )
    } else if path.segments.iter().any(capital) {
        Some(
            "an activation computes with numbers only: there is no use for a constructor or a function of another type",
        )
    } else if module.is_some_and(|s| is_integer(&s.ident.to_string())) {
        Some("a function of integers is no part of the formula: compute the number outside, as a `const`")
    } else if module.is_some_and(|s| s.ident == "std" || s.ident == "core") {
        Some("the standard library has no activations: use the methods of numbers, as in `x.max(0.0)`")
    } else {
        None
    }
}

/// The names that an expression mentions by themselves.
struct Names<'e>(Vec<&'e Ident>);

impl<'e> Visit<'e> for Names<'e> {
    fn visit_path(&mut self, path: &'e Path) {
        self.0.extend(path.segments.first().map(|first| &first.ident));
    }
}

/// "one argument", "2 arguments"
fn count(n: usize) -> String {
    if n == 1 { "one argument".to_owned() } else { format!("{n} arguments") }
}
