//! Passes: every reduction as early as the scalars in it allow, and what is dear is stored from one pass to the next.

use std::collections::{BTreeSet, HashMap};

use super::build::Builder;
use super::is_mask;
use crate::graph::{Id, Op};
use crate::primitive::Primitive;

/// How a function of rows is computed.
#[derive(Debug, Clone)]
pub(super) struct Schedule {
    /// The reductions of each pass.
    pub(super) passes: Vec<Vec<Id>>,
    /// What each output row holds between passes, and the pass that stores it.
    pub(super) stored: Vec<Option<(Id, usize)>>,
    /// The output rows (or scalars).
    pub(super) roots: Vec<Id>,
    /// Whether the roots are rows.
    pub(super) maps: bool,
}

/// Passes for `roots`: rows if `maps`, else scalars. `known`: the reductions that are there already.
pub(super) fn schedule(b: &mut Builder, roots: &[Id], maps: bool, known: impl Fn(Id) -> bool) -> Schedule {
    let mut schedule = passes(b, roots, maps, known);
    for slot in 0..if maps { roots.len() } else { 0 } {
        schedule.stored[slot] = dearest(b, &schedule);
    }
    schedule
}

/// The same, with nothing stored between passes.
pub(super) fn passes(b: &Builder, roots: &[Id], maps: bool, known: impl Fn(Id) -> bool) -> Schedule {
    let mut stages: HashMap<Id, usize> = HashMap::new();
    let mut passes: Vec<Vec<Id>> = Vec::new();
    for id in b.graph.topological(roots) {
        let inner = b.graph.arguments(id).iter().map(|a| stages[a]).max().unwrap_or(0);
        let mut stage = inner;
        if known(id) {
            stage = 0;
        } else if let Op::Reduce(_) = b.graph.op(id) {
            passes.resize(passes.len().max(inner + 1), Vec::new());
            passes[inner].push(id);
            stage += 1;
        }
        stages.insert(id, stage);
    }
    // A sum comes with the spread of the same row.
    for pass in &mut passes {
        let sums: Vec<Id> = pass.iter().filter_map(|&spread| b.graph.sum_beside(spread)).collect();
        pass.retain(|id| !sums.contains(id));
    }
    let slots = if maps { roots.len() } else { 0 };
    Schedule { passes, stored: vec![None; slots], roots: roots.to_vec(), maps }
}

impl Schedule {
    /// The rows that a pass computes: those reduced, or the outputs in the pass after all reductions.
    pub(super) fn rows(&self, b: &Builder, pass: usize) -> Vec<Id> {
        match self.passes.get(pass) {
            Some(reductions) => reductions.iter().map(|&r| b.graph.arguments(r)[0]).collect(),
            None => self.roots.clone(),
        }
    }

    /// The number of passes.
    pub(super) fn len(&self) -> usize {
        self.passes.len() + usize::from(self.maps)
    }

    /// The slot that holds this node in this pass.
    pub(super) fn slot(&self, id: Id, pass: usize) -> Option<usize> {
        self.stored.iter().position(|stored| stored.is_some_and(|(node, first)| node == id && pass > first))
    }

    /// The row nodes (and masks) that a pass computes at each position, leaves included.
    pub(super) fn computed(&self, b: &mut Builder, pass: usize) -> BTreeSet<Id> {
        let mut computed = BTreeSet::new();
        let mut stack = self.rows(b, pass);
        stack.extend(self.stored.iter().flatten().filter(|(_, first)| *first == pass).map(|(node, _)| *node));
        while let Some(id) = stack.pop() {
            if (b.is_row(id) || is_mask(&b.graph, id)) && self.slot(id, pass).is_none() && computed.insert(id)
            {
                stack.extend(b.graph.arguments(id));
            }
        }
        computed
    }
}

/// What costs most of all that several passes compute.
fn dearest(b: &mut Builder, schedule: &Schedule) -> Option<(Id, usize)> {
    /// An elementary function is worth storing, a sum isn't.
    const WORTH_IT: usize = 8;

    let computed: Vec<BTreeSet<Id>> = (0..schedule.len()).map(|pass| schedule.computed(b, pass)).collect();
    let mut best: Option<(usize, Id, usize)> = None;
    for (first, nodes) in computed.iter().enumerate() {
        for &id in nodes {
            let earlier = computed[..first].iter().any(|nodes| nodes.contains(&id));
            let again = computed[first + 1..].iter().filter(|nodes| nodes.contains(&id)).count();
            if earlier || again == 0 || is_mask(&b.graph, id) || !b.is_row(id) {
                continue;
            }
            let benefit = again * cost(b, id, nodes);
            if benefit >= WORTH_IT && best.is_none_or(|(most, ..)| benefit >= most) {
                best = Some((benefit, id, first));
            }
        }
    }
    best.map(|(_, id, first)| (id, first))
}

/// Roughly how long it takes to compute a node, of all that a pass computes.
fn cost(b: &Builder, root: Id, computed: &BTreeSet<Id>) -> usize {
    let mut seen = BTreeSet::new();
    let mut stack = vec![root];
    let mut total = 0;
    while let Some(id) = stack.pop() {
        if computed.contains(&id) && seen.insert(id) {
            total += match b.graph.op(id) {
                Op::Constant(_) | Op::Input(_) | Op::Parameter(_) | Op::External(_) | Op::Position => 0,
                Op::Apply(Primitive::Abs | Primitive::Max | Primitive::Min | Primitive::Copysign) => 1,
                Op::Apply(Primitive::Sqrt) | Op::Div => 4,
                Op::Apply(_) | Op::Call { .. } => 10,
                _ => 1,
            };
            stack.extend(b.graph.arguments(id));
        }
    }
    total
}
