//! A bar on standard error for long work: how far, how fast, how long still. Only a person at a terminal gets one.

use std::time::Duration;

use indicatif::{HumanDuration, MultiProgress, ProgressBar, ProgressFinish, ProgressState, ProgressStyle};

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Bytes of input.
    Bytes,
    /// Things of this name, one by one.
    Things(&'static str),
}

/// A bar, or nothing where nobody looks. Clones move the same bar; it goes away when all of them are dropped.
#[derive(Debug, Clone)]
pub struct Progress(Option<ProgressBar>);

impl Progress {
    /// Without a bar.
    pub const fn hidden() -> Self {
        Self(None)
    }

    /// A bar among `bars`; without a total it tells what is done and how fast.
    pub(super) fn shown(bars: &MultiProgress, what: &'static str, unit: Unit, total: Option<u64>) -> Self {
        let bar = total.map_or_else(ProgressBar::new_spinner, ProgressBar::new);
        let bar = bar.with_style(style(unit, total.is_some())).with_message(what).with_finish(ProgressFinish::AndClear);
        let bar = bars.add(bar);
        bar.enable_steady_tick(Duration::from_millis(120));
        Self(Some(bar))
    }

    /// So many more are done of work that goes through the same things again and again: the bar begins anew.
    pub fn advance_again(&self, by: u64) {
        // The end of an input is nothing more of it.
        let Some(bar) = self.0.as_ref().filter(|_| by > 0) else { return };
        if bar.position() >= bar.length().unwrap_or(u64::MAX) {
            bar.reset();
        }
        bar.inc(by);
    }

    /// So many more are done.
    pub fn advance(&self, by: u64) {
        if let Some(bar) = &self.0 {
            bar.inc(by);
        }
    }

    /// Takes the bar away.
    pub fn finish(&self) {
        if let Some(bar) = &self.0 {
            bar.finish_and_clear();
        }
    }
}

fn style(unit: Unit, bounded: bool) -> ProgressStyle {
    let (done, rate) = match unit {
        Unit::Bytes if bounded => ("{bytes} of {total_bytes}".to_owned(), "{binary_bytes_per_sec}"),
        Unit::Bytes => ("{bytes}".to_owned(), "{binary_bytes_per_sec}"),
        Unit::Things(name) if bounded => (format!("{{human_pos}} of {{human_len}} {name}"), "{per_sec}"),
        Unit::Things(name) => (format!("{{human_pos}} {name}"), "{per_sec}"),
    };
    let template = if bounded {
        format!("{{msg}} {{bar:24}} {done}, {rate}, {{left}}")
    } else {
        format!("{{spinner}} {{msg}} {done}, {rate}, {{elapsed}}")
    };
    // A template of ours that did not parse would only look plainer.
    ProgressStyle::with_template(&template).unwrap_or_else(|_| ProgressStyle::default_bar()).with_key("left", left)
}

/// How long still. When all is read, it is sorted, written or stored, which nobody can foretell: then for how long it has been.
fn left(state: &ProgressState, out: &mut dyn std::fmt::Write) {
    let is_done = state.len().is_some_and(|length| state.pos() >= length);
    // The bar's own text: it takes all that is written to it.
    let _ = match is_done {
        true => write!(out, "all read; at work for {} s", state.elapsed().as_secs()),
        false => write!(out, "{} left", HumanDuration(state.eta())),
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_style_is_understood() {
        for unit in [Unit::Bytes, Unit::Things("quads")] {
            for bounded in [true, false] {
                let _ = style(unit, bounded);
            }
        }
        let hidden = Progress::hidden();
        hidden.advance(1);
        hidden.finish();
    }
}
