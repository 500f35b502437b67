//! Two revisions of a checkout, read from git's objects: nothing is checked out, and nothing is
//! fetched.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use super::diff::{Compared, is_recognised, nothing_recognised};
use crate::cli::corpus::{self, Skipped};
use crate::cli::exit::Failure;
use crate::diff::{self, Version};
use crate::docs::{self, Page};
use crate::report::changes::Unread;

/// No page is nearly this long.
const MOST_BYTES: u64 = 16 * 1024 * 1024;

/// Compares two revisions. Only pages that changed, or include a file that changed, are read.
pub(super) fn compare(repo: &Path, range: &str, filters: &[PathBuf]) -> Result<Compared, Failure> {
    let git = Git { repo };
    let filters = filters.iter().map(|filter| filter_text(filter)).collect::<Result<Vec<_>, _>>()?;
    let (old, new) = git.revisions(range)?;
    let (before, after) = (git.tree(&old.commit)?, git.tree(&new.commit)?);
    let in_scope = |tree: &Tree| -> BTreeSet<String> {
        tree.keys().filter(|path| is_page(path) && takes(&filters, path)).cloned().collect()
    };
    let (scope_old, scope_new) = (in_scope(&before), in_scope(&after));
    if scope_old.is_empty() && scope_new.is_empty() {
        let wanted = if filters.is_empty() { "the checkout".to_owned() } else { filters.join(", ") };
        return Err(Failure::input(
            format!("find a page in {wanted} at {} or {}: no file there ends in .md", old.name, new.name),
            "give paths as they are in the repository, such as api-reference/v1.0",
        ));
    }
    let blobs = Blobs::start(&git)?;
    let renamed = git.renamed(&old.commit, &new.commit)?;
    let former: BTreeMap<&str, &str> = renamed.iter().map(|(old, new)| (new.as_str(), old.as_str())).collect();
    let read_old = Revision { name: &old.name, tree: &before, blobs: &blobs };
    let read_new = Revision { name: &new.name, tree: &after, blobs: &blobs };

    let mut changed: BTreeSet<&String> =
        scope_old.union(&scope_new).filter(|path| before.get(*path) != after.get(*path)).collect();
    // The other end of a renaming may lie outside of what was asked for.
    for (from, to) in &renamed {
        if changed.contains(from) || changed.contains(to) {
            changed.extend(before.get_key_value(from).map(|(path, _)| path));
            changed.extend(after.get_key_value(to).map(|(path, _)| path));
        }
    }
    let includes = changed_includes(&before, &after);
    if !includes.is_empty() {
        for path in scope_new.iter().filter(|path| before.get(*path) == after.get(*path)) {
            if read_new.includes_one_of(path, &includes)? {
                changed.insert(path);
            }
        }
    }
    let (mut pages_old, mut unread) = read_old.pages(&changed)?;
    let (mut pages_new, skipped) = read_new.pages(&changed)?;
    // What cannot be read in one revision is compared in neither: it is not gone.
    let gone = |path: &str, skipped: &[Skipped]| skipped.iter().any(|skip| skip.path == path);
    pages_new.retain(|page| {
        !gone(&page.page, &unread) && !former.get(page.page.as_str()).is_some_and(|former| gone(former, &unread))
    });
    let unreadable: Vec<Skipped> = skipped
        .iter()
        .map(|skip| Skipped {
            path: former.get(skip.path.as_str()).map_or_else(|| skip.path.clone(), |former| (*former).to_owned()),
            reason: String::new(),
        })
        .collect();
    pages_old.retain(|page| !gone(&page.page, &unreadable));
    unread.extend(skipped);
    if !pages_old.iter().chain(&pages_new).any(is_recognised) {
        read_new.recognises_any(&scope_new, &unread)?;
    }
    let pairs: Vec<(&str, &str)> = renamed.iter().map(|(old, new)| (old.as_str(), new.as_str())).collect();
    let comparison =
        diff::compare(Version { pages: &pages_old, root: "" }, Version { pages: &pages_new, root: "" }, &pairs);
    let unread = unread.into_iter().map(|skip| Unread { path: skip.path, reason: skip.reason }).collect();
    Ok(Compared { old: (old.name, scope_old.len()), new: (new.name, scope_new.len()), comparison, unread })
}

