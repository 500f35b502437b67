//! What goes to the terminal and into files.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use tempfile::NamedTempFile;

use super::exit::Failure;

/// Prints to standard output, styled where a terminal shows it.
pub(super) fn print(text: &str) -> Result<(), Failure> {
    let stdout = io::stdout();
    let styled = !matches!(anstream::AutoStream::choice(&stdout), anstream::ColorChoice::Never);
    let result = match styled {
        true => anstream::stdout().lock().write_all(text.as_bytes()),
        false => stdout.lock().write_all(unstyled(text).as_bytes()),
    };
    let result = result.and_then(|()| io::stdout().flush());
    match result {
        // Whoever reads has seen enough (`| head`).
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        Err(error) => Err(Failure::input(format!("write to standard output: {error}"), "")),
        Ok(()) => Ok(()),
    }
}

/// Text without our styles: `ESC [ … m`. Nothing else in it begins with an escape, since what others
/// say is shown and not obeyed.
fn unstyled(text: &str) -> std::borrow::Cow<'_, str> {
    let mut escapes = memchr::memchr_iter(0x1b, text.as_bytes()).peekable();
    if escapes.peek().is_none() {
        return text.into();
    }
    let mut plain = String::with_capacity(text.len());
    let mut from = 0;
    for at in escapes {
        if at < from {
            continue;
        }
        plain.push_str(&text[from..at]);
        from = memchr::memchr(b'm', &text.as_bytes()[at..]).map_or(at, |end| at + end + 1);
    }
    plain.push_str(&text[from..]);
    plain.into()
}

/// Says something about the run on standard error.
pub(super) fn note(text: &str) {
    // There is nobody left to tell if standard error is gone.
    let _ = writeln!(anstream::stderr().lock(), "{}", crate::report::text::on_one_line(text));
}

/// Prints an error to standard error, as JSON where the output is JSON.
pub(super) fn complain(failure: &Failure, json: bool) {
    let mut stderr = anstream::stderr().lock();
    // There is nobody left to tell if standard error is gone.
    let _ = match json {
        true => {
            let error = serde_json::json!({"error": {
                "message": format!("failed to {}", failure.what),
                "remedy": failure.remedy,
                "exitCode": failure.exit.code(),
            }});
            writeln!(stderr, "{error}")
        }
        false => {
            let first = writeln!(stderr, "\u{1b}[1;31merror\u{1b}[0m: failed to {}", failure.what);
            match failure.remedy.is_empty() {
                true => first,
                false => first.and_then(|()| writeln!(stderr, "  \u{1b}[1mhelp\u{1b}[0m: {}", failure.remedy)),
            }
        }
    };
}

/// Text without styles, for a file.
pub(super) fn plain(text: &str) -> String {
    unstyled(text).into_owned()
}

/// Reads a file that was named on the command line.
pub(super) fn read(path: &Path, what: &str) -> Result<String, Failure> {
    std::fs::read_to_string(path)
        .map_err(|error| Failure::input(format!("read {what} {}: {error}", path.display()), ""))
}

/// `FORMAT=FILE`: where a report goes beside standard output.
#[derive(Debug, Clone)]
pub(super) struct Destination<F> {
    /// The form.
    pub(super) format: F,
    /// The file.
    pub(super) path: PathBuf,
}

impl<F: FromStr<Err = String>> FromStr for Destination<F> {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (format, path) = text
            .split_once('=')
            .filter(|(_, path)| !path.is_empty())
            .ok_or("write FORMAT=FILE, such as json=report.json")?;
        Ok(Self { format: format.parse()?, path: PathBuf::from(path) })
    }
}

/// Begins every file that was asked for, before anything is done.
pub(super) fn begin_all<F: Copy>(destinations: &[Destination<F>]) -> Result<Vec<(F, WholeFile)>, Failure> {
    destinations.iter().map(|to| Ok((to.format, WholeFile::begin(&to.path)?))).collect()
}

/// A file that appears whole or not at all: it is written beside its place, and moved there.
pub(super) struct WholeFile {
    path: PathBuf,
    file: NamedTempFile,
}

impl WholeFile {
    /// Begins a file. Fails now, before anything is done, if it cannot be written.
    pub(super) fn begin(path: &Path) -> Result<Self, Failure> {
        let folder = match path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        let fail = |error: &dyn std::fmt::Display| {
            Failure::input(
                format!("write {}: {error}", path.display()),
                "give a file in a folder that exists and can be written to",
            )
        };
        if path.is_dir() {
            return Err(fail(&"it is a folder"));
        }
        let mut builder = tempfile::Builder::new();
        builder.prefix(".entra-risk-");
        // As any file that a program writes: the user's mask decides who may read it.
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
        let file = builder.tempfile_in(folder).map_err(|error| fail(&error))?;
        Ok(Self { path: path.to_owned(), file })
    }

    /// The file, to write to what is too large to be handed over as one text.
    pub(super) fn file(&mut self) -> &mut std::fs::File {
        self.file.as_file_mut()
    }

    /// Where it will be.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Completes it.
    pub(super) fn finish(mut self, text: &str) -> Result<(), Failure> {
        let fail =
            |error: &dyn std::fmt::Display| Failure::input(format!("write {}: {error}", self.path.display()), "");
        self.file
            .write_all(text.as_bytes())
            .and_then(|()| self.file.as_file().sync_all())
            .map_err(|error| fail(&error))?;
        let path = self.path.clone();
        self.file
            .persist(&self.path)
            .map(|_| ())
            .map_err(|error| Failure::input(format!("write {}: {}", path.display(), error.error), ""))
    }
}

#[cfg(test)]
mod tests {
    use super::unstyled;

    #[test]
    fn styles_go_and_nothing_else() {
        for (text, expected) in [
            ("", ""),
            ("plain m", "plain m"),
            ("\u{1b}[1;31merror\u{1b}[0m: é", "error: é"),
            ("a\u{1b}\u{1b}[1mb", "ab"),
            ("a\u{1b}[1", "a\u{1b}[1"),
        ] {
            assert_eq!(unstyled(text), expected, "{text:?}");
        }
    }
}
