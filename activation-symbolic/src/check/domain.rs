//! Where a primitive is asked for what it doesn't have: ln(−1), 1/0, √ with an infinite slope.

use activation_runtime::arith::Arith;
use activation_runtime::real::Real;

use crate::graph::{Id, Op};
use crate::primitive::{Domain, Primitive};

use super::Offence;
use super::explore::Sample;
use super::interval::Interval;
use super::probe::{Probe, Values, bisect, simplest};
use super::touch;
use super::truth::Truth;

/// What a node asks of its arguments at a point.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Verdict {
    /// Met; where a number must not be 0, with its sign.
    Met(i8),
    /// It can't be told.
    Open,
    /// Not met.
    Broken,
    /// Not met, just so: at the end of an open interval, or at a pole.
    Edge,
}

impl Verdict {
    fn is_offence(self) -> bool {
        matches!(self, Self::Broken | Self::Edge)
    }
}

/// A node whose arguments must lie somewhere.
fn is_restricted(probe: &Probe<'_>, id: Id) -> bool {
    let graph = probe.graph();
    match graph.view(id) {
        (Op::Div, &[_, b]) => graph.as_constant(b).is_none_or(|c| c == 0.0),
        (Op::Powi(n), _) => n < 0,
        (Op::Apply(primitive), _) => primitive.facts().domain != Domain::All,
        _ => false,
    }
}

/// Whether the arguments lie where they must.
fn verdict(probe: &Probe<'_>, id: Id, values: &Values) -> Verdict {
    let (op, arguments) = probe.graph().view(id);
    let argument = |i: usize| arguments.get(i).and_then(|a| values[a.index()].number());
    let Some(a) = argument(0) else { return Verdict::Open };
    let nonzero = |d: Interval| match d {
        _ if d.lo > 0.0 => Verdict::Met(1),
        _ if d.hi < 0.0 => Verdict::Met(-1),
        _ if d == Interval::point(0.0) => Verdict::Edge,
        _ => Verdict::Open,
    };
    match op {
        Op::Div => argument(1).map_or(Verdict::Open, nonzero),
        Op::Powi(_) => nonzero(a),
        Op::Apply(Primitive::Tan) => nonzero(a.cos()),
        Op::Apply(Primitive::Powf) => match argument(1) {
            Some(p) if p.lo == p.hi && p.lo.fract() == 0.0 => {
                if p.lo < 0.0 {
                    nonzero(a)
                } else {
                    Verdict::Met(0)
                }
            }
            // Between two whole numbers, whichever of these it is.
            Some(p) if p.lo.floor() < p.lo && p.lo.floor() == p.hi.floor() => match a {
                _ if a.hi < 0.0 => Verdict::Broken,
                _ if a.lo > 0.0 || (a.lo == 0.0 && p.lo > 0.0) => Verdict::Met(0),
                _ if a == Interval::point(0.0) => Verdict::Edge,
                _ => Verdict::Open,
            },
            _ => Verdict::Open,
        },
        Op::Apply(primitive) => match primitive.facts().domain {
            Domain::Interval(lo, hi, with_lo, with_hi) => {
                let above = a.lo > lo || (with_lo && a.lo >= lo) || lo == f64::NEG_INFINITY;
                let below = a.hi < hi || (with_hi && a.hi <= hi) || hi == f64::INFINITY;
                match a {
                    _ if above && below => Verdict::Met(0),
                    _ if a.hi < lo || a.lo > hi => Verdict::Broken,
                    _ if a.lo == a.hi && (a.lo == lo || a.lo == hi) => Verdict::Edge,
                    _ => Verdict::Open,
                }
            }
            _ => Verdict::Met(0),
        },
        _ => Verdict::Met(0),
    }
}

/// The nodes whose arguments are restricted.
pub(super) fn restricted(probe: &Probe<'_>) -> Vec<Id> {
    probe.order.iter().copied().filter(|&id| is_restricted(probe, id)).collect()
}

/// Whether there is nothing more to be found out of a node between two points, given the values at one, between and at
/// the other: it has what it asks for everywhere, or visibly not.
pub(super) fn settles(probe: &Probe<'_>, id: Id, values: [&Values; 3]) -> bool {
    match values.map(|values| verdict(probe, id, values)) {
        [Verdict::Met(left), Verdict::Open, Verdict::Met(right)] => left * right < 0,
        [left, between, right] => {
            matches!(between, Verdict::Met(_)) || left.is_offence() || right.is_offence()
        }
    }
}