/// Paths of a revision, each with the id of its content.
type Tree = BTreeMap<String, String>;

fn is_page(path: &str) -> bool {
    path.get(path.len().saturating_sub(3)..).is_some_and(|end| end.eq_ignore_ascii_case(".md")) && !is_included(path)
}

fn is_included(path: &str) -> bool {
    path.split('/').any(|folder| folder == "includes")
}

/// Files that pages include and that are not the same in both revisions. Snippets hold code that
/// no page's contract comes from.
fn changed_includes(before: &Tree, after: &Tree) -> BTreeSet<String> {
    let paths = before.keys().chain(after.keys());
    let included = paths.filter(|path| is_included(path) && !path.contains("/snippets/"));
    let changed = included.filter(|path| before.get(*path) != after.get(*path));
    changed.filter_map(|path| path.rsplit('/').next()).map(str::to_owned).collect()
}

fn filter_text(filter: &Path) -> Result<String, Failure> {
    let text = filter.to_str().ok_or_else(|| {
        Failure::input(format!("look for {}: it is not UTF-8", filter.display()), "give another path or pattern")
    })?;
    Ok(text.trim_start_matches("./").trim_end_matches('/').to_owned())
}

/// Whether a path is what was asked for: the path itself, below it, or fitting a pattern.
fn takes(filters: &[String], path: &str) -> bool {
    let below = |filter: &str| path.strip_prefix(filter).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    filters.is_empty()
        || filters
            .iter()
            .any(|filter| matches!(filter.as_str(), "" | ".") || below(filter) || fast_glob::glob_match(filter, path))
}

/// A checkout.
struct Git<'a> {
    repo: &'a Path,
}

/// A revision as it was named, and the commit that it is.
struct Named {
    name: String,
    commit: String,
}

