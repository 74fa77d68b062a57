//! On many threads, the same results as on one.
#![cfg(feature = "rayon")]

mod kernels;

use activation_runtime::activation::{Activation, MultiActivation, MultiTrainable, Trainable};
use activation_runtime::parallel::Parallel;
use kernels::{Bilinear, Gate, Prelu, Softsign};

const LENGTHS: [usize; 5] = [0, 1, 1 << 16, (1 << 16) + 1, 200_000];

fn numbers(len: usize, seed: u32) -> Vec<f32> {
    (0..len as u32).map(|i| (i.wrapping_mul(2_654_435_761) ^ seed) as f32 / 2f32.powi(28) - 8.0).collect()
}

#[test]
fn slices_are_those_of_one_thread() {
    for len in LENGTHS {
        let (x, other, dy) = (numbers(len, 1), numbers(len, 2), numbers(len, 3));
        let zeros = || vec![0.0f32; len];

        let [mut y, mut dx, mut expected_y, mut expected_dx] = [zeros(), zeros(), zeros(), zeros()];
        Softsign.forward_backward(&x, &dy, &mut expected_y, &mut expected_dx).unwrap();
        Parallel(Softsign).forward_backward(&x, &dy, &mut y, &mut dx).unwrap();
        assert!(y == expected_y && dx == expected_dx);
        let [mut y, mut dx] = [zeros(), zeros()];
        Parallel(Softsign).forward(&x, &mut y).unwrap();
        Parallel(Softsign).backward(&x, &dy, &mut dx).unwrap();
        assert!(y == expected_y && dx == expected_dx);
        let mut inplace = x.clone();
        Parallel(Softsign).forward_inplace(&mut inplace);
        assert!(inplace == expected_y);

        let [mut da, mut db, mut expected_a, mut expected_b] = [zeros(), zeros(), zeros(), zeros()];
        Gate.backward([&x, &other], &dy, [&mut expected_a, &mut expected_b]).unwrap();
        Parallel(Gate).backward([&x, &other], &dy, [&mut da, &mut db]).unwrap();
        assert!(da == expected_a && db == expected_b);
    }
}

#[test]
fn sums_are_the_same_on_any_number_of_threads() {
    let (x, dy) = (numbers(300_003, 1), numbers(300_003, 3));
    let on = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let [mut dx, mut da, mut db] = [vec![0.0; x.len()], vec![0.0; x.len()], vec![0.0; x.len()]];
            let prelu =
                Parallel(Prelu { slope: 0.25, shift: 0.5 }).backward_params(&x, &dy, &mut dx).unwrap();
            let bilinear = Parallel(Bilinear { weight: 2.0 })
                .backward_params([&x, &x], &dy, [&mut da, &mut db])
                .unwrap();
            (prelu, bilinear)
        })
    };
    let one = on(1);
    for threads in [2, 3, 7] {
        assert_eq!(on(threads), one);
    }
    let exact: f64 = x.iter().zip(&dy).map(|(x, dy)| f64::from(x * x) * f64::from(*dy)).sum();
    let size: f64 = x.iter().zip(&dy).map(|(x, dy)| f64::from(x * x) * f64::from(*dy).abs()).sum();
    assert!((one.1.weight - exact).abs() <= 1e-7 * size);
}

#[test]
fn lengths_that_differ_are_errors() {
    let mut y = vec![5.0f32; 100_001];
    let error = Parallel(Softsign).forward(&vec![1.0; 100_000], &mut y).unwrap_err();
    assert_eq!(error.to_string(), "`y` has length 100001, but `x` asks for 100000");
    assert!(y.iter().all(|&y| y == 5.0));
}
