//! The body of a method: passes over the rows, and calls of other functions between them.

use std::collections::{BTreeSet, HashSet};

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{format_ident, quote};

use super::build::Builder;
use super::calls::{self, Call, Kind};
use super::schedule::{Schedule, passes, schedule};
use super::{Derived, direction, is_mask, upstream};
use crate::code::{Code, Scope, code, construct};
use crate::function::Signature;
use crate::graph::{Id, IdMap, Op, Reduction};

/// The body of a method, and how many rows it lays out for callees.
pub(super) struct Body {
    pub(super) statements: TokenStream,
    pub(super) rows: usize,
}

/// Writes the body of a method.
pub(super) struct Writer<'a> {
    b: Builder,
    schedule: Schedule,
    /// What the rows of the schedule are for, if they aren't the outputs.
    call: Option<Call>,
    /// The leaves that calls have given so far.
    called: Vec<Vec<Id>>,
    names: &'a Signature,
    inputs: usize,
    returns_row: bool,
    method: &'static str,
    taken: HashSet<String>,
    /// The names of scalars.
    scalars: IdMap<TokenStream>,
    /// The names of scalars at every position.
    splats: IdMap<TokenStream>,
    statements: TokenStream,
}

impl<'a> Writer<'a> {
    pub(super) fn new(
        derived: &Derived,
        names: &'a Signature,
        signature: &'a Signature,
        method: &'static str,
    ) -> Self {
        let b = derived.builder.clone();
        let schedule = passes(&b, &[], false, |_| false);
        let reserved = ["p", "length", "position", "c"];
        let taken = names
            .inputs
            .iter()
            .map(|input| input.ident.to_string())
            .chain(names.parameters.iter().map(|p| p.ident.to_string()))
            .chain(reserved.map(str::to_owned))
            .collect();
        Self {
            b,
            schedule,
            call: None,
            called: Vec::new(),
            names,
            inputs: signature.inputs.len(),
            returns_row: signature.returns_row,
            method,
            taken,
            scalars: IdMap::default(),
            splats: IdMap::default(),
            statements: TokenStream::new(),
        }
    }