impl Git<'_> {
    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("git");
        command.arg("-C").arg(self.repo).args(arguments);
        // Never fetch what a partial clone lacks, never ask, never write.
        command.env("GIT_NO_LAZY_FETCH", "1").env("GIT_TERMINAL_PROMPT", "0").env("GIT_OPTIONAL_LOCKS", "0");
        command.env("LC_ALL", "C").stdin(Stdio::null());
        command
    }

    fn run(&self, arguments: &[&str]) -> Result<Result<Vec<u8>, String>, Failure> {
        let output = self.command(arguments).output().map_err(|error| no_git(&error))?;
        Ok(match output.status.success() {
            true => Ok(output.stdout),
            false => Err(String::from_utf8_lossy(&output.stderr).trim().to_owned()),
        })
    }

    /// The two ends of a range.
    fn revisions(&self, range: &str) -> Result<(Named, Named), Failure> {
        if self.run(&["rev-parse", "--git-dir"])?.is_err() {
            return Err(Failure::input(
                format!("read {}: it is no git repository", self.repo.display()),
                "give a checkout of the documentation with --repo",
            ));
        }
        let (old, new, common) = match (range.split_once("..."), range.split_once("..")) {
            (Some((old, new)), _) => (old, new, true),
            (None, Some((old, new))) => (old, new, false),
            (None, None) => {
                return Err(Failure::input(
                    format!("compare '{range}': it names one revision"),
                    "give two, such as HEAD~1..HEAD",
                ));
            }
        };
        let (mut old, new) = (self.commit(old)?, self.commit(new)?);
        if common {
            let base = self.run(&["merge-base", &old.commit, &new.commit])?.map_err(|_| {
                Failure::input(
                    format!("find where {} and {} part", old.name, new.name),
                    "a shallow clone may lack it: git fetch --unshallow; or give REV..REV with two dots",
                )
            })?;
            old.commit = String::from_utf8_lossy(&base).trim().to_owned();
            old.name = format!("{} (where {} left {})", old.commit.get(..12).unwrap_or_default(), new.name, old.name);
        }
        Ok((old, new))
    }

    fn commit(&self, name: &str) -> Result<Named, Failure> {
        let name = if name.is_empty() { "HEAD" } else { name };
        let wanted = format!("{name}^{{commit}}");
        match self.run(&["rev-parse", "--verify", "--quiet", "--end-of-options", &wanted])? {
            Ok(id) => Ok(Named { name: name.to_owned(), commit: String::from_utf8_lossy(&id).trim().to_owned() }),
            Err(_) => Err(Failure::input(
                format!("find the revision '{name}' in {}", self.repo.display()),
                "git fetch it first; a shallow clone has only its newest revision",
            )),
        }
    }

    fn tree(&self, commit: &str) -> Result<Tree, Failure> {
        let listed =
            self.run(&["ls-tree", "-r", "-z", "--full-tree", commit])?.map_err(|said| self.lacks(commit, &said))?;
        let mut tree = Tree::new();
        for entry in listed.split(|byte| *byte == 0) {
            let entry = String::from_utf8_lossy(entry);
            let Some((about, path)) = entry.split_once('\t') else { continue };
            let mut words = about.split(' ');
            let (mode, kind, id) = (words.next(), words.next(), words.next());
            // A link's content is the path that it leads to.
            if let (Some("100644" | "100755"), Some("blob"), Some(id)) = (mode, kind, id) {
                tree.insert(path.to_owned(), id.to_owned());
            }
        }
        Ok(tree)
    }

    /// Files that git takes for renamed, the older name first.
    fn renamed(&self, old: &str, new: &str) -> Result<Vec<(String, String)>, Failure> {
        let arguments = ["diff-tree", "-r", "-z", "-M", "--name-status", "--diff-filter=R", old, new];
        let listed = self.run(&arguments)?.map_err(|said| self.lacks(new, &said))?;
        let text = String::from_utf8_lossy(&listed);
        let mut words = text.split('\0');
        let mut renamed = Vec::new();
        while let (Some(status), Some(from), Some(to)) = (words.next(), words.next(), words.next()) {
            if status.starts_with('R') && is_page(from) && is_page(to) {
                renamed.push((from.to_owned(), to.to_owned()));
            }
        }
        Ok(renamed)
    }

    fn lacks(&self, what: &str, said: &str) -> Failure {
        let said = said.lines().next().unwrap_or_default();
        let said = if said.is_empty() { String::new() } else { format!(" (git says: {said})") };
        Failure::input(
            format!("read {what} in {}: the checkout does not have all of its files{said}", self.repo.display()),
            "a clone made with --filter or --depth lacks them: git fetch --refetch --no-filter, or give another checkout",
        )
    }
}

fn no_git(error: &io::Error) -> Failure {
    let what = match error.kind() {
        io::ErrorKind::NotFound => "run git: it is not installed, or not on the search path".to_owned(),
        _ => format!("run git: {error}"),
    };
    Failure::input(what, "install git, or give two folders instead of --git")
}

/// Contents by their ids, from one process of git.
struct Blobs<'a> {
    git: &'a Git<'a>,
    process: RefCell<Process>,
}

struct Process {
    child: Child,
    ask: Option<ChildStdin>,
    answer: BufReader<ChildStdout>,
}

impl Drop for Process {
    fn drop(&mut self) {
        // It ends when there is nobody left to ask; there is nothing to be done if it does not.
        drop(self.ask.take());
        let _ = self.child.wait();
    }
}

