//! Second derivatives on slices.

use crate::element::Element;
use crate::error::ShapeError;
use crate::kernel::SecondOrder;
use crate::pass::{Pass, Results};
use crate::passes::{Runner, Serial};
use crate::real::Real;
use crate::slices::Slices;

/// An activation that can be differentiated twice. Every [`SecondOrder`] kernel is one.
pub trait SecondOrderActivation<T> {
    /// hv = dy · f″(x) · v: how the result of [`backward`](crate::activation::Activation::backward) changes as x
    /// moves along `v`. The Hessian of an element-wise function is diagonal, so this is its product with `v`.
    ///
    /// # Errors
    /// The lengths of `x`, `dy`, `v` and `hv` differ.
    fn hessian_vector(&self, x: &[T], dy: &[T], v: &[T], hv: &mut [T]) -> Result<(), ShapeError>;
}

impl<K: SecondOrder, T: Element> SecondOrderActivation<T> for K {
    fn hessian_vector(&self, x: &[T], dy: &[T], v: &[T], hv: &mut [T]) -> Result<(), ShapeError> {
        for (name, len) in [("dy", dy.len()), ("v", v.len()), ("hv", hv.len())] {
            ShapeError::check("x", x.len(), name, len)?;
        }
        Serial.run(&HessianVector(self), Slices { x: [x, v], dy, y: [hv], dx: [] });
        Ok(())
    }
}

struct HessianVector<'a, K>(&'a K);

impl<K: SecondOrder> Pass<2, 1, 0, 0> for HessianVector<'_, K> {
    const RESCUES: bool = true;

    #[inline(always)]
    fn compute<R: Real>(&self, [x, v]: [R; 2], dy: R) -> Results<R, 1, 0, 0> {
        Results { y: [dy * self.0.second_derivative(x) * v], dx: [], terms: [] }
    }
    #[inline(always)]
    fn rescue<R: Real>(&self, [x, _]: [R; 2]) -> [Option<R::Mask>; 3] {
        // What overflows on the way, as 2x/(1 + x²)² does, is ∞/∞ or ∞ · 0 in floats and a number in wider ones.
        let second = self.0.second_derivative(x);
        [Some(second.is_nan() & x.eq(x)), None, None]
    }
}
