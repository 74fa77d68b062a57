//! What a kernel gives, by interpretation: floats, or wider numbers where its mask asks for them.

use activation_runtime::adaptive::{Adaptive, Precision};
use activation_runtime::real::Real;
use activation_symbolic::derive;
use activation_symbolic::diagnostic::Diagnostics;
use activation_symbolic::evaluate::{Value, step};
use activation_symbolic::function::Function;
use activation_symbolic::graph::{Id, Op};
use activation_symbolic::lower::lower;
use activation_symbolic::parse::parse;
use activation_symbolic::rescue::Rescue;
use proc_macro2::TokenStream;

const EPSILON: f64 = f32::EPSILON as f64 / 2.0;
const TINY: f64 = f32::MIN_POSITIVE as f64;

/// What is computed, and where it has to be computed again.
pub(crate) type Root = (Id, Option<Id>);

pub(crate) struct Compiled {
    pub(crate) function: Function,
    pub(crate) derivative: Id,
    pub(crate) rescue: Rescue,
}

impl Compiled {
    /// Value and derivative.
    pub(crate) fn roots(&self) -> [Root; 2] {
        [(self.function.value, self.rescue.value), (self.derivative, self.rescue.derivative)]
    }

    /// A published body, whatever it may be refused for: that is another question.
    #[allow(dead_code, reason = "each test uses a part")]
    pub(crate) fn published(name: &str, parameters: &str, body: &str) -> Self {
        let source = format!("fn {name}(x: f32{parameters}) -> f32 {{ {body} }}");
        let tokens = |text: &str| text.parse::<TokenStream>().expect("tokens");
        let compiled = Self::new(tokens("allow(jumps, domain, unstable)"), tokens(&source));
        compiled.unwrap_or_else(|errors| panic!("{source}: {errors}"))
    }

    /// All that the macro does of a function of one input, but the code itself; or the errors.
    pub(crate) fn new(attribute: TokenStream, item: TokenStream) -> Result<Self, String> {
        let mut errors = Diagnostics::new();
        let signature = parse(attribute, item, &mut errors);
        let mut compiled = None;
        if let Some(mut function) = signature.map(|signature| lower(signature, &mut errors))
            && errors.is_empty()
        {
            let derivatives = derive(&mut function, &mut errors);
            if let ([value, derivative], [value_mask, slope_mask]) =
                (&derivatives.computed[..], derivatives.rescue)
            {
                function.value = *value;
                let roots = derivatives.computed.clone();
                let rescue = Rescue { roots, value: value_mask, derivative: slope_mask };
                compiled = Some(Self { function, derivative: *derivative, rescue });
            }
        }
        match (compiled, errors.finish()) {
            (Some(compiled), None) => Ok(compiled),
            (_, errors) => Err(errors.map_or_else(String::new, |errors| errors.to_string())),
        }
    }
}

/// All nodes at x, on a machine that fuses multiply–adds or on one that doesn't.
fn nodes<R: Real>(compiled: &Compiled, x: R, parameters: &[f32], fused: bool) -> Vec<Value<R>> {
    let leaf = |op| match op {
        Op::Input(_) => Some(x),
        Op::Parameter(n) => Some(x.constant(parameters[n as usize].into())),
        Op::Constant(bits) => Some(x.constant(f64::from_bits(bits))),
        _ => None,
    };
    let roots: Vec<Id> = [compiled.function.value, compiled.derivative]
        .into_iter()
        .chain(compiled.rescue.value)
        .chain(compiled.rescue.derivative)
        .collect();
    let Function { graph, fused: plan, .. } = &compiled.function;
    let mut values = vec![Value::Opaque; graph.nodes().len()];
    for id in graph.topological(&roots) {
        let sum = plan.get(graph, id).filter(|_| fused);
        values[id.index()] = match sum.and_then(|sum| sum.evaluate(|id| values[id.index()].number())) {
            Some(sum) => Value::Number(sum),
            None => step(graph, id, &leaf, &values),
        };
    }
    values
}

/// What the kernel gives: floats, or numbers of 106 or 384 bits where its mask says so; and whether it does.
pub(crate) fn kernel(
    compiled: &Compiled,
    x: f32,
    parameters: &[f32],
    (root, mask): Root,
    fused: bool,
) -> (f32, bool) {
    let values = nodes(compiled, x, parameters, fused);
    if mask.is_some_and(|mask| values[mask.index()].truth().expect("a mask")) {
        let again = |precision| {
            let values = nodes(compiled, Adaptive::<f32>::new(x.into(), precision), parameters, false);
            values[root.index()].number().expect("a number")
        };
        let extended = again(Precision::Extended);
        let number = if extended.is_settled() { extended } else { again(Precision::Deep) };
        return (number.to_element(), true);
    }
    (values[root.index()].number().expect("a number"), false)
}

/// The error in units of what is tolerated.
pub(crate) fn error(found: f32, exact: f64, sensitivity: f64) -> f64 {
    let rounded = exact as f32;
    if found == rounded {
        return 0.0;
    }
    let sensitivity = if sensitivity.is_finite() { sensitivity } else { 0.0 };
    let error = (f64::from(found) - exact).abs() / (4.0 * EPSILON * (exact.abs() + sensitivity) + TINY);
    if error.is_nan() { f64::INFINITY } else { error }
}
