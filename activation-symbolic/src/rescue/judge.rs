//! One point after the other: the kernel in floats beside the truth.

use std::cell::OnceCell;
use std::ops::RangeInclusive;
use std::rc::Rc;

use super::WRONG;
use super::adjoint::{Adjoints, Angles, NOISE, Roundings};
use super::batch::{Sums, Tape};
use super::case::{Case, worst};
use super::estimate::Estimate;
use super::judgement::Judgement;
use super::neighbours::Neighbours;
use super::sample::{self, Float};
use super::target::Targets;
use super::unmended::is_unknown;
use crate::columns::Number;
use crate::function::Function;
use crate::graph::{Graph, Id, Op};
use crate::random::Random;
use crate::truth::Truth;

/// How many nodes may be evaluated in all: what expansion time allows.
const NODES: usize = 9000;
/// How many more points may be spent on looking closer, in terms of the others.
const REFINEMENTS: usize = 1;
/// The same where nothing happens but that floats do badly.
const CURIOSITY: usize = 1;
/// How often the gaps beside a peak of the errors are halved.
const CLIMBS: usize = 6;
/// How often a gap may be halved.
const ROUNDS: usize = 24;
/// The magnitudes that layers see.
const ORDINARY: RangeInclusive<f64> = 0.03..=20.0;

/// A root at all points: what is tolerated of it is least where its slope is zero.
#[derive(Default)]
struct Course {
    values: Vec<f64>,
    /// The slopes along the first input.
    slopes: Vec<f64>,
    /// What rounding errors may add up to.
    noise: Vec<f64>,
}

impl Course {
    /// Takes more points in.
    fn append(&mut self, mut new: Self) {
        self.values.append(&mut new.values);
        self.slopes.append(&mut new.slopes);
        self.noise.append(&mut new.noise);
    }

    /// Where the slope is zero between two points, as a straight line has it, if rounding errors may be too large there.
    fn turn<S: Float>(&self, a: &Case<S>, b: &Case<S>) -> Option<S> {
        let slopes = [self.slopes[a.row], self.slopes[b.row]];
        if slopes[0] * slopes[1] >= 0.0 {
            return None;
        }
        let ends: [f64; 2] = [a.x[0].into(), b.x[0].into()];
        let values = [self.values[a.row], self.values[b.row]];
        let x = ends[0] + slopes[0] / (slopes[0] - slopes[1]) * (ends[1] - ends[0]);
        let middle = [0, 1].map(|i| values[i] + slopes[i] * (x - ends[i]) / 2.0);
        let least = if middle[0] * middle[1] < 0.0 { 0.0 } else { middle[0].abs().min(middle[1].abs()) };
        let tolerance = 4.0 * S::EPSILON * least.min(values[0].abs()).min(values[1].abs()) + S::TINY;
        let is_loud = NOISE * self.noise[a.row].min(self.noise[b.row]) > WRONG * tolerance;
        Some(S::from_f64(x)).filter(|&x| is_loud && x > a.x[0] && x < b.x[0])
    }
}

/// Points to be looked at.
struct Points<S> {
    /// A column for each input.
    x: Vec<Vec<S>>,
    /// Which of the parameters' values each point takes.
    settings: Vec<usize>,
    /// A column for each parameter, and for each constant named by path.
    parameters: Vec<Vec<S>>,
}

impl<S: Float> Points<S> {
    fn new(x: Vec<Vec<S>>, settings: Vec<usize>, values: &[Rc<[S]>]) -> Self {
        let column = |n: usize| settings.iter().map(|&setting| values[setting][n]).collect();
        let parameters = (0..values[0].len()).map(column).collect();
        Self { x, settings, parameters }
    }

    fn len(&self) -> usize {
        self.settings.len()
    }

    fn x(&self, point: usize) -> Vec<S> {
        let mut x = Vec::with_capacity(self.x.len());
        for column in &self.x {
            x.push(column[point]);
        }
        x
    }

    /// The leaves in floats.
    fn leaf(&self, graph: &Graph, op: Op) -> Vec<S> {
        let constant = |value: f64| vec![self.x[0][0].constant(value); self.len()];
        match op {
            Op::Input(n) => self.x[n as usize].clone(),
            Op::Constant(bits) => constant(f64::from_bits(bits)),
            op => graph.given(op, &self.parameters).cloned().unwrap_or_else(|| constant(f64::NAN)),
        }
    }

    /// The leaves as estimates.
    fn estimate(&self, graph: &Graph, op: Op) -> Vec<Estimate> {
        let all = |column: &[S]| column.iter().map(|&x| Estimate::new(x.into())).collect();
        match op {
            Op::Input(n) => all(&self.x[n as usize]),
            Op::Constant(bits) => vec![Estimate::new(S::nearest(f64::from_bits(bits))); self.len()],
            op => match graph.given(op, &self.parameters) {
                Some(column) => all(column),
                None => vec![Estimate::new(f64::NAN); self.len()],
            },
        }
    }
}

