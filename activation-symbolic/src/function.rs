//! What travels through the pipeline: a function as it was declared, then as a graph, then with what is known of it.

use proc_macro2::{Ident, TokenStream};
use quote::quote;
use syn::spanned::Spanned;

use crate::diagnostic::Place;
use crate::fuse::Fused;
use crate::graph::{Graph, Id, Op};

/// f32 or f64: the type that the function is written in, in which literals are rounded and checks are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Element {
    /// Single precision.
    F32,
    /// Double precision.
    F64,
}

impl Element {
    /// As Rust spells it.
    pub fn name(self) -> &'static str {
        match self {
            Self::F32 => "f32",
            Self::F64 => "f64",
        }
    }
}

/// A declared function, before its body is understood.
#[derive(Debug, Clone)]
pub struct Signature {
    /// The item as written, less the attributes on arguments that are ours.
    pub item: syn::ItemFn,
    /// The attribute's arguments.
    pub settings: Settings,
    /// The name of the struct.
    pub name: Ident,
    /// What it computes in.
    pub element: Element,
    /// Whether the inputs are rows.
    pub rows: bool,
    /// Whether it returns a row (only where the inputs are rows).
    pub returns_row: bool,
    /// The inputs, in order.
    pub inputs: Vec<Input>,
    /// The hyper-parameters, in order.
    pub parameters: Vec<Parameter>,
}

impl Signature {
    /// The attributes of the fn that hold for all that it becomes.
    pub fn shared(&self) -> TokenStream {
        shared(&self.item.attrs)
    }

    /// The element type, at its place: an editor shows what stands at a place, and at that of the fn's name only the fn
    /// and the struct are wanted.
    pub fn scalar(&self) -> Ident {
        let at = match &self.item.sig.output {
            syn::ReturnType::Type(_, ty) => ty.span(),
            syn::ReturnType::Default => self.item.sig.ident.span(),
        };
        Ident::new(self.element.name(), at)
    }

    /// For each argument in order, whether it is a parameter.
    pub fn roles(&self) -> Vec<bool> {
        let is_parameter = |ident: &Ident| self.parameters.iter().any(|parameter| parameter.ident == *ident);
        let of = |argument: &syn::FnArg| match argument {
            syn::FnArg::Typed(syn::PatType { pat, .. }) => {
                matches!(&**pat, syn::Pat::Ident(pat) if is_parameter(&pat.ident))
            }
            syn::FnArg::Receiver(_) => false,
        };
        self.item.sig.inputs.iter().map(of).collect()
    }
}

/// The attributes of a fn that hold for all that it becomes: whether it is there, and what is let through.
pub(crate) fn shared(attributes: &[syn::Attribute]) -> TokenStream {
    let outer = attributes.iter().filter(|attribute| matches!(attribute.style, syn::AttrStyle::Outer));
    let attributes = outer.filter(|a| a.path().is_ident("cfg") || a.path().is_ident("allow"));
    quote!(#(#attributes)*)
}

/// A fn that the body calls.
#[derive(Debug, Clone)]
pub struct Called {
    /// As it is written, where it is called first.
    pub path: syn::Path,
    /// How many arguments it is given there,
    pub arguments: usize,
    /// and how many of them are inputs.
    pub inputs: usize,
    /// Whether numbers have a method of this name.
    pub method: bool,
    /// Whether only the function's own derivative calls it, and for its value: then a plain function will do.
    pub plain: bool,
    /// Whether it was refused: what else it isn't matters no more.
    pub refused: bool,
}

/// An input of the function.
#[derive(Debug, Clone)]
pub struct Input {
    /// Its name in the body.
    pub ident: Ident,
    /// Whether it is one value a channel (`#[channel]`, or `#[param(channel)]` for one that is trained).
    pub channel: bool,
}

/// A hyper-parameter of the function.
#[derive(Debug, Clone)]
pub struct Parameter {
    /// Its name in the body, and the field of the struct.
    pub ident: Ident,
    /// `#[param(default)]`, as written and, where it is a literal or a constant that we know, its value.
    pub default: Option<(syn::Expr, Option<f64>)>,
}

/// The arguments of `#[activation(…)]`.
#[derive(Debug, Clone)]
pub struct Settings {
    /// `name = Other`
    pub name: Option<Ident>,
    /// `derivative = |x| …` or a path
    pub derivative: Option<syn::Expr>,
    /// `vjp = |x, y, dy| …`
    pub vjp: Option<syn::Expr>,
    /// Whether steps may stand in the body: an own derivative is stated, rightly or not.
    pub steps: bool,
    /// `straight_through`: the own derivative isn't meant to agree with a numerical one.
    pub straight_through: bool,
    /// `domain = a..=b`
    pub domain: (f64, f64),
    /// `order = n`: how many derivatives are wanted, 1 to 3.
    pub order: u8,
    /// `test`: also emit a gradient check.
    pub test: bool,
    /// `allow(…)`, `deny(…)`
    pub lints: Lints,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            name: None,
            derivative: None,
            vjp: None,
            steps: false,
            straight_through: false,
            domain: (f64::NEG_INFINITY, f64::INFINITY),
            order: 1,
            test: false,
            lints: Lints::default(),
        }
    }
}