/// What is asked for and missing, each with a witness.
pub(super) fn offences(probe: &Probe<'_>, partials: &[Id]) -> Vec<Offence> {
    let mut offences = Vec::new();
    for id in restricted(probe) {
        let live = probe.samples.iter().filter(|sample| sample.live[id.index()] == Truth::Yes);
        let simplest = live
            .filter_map(|sample| match verdict(probe, id, &sample.values) {
                Verdict::Broken => Some((false, sample.rank, sample.t)),
                Verdict::Edge => Some((true, sample.rank, sample.t)),
                _ => None,
            })
            .min_by_key(|&(edge, rank, _)| (edge, rank));
        if let Some((edge, _, t)) = simplest {
            if edge && is_end(probe, id, t, &offences) {
                continue;
            }
            offences.push(Offence { node: id, at: t, message: message(probe, id, t, "=", edge) });
        } else if let Some(t) = pole(probe, id) {
            offences.push(Offence { node: id, at: t, message: message(probe, id, t, "≈", true) });
        }
    }
    for (node, t) in infinite_slopes(probe, partials, &offences) {
        let message = format!(
            "`{}` has an infinite slope at {}, so the gradient isn't finite there; keep the argument away from it \
             (add a small constant, clamp), narrow the inputs with `#[activation(domain = a..=b)]`, or state \
             `#[activation(allow(domain))]`",
            probe.formula(node),
            probe.witness(t, "=")
        );
        offences.push(Offence { node, at: t, message });
    }
    offences
}

/// Whether what is computed on the way to a node, and known to be undefined somewhere, is so right beside t: that the
/// node has an end there is no offence of its own, as in 1/√x and ln √x.
fn is_end(probe: &Probe<'_>, id: Id, t: f64, known: &[Offence]) -> bool {
    let order = probe.graph().topological(&[id]);
    let inner: Vec<Id> =
        known.iter().map(|offence| offence.node).filter(|node| order.contains(node)).collect();
    let mut values = Values::new();
    let mut undefined = |t: f64| {
        probe.evaluate(&order, Interval::point(t), &mut values);
        inner.iter().any(|&node| verdict(probe, node, &values).is_offence())
    };
    !inner.is_empty() && (undefined(t.next_down()) || undefined(t.next_up()))
}

/// A zero of a divisor between two samples at which it has opposite signs, nothing being known in between; or next to
/// one, where it goes back.
fn pole(probe: &Probe<'_>, id: Id) -> Option<f64> {
    let mut run: Vec<(f64, i8, f64)> = Vec::new();
    let mut changes = Vec::new();
    let mut lows = Vec::new();
    for sample in &probe.samples {
        if sample.live[id.index()] != Truth::Yes {
            run.clear();
            continue;
        }
        let Verdict::Met(sign @ (-1 | 1)) = verdict(probe, id, &sample.values) else { continue };
        run.push((sample.t, sign, divisor(probe, id, &sample.values).map_or(f64::INFINITY, Interval::size)));
        match *run.as_slice() {
            [.., (a, left, _), (b, right, _)] if left != right => changes.push(((a, left), (b, right))),
            [.., (a, left, before), (b, middle, low), (c, right, after)]
                if left == middle && middle == right && low <= before && low <= after =>
            {
                lows.push([a, b, c]);
            }
            _ => {}
        }
    }
    // The nearest to 0 is the easiest to check.
    changes.sort_by(|((a, _), _), ((b, _), _)| a.abs().total_cmp(&b.abs()));
    lows.sort_by(|a, b| a[1].abs().total_cmp(&b[1].abs()));
    let crossed = changes.into_iter().take(8).find_map(|(before, now)| pole_between(probe, id, before, now));
    let order = probe.graph().topological(&[id]);
    let mut values = Values::new();
    let mut is_open = |&[from, _, to]: &[f64; 3]| {
        probe.evaluate(&order, Interval::new(from, to), &mut values);
        verdict(probe, id, &values) == Verdict::Open
    };
    crossed.or_else(|| {
        lows.into_iter().filter(|low| is_open(low)).take(3).find_map(|around| double_pole(probe, id, around))
    })
}

/// What must not be 0, at a point.
fn divisor(probe: &Probe<'_>, id: Id, values: &Values) -> Option<Interval> {
    let (op, arguments) = probe.graph().view(id);
    let number = |i: usize| arguments.get(i).and_then(|a| values[a.index()].number());
    match op {
        Op::Div => number(1),
        Op::Apply(Primitive::Tan) => number(0).map(Real::cos),
        _ => number(0),
    }
}

