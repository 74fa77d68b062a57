//! Something for each of some nodes, in a vector at their index.
//!
//! Macros run without an optimizer in debug builds, where to look into a hash map takes a thousand instructions, and
//! into a vector twenty.

use crate::graph::Id;

/// Something for each of some nodes.
#[derive(Debug, Clone)]
pub struct IdMap<V> {
    slots: Vec<Option<V>>,
    len: usize,
}

impl<V> Default for IdMap<V> {
    fn default() -> Self {
        Self { slots: Vec::new(), len: 0 }
    }
}

impl<V> IdMap<V> {
    /// What there is for a node.
    pub fn get(&self, id: &Id) -> Option<&V> {
        let (slots, index) = (self.slots.as_slice(), id.index());
        if index < slots.len() { slots[index].as_ref() } else { None }
    }

    /// Whether there is something for a node.
    pub fn contains_key(&self, id: &Id) -> bool {
        self.get(id).is_some()
    }

    /// Puts something there, in place of what there was.
    pub fn insert(&mut self, id: Id, value: V) {
        let slot = self.slot(id);
        let is_new = slot.is_none();
        *slot = Some(value);
        self.len += usize::from(is_new);
    }

    /// For how many nodes there is something.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there is nothing for any node.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// All there is, in the order of the nodes.
    pub fn values(&self) -> impl Iterator<Item = &V> {
        self.slots.iter().flatten()
    }

    fn slot(&mut self, id: Id) -> &mut Option<V> {
        while self.slots.len() <= id.index() {
            self.slots.push(None);
        }
        &mut self.slots[id.index()]
    }
}

impl IdMap<Id> {
    /// What stands for a node: itself, unless something else does.
    pub fn replacement(&self, id: Id) -> Id {
        self.get(&id).copied().unwrap_or(id)
    }
}

impl<V> FromIterator<(Id, V)> for IdMap<V> {
    fn from_iter<I: IntoIterator<Item = (Id, V)>>(all: I) -> Self {
        let mut map = Self::default();
        for (id, value) in all {
            map.insert(id, value);
        }
        map
    }
}

/// Some nodes.
#[derive(Debug, Clone, Default)]
pub struct IdSet(Vec<bool>);

impl IdSet {
    /// Takes a node in; whether it wasn't there.
    pub fn insert(&mut self, id: Id) -> bool {
        while self.0.len() <= id.index() {
            self.0.push(false);
        }
        !std::mem::replace(&mut self.0[id.index()], true)
    }

    /// Whether a node is there.
    pub fn contains(&self, id: &Id) -> bool {
        let (slice, index) = (self.0.as_slice(), id.index());
        index < slice.len() && slice[index]
    }
}

impl Extend<Id> for IdSet {
    fn extend<I: IntoIterator<Item = Id>>(&mut self, ids: I) {
        for id in ids {
            self.insert(id);
        }
    }
}

impl FromIterator<Id> for IdSet {
    fn from_iter<I: IntoIterator<Item = Id>>(ids: I) -> Self {
        let mut set = Self::default();
        set.extend(ids);
        set
    }
}
