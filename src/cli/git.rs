//! Revisions of a checkout, read from git's objects: nothing is checked out, and nothing is
//! fetched.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use super::exit::Failure;

/// No page is nearly this long.
const MOST_BYTES: u64 = 16 * 1024 * 1024;

/// Paths of a revision, each with the id of its content.
pub(super) type Tree = BTreeMap<String, String>;

/// A checkout.
pub(super) struct Git<'a> {
    pub(super) repo: &'a Path,
}

/// A revision as it was named, and the commit that it is.
pub(super) struct Named {
    pub(super) name: String,
    pub(super) commit: String,
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
    pub(super) fn revisions(&self, range: &str) -> Result<(Named, Named), Failure> {
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

    pub(super) fn tree(&self, commit: &str) -> Result<Tree, Failure> {
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
    pub(super) fn renamed(&self, old: &str, new: &str) -> Result<Vec<(String, String)>, Failure> {
        let arguments = ["diff-tree", "-r", "-z", "-M", "--name-status", "--diff-filter=R", old, new];
        let listed = self.run(&arguments)?.map_err(|said| self.lacks(new, &said))?;
        let text = String::from_utf8_lossy(&listed);
        let mut words = text.split('\0');
        let mut renamed = Vec::new();
        while let (Some(status), Some(from), Some(to)) = (words.next(), words.next(), words.next()) {
            if status.starts_with('R') {
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
pub(super) struct Blobs<'a> {
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
    pub(super) fn start(git: &'a Git<'a>) -> Result<Self, Failure> {
        let mut command = git.command(&["cat-file", "--batch"]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().map_err(|error| no_git(&error))?;
        let (ask, answer) = (child.stdin.take(), child.stdout.take());
        let answer = answer.ok_or_else(|| no_git(&io::Error::other("it has no output")))?;
        Ok(Self { git, process: RefCell::new(Process { child, ask, answer: BufReader::new(answer) }) })
    }

    /// The content with this id, or `Err` with the reason why a person cannot want it.
    pub(super) fn get(&self, id: &str, path: &str) -> Result<Result<Vec<u8>, String>, Failure> {
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
