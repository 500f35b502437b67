//! How far a run is, for whoever waits at a terminal.

use std::io::IsTerminal as _;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::remediation::{Event, Roll, Standing};

/// A bar on standard error, if that is a terminal.
pub(super) struct Progress {
    bar: ProgressBar,
    n_planned: usize,
    n_put_off: usize,
}

impl Progress {
    pub(super) fn new(roll: &Roll) -> Self {
        let n_planned = roll.len() - roll.count(Standing::LeftOut);
        let bar = visible(ProgressBar::new(n_planned as u64), "{bar:30} {pos}/{len} {msg} · {per_sec} · {eta} left");
        bar.enable_steady_tick(Duration::from_millis(500));
        Self { bar, n_planned, n_put_off: 0 }
    }

    pub(super) fn event(&mut self, event: Event<'_>) {
        match event {
            Event::Stands(roll) => {
                let count = |standing| roll.count(standing);
                let waiting = count(Standing::Planned) + count(Standing::Sending);
                self.bar.set_position((self.n_planned - waiting.min(self.n_planned)) as u64);
                self.bar.set_message(self.message(count(Standing::Settled), count(Standing::Refused)));
            }
            Event::PutOff => self.n_put_off += 1,
            Event::Verifying(n) => self.bar.set_message(format!("reading {n} back")),
        }
    }

    fn message(&self, n_settled: usize, n_refused: usize) -> String {
        let mut text = format!("· {n_settled} settled, {n_refused} refused");
        if self.n_put_off > 0 {
            text += &format!(", throttled {} times", self.n_put_off);
        }
        text
    }

    pub(super) fn end(&self) {
        self.bar.finish_and_clear();
    }
}

/// A bar of this form on standard error, if that is a terminal.
pub(super) fn visible(bar: ProgressBar, template: &str) -> ProgressBar {
    bar.set_draw_target(match std::io::stderr().is_terminal() {
        true => ProgressDrawTarget::stderr_with_hz(4),
        false => ProgressDrawTarget::hidden(),
    });
    let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
    bar.with_style(style.progress_chars("=> "))
}
