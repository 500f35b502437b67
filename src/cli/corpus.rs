//! Pages on disk: which files there are, read side by side, with nothing that cannot be read
//! left unnamed.

use std::collections::VecDeque;
use std::fs;
use std::io::{IsTerminal as _, Read as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use walkdir::WalkDir;

use super::exit::Failure;
use crate::docs::{self, Page};

/// No page is nearly this long; what is longer is something else under the name of a page.
const MOST_BYTES: u64 = 16 * 1024 * 1024;

/// Files that are pages by their names, in a stable order, and what could not even be listed.
pub(super) struct Corpus {
    files: Vec<PathBuf>,
    skipped: Vec<Skipped>,
}

/// Something that was not read, and why.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Skipped {
    /// The file or folder.
    pub(super) path: String,
    /// Why, for people.
    pub(super) reason: String,
}

impl Corpus {
    /// Lists the pages at the given paths: files as they are, folders with everything below them
    /// that ends in `.md`, except the folders of includes, which pages refer to.
    pub(super) fn at(paths: &[PathBuf]) -> Result<Self, Failure> {
        let mut corpus = Self { files: Vec::new(), skipped: Vec::new() };
        for path in paths {
            let kind = fs::metadata(path).map_err(|error| {
                Failure::input(
                    format!("read {}: {error}", path.display()),
                    "give files or folders of documentation pages",
                )
            })?;
            match (kind.is_dir(), kind.is_file()) {
                (true, _) => corpus.folder(path),
                (false, true) => corpus.files.push(path.clone()),
                // Opening a pipe would wait for somebody to write.
                (false, false) => corpus
                    .skipped
                    .push(Skipped { path: path.display().to_string(), reason: "it is no regular file".to_owned() }),
            }
        }
        if corpus.files.is_empty() && corpus.skipped.is_empty() {
            let paths: Vec<String> = paths.iter().map(|path| path.display().to_string()).collect();
            return Err(Failure::input(
                format!("find a page in {}: no file there ends in .md", paths.join(", ")),
                "give the folder api-reference of a checkout of the documentation, or pages",
            ));
        }
        Ok(corpus)
    }

    fn folder(&mut self, root: &Path) {
        let walk = WalkDir::new(root).follow_links(true);
        let before = self.files.len();
        let included = |entry: &walkdir::DirEntry| {
            entry.depth() > 0
                && entry.file_type().is_dir()
                && matches!(entry.file_name().to_str(), Some("includes" | ".git"))
        };
        for entry in walk.into_iter().filter_entry(|entry| !included(entry)) {
            match entry {
                Ok(entry) => {
                    let named = entry.path().extension().is_some_and(|extension| extension.eq_ignore_ascii_case("md"));
                    match (named, entry.file_type().is_file(), entry.file_type().is_dir()) {
                        (true, true, _) => self.files.push(entry.into_path()),
                        (true, false, false) => self.skipped.push(Skipped {
                            path: entry.path().display().to_string(),
                            reason: "it is no regular file".to_owned(),
                        }),
                        _ => {}
                    }
                }
                Err(error) => self.skipped.push(Skipped {
                    path: error.path().unwrap_or(root).display().to_string(),
                    reason: match error.loop_ancestor() {
                        Some(ancestor) => format!("a link that leads back to {}", ancestor.display()),
                        None => error.io_error().map_or_else(|| error.to_string(), ToString::to_string),
                    },
                }),
            }
        }
        // By bytes: comparing paths part by part would cost as much as reading the pages does.
        self.files[before..].sort_unstable_by(|one, two| one.as_os_str().cmp(two.as_os_str()));
    }

    /// Reads every page on all processors and hands the results over in the order of the files,
    /// while later ones are still being read. Returns what could not be read.
    pub(super) fn each<T: Send>(
        self,
        work: impl Fn(&Path, Page) -> T + Sync,
        mut take: impl FnMut(T) -> Result<(), Failure>,
    ) -> Result<Vec<Skipped>, Failure> {
        let progress = progress(self.files.len());
        let (files, mut skipped) = (&self.files, self.skipped);
        let next = AtomicUsize::new(0);
        let threads = thread::available_parallelism().map_or(1, usize::from).min(files.len().max(1));
        let outcome = thread::scope(|scope| {
            // Bounded, so that results do not pile up where they are written slowly.
            let (send, receive) = mpsc::sync_channel(8);
            for _ in 0..threads {
                let (send, next, work) = (send.clone(), &next, &work);
                scope.spawn(move || {
                    while let Some((number, batch)) = step(next, files) {
                        let one = |path: &PathBuf| match page(path) {
                            Ok(page) => Ok(work(path, page)),
                            Err(reason) => Err(Skipped { path: path.display().to_string(), reason }),
                        };
                        let results: Vec<_> = batch.iter().map(one).collect();
                        if send.send((number, results)).is_err() {
                            return;
                        }
                    }
                });
            }
            drop(send);
            let mut ordered = Ordered::default();
            for (number, results) in receive {
                progress.inc(results.len() as u64);
                ordered.put(number, results);
                while let Some(results) = ordered.take() {
                    for result in results {
                        match result {
                            Ok(value) => take(value)?,
                            Err(skip) => skipped.push(skip),
                        }
                    }
                }
            }
            Ok(())
        });
        progress.finish_and_clear();
        outcome.map(|()| {
            skipped.sort();
            skipped
        })
    }