    pub(super) fn body(mut self, roots: &[Id], maps: bool) -> Body {
        let length = self.b.graph.node(Op::Length, &[]);
        self.scalars.insert(length, quote!(length));
        let dy = &self.names.inputs[self.inputs].ident;
        if !self.returns_row {
            let leaf = self.b.graph.node(upstream(self.inputs), &[]);
            self.scalars.insert(leaf, quote!(#dy));
        }
        let (mut kept, mut passed) = (0, 0);
        for n in calls::needed(&self.b, roots) {
            let call = self.b.calls[n].clone();
            passed = passed.max(call.given().len());
            kept += if call.kind == Kind::Parameters { 0 } else { call.results.len() };
            self.schedule = passes(&self.b, &call.given(), true, |id| self.scalars.contains_key(&id));
            self.call = Some(call);
            self.passes();
        }
        self.call = None;
        self.schedule = schedule(&mut self.b, roots, maps, |id| self.scalars.contains_key(&id));
        self.passes();
        match (maps, self.method) {
            (true, _) => {}
            (_, "parameter_pullback") => {
                let Code { statements, results } = self.scalar_code(roots);
                self.statements.extend(quote!(#statements [#(#results),*]));
            }
            _ => {
                let result = self.scalar_block(roots);
                self.statements.extend(quote!(p.give(#result);));
            }
        }
        // Only what is mentioned is bound.
        let statements = self.statements;
        let mentioned = mentioned(&statements);
        let length = mentioned.contains("length").then(|| quote!(let length = p.length();));
        let gradient = (!self.returns_row && mentioned.contains(&dy.to_string()))
            .then(|| quote!(let #dy = p.upstream();));
        let names = ["At", "Dot", "Max", "Min", "Moments", "Peak", "Positive", "Prod", "Sum"]
            .into_iter()
            .filter(|name| mentioned.contains(*name));
        let names: Vec<Ident> = names.map(|name| Ident::new(name, Span::call_site())).collect();
        let names = (!names.is_empty()).then(|| quote!(use ::activations::row::{#(#names),*};));
        Body { statements: quote!(#names #length #gradient #statements), rows: kept + passed }
    }

    /// The statements of all passes of the schedule.
    fn passes(&mut self) {
        for pass in 0..self.schedule.len() {
            self.pass(pass);
        }
    }

    /// A name that isn't taken.
    fn fresh(&mut self, stem: &str) -> Ident {
        let mut name = stem.to_owned();
        let mut n = 2;
        while !self.taken.insert(name.clone()) {
            name = format!("{stem}{n}");
            n += 1;
        }
        Ident::new(&name, Span::mixed_site())
    }

    /// Code for scalars.
    fn scalar_code(&self, roots: &[Id]) -> Code {
        let scope = Scope {
            signature: self.names,
            witness: quote!(length),
            carrier: quote!(S),
            given: self.scalars.clone(),
            ..Scope::new(self.names)
        };
        code(&self.b.graph, roots, &scope)
    }

    /// A block that computes scalars: one expression, or a tuple of them.
    fn scalar_block(&self, roots: &[Id]) -> TokenStream {
        let Code { statements, results } = self.scalar_code(roots);
        let result = match results.as_slice() {
            [result] => result.clone(),
            _ => quote!((#(#results),*)),
        };
        if statements.is_empty() { result } else { quote!({ #statements #result }) }
    }

    /// The scalars that rows are combined with in a pass.
    fn frontier(&mut self, computed: &BTreeSet<Id>, roots: &[Id]) -> Vec<Id> {
        let mut frontier = BTreeSet::new();
        let arguments = computed.iter().flat_map(|&id| self.b.graph.arguments(id).to_vec());
        for id in arguments.chain(roots.iter().copied()).collect::<Vec<Id>>() {
            let leaf = matches!(self.b.graph.op(id), Op::Constant(_) | Op::Parameter(_) | Op::External(_));
            if !self.b.is_row(id) && !is_mask(&self.b.graph, id) && !leaf {
                frontier.insert(id);
            }
        }
        frontier.into_iter().filter(|id| !self.splats.contains_key(id)).collect()
    }

    /// Computes the scalars that a pass needs and puts them at every position.
    fn scalars(&mut self, computed: &BTreeSet<Id>, roots: &[Id]) {
        let needed = self.frontier(computed, roots);
        let new: Vec<Id> = needed.iter().copied().filter(|id| !self.scalars.contains_key(id)).collect();
        if !new.is_empty() {
            let value = self.scalar_block(&new);
            let names: Vec<Ident> = new.iter().map(|_| self.fresh("s")).collect();
            self.statements.extend(match names.as_slice() {
                [name] => quote!(let #name = #value;),
                _ => quote!(let (#(#names),*) = #value;),
            });
            for (id, name) in new.into_iter().zip(names) {
                self.scalars.insert(id, quote!(#name));
            }
        }
        for id in needed {
            let Some(scalar) = self.scalars.get(&id).cloned() else { continue };
            let name = self.fresh(&format!("{scalar}_row"));
            self.statements.extend(quote!(let #name = p.splat(#scalar);));
            self.splats.insert(id, quote!(#name));
        }
    }

    /// The statements of one pass.
    fn pass(&mut self, pass: usize) {
        let computed = self.schedule.computed(&mut self.b, pass);
        let last = pass >= self.schedule.passes.len();
        let roots = self.schedule.rows(&self.b, pass);
        self.scalars(&computed, if last { &roots } else { &[] });

        let slots: Vec<Ident> =
            (0..self.schedule.stored.len()).map(|i| format_ident!("stored{}", i)).collect();
        let mut given = self.splats.clone();
        let position = self.b.graph.node(Op::Position, &[]);
        given.insert(position, quote!(position));
        for (slot, name) in slots.iter().enumerate() {
            if let Some((node, first)) = self.schedule.stored[slot]
                && pass > first
            {
                given.insert(node, quote!(#name));
            }
        }
        let scope = Scope { given, ..Scope::new(self.names) };
        // What is reduced (two factors of a sum of products), then what is stored.
        let mut values = Vec::new();
        let mut kinds = Vec::new();
        if last {
            values.extend(&roots);
        } else {
            for (&reduction, &row) in self.schedule.passes[pass].iter().zip(&roots) {
                let Op::Reduce(kind) = self.b.graph.op(reduction) else { continue };
                let node = self.b.graph.nodes()[row.index()];
                let factors = match (kind, node.op, node.arguments()) {
                    (Reduction::Sum, Op::Mul, &[p, q]) if self.b.is_row(p) && self.b.is_row(q) => vec![p, q],
                    _ => vec![row],
                };
                let positive = self.b.graph.is_positive(row);
                kinds.push((reduction, term(kind, factors.len(), positive), factors.len()));
                values.extend(factors);
            }
        }
        let storing: Vec<Option<Id>> = self
            .schedule
            .stored
            .iter()
            .map(|stored| stored.filter(|(_, first)| *first == pass && !last).map(|(node, _)| node))
            .collect();
        values.extend(storing.iter().flatten());
        let Code { statements, results } = code(&self.b.graph, &values, &scope);
        let mut results = results.into_iter();

        let value = if last {
            let outputs: Vec<TokenStream> = results.collect();
            match &self.call {
                Some(call) if call.kind != Kind::Value => {
                    let (arguments, weights) = outputs.split_at(call.arguments.len());
                    quote!(([#(#arguments),*], [#(#weights),*]))
                }
                _ => quote!([#(#outputs),*]),
            }
        } else {
            let terms: Vec<TokenStream> = kinds
                .iter()
                .map(|(_, term, factors)| {
                    let factors: Vec<TokenStream> = results.by_ref().take(*factors).collect();
                    quote!(#term(#(#factors),*))
                })
                .collect();
            let terms = nested(&terms);
            if storing.iter().any(Option::is_some) {
                let outputs = storing.iter().zip(&slots).map(|(storing, name)| match storing {
                    Some(_) => results.next().unwrap_or_default(),
                    None => quote!(#name),
                });
                let outputs: Vec<TokenStream> = outputs.collect();
                quote!((#terms, [#(#outputs),*]))
            } else {
                terms
            }
        };
        let body = if statements.is_empty() { value } else { quote!({ #statements #value }) };
        let pattern = self.pattern(&mentioned(&body), &slots);
        let closure = quote!(#[inline(always)] |#pattern| #body);
        if last && let Some(call) = self.call.take() {
            return self.make_call(&call, &closure);
        }
        let method = match (last, storing.iter().any(Option::is_some)) {
            (true, _) => quote!(map),
            (false, true) => quote!(reduce_storing),
            (false, false) => quote!(reduce),
        };
        let call = quote!(p.#method(#closure));
        if last {
            self.statements.extend(quote!(#call;));
            return;
        }
        let mut names = Vec::new();
        for (reduction, term, _) in &kinds {
            let sum = self.b.graph.sum_beside(*reduction).map(|sum| (sum, self.fresh("sum")));
            let name = self.fresh(stem(term));
            self.scalars.insert(*reduction, quote!(#name));
            names.push(match sum {
                Some((sum, beside)) => {
                    self.scalars.insert(sum, quote!(#beside));
                    quote!((#beside, #name))
                }
                None if *term == "Moments" => quote!((_, #name)),
                None => quote!(#name),
            });
        }
        let names = nested(&names);
        self.statements.extend(quote!(let #names = #call;));
    }

    /// The statement of a call, which is given what the closure computes.
    fn make_call(&mut self, call: &Call, closure: &TokenStream) {
        let alias = &self.b.graph.callees[call.callee as usize].alias;
        let callee = construct(&self.b.graph, call.callee, self.names, "in_rows");
        let method = match call.kind {
            Kind::Value => "call",
            Kind::Pullback => "pull",
            Kind::Parameters => "pull_parameters",
            Kind::Pushforward => "push",
        };
        let method = Ident::new(method, alias.span());
        if call.kind != Kind::Parameters {
            self.statements.extend(quote!(let p = &mut p.#method(&#callee, #closure);));
            self.called.push(call.results.clone());
            return;
        }
        let names: Vec<Ident> = call.results.iter().map(|&leaf| self.name(leaf)).collect();
        self.statements.extend(quote!(let [#(#names),*] = p.#method(&#callee, #closure);));
        for (leaf, name) in call.results.iter().zip(names) {
            self.scalars.insert(*leaf, quote!(#name));
        }
    }

    /// The name of a leaf.
    fn name(&self, leaf: Id) -> Ident {
        match self.b.graph.op(leaf) {
            Op::Input(n) => self.names.inputs[n as usize].ident.clone(),
            _ => self.names.inputs[0].ident.clone(),
        }
    }

    /// What a closure sees, as far as it looks at it.
    fn pattern(&self, mentioned: &HashSet<String>, slots: &[Ident]) -> TokenStream {
        let group = |idents: Vec<&Ident>| {
            let idents = idents
                .into_iter()
                .map(|ident| if mentioned.contains(&ident.to_string()) { quote!(#ident) } else { quote!(_) });
            quote!([#(#idents),*])
        };
        let n = self.inputs;
        let ident = |op: Op| match op {
            Op::Input(i) => &self.names.inputs[i as usize].ident,
            _ => &self.names.inputs[0].ident,
        };
        let inputs = group((0..n).map(|i| ident(Op::Input(i as u8))).collect());
        let input = match self.method {
            "pullback" | "pullback_from_output" | "parameter_pullback" => {
                let dy = if self.returns_row { group(vec![ident(upstream(n))]) } else { quote!([]) };
                quote!((#inputs, #dy))
            }
            "pushforward" => {
                let directions = group((0..n).map(|i| ident(direction(n, i))).collect());
                quote!((#inputs, #directions))
            }
            _ => inputs,
        };
        let input = self.called.iter().fold(input, |input, leaves| {
            let names: Vec<Ident> = leaves.iter().map(|&leaf| self.name(leaf)).collect();
            let given = group(names.iter().collect());
            quote!((#input, #given))
        });
        let stored = slots.iter().any(|slot| mentioned.contains(&slot.to_string())).then(|| {
            let stored = group(slots.iter().collect());
            quote!(stored: #stored,)
        });
        let position = mentioned.contains("position").then(|| quote!(position,));
        quote!(At { input: #input, #stored #position .. })
    }
}

/// The type of a reduction's term.
fn term(kind: Reduction, factors: usize, positive: bool) -> Ident {
    let name = match kind {
        Reduction::Sum if factors == 2 => "Dot",
        Reduction::Sum if positive => "Positive",
        Reduction::Sum => "Sum",
        Reduction::Prod => "Prod",
        Reduction::Min => "Min",
        Reduction::Shift => "Peak",
        Reduction::Spread => "Moments",
        _ => "Max",
    };
    Ident::new(name, Span::call_site())
}

/// What the result of a term is called.
fn stem(term: &Ident) -> &'static str {
    match term.to_string().as_str() {
        "Dot" => "dot",
        "Prod" => "prod",
        "Min" => "min",
        "Peak" => "peak",
        "Max" => "max",
        "Moments" => "spread",
        _ => "sum",
    }
}

/// One, or a tuple of at most eight, of which some may be tuples.
fn nested(terms: &[TokenStream]) -> TokenStream {
    match terms {
        [term] => term.clone(),
        _ if terms.len() <= 8 => quote!((#(#terms),*)),
        _ => {
            let parts: Vec<TokenStream> = terms.chunks(terms.len().div_ceil(8).max(2)).map(nested).collect();
            nested(&parts)
        }
    }
}

/// All identifiers in some tokens.
fn mentioned(tokens: &TokenStream) -> HashSet<String> {
    let mut found = HashSet::new();
    let mut stack: Vec<TokenStream> = vec![tokens.clone()];
    while let Some(tokens) = stack.pop() {
        for tree in tokens {
            match tree {
                TokenTree::Group(group) => stack.push(group.stream()),
                TokenTree::Ident(ident) => drop(found.insert(ident.to_string())),
                _ => {}
            }
        }
    }
    found
}