/// Which findings are errors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "one switch a lint")]
pub struct Lints {
    /// The slope jumps.
    pub kinks: bool,
    /// The value jumps.
    pub jumps: bool,
    /// Undefined for some x.
    pub domain: bool,
    /// Wrong in floating point for some x, and not to be mended.
    pub unstable: bool,
    /// Takes the slow path for some |x| ≤ 100.
    pub slow: bool,
}

impl Default for Lints {
    fn default() -> Self {
        Self { kinks: false, jumps: true, domain: true, unstable: true, slow: false }
    }
}

/// A function whose body is a graph.
#[derive(Debug, Clone)]
pub struct Function {
    /// The declaration.
    pub signature: Signature,
    /// The arena of all its expressions.
    pub graph: Graph,
    /// The value, as written (checks that point at tokens look here).
    pub written: Id,
    /// The value as it is computed: `written`, rewritten for stability.
    pub value: Id,
    /// The user's own derivative, in terms of the same inputs, where one is given.
    pub own_derivative: Option<Id>,
    /// The user's own vector–Jacobian product, one for each input, in terms of the inputs and, as the input after
    /// the last, the incoming gradient.
    pub own_vjp: Option<Vec<Id>>,
    /// Which products are added in one rounding.
    pub fused: Fused,
    /// What is known of it, for documentation and `explain`.
    pub facts: Facts,
    /// The fns that the body calls by path.
    pub called: Vec<Called>,
    /// What must hold outside the kernel: items that the expansion adds so that rustc checks them.
    pub witnesses: Vec<TokenStream>,
}

impl Function {
    /// The tokens of a node; the function's name for one that was not written.
    pub fn place(&self, node: Id) -> Place {
        self.graph.place(node).unwrap_or_else(|| self.signature.item.sig.ident.span().into())
    }

    /// The leaves of the inputs.
    pub fn inputs(&self) -> impl Iterator<Item = Op> + use<> {
        (0..self.signature.inputs.len() as u8).map(Op::Input)
    }

    /// The leaves of the parameters.
    pub fn parameters(&self) -> impl Iterator<Item = Op> + use<> {
        (0..self.signature.parameters.len() as u8).map(Op::Parameter)
    }
}

/// What the checks found out.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    /// x, slope from the left, slope from the right, and the token that makes it.
    pub kinks: Vec<(f64, f64, f64, Option<Place>)>,
    /// Whether the checks could see all of it (no opaque calls, no parameters without defaults).
    pub analysed: bool,
    /// Whether it jumps somewhere (allowed by the author).
    pub jumps: bool,
    /// Whether it is infinitely differentiable: no branch that matters.
    pub smooth: bool,
    /// Inputs at which a root is taken of 0 but the slope is finite, and the parameters there.
    pub holes: Vec<(f64, Vec<f64>)>,
    /// Interval of the values.
    pub range: Option<(f64, f64)>,
    /// The derivatives with respect to the inputs as they were found, before they were rewritten.
    pub found: Vec<Id>,
    /// The rewrites that were applied: name and reason.
    pub rewrites: Vec<(&'static str, &'static str)>,
    /// Further lines for `explain`, such as where the rescue is taken.
    pub notes: Vec<String>,
}
