//! Forward and backward of standard activations beside a copy kernel and the scalar loop that a user would write.
//!
//! `cargo bench -p activations-benches --bench elementwise [-- FILTER]`; one thread, f32, buffers in place before the clock starts. The
//! README quotes ratios of one run of it.

use activations::gallery::{
    Elu, Gelu, GeluTanh, HardSwish, LeakyRelu, Mish, Relu, Sigmoid, Silu, Softplus, SwiGlu, Swish, Tanh,
};
use activations::prelude::*;
use divan::counter::ItemsCount;
use divan::{Bencher, black_box};

fn main() {
    divan::main();
}

const SIZES: [usize; 3] = [4_096, 65_536, 16_777_216];

/// The composite that the peers were measured on.
#[activation(name = Composite)]
pub fn three_gates(x: f32) -> f32 {
    x * softplus(x).tanh() * sigmoid(1.5 * x) + 0.1 * x
}

/// σ rescaled to (−1, 1).
#[activation(name = Centred)]
pub fn centred_sigmoid(x: f32) -> f32 {
    2.0 * sigmoid(x) - 1.0
}

/// eˣ, the building block.
#[activation(name = Exp)]
pub fn exponential(x: f32) -> f32 {
    x.exp()
}

/// Numbers as layers see them: spread over −6 … 6.
fn inputs(n: usize) -> Vec<f32> {
    let mut rng = fastrand::Rng::with_seed(n as u64);
    (0..n).map(|_| rng.f32() * 12.0 - 6.0).collect()
}

fn forward<K: Activation<f32>>(bencher: Bencher, kernel: &K, n: usize) {
    let (x, mut y) = (inputs(n), vec![0.0; n]);
    bencher.counter(ItemsCount::new(n)).bench_local(|| kernel.forward(black_box(&x), black_box(&mut y)));
}

fn backward<K: Activation<f32>>(bencher: Bencher, kernel: &K, n: usize) {
    let (x, dy, mut dx) = (inputs(n), inputs(n), vec![0.0; n]);
    bencher
        .counter(ItemsCount::new(n))
        .bench_local(|| kernel.backward(black_box(&x), black_box(&dy), black_box(&mut dx)));
}

#[divan::bench(args = SIZES)]
fn copy(bencher: Bencher, n: usize) {
    let (x, mut y) = (inputs(n), vec![0.0; n]);
    bencher.counter(ItemsCount::new(n)).bench_local(|| black_box(&mut y).copy_from_slice(black_box(&x)));
}

/// Two reads and one write, as a backward pass moves.
#[divan::bench(args = SIZES)]
fn product(bencher: Bencher, n: usize) {
    let (x, dy, mut dx) = (inputs(n), inputs(n), vec![0.0; n]);
    bencher.counter(ItemsCount::new(n)).bench_local(|| {
        for ((dx, x), dy) in black_box(&mut dx).iter_mut().zip(black_box(&x)).zip(black_box(&dy)) {
            *dx = x * dy;
        }
    });
}

/// The loop that a user would write for mish, forward and backward.
mod scalar_loop {
    use super::{Bencher, ItemsCount, SIZES, black_box, inputs};

    #[divan::bench(args = SIZES)]
    fn mish_forward(bencher: Bencher, n: usize) {
        let (x, mut y) = (inputs(n), vec![0.0; n]);
        bencher.counter(ItemsCount::new(n)).bench_local(|| {
            for (y, &x) in black_box(&mut y).iter_mut().zip(black_box(&x)) {
                *y = x * x.exp().ln_1p().tanh();
            }
        });
    }

    #[divan::bench(args = SIZES)]
    fn mish_backward(bencher: Bencher, n: usize) {
        let (x, dy, mut dx) = (inputs(n), inputs(n), vec![0.0; n]);
        bencher.counter(ItemsCount::new(n)).bench_local(|| {
            for ((dx, &x), &dy) in black_box(&mut dx).iter_mut().zip(black_box(&x)).zip(black_box(&dy)) {
                let t = x.exp().ln_1p().tanh();
                *dx = dy * (t + x * (1.0 - t * t) / (1.0 + (-x).exp()));
            }
        });
    }

    #[divan::bench(args = SIZES)]
    fn exp_forward(bencher: Bencher, n: usize) {
        let (x, mut y) = (inputs(n), vec![0.0; n]);
        bencher.counter(ItemsCount::new(n)).bench_local(|| {
            for (y, &x) in black_box(&mut y).iter_mut().zip(black_box(&x)) {
                *y = x.exp();
            }
        });
    }
}

macro_rules! kernels {
    ($($module:ident: $kernel:expr;)*) => {$(
        mod $module {
            use super::*;

            #[divan::bench(args = SIZES)]
            fn forward(bencher: Bencher, n: usize) {
                super::forward(bencher, &$kernel, n);
            }

            #[divan::bench(args = SIZES)]
            fn backward(bencher: Bencher, n: usize) {
                super::backward(bencher, &$kernel, n);
            }
        }
    )*};
}

kernels! {
    exp: Exp;
    relu: Relu;
    leaky_relu: LeakyRelu::default();
    sigmoid: Sigmoid;
    centred: Centred;
    tanh: Tanh;
    gelu_erf: Gelu;
    gelu_tanh: GeluTanh;
    silu: Silu;
    swish: Swish::default();
    mish: Mish;
    softplus: Softplus;
    elu: Elu::default();
    hard_swish: HardSwish;
    composite: Composite;
}

/// Two inputs, two gradients.
mod swiglu {
    use super::{Bencher, ItemsCount, MultiActivation, SIZES, SwiGlu, black_box, inputs};

    #[divan::bench(args = SIZES)]
    fn forward(bencher: Bencher, n: usize) {
        let (gate, up, mut y) = (inputs(n), inputs(n), vec![0.0; n]);
        bencher
            .counter(ItemsCount::new(n))
            .bench_local(|| SwiGlu.forward(black_box([&gate, &up]), black_box(&mut y)));
    }

    #[divan::bench(args = SIZES)]
    fn backward(bencher: Bencher, n: usize) {
        let (gate, up, dy) = (inputs(n), inputs(n), inputs(n));
        let (mut dgate, mut dup) = (vec![0.0; n], vec![0.0; n]);
        bencher.counter(ItemsCount::new(n)).bench_local(|| {
            SwiGlu.backward(black_box([&gate, &up]), black_box(&dy), black_box([&mut dgate, &mut dup]))
        });
    }
}

/// The same algorithms by hand.
#[cfg(target_arch = "x86_64")]
mod by_hand {
    use activations_benches::by_hand;

    use super::{Activation, Bencher, Exp, Gelu, ItemsCount, SIZES, black_box, inputs};

    macro_rules! by_hand {
        ($($name:ident = $function:path, beside $kernel:ident;)*) => {$(
            #[divan::bench(args = SIZES)]
            fn $name(bencher: Bencher, n: usize) {
                let (x, mut y, mut generated) = (inputs(n), vec![0.0; n], vec![0.0; n]);
                if $function(&x, &mut y) {
                    $kernel.forward(&x, &mut generated).expect("slices of one length");
                    assert_eq!(y, generated);
                    bencher
                        .counter(ItemsCount::new(n))
                        .bench_local(|| $function(black_box(&x), black_box(&mut y)));
                }
            }
        )*};
    }

    by_hand! {
        exp_forward = by_hand::exp, beside Exp;
        gelu_erf_forward = by_hand::gelu, beside Gelu;
    }
}
