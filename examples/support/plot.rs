//! Plots as SVG: an activation with its derivative, and the loss over the epochs.

use std::error::Error;
use std::path::Path;

use plotters::prelude::*;

use super::network::History;

/// A named curve.
pub type Curve<'a> = (&'a str, Vec<(f32, f32)>);

/// The activation, its derivative, and the course of a training, as `NAME.svg` and `NAME-loss.svg` in `folder`.
pub fn write(
    folder: &Path,
    name: &str,
    curves: &[Curve<'_>],
    history: &History,
) -> Result<(), Box<dyn Error>> {
    std::fs::create_dir_all(folder)?;
    lines(&folder.join(format!("{name}.svg")), name, "x", curves)?;
    let over_epochs = |losses: &[f32]| losses.iter().enumerate().map(|(i, &loss)| (i as f32, loss)).collect();
    let losses = [("train", over_epochs(&history.train)), ("held out", over_epochs(&history.held_out))];
    lines(&folder.join(format!("{name}-loss.svg")), &format!("{name}: mean squared error"), "epoch", &losses)
}

fn lines(path: &Path, title: &str, axis: &str, curves: &[Curve<'_>]) -> Result<(), Box<dyn Error>> {
    let points = || curves.iter().flat_map(|(_, points)| points.iter().copied());
    let bounds = |values: &mut dyn Iterator<Item = f32>| {
        values.fold((f32::MAX, f32::MIN), |(low, high), v| (low.min(v), high.max(v)))
    };
    let (left, right) = bounds(&mut points().map(|p| p.0));
    let (low, high) = bounds(&mut points().map(|p| p.1));
    let margin = 0.05 * (high - low).max(f32::MIN_POSITIVE);

    let root = SVGBackend::new(path, (640, 420)).into_drawing_area();
    root.fill(&WHITE)?;
    let mut chart = ChartBuilder::on(&root)
        .caption(title, ("sans-serif", 20))
        .margin(12)
        .x_label_area_size(32)
        .y_label_area_size(48)
        .build_cartesian_2d(left..right, low - margin..high + margin)?;
    chart.configure_mesh().x_desc(axis).light_line_style(WHITE).draw()?;
    for ((name, points), colour) in curves.iter().zip([BLUE, RED]) {
        chart
            .draw_series(LineSeries::new(points.iter().copied(), colour.stroke_width(2)))?
            .label(*name)
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 18, y)], colour.stroke_width(2)));
    }
    chart.configure_series_labels().background_style(WHITE).border_style(BLACK).draw()?;
    root.present()?;
    Ok(())
}