/// Evaluates points.
pub(super) struct Judge<'a, S: Float> {
    function: &'a Function,
    roots: &'a [Id],
    /// The nodes that each root is computed from, and those of all of them.
    orders: Vec<Vec<Id>>,
    order: Vec<Id>,
    tape: Tape,
    truth: Truth<S>,
    /// How many nodes may be evaluated in all.
    nodes: usize,
    /// Whether few points only are afforded.
    few: bool,
    /// The values of the parameters, and of the constants named by path, that are tried.
    settings: Vec<Rc<[S]>>,
    /// What each node is at all points so far, in the order of the tape.
    columns: Vec<Vec<S>>,
    /// What each root should be there.
    targets: Vec<Targets>,
    doubts: Vec<Vec<bool>>,
    courses: Vec<Course>,
}

impl<'a, S: Float> Judge<'a, S> {
    pub(super) fn new(function: &'a Function, roots: &'a [Id]) -> Self {
        let order = function.graph.topological(roots);
        let tape = Tape::new(function, &order);
        Self {
            function,
            roots,
            orders: roots.iter().map(|&root| function.graph.topological(&[root])).collect(),
            columns: vec![Vec::new(); order.len()],
            targets: roots.iter().map(|_| Targets::new(0)).collect(),
            doubts: vec![Vec::new(); roots.len()],
            courses: roots.iter().map(|_| Course::default()).collect(),
            order,
            tape,
            truth: Truth::new(function.signature.inputs.len()),
            nodes: NODES,
            few: false,
            settings: sample::parameters::<S>(function).into_iter().map(Rc::from).collect(),
        }
    }

    /// Looks at fewer points, for what is needed less often; of the parameters' values, at small and at large ones.
    pub(super) fn brief(mut self) -> Self {
        let chosen = if sample::has_defaults(self.function) { [0, 3] } else { [2, 3] };
        self.settings = chosen.into_iter().filter_map(|i| self.settings.get(i).cloned()).collect();
        self.nodes /= 2;
        self
    }

    /// Looks at points, until one is so bad that it `ends` the search.
    pub(super) fn judge(mut self, ends: impl Fn(&Case<S>) -> bool) -> Judgement<S> {
        let function = self.function;
        let has_defaults = sample::has_defaults(function);
        let equal = if has_defaults { 1 } else { self.settings.len() };
        let count = (self.nodes / self.order.len().max(1) / equal).clamp(4, 180);
        self.few = count < sample::FEW;
        let inputs = function.signature.inputs.len();
        let line = sample::line::<S>(function, &self.order, count);
        let columns = if inputs == 1 { vec![line] } else { combinations(&line, inputs) };
        let mut cases = Vec::new();
        let mut ended = false;
        for setting in 0..self.settings.len() {
            let columns: Vec<Vec<S>> = match setting {
                1.. if has_defaults => columns.iter().map(|column| thinned(column)).collect(),
                _ => columns.clone(),
            };
            let chosen = vec![setting; columns[0].len()];
            let points = Points::new(columns, chosen, &self.settings);
            let mut new = self.cases(&points, 1.0);
            ended = new.iter().any(|case| case.worst > WRONG && ends(case));
            cases.append(&mut new);
            if ended {
                break;
            }
        }
        if inputs == 1 && !ended && !self.few {
            self.refine(&mut cases);
        }
        Judgement {
            cases,
            ordered: vec![OnceCell::new(); self.columns.len()],
            columns: self.columns,
            tape: self.tape,
            targets: self.targets,
            doubts: self.doubts,
        }
    }

