//! The largest error of elementary functions over all 2^32 f32, for each instruction set asked for.
//!
//! ```text
//! cargo run --release --example exhaustive -- [NAME …] [--threads N] [--level avx2] [--stride N]
//! cargo run --release --example exhaustive -- [NAME …] --doubles N
//! ```
//!
//! Without names it runs all. The second form prints lines of name, x and y, the bits of doubles, for a check
//! in arithmetic of any precision.

#[path = "../tests/accuracy/table.rs"]
mod table;

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use activation_runtime::level::{Level, with_level};
use indicatif::{ProgressBar, ProgressStyle};
use table::{Row, TABLE, error_f32};

fn main() {
    let mut names = vec![];
    let (mut threads, mut stride, mut doubles) =
        (std::thread::available_parallelism().map_or(1, usize::from), 1, 0);
    let mut level = Level::current();
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut number = || arguments.next().and_then(|n| n.parse().ok()).expect("a number after the option");
        match argument.as_str() {
            "--threads" => threads = number(),
            "--stride" => stride = number(),
            "--doubles" => doubles = number(),
            "--level" => {
                let name = arguments.next().unwrap_or_default().to_lowercase();
                level = Level::available()
                    .find(|level| format!("{level:?}").to_lowercase() == name)
                    .expect("an instruction set of this machine");
            }
            name => names.push(name.to_owned()),
        }
    }
    for row in TABLE.iter().filter(|row| names.is_empty() || names.iter().any(|name| name == row.name)) {
        if doubles > 0 {
            print_doubles(row, doubles);
        } else {
            let (error, x) = worst(row, level, threads, stride);
            println!("{:8} {error:.4} ulp at {x:e} (bits {:#010x}) on {level:?}", row.name, x.to_bits());
        }
    }
}

/// The largest error, and where it is.
fn worst(row: &Row, level: Level, threads: usize, stride: usize) -> (f64, f32) {
    const CHUNK: u64 = 1 << 16;
    let bar = ProgressBar::new(1 << 32).with_message(row.name).with_style(
        ProgressStyle::with_template("{msg:8} {wide_bar} {percent}% {elapsed}/{duration}")
            .expect("a template"),
    );
    let next = AtomicU64::new(0);
    let worst = Mutex::new((0.0, 0.0));
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                let (mut x, mut y) = (vec![], vec![]);
                let mut local = (0.0, 0.0);
                loop {
                    let start = next.fetch_add(CHUNK, Ordering::Relaxed);
                    if start >= 1 << 32 {
                        break;
                    }
                    x.clear();
                    x.extend((start..start + CHUNK).step_by(stride).map(|bits| f32::from_bits(bits as u32)));
                    y.resize(x.len(), 0.0);
                    with_level(level, || (row.map_f32)(&x, &mut y));
                    for (&x, &y) in x.iter().zip(&y) {
                        let error = error(row, x, y);
                        if error > local.0 {
                            local = (error, x);
                        }
                    }
                    bar.inc(CHUNK);
                }
                let mut worst = worst.lock().expect("no thread panicked");
                if local.0 > worst.0 {
                    *worst = local;
                }
            });
        }
    });
    bar.finish_and_clear();
    worst.into_inner().expect("no thread panicked")
}

/// The error in ulp. The correctly rounded result, quickly found, is at most 1/2 off and needs no closer look
/// once a larger error is known, as it is after the first few numbers.
fn error(row: &Row, x: f32, y: f32) -> f64 {
    if y.to_bits() == (row.rounded)(x).to_bits() { 0.0 } else { error_f32(y, (row.truth)(x.into())) }
}

fn print_doubles(row: &Row, count: usize) {
    let x = table::doubles(count);
    let mut y = vec![0.0; x.len()];
    (row.map_f64)(&x, &mut y);
    for (x, y) in x.iter().zip(&y) {
        println!("{} {:016x} {:016x}", row.name, x.to_bits(), y.to_bits());
    }
}
