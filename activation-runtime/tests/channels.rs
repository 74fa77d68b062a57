//! Inputs per channel and for all, beside the same inputs written out in full.

mod kernels;

use activation_runtime::activation::MultiActivation;
use activation_runtime::channels::{ChannelActivation, Channels, Gradient, Input};
use kernels::Gate;

/// Numbers whose sums are exact.
fn numbers(len: usize, seed: usize) -> Vec<f32> {
    (0..len).map(|i| ((i * 37 + seed * 11) % 101) as f32 / 8.0 - 6.0).collect()
}

const LAYOUTS: [(usize, usize, usize); 14] = [
    (1, 1, 1),
    (5, 3, 1),
    (300, 1, 1),
    (7, 64, 1),
    (3, 255, 1),
    (3, 256, 1),
    (3, 257, 1),
    (2, 1000, 1),
    (2, 3, 5),
    (4, 2, 700),
    (1, 1, 1000),
    (0, 3, 2),
    (2, 0, 3),
    (1, 6, 1),
];

#[test]
fn an_input_per_channel_is_the_same_as_one_written_out() {
    for (outer, count, inner) in LAYOUTS {
        let len = outer * count * inner;
        let channels = Channels { count, inner };
        let channel = |i: usize| i / inner % count;
        let (x, dy, bias) = (numbers(len, 1), numbers(len, 2), numbers(count, 3));
        let full: Vec<_> = (0..len).map(|i| bias[channel(i)]).collect();

        let (mut y, mut expected) = (vec![0.0; len], vec![0.0; len]);
        Gate.forward_channels(channels, [Input::Full(&x), Input::Channel(&bias)], &mut y).unwrap();
        Gate.forward([&x, &full], &mut expected).unwrap();
        assert_eq!(y, expected, "{channels:?}");

        let [mut dx, mut expected_dx, mut full_gradient] = [vec![0.0; len], vec![0.0; len], vec![0.0; len]];
        Gate.backward([&x, &full], &dy, [&mut expected_dx, &mut full_gradient]).unwrap();
        let mut by_channel = vec![0.0f64; count];
        for i in 0..len {
            by_channel[channel(i)] += f64::from(full_gradient[i]);
        }
        let mut gradient = vec![7.0; count];
        let inputs = [Input::Full(&x[..]), Input::Channel(&bias)];
        Gate.backward_channels(
            channels,
            inputs,
            &dy,
            [Gradient::Full(&mut dx), Gradient::Channel(&mut gradient)],
        )
        .unwrap();
        assert_eq!(dx, expected_dx, "{channels:?}");
        for (found, expected) in gradient.iter().zip(&by_channel) {
            assert!((f64::from(*found) - expected).abs() <= 6e-8 * expected.abs() + 1e-12, "{channels:?}");
        }

        let mut total = 0.0;
        Gate.backward_channels(
            channels,
            inputs,
            &dy,
            [Gradient::Full(&mut dx), Gradient::Scalar(&mut total)],
        )
        .unwrap();
        let expected: f64 = by_channel.iter().sum();
        assert!((f64::from(total) - expected).abs() <= 6e-8 * expected.abs() + 1e-10, "{channels:?}");
    }
}

#[test]
fn a_scalar_serves_all() {
    let (x, dy) = (numbers(1000, 1), vec![1.0; 1000]);
    let mut y = vec![0.0; 1000];
    Gate.forward_channels(Channels::last(1), [Input::Scalar(1.0), Input::Full(&x)], &mut y).unwrap();
    assert_eq!(y, x.iter().map(|x| x * 0.5).collect::<Vec<_>>());
    let (mut da, mut db) = (0.0, vec![0.0; 1000]);
    let inputs = [Input::Scalar(1.0), Input::Full(&x[..])];
    Gate.backward_channels(
        Channels::last(1),
        inputs,
        &dy,
        [Gradient::Scalar(&mut da), Gradient::Full(&mut db)],
    )
    .unwrap();
    assert_eq!(db, vec![0.5; 1000]);
    assert_eq!(da, x.iter().map(|x| x * 0.25).sum::<f32>());
}

#[test]
fn the_sum_of_many_rows_is_right() {
    let (rows, count) = (1 << 16, 16);
    let (x, bias) = (vec![0.0f32; rows * count], vec![1.0; count]);
    let dy = vec![0.1f32; rows * count];
    let (mut dx, mut gradient) = (vec![0.0; rows * count], vec![0.0; count]);
    Gate.backward_channels(
        Channels::last(count),
        [Input::Channel(&bias), Input::Full(&x)],
        &dy,
        [Gradient::Scalar(&mut 0.0), Gradient::Full(&mut dx)],
    )
    .unwrap();
    Gate.backward_channels(
        Channels::last(count),
        [Input::Full(&x), Input::Channel(&bias)],
        &dy,
        [Gradient::Channel(&mut gradient), Gradient::Full(&mut dx)],
    )
    .unwrap();
    // ∂/∂a of a·b/(1 + |a|) at a = 0, b = 1 is 1.
    assert_eq!(gradient, vec![0.1f32 * rows as f32; count]);
}

#[test]
fn shapes_that_disagree_are_errors_and_nothing_is_written() {
    let (x, bias, channels) = (vec![1.0f32; 12], vec![1.0; 3], Channels::last(3));
    let full = Input::Full(&x[..]);
    let mut y = vec![5.0; 12];
    let error = |result: Result<(), _>| {
        result.map_err(|error: activation_runtime::error::ShapeError| error.to_string())
    };
    assert_eq!(
        error(Gate.forward_channels(channels, [full, Input::Channel(&bias)], &mut y[..10])),
        Err("`y` has length 10, but `the channels` asks for 9".into())
    );
    assert_eq!(
        error(Gate.forward_channels(channels, [full, Input::Channel(&bias[..2])], &mut y)),
        Err("`x` has length 2, but `the channels` asks for 3".into())
    );
    assert_eq!(
        error(Gate.forward_channels(channels, [Input::Full(&x[..9]), Input::Channel(&bias)], &mut y)),
        Err("`x` has length 9, but `y` asks for 12".into())
    );
    let mut short = vec![5.0; 2];
    assert_eq!(
        error(Gate.backward_channels(
            channels,
            [full, Input::Channel(&bias)],
            &x,
            [Gradient::Full(&mut y), Gradient::Channel(&mut short)]
        )),
        Err("`dx` has length 2, but `the channels` asks for 3".into())
    );
    assert_eq!((y, short), (vec![5.0; 12], vec![5.0; 2]));
}