/// The zero that a divisor comes down to between three points.
fn double_pole(probe: &Probe<'_>, id: Id, around: [f64; 3]) -> Option<f64> {
    let (op, arguments) = probe.graph().view(id);
    let t = touch::zero(probe, arguments[usize::from(op == Op::Div)], around)?;
    let slack = 4.0 * f64::EPSILON * t.abs();
    let mut values = Values::new();
    probe.evaluate(&probe.order, Interval::new(t - slack, t + slack), &mut values);
    let undefined = !matches!(verdict(probe, id, &values), Verdict::Met(_));
    let live = probe.live(&values)[id.index()] == Truth::Yes;
    (undefined && live && probe.admits(t)).then(|| simplest(t - slack, t + slack))
}

/// The zero of a divisor between two points at which it has these signs, if it is one.
fn pole_between(probe: &Probe<'_>, id: Id, (a, left): (f64, i8), (b, right): (f64, i8)) -> Option<f64> {
    let order = probe.graph().topological(&[id]);
    let mut values = Values::new();
    let mut sign = |t: f64| {
        probe.evaluate(&order, Interval::point(t), &mut values);
        verdict(probe, id, &values)
    };
    let (l, _) = bisect(a, b, a, |t| sign(t) == Verdict::Met(left));
    let (r, _) = bisect(b, l, l, |t| sign(t) == Verdict::Met(right));
    if r - l > 1e-9 * l.abs().max(r.abs()) {
        return None;
    }
    // Between l and r the divisor is continuous if it is made of the same pieces, all of them defined; then it has
    // a zero. What changes sign through infinity grows towards the change.
    let mut sides: Vec<Values> = Vec::new();
    for t in [l, r, a, b] {
        let mut values = Values::new();
        probe.evaluate(&probe.order, Interval::point(t), &mut values);
        sides.push(values);
    }
    let same_pieces = order.iter().all(|&n| {
        let [x, y] = [0, 1].map(|side| sides[side][n.index()]);
        n == id
            || (x.truth() == y.truth()
                && (!is_restricted(probe, n)
                    || [0, 1].iter().all(|&side| matches!(verdict(probe, n, &sides[side]), Verdict::Met(_)))))
    });
    let live = [0, 1].iter().all(|&side| probe.live(&sides[side])[id.index()] == Truth::Yes);
    let size = |side: usize| divisor(probe, id, &sides[side]).map_or(f64::INFINITY, Interval::size);
    let shrinks = size(0).max(size(1)) <= size(2).max(size(3));
    let between = simplest(l, r);
    let shown = probe.round(between);
    let t = if (l..=r).contains(&shown) { between } else { shown };
    (same_pieces && live && shrinks && probe.admits(l) && probe.admits(r)).then_some(t)
}

/// Roots and the like, live where their slope is infinite, whose function has an infinite slope there too.
fn infinite_slopes(probe: &Probe<'_>, partials: &[Id], known: &[Offence]) -> Vec<(Id, f64)> {
    let mut found: Vec<(Id, f64)> = Vec::new();
    for point in singular_points(probe, partials, known).into_iter().filter(|point| point.is_steep) {
        for id in point.nodes {
            if !found.iter().any(|&(other, _)| other == id) {
                found.push((id, point.t));
            }
        }
    }
    found
}

/// Where the slope of a root is infinite and the function's isn't.
pub(super) fn holes(probe: &Probe<'_>, partials: &[Id]) -> Vec<f64> {
    let points = singular_points(probe, partials, &[]).into_iter();
    points.filter(|point| !point.is_steep).map(|point| point.t).collect()
}

/// A point at which roots and the like have an infinite slope.
struct Singular {
    t: f64,
    nodes: Vec<Id>,
    /// Whether the function has one too.
    is_steep: bool,
}