    /// Halves the gaps in which something happens, and looks closer at where floats did worst.
    fn refine(&mut self, cases: &mut Vec<Case<S>>) {
        let settings = self.settings.len();
        let allowed = cases.len() / settings;
        let mut left = vec![[allowed * REFINEMENTS, allowed * CURIOSITY]; settings];
        let mut neighbours = Neighbours::new(cases);
        // The cases that gaps begin with, in ascending order.
        let mut gaps: Vec<usize> = (1..cases.len()).map(|i| i - 1).collect();
        for round in 0..ROUNDS {
            let poor = (round < 2).then(|| poor(cases, settings));
            let (mut x, mut chosen, mut narrower) = (Vec::new(), Vec::new(), Vec::new());
            for before in gaps {
                let after = neighbours.after[before];
                let (a, b) = (&cases[before], &cases[after]);
                let setting = a.setting;
                if setting != b.setting {
                    continue;
                }
                let worst = if a.worst > b.worst { a.worst } else { b.worst };
                let is_poor = poor.as_ref().is_some_and(|poor| worst >= poor[setting]);
                let is_peak = |place: usize| round < CLIMBS && neighbours.is_peak(cases, place);
                let happens = a.depth(b) > round;
                let left = &mut left[setting][usize::from(!happens)];
                let turns = *left > 0 && round < CLIMBS && !happens && worst <= WRONG;
                let turn =
                    if turns { self.courses.iter().find_map(|course| course.turn(a, b)) } else { None };
                if *left > 0
                    && (happens || is_poor || turn.is_some() || is_peak(before) || is_peak(after))
                    && let Some(middle) = turn.or_else(|| sample::between(a.x[0], b.x[0]))
                {
                    let place = cases.len() + x.len();
                    narrower.extend([before, place]);
                    *left -= 1;
                    x.push(middle);
                    chosen.push(setting);
                } else if round == 0 {
                    // It may turn out to be among the worst; nothing else changes its mind.
                    narrower.push(before);
                }
            }
            if x.is_empty() {
                break;
            }
            let new = cases.len();
            let share = 0.5_f64.powi(round as i32 + 1);
            cases.append(&mut self.cases(&Points::new(vec![x], chosen, &self.settings), share));
            let mut next = new;
            for (i, &before) in narrower.iter().enumerate() {
                if narrower.get(i + 1) == Some(&next) && before < new {
                    neighbours.insert(next, before);
                    next += 1;
                }
            }
            gaps = narrower;
        }
        neighbours.line_up(cases);
    }

    /// Points on machines with a fused multiply–add and without, and beside their neighbours.
    fn cases(&mut self, points: &Points<S>, share: f64) -> Vec<Case<S>> {
        if points.len() == 0 {
            return Vec::new();
        }
        let Aims { targets, doubts, courses, bends } = self.targets(points);
        let graph = &self.function.graph;
        let mut columns = self.tape.evaluate(|op| points.leaf(graph, op), Sums::Fused);
        let mut errors: Vec<Vec<f64>> = vec![vec![0.0; points.len()]; self.roots.len()];
        self.take_worst(&targets, &columns, &mut errors);
        if self.tape.has_fused_sums() {
            self.tape.evaluate_again(|op| points.leaf(graph, op), &mut columns);
            self.take_worst(&targets, &columns, &mut errors);
        }
        for (i, errors) in errors.iter_mut().enumerate() {
            // Rounding errors are random: these were lucky, others beside them aren't.
            take_larger(errors, &targets[i].shares(&courses[i].noise, NOISE));
            if let Some(bends) = &bends[i] {
                take_larger(errors, bends);
            }
        }
        let (kinds, branches) = match points.x.as_slice() {
            [_] => self.tape.hashes(&columns, points.len()),
            _ => (vec![0; points.len()], vec![0; points.len()]),
        };
        let mut cases = Vec::with_capacity(points.len());
        let start = self.columns[0].len();
        for (p, &setting) in points.settings.iter().enumerate() {
            let mut own = Vec::with_capacity(errors.len());
            for errors in &errors {
                own.push(errors[p]);
            }
            cases.push(Case {
                x: points.x(p),
                parameters: Rc::clone(&self.settings[setting]),
                setting,
                row: start + p,
                share,
                kinds: kinds[p],
                branches: branches[p],
                worst: worst(&own),
                errors: own,
            });
        }
        for (all, new) in self.columns.iter_mut().zip(&mut columns) {
            all.append(new);
        }
        for (i, ((targets, mut doubts), course)) in targets.into_iter().zip(doubts).zip(courses).enumerate() {
            self.targets[i].append(targets);
            self.doubts[i].append(&mut doubts);
            self.courses[i].append(course);
        }
        cases
    }

    /// The errors, where those of these floats are worse.
    fn take_worst(&self, targets: &[Targets], columns: &[Vec<S>], errors: &mut [Vec<f64>]) {
        for (i, &root) in self.roots.iter().enumerate() {
            let (column, errors) = (columns[self.tape.place(root)].as_slice(), errors[i].as_mut_slice());
            let mut p = 0;
            while p < column.len() {
                let error = targets[i].error::<S>(p, column[p].into());
                if error > errors[p] {
                    errors[p] = error;
                }
                p += 1;
            }
        }
    }