impl<'a> Blobs<'a> {
    fn start(git: &'a Git<'a>) -> Result<Self, Failure> {
        let mut command = git.command(&["cat-file", "--batch"]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().map_err(|error| no_git(&error))?;
        let (ask, answer) = (child.stdin.take(), child.stdout.take());
        let answer = answer.ok_or_else(|| no_git(&io::Error::other("it has no output")))?;
        Ok(Self { git, process: RefCell::new(Process { child, ask, answer: BufReader::new(answer) }) })
    }

    /// The content with this id, or `Err` with the reason why a person cannot want it.
    fn get(&self, id: &str, path: &str) -> Result<Result<Vec<u8>, String>, Failure> {
        let mut process = self.process.borrow_mut();
        match process.get(id) {
            Ok(Some(content)) => Ok(content),
            Ok(None) => Err(self.git.lacks(path, "")),
            Err(error) => Err(Failure::input(format!("read {path} from git: {error}"), "")),
        }
    }
}

impl Process {
    /// The content, why it is not read, or nothing where git does not have it.
    fn get(&mut self, id: &str) -> io::Result<Option<Result<Vec<u8>, String>>> {
        let ask = self.ask.as_mut().ok_or(io::ErrorKind::BrokenPipe)?;
        writeln!(ask, "{id}")?;
        ask.flush()?;
        let mut head = String::new();
        self.answer.read_line(&mut head)?;
        if head.trim_end().ends_with(" missing") {
            return Ok(None);
        }
        let size = head.trim_end().rsplit(' ').next().and_then(|size| size.parse::<u64>().ok());
        let size = size.ok_or_else(|| io::Error::other(format!("git answered '{}'", head.trim_end())))?;
        // Behind the content stands the end of a line.
        let mut content = (&mut self.answer).take(size + 1);
        if size > MOST_BYTES {
            io::copy(&mut content, &mut io::sink())?;
            return Ok(Some(Err(format!("{} MB are too long for a page", size / 1_000_000))));
        }
        let mut bytes = Vec::new();
        content.read_to_end(&mut bytes)?;
        if bytes.pop() != Some(b'\n') {
            return Err(io::Error::from(io::ErrorKind::UnexpectedEof));
        }
        Ok(Some(Ok(bytes)))
    }
}

/// One revision, to be read.
struct Revision<'a> {
    name: &'a str,
    tree: &'a Tree,
    blobs: &'a Blobs<'a>,
}

impl Revision<'_> {
    /// The text of a file, the reason why it has none, or nothing where there is no such file.
    fn text(&self, path: &str) -> Result<Option<Result<String, String>>, Failure> {
        let Some(id) = self.tree.get(path) else { return Ok(None) };
        let content = self.blobs.get(id, &format!("{path} at {}", self.name))?;
        Ok(Some(content.and_then(corpus::decode)))
    }

    /// Reads pages, following what they include in this revision.
    fn pages(&self, paths: &BTreeSet<&String>) -> Result<(Vec<Page>, Vec<Skipped>), Failure> {
        let (mut pages, mut skipped) = (Vec::new(), Vec::new());
        for path in paths {
            match self.page(path)? {
                Some(Ok(page)) => pages.push(page),
                Some(Err(reason)) => {
                    skipped.push(Skipped { path: (*path).clone(), reason: format!("at {}: {reason}", self.name) })
                }
                None => {}
            }
        }
        Ok((pages, skipped))
    }

    fn page(&self, path: &str) -> Result<Option<Result<Page, String>>, Failure> {
        let text = match self.text(path)? {
            Some(Ok(text)) => text,
            Some(Err(reason)) => return Ok(Some(Err(reason))),
            None => return Ok(None),
        };
        // The reader asks for text or nothing; what went wrong is told afterwards.
        let failure = RefCell::new(None);
        let page = docs::read(path, &text, &|file| match self.text(file) {
            Ok(text) => text.and_then(Result::ok),
            Err(error) => {
                failure.borrow_mut().get_or_insert(error);
                None
            }
        });
        match failure.into_inner() {
            Some(failure) => Err(failure),
            None => Ok(Some(Ok(page))),
        }
    }

    /// Whether a page includes a file of one of these names.
    fn includes_one_of(&self, path: &str, names: &BTreeSet<String>) -> Result<bool, Failure> {
        let Some(Ok(text)) = self.text(path)? else { return Ok(false) };
        Ok(text.lines().filter(|line| line.contains("INCLUDE")).any(|line| {
            let name = line.rsplit_once('(').and_then(|(_, target)| target.split(')').next());
            name.and_then(|target| target.trim().rsplit('/').next()).is_some_and(|name| names.contains(name))
        }))
    }

    /// Fails where no page at all documents anything: then "no change" would say nothing.
    fn recognises_any(&self, paths: &BTreeSet<String>, unread: &[Skipped]) -> Result<(), Failure> {
        for path in paths {
            if let Some(Ok(page)) = self.page(path)?
                && is_recognised(&page)
            {
                return Ok(());
            }
        }
        Err(nothing_recognised(self.name, paths.len(), unread))
    }
}
