//! How far a run is, for whoever waits at a terminal.

use std::fmt::Write;
use std::io::IsTerminal as _;
use std::time::Duration;

use indicatif::{HumanDuration, ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

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
        let progress = Self { bar: visible(ProgressBar::new(n_planned as u64)), n_planned, n_put_off: 0 };
        progress.bar.set_message(progress.message(0, 0));
        progress.bar.enable_steady_tick(Duration::from_millis(500));
        progress
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
        let mut text = format!("{n_settled} settled, {n_refused} refused");
        if self.n_put_off > 0 {
            text += &format!(", throttled {} times", self.n_put_off);
        }
        text
    }

    pub(super) fn end(&self) {
        self.bar.finish_and_clear();
    }
}

/// The bar on standard error, if that is a terminal.
pub(super) fn visible(bar: ProgressBar) -> ProgressBar {
    bar.set_draw_target(match std::io::stderr().is_terminal() {
        true => ProgressDrawTarget::stderr_with_hz(4),
        false => ProgressDrawTarget::hidden(),
    });
    // The message gives way where the terminal is narrow.
    let style = ProgressStyle::with_template("{bar:20} {pos}/{len}{speed} · {wide_msg}");
    let style = style.unwrap_or_else(|_| ProgressStyle::default_bar()).progress_chars("=> ");
    bar.with_style(style.with_key("speed", |state: &ProgressState, text: &mut dyn Write| {
        if state.pos() > 0 {
            // What cannot be written is not shown.
            let _ = write!(text, " · {:.0}/s · {:#} left", state.per_sec(), HumanDuration(state.eta()));
        }
    }))
}
