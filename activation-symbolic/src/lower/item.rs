//! Items in a block: constants, imports and plain functions are names in scope, the rest is refused.

use std::rc::Rc;

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::spanned::Spanned;
use syn::{
    Block, Expr, ExprBlock, FnArg, Item, ItemConst, ItemFn, ItemUse, Pat, Path, PathSegment, Safety, Stmt,
    UseTree,
};

use super::Lowering;
use super::value::{Closure, Reach, Value, Variable, plain};
use crate::parse::literal;

/// How many calls in a row may lead to a function further behind.
const MOST_FORWARD: usize = 16;

impl Lowering<'_> {
    /// Brings the items of a block into scope; they are visible before their place.
    pub(super) fn items(&mut self, block: &Block) {
        let start = self.variables.len();
        let mut functions = Vec::new();
        let mut constants = Vec::new();
        for statement in &block.stmts {
            match statement {
                Stmt::Item(Item::Fn(function)) if !self.signature.rows && is_plain(function) => {
                    functions.push(function);
                }
                Stmt::Item(Item::Const(constant)) => constants.push(constant),
                Stmt::Item(item) => self.item(item),
                _ => {}
            }
        }
        let first = self.variables.len();
        for function in &functions {
            self.bind(&function.sig.ident, Value::Refused);
        }
        self.functions(&functions, first, start);
        while let Some(next) = first_known(&constants) {
            self.constant_item(constants.remove(next));
            self.functions(&functions, first, start);
        }
    }

    /// Binds the functions of a block, from the variable `first` on, where its items are those from `start` on.
    fn functions(&mut self, functions: &[&ItemFn], first: usize, start: usize) {
        for variable in &mut self.variables[start..] {
            variable.item = true;
        }
        // Each sees the others and itself, also those behind it: as many times over as calls lead to one further behind.
        for _ in 0..=functions.len().min(MOST_FORWARD) {
            for (n, function) in functions.iter().enumerate() {
                self.variables[first + n].value = self.function(function);
            }
        }
    }

    /// `const A: f32 = 2.0;`
    fn constant_item(&mut self, item: &ItemConst) {
        let outer = std::mem::replace(&mut self.constant, true);
        let value = self.expression(&item.expr);
        self.constant = outer;
        let value = self.ascribe(&item.ty, value, &item.expr);
        self.bind(&item.ident, value);
    }

    /// A function in the body: a closure that sees items only.
    fn function(&self, function: &ItemFn) -> Value {
        let (items, locals): (Vec<Variable>, Vec<Variable>) =
            self.variables.iter().cloned().partition(|variable| variable.item);
        let locals = locals.into_iter().map(|variable| Variable { reach: Reach::Outside, ..variable });
        let typed = |argument: &FnArg| match argument {
            FnArg::Typed(typed) => Some(Pat::Type(typed.clone())),
            FnArg::Receiver(_) => None,
        };
        let (attrs, label, block) = (Vec::new(), None, (*function.block).clone());
        Value::Closure(Rc::new(Closure {
            inputs: function.sig.inputs.iter().filter_map(typed).collect(),
            body: Expr::Block(ExprBlock { attrs, label, block }),
            output: function.sig.output.clone(),
            captured: locals.chain(items).collect(),
            function: Some(function.sig.ident.clone()),
        }))
    }

    fn item(&mut self, item: &Item) {
        let (span, message) = match item {
            Item::Use(item) => return self.import(item),
            Item::Static(item) => {
                self.bind(&item.ident, Value::Refused);
                let message = "a static is a place in memory, which could change: write `const`, or pass the number as \
                               `#[param]`";
                (item.static_token.span, message)
            }
            Item::Fn(item) => {
                self.bind(&item.sig.ident, Value::Refused);
                let message = "a function inside the body is inlined if it is a plain one of numbers: leave out what makes it \
                               more, write a closure, `let f = |x: f32| …;`, or make it an #[activation] outside";
                (item.sig.fn_token.span, message)
            }
            Item::Macro(item) => {
                self.macro_call(&item.mac);
                return;
            }
            other => {
                if let Some(ident) = name(other) {
                    self.bind(ident, Value::Refused);
                }
                self.refuse_all(
                    other,
                    "an activation computes with numbers only: move this item out of the body",
                );
                return;
            }
        };
        self.refuse(span, message);
    }

    /// Binds a `name` to the item `ident` in `prefix`, or to that itself for `self`.
    fn name(&mut self, name: Option<&Ident>, ident: &Ident, mut prefix: Path) {
        if ident != "self" {
            prefix.segments.push(PathSegment::from(ident.clone()));
        }
        let path = self.resolve(&prefix);
        if let Some(name) = name {
            self.bind(name, Value::Path(Rc::new(path)));
        }
    }

    /// A path with what an import in the body says of its first name: `consts::PI` after `use std::f32::consts;`.
    pub(super) fn resolve(&self, path: &Path) -> Path {
        let imported = |first: &PathSegment| {
            let name = plain(&first.ident);
            self.variables.iter().rev().filter(|v| *v.name == name).find_map(|v| match &v.value {
                Value::Path(path) => Some(at(path, first.ident.span())),
                _ => None,
            })
        };
        let first = path.segments.first().filter(|_| path.leading_colon.is_none() && path.segments.len() > 1);
        let Some(mut resolved) = first.and_then(imported) else { return path.clone() };
        resolved.segments.extend(path.segments.iter().skip(1).cloned());
        resolved
    }

    /// Whether a path begins with the name of an item that was refused: its uses are no further offence.
    pub(super) fn is_refused(&self, path: &Path) -> bool {
        let first = path.segments.first().and_then(|first| self.find(&first.ident));
        first.is_some_and(|index| matches!(self.variables[index].value, Value::Refused))
    }

    /// The same of a path that may be the name of an import alone: `PI` after `use std::f32::consts::PI;`.
    pub(super) fn imported(&mut self, path: &Path) -> Path {
        let path = self.resolve(path);
        match path.get_ident().and_then(|ident| self.local(ident)) {
            Some(Value::Path(imported)) => at(&imported, path.span()),
            _ => path,
        }
    }

    /// `use std::f32::consts::{PI, E as EULER};`
    fn import(&mut self, item: &ItemUse) {
        let prefix = Path { leading_colon: item.leading_colon, segments: syn::punctuated::Punctuated::new() };
        self.use_tree(&item.tree, prefix);
    }

    fn use_tree(&mut self, tree: &UseTree, mut prefix: Path) {
        match tree {
            UseTree::Path(tree) => {
                prefix.segments.push(PathSegment::from(tree.ident.clone()));
                self.use_tree(&tree.tree, prefix);
            }
            UseTree::Group(group) => {
                for tree in &group.items {
                    self.use_tree(tree, prefix.clone());
                }
            }
            UseTree::Name(name) => {
                let last = prefix.segments.last().map(|segment| segment.ident.clone());
                let own = if name.ident == "self" { last } else { Some(name.ident.clone()) };
                self.name(own.as_ref(), &name.ident, prefix);
            }
            UseTree::Rename(rename) => self.name(Some(&rename.rename), &rename.ident, prefix),
            UseTree::Glob(_) if literal::is_consts(&self.resolve(&prefix)) => {
                for (constant, _) in literal::CONSTANTS {
                    let ident = Ident::new(constant, Span::call_site());
                    self.name(Some(&ident), &ident, prefix.clone());
                }
            }
            UseTree::Glob(glob) => {
                self.globbed = true;
                self.refuse(
                    glob.star_token.span,
                    "what a glob brings into the body can't be seen from here: name what is used, or import it outside",
                );
            }
        }
    }
}