    /// What the roots should be at the points, by estimates where these suffice.
    fn targets(&mut self, points: &Points<S>) -> Aims {
        let mut targets: Vec<Targets> = self.roots.iter().map(|_| Targets::new(points.len())).collect();
        let mut doubts = vec![vec![false; points.len()]; self.roots.len()];
        let graph = &self.function.graph;
        let estimates = self.tape.evaluate(|op| points.estimate(graph, op), Sums::Plain);
        let inputs: Vec<(usize, &[S])> =
            self.tape.inputs().map(|(n, place)| (place, points.x[n].as_slice())).collect();
        let (mut bends, mut courses) = (Vec::new(), Vec::new());
        // One sweep for each angle is too many where there are hundreds.
        let angles = if self.few { Angles::default() } else { Angles::new(&self.tape, &estimates) };
        let roundings = Roundings::new::<S>(&self.tape, &estimates);
        for (targets, &root) in targets.iter_mut().zip(self.roots) {
            let place = self.tape.place(root);
            let adjoints = Adjoints::new(&self.tape, place, &estimates);
            if S::IS_SINGLE {
                targets.estimate(&estimates[place], &adjoints, &inputs);
            }
            courses.push(Course {
                values: Estimate::values(&estimates[place]),
                slopes: inputs
                    .first()
                    .map_or_else(|| vec![0.0; points.len()], |&(input, _)| adjoints.padded(input)),
                noise: adjoints.noise(&roundings),
            });
            bends.push(angles.errors(&adjoints, &inputs, &roundings, &estimates));
        }
        let is_end = |p: usize| p == 0 || p + 1 == points.len();
        for (p, &setting) in points.settings.iter().enumerate() {
            // The truth takes ten times as long as an estimate.
            if self.few && p % 3 != 0 && !is_end(p) {
                continue;
            }
            let mut open = targets.iter().enumerate().filter(|(_, targets)| targets.is_open(p));
            let Some((first, _)) = open.next() else { continue };
            let order = if open.next().is_some() { &self.order } else { &self.orders[first] };
            let x = points.x(p);
            self.truth.evaluate(&self.function.graph, order, &x, &self.settings[setting]);
            for (i, &root) in self.roots.iter().enumerate() {
                if targets[i].is_open(p) {
                    doubts[i][p] = is_unknown(&self.truth.ball(root));
                    targets[i].state(p, &self.truth, root, &x);
                }
            }
        }
        Aims { targets, doubts, courses, bends }
    }
}

/// What is known of each root at each point.
struct Aims {
    /// What it should be.
    targets: Vec<Targets>,
    /// Whether 106 bits leave that open.
    doubts: Vec<Vec<bool>>,
    /// How it goes.
    courses: Vec<Course>,
    /// The errors near it where angles are rounded, in units of what is tolerated.
    bends: Vec<Option<Vec<f64>>>,
}

/// Puts numbers in place of smaller ones.
fn take_larger(numbers: &mut [f64], others: &[f64]) {
    let mut i = 0;
    while i < numbers.len() {
        if others[i] > numbers[i] {
            numbers[i] = others[i];
        }
        i += 1;
    }
}

/// Random combinations of points, and half as many of such as layers see.
fn combinations<S: Float>(line: &[S], inputs: usize) -> Vec<Vec<S>> {
    let is_ordinary = |x: &S| ORDINARY.contains(&(*x).into().abs());
    let ordinary: Vec<S> = line.iter().copied().filter(is_ordinary).collect();
    let mut random = Random::new();
    let mut columns = vec![Vec::new(); inputs];
    for (points, count) in [(line, line.len()), (&ordinary, line.len().min(2 * ordinary.len()) / 2)] {
        for _ in 0..count {
            for column in &mut columns {
                column.push(points[(random.next() * points.len() as f64) as usize]);
            }
        }
    }
    columns
}

/// Every fourth point, and the last.
fn thinned<S: Float>(points: &[S]) -> Vec<S> {
    let last = points.len().saturating_sub(1);
    points.iter().enumerate().filter(|(i, _)| i % 4 == 0 || *i == last).map(|(_, &x)| x).collect()
}

/// For each of the parameters' values, the error from which on points are looked at more closely: that of the worst of
/// them, but no less than the first number and no more than the second.
fn poor<S: Float>(cases: &[Case<S>], settings: usize) -> Vec<f64> {
    const BOUNDS: [f64; 2] = [0.3, 0.9];
    let of = |setting: usize| {
        let (mut count, mut errors) = (0, Vec::new());
        for case in cases {
            if case.setting == setting {
                count += 1;
                if case.worst > BOUNDS[0] {
                    errors.push(case.worst);
                }
            }
        }
        let place = count / 16;
        if place >= errors.len() {
            return BOUNDS[0];
        }
        let (_, poor, _) = errors.select_nth_unstable_by(place, |a, b| b.total_cmp(a));
        poor.min(BOUNDS[1])
    };
    (0..settings).map(of).collect()
}