    /// Reads every page into memory.
    pub(super) fn pages(self) -> Result<(Vec<Page>, Vec<Skipped>), Failure> {
        let mut pages = Vec::with_capacity(self.files.len());
        let skipped = self.each(
            |_, page| page,
            |page| {
                pages.push(page);
                Ok(())
            },
        )?;
        Ok((pages, skipped))
    }
}

/// Files that one thread reads in a row: handing over each by itself would cost more than it is
/// worth.
const BATCH: usize = 16;

fn step<'a>(next: &AtomicUsize, files: &'a [PathBuf]) -> Option<(usize, &'a [PathBuf])> {
    let number = next.fetch_add(1, Ordering::Relaxed);
    files.chunks(BATCH).nth(number).map(|batch| (number, batch))
}

/// Results that come in any order and leave in that of their numbers.
struct Ordered<T> {
    first: usize,
    waiting: VecDeque<Option<T>>,
}

impl<T> Default for Ordered<T> {
    fn default() -> Self {
        Self { first: 0, waiting: VecDeque::new() }
    }
}

impl<T> Ordered<T> {
    fn put(&mut self, index: usize, value: T) {
        let slot = index - self.first;
        while self.waiting.len() <= slot {
            self.waiting.push_back(None);
        }
        self.waiting[slot] = Some(value);
    }

    fn take(&mut self) -> Option<T> {
        let value = self.waiting.front_mut()?.take()?;
        self.waiting.pop_front();
        self.first += 1;
        Some(value)
    }
}

/// A bar on a terminal, once it takes longer than a moment.
fn progress(files: usize) -> ProgressBar {
    if files < 200 || !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{bar:30} {pos}/{len} pages {elapsed}");
    let bar = ProgressBar::new(files as u64);
    if let Ok(style) = style {
        bar.set_style(style);
    }
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}

/// Reads one page, or says why not.
fn page(path: &Path) -> Result<Page, String> {
    let text = open(path)?;
    Ok(docs::read(&name(path), &text, &|file| self::text(Path::new(file)).ok()))
}

/// The name of a page in reports: its path with `/` between folders.
pub(super) fn name(path: &Path) -> String {
    let name = path.to_string_lossy();
    let name = name.strip_prefix("./").unwrap_or(&name);
    if std::path::MAIN_SEPARATOR == '/' { name.to_owned() } else { name.replace(std::path::MAIN_SEPARATOR, "/") }
}

/// The text of a file, or why it has none.
pub(super) fn text(path: &Path) -> Result<String, String> {
    // Before it is opened: opening a pipe waits for somebody to write.
    match fs::metadata(path) {
        Ok(kind) if !kind.is_file() => Err("it is no regular file".to_owned()),
        Ok(_) => open(path),
        Err(error) => Err(error.to_string()),
    }
}

/// The text of what was seen to be a regular file.
fn open(path: &Path) -> Result<String, String> {
    let file = fs::File::open(path).map_err(|error| error.to_string())?;
    let kind = file.metadata().map_err(|error| error.to_string())?;
    if kind.len() > MOST_BYTES {
        return Err(format!("{} MB are too long for a page", kind.len() / 1_000_000));
    }
    let mut bytes = Vec::with_capacity(usize::try_from(kind.len()).unwrap_or_default() + 1);
    // The file may have grown since.
    file.take(MOST_BYTES).read_to_end(&mut bytes).map_err(|error| error.to_string())?;
    decode(bytes)
}

/// The text that bytes are, or why they are none.
pub(super) fn decode(bytes: Vec<u8>) -> Result<String, String> {
    if memchr::memchr(0, &bytes).is_some() {
        return Err("it is a binary file".to_owned());
    }
    String::from_utf8(bytes).map_err(|error| {
        let valid = error.utf8_error().valid_up_to();
        let line = 1 + error.as_bytes()[..valid].iter().filter(|byte| **byte == b'\n').count();
        format!("line {line} is not UTF-8")
    })
}
