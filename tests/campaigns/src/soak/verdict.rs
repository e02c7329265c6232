//! The table of what was measured, and what is too much.
//!
//! Memory wobbles by what was collected just before, so medians over some minutes are compared.

use std::{fmt::Write as _, ops::Range};

use crate::gauge::{NAMES, Sample};

/// How much more of anything there may be at the end than at the start.
const GROWTH: f64 = 0.05;
/// So many more of what is counted are no growth: connections stay for the next requests after a burst of them.
const SLACK: f64 = 8.0;

/// The windows of time that are compared, in seconds from the start.
pub struct Windows {
    pub start: Range<f64>,
    pub middle: Range<f64>,
    pub end: Range<f64>,
}

impl Windows {
    /// For a run of so many seconds: after 5 minutes, or a sixth of a short run, each window is 3 minutes long, or a
    /// sixth of a short run.
    pub fn of(seconds: f64) -> Self {
        let (warm, length) = ((seconds / 6.0).min(300.0), (seconds / 6.0).min(180.0));
        let middle = (warm + seconds - length) / 2.0;
        Self { start: warm..warm + length, middle: middle..middle + length, end: seconds - length..f64::INFINITY }
    }
}

/// The table, and what is wrong.
pub fn verdict(samples: &[Sample], windows: &Windows) -> (String, Vec<String>) {
    let (mut table, mut wrong) = (String::new(), Vec::new());
    let minutes = |range: &Range<f64>| format!("{:.1}–{:.1}", range.start / 60.0, range.end / 60.0);
    let last = samples.last().map_or(0.0, |sample| sample.seconds);
    let end = windows.end.start..last;
    let _ = writeln!(
        table,
        "medians over minutes {}, {} and {} of {} samples",
        minutes(&windows.start),
        minutes(&windows.middle),
        minutes(&end),
        samples.len()
    );
    let _ = writeln!(table, "{:<24}{:>10}{:>10}{:>10}{:>9}", "", "start", "middle", "end", "growth");
    for name in NAMES {
        let at = |range: &Range<f64>| median(values(samples, name).filter(|(at, _)| range.contains(at)));
        let (Some(start), Some(middle), Some(end)) = (at(&windows.start), at(&windows.middle), at(&windows.end)) else {
            wrong.push(format!("{name} could not be measured"));
            continue;
        };
        let growth = if start > 0.0 { end / start - 1.0 } else { 0.0 };
        let memory = name.contains("memory");
        let shown = |value: f64| if memory { format!("{:.1} MB", value / 1024.0) } else { format!("{value:.0}") };
        let columns = [start, middle, end].map(shown);
        let [start_shown, middle_shown, end_shown] = &columns;
        let _ =
            writeln!(table, "{name:<24}{start_shown:>10}{middle_shown:>10}{end_shown:>10}{:>+8.1}%", growth * 100.0);
        // What the page shows depends on where the person looks; what stands in brackets is for information.
        let judged = !name.starts_with("page") && !name.ends_with(')');
        if judged && growth > GROWTH && (memory || end - start > SLACK) {
            wrong.push(format!("{name} grew by {:.1} %", growth * 100.0));
        }
    }
    if let Some((at, count)) = values(samples, "app listeners").find(|(_, count)| *count > 0.0) {
        wrong.push(format!("the app listened on {count:.0} ports after {at:.0} s"));
    }
    (table, wrong)
}

/// One sample as a line of a table, and the table's head.
pub fn row(sample: &Sample) -> String {
    let value = |name| sample.values.get(name).map_or(String::new(), |value| format!("{value:.0}"));
    format!("{:.0}\t{}", sample.seconds, NAMES.map(value).join("\t"))
}

fn values<'a>(samples: &'a [Sample], name: &'a str) -> impl Iterator<Item = (f64, f64)> + 'a {
    samples.iter().filter_map(move |sample| Some((sample.seconds, *sample.values.get(name)?)))
}

fn median(values: impl Iterator<Item = (f64, f64)>) -> Option<f64> {
    let mut values: Vec<f64> = values.map(|(_, value)| value).collect();
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    if values.len() % 2 == 1 {
        Some(values[middle])
    } else {
        Some(f64::midpoint(*values.get(middle.checked_sub(1)?)?, values[middle]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(of: impl Fn(&str, f64) -> f64) -> Vec<String> {
        let samples: Vec<Sample> = (0..180)
            .map(|number| {
                let seconds = f64::from(number) * 10.0;
                Sample { seconds, values: NAMES.into_iter().map(|name| (name, of(name, seconds))).collect() }
            })
            .collect();
        verdict(&samples, &Windows::of(1_800.0)).1
    }

    #[test]
    fn what_wobbles_is_well_and_what_grows_is_not() {
        let steady = |name: &str, seconds: f64| match name {
            "app listeners" => 0.0,
            "webview memory" => 200_000.0 + if seconds % 60.0 < 20.0 { 60_000.0 } else { 0.0 },
            "app memory" => 60_000.0 + 20.0 * seconds.min(300.0),
            _ => 30.0 + seconds % 3.0,
        };
        assert_eq!(run(steady), [""; 0]);
        let leaks =
            |name: &str, seconds: f64| steady(name, seconds) + if name == "app memory" { seconds * 3.0 } else { 0.0 };
        assert_eq!(run(leaks).len(), 1);
        let files =
            |name: &str, seconds: f64| steady(name, seconds) + if name == "app files" { seconds / 100.0 } else { 0.0 };
        assert_eq!(run(files).len(), 1);
        let listens = |name: &str, seconds: f64| {
            if name == "app listeners" && seconds > 900.0 { 1.0 } else { steady(name, seconds) }
        };
        assert_eq!(run(listens), ["the app listened on 1 ports after 910 s"]);
    }
}
