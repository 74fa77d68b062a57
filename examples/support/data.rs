//! The diabetes data of Efron et al. (2004): 442 patients, 10 measurements, disease progression after a year.

use ndarray::{Array2, Axis, s};

/// Standardised inputs and targets, split into a part to train on and a part that is held out.
pub struct Data {
    pub train: (Array2<f32>, Array2<f32>),
    pub held_out: (Array2<f32>, Array2<f32>),
}

/// Reads the table that is embedded in the program; every fifth patient of a fixed shuffle is held out.
pub fn diabetes() -> Data {
    let text = include_str!("../data/diabetes.csv");
    let numbers: Vec<f32> = text
        .lines()
        .skip(1)
        .flat_map(|line| line.split(','))
        .map(|field| field.parse().expect("the table holds numbers"))
        .collect();
    let table = Array2::from_shape_vec((442, 11), numbers).expect("442 rows of 11");

    let mut order: Vec<usize> = (0..table.nrows()).collect();
    fastrand::Rng::with_seed(2004).shuffle(&mut order);
    let mut table = table.select(Axis(0), &order);

    // Standardise by the training part alone, so that nothing of the held-out part is known.
    let held_out = table.nrows() / 5;
    for mut column in table.columns_mut() {
        let train = column.slice(s![held_out..]);
        let (mean, deviation) = (train.mean().expect("not empty"), train.std(0.0));
        column.mapv_inplace(|value| (value - mean) / deviation);
    }
    let part = |rows: ndarray::ArrayView2<f32>| {
        (rows.slice(s![.., ..10]).to_owned(), rows.slice(s![.., 10..]).to_owned())
    };
    Data { held_out: part(table.slice(s![..held_out, ..])), train: part(table.slice(s![held_out.., ..])) }
}