/// The points at which nodes that are live, and not known to be undefined somewhere, have an infinite slope.
fn singular_points(probe: &Probe<'_>, partials: &[Id], known: &[Offence]) -> Vec<Singular> {
    let graph = probe.graph();
    let steep = |id: Id| {
        matches!(
            graph.op(id),
            Op::Apply(
                Primitive::Sqrt
                    | Primitive::Cbrt
                    | Primitive::Powf
                    | Primitive::Asin
                    | Primitive::Acos
                    | Primitive::Acosh
            )
        )
    };
    let nodes: Vec<Id> = probe
        .order
        .iter()
        .copied()
        .filter(|&id| steep(id) && !known.iter().any(|offence| offence.node == id))
        .collect();
    if nodes.is_empty() || probe.roots.len() > 1 {
        return Vec::new();
    }
    let order = graph.topological(partials);
    let mut samples: Vec<(&Sample, Vec<Id>)> = Vec::new();
    for sample in &probe.samples {
        let at = |&id: &Id| sample.live[id.index()] == Truth::Yes && is_singular(probe, id, &sample.values);
        let singular: Vec<Id> = nodes.iter().copied().filter(at).collect();
        if !singular.is_empty() {
            samples.push((sample, singular));
        }
    }
    samples.sort_by_key(|(sample, _)| sample.rank);
    let point = |(sample, nodes): (&Sample, Vec<Id>)| {
        let t = sample.t;
        let scale = t.abs().max(1.0);
        let slope = |h: f64| {
            let t = t + scale * h;
            let mut values = Values::new();
            if !probe.admits(t) {
                return None;
            }
            probe.evaluate(&order, Interval::point(t), &mut values);
            probe.slope(&values, partials).filter(|s| s.is_bounded()).map(|s| s.middle().abs())
        };
        let grows = |sign: f64| {
            let steps = [-10, -22, -34, -46].map(|n| slope(sign * f64::powi(2.0, n)));
            steps.windows(2).all(|pair| matches!(pair, [Some(far), Some(close)] if *close > 1.05 * far))
        };
        Singular { t, nodes, is_steep: grows(1.0) || grows(-1.0) }
    };
    samples.into_iter().take(16).map(point).collect()
}

/// Whether the primitive's own slope is infinite at its argument.
fn is_singular(probe: &Probe<'_>, id: Id, values: &Values) -> bool {
    let (op, arguments) = probe.graph().view(id);
    let at = |i: usize| arguments.get(i).and_then(|a| values[a.index()].number());
    let Some(a) = at(0) else { return false };
    match op {
        Op::Apply(Primitive::Sqrt | Primitive::Cbrt) => a == Interval::point(0.0),
        Op::Apply(Primitive::Powf) => {
            a == Interval::point(0.0) && at(1).is_some_and(|p| p.lo >= 0.0 && p.hi < 1.0)
        }
        Op::Apply(Primitive::Asin | Primitive::Acos) => a.abs() == Interval::point(1.0),
        Op::Apply(Primitive::Acosh) => a == Interval::point(1.0),
        _ => false,
    }
}

/// What is undefined, where, why, and the way out.
fn message(probe: &Probe<'_>, id: Id, t: f64, sign: &str, is_edge: bool) -> String {
    let (op, arguments) = probe.graph().view(id);
    let at = probe.witness(t, sign);
    let argument = probe.formula(arguments[usize::from(op == Op::Div)]);
    let why = match op {
        Op::Div if probe.graph().as_constant(arguments[1]).is_some() => "the divisor is always 0".to_owned(),
        Op::Div => format!("the divisor `{argument}` is 0 there"),
        Op::Powi(_) => format!("`{argument}` is 0 there, and its exponent is negative"),
        Op::Apply(Primitive::Tan) => "it has a pole there".to_owned(),
        Op::Apply(Primitive::Powf) if is_edge => "0 has no power with a negative exponent".to_owned(),
        Op::Apply(Primitive::Powf) => "a negative number has no power whose exponent isn't whole".to_owned(),
        Op::Apply(primitive) => match primitive.facts().domain {
            Domain::Interval(lo, hi, with_lo, with_hi) => format!(
                "{} needs {}",
                primitive.facts().method,
                match (lo == f64::NEG_INFINITY, hi == f64::INFINITY) {
                    (_, true) => format!("an argument {} {lo}", if with_lo { "≥" } else { ">" }),
                    (true, _) => format!("an argument {} {hi}", if with_hi { "≤" } else { "<" }),
                    _ if with_lo => format!("an argument from {lo} to {hi}"),
                    _ => format!("an argument between {lo} and {hi}"),
                }
            ),
            _ => "it has no value there".to_owned(),
        },
        _ => String::new(),
    };
    let what = match op {
        Op::Div => "this division".to_owned(),
        _ => format!("`{}`", probe.formula(id)),
    };
    format!(
        "{what} is undefined at {at}: {why}; guard it by a branch (`if … {{ … }} else {{ … }}`), clamp the argument, \
         narrow the inputs with `#[activation(domain = a..=b)]`, or state `#[activation(allow(domain))]`"
    )
}
