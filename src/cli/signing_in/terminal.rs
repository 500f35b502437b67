//! Asks the person at the terminal.

use crate::cli::output;
use crate::signin::Ask;

/// The terminal, and the browser of its machine.
#[derive(Debug)]
pub(super) struct Terminal;

impl Ask for Terminal {
    fn open(&self, url: &str) {
        output::note("Sign in with the browser that opens now. If none does, open this address on this machine:");
        output::note(url);
        let url = url.to_owned();
        // Some systems wait until the browser is closed.
        std::thread::spawn(move || webbrowser::open(&url));
    }

    fn enter(&self, url: &str, code: &str) {
        output::note(&format!("To sign in, open {url} on any device and enter the code {code}"));
    }
}