/// Whether a function in the body is one of numbers, with nothing that makes it more.
fn is_plain(function: &ItemFn) -> bool {
    let sig = &function.sig;
    let typed = sig.inputs.iter().all(|argument| matches!(argument, FnArg::Typed(_)));
    let qualified = sig.asyncness.is_some() || sig.abi.is_some() || matches!(sig.safety, Safety::Unsafe(_));
    typed && !qualified && sig.generics.params.is_empty() && sig.variadic.is_none()
}

/// The first constant that is made of none of the others; any of those that are a cycle, which rustc refuses.
fn first_known(constants: &[&ItemConst]) -> Option<usize> {
    let known = |constant: &&ItemConst| {
        let mentioned = constant.expr.to_token_stream();
        !constants
            .iter()
            .any(|other| other.ident != constant.ident && mentions(mentioned.clone(), &other.ident))
    };
    constants.iter().position(known).or((!constants.is_empty()).then_some(0))
}

/// Whether a name stands among tokens.
fn mentions(tokens: TokenStream, name: &Ident) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(ident) => ident == *name,
        TokenTree::Group(group) => mentions(group.stream(), name),
        _ => false,
    })
}

/// The name of a type or a module.
fn name(item: &Item) -> Option<&Ident> {
    match item {
        Item::Struct(item) => Some(&item.ident),
        Item::Enum(item) => Some(&item.ident),
        Item::Union(item) => Some(&item.ident),
        Item::Type(item) => Some(&item.ident),
        Item::Trait(item) => Some(&item.ident),
        Item::Mod(item) => Some(&item.ident),
        _ => None,
    }
}

/// An imported path where its name is used.
pub(super) fn at(path: &Path, span: Span) -> Path {
    let mut path = path.clone();
    for segment in &mut path.segments {
        segment.ident.set_span(span);
    }
    path
}
