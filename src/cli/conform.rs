//! `entra-risk conform`.

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::{Args, ValueEnum};

use super::accepted_list::{self, Draft};
use super::corpus::{self, Corpus, Skipped};
use super::docs;
use super::exit::{Exit, Failure};
use super::output::{self, Destination, read};
use super::probes;
use super::progress::Progress;
use super::recording::{self, Kept};
use super::run_report::{self, Catalogue};
use super::self_test;
use super::specs;
use crate::accepted;
use crate::conformance::{self, DocsOptions, Options, Recording, RunError, Selection, ServerOptions, Version};
use crate::contract::Contract;
use crate::docs::Page;
use crate::embedded;
use crate::emulator::{Config, Emulator, Identity};
use crate::report::{self, Format};
use crate::verdict::{Check, Report, Side};

/// Check that client and server do what the documentation says.
///
/// With --docs, each page is checked for contradictions (docs), and each fact that pages and
/// description both speak of is compared (drift); known disagreements of the embedded description
/// are in openapi/accepted.toml.
///
/// The client side calls the generated client for every documented example and compares what
/// arrives on a socket, then answers it in every documented and hostile way. The server side
/// sends the documented requests, looks whether their effect is really there, and sends requests
/// that must be refused.
///
/// Away from this machine only documented reads are sent, unless --allow-actions-on names test
/// accounts.
///
/// Every API version that is described is checked in one run, the stable one first; --api leaves
/// out others. A server has one, which is at the end of its URL.
///
/// With --spec, server and statements are checked against that description; the client is of the
/// description that this build was made from, and is not called for another one.
#[derive(Debug, Args)]
pub(super) struct Conform {
    /// API version to check, such as v1.0 or beta; all by default, or with --server the one at the end of the URL; may be repeated
    #[arg(long, value_name = "VERSION")]
    api: Vec<String>,
    /// Description to check against, or folder of them, with exchanges/ beside; that of this build by default
    #[arg(long, value_name = "FILE")]
    spec: Vec<PathBuf>,
    /// Documentation pages, or folders to look for pages in
    #[arg(long, num_args = 1.., value_name = "PATH")]
    docs: Vec<PathBuf>,
    /// Side to check; by default client and server, and with --docs all four
    #[arg(long, value_enum)]
    side: Vec<SideArgument>,
    /// Check only ids that this glob meets (* within a segment, ** across; a word meets any segment)
    #[arg(long, value_name = "GLOB")]
    check: Vec<String>,
    /// Leave out ids that this glob meets
    #[arg(long, value_name = "GLOB")]
    skip: Vec<String>,
    /// Print the ids of the checks, and run none
    #[arg(long)]
    list: bool,
    /// Try the checks themselves: on mutants of pages, description, client and server
    #[arg(
        long,
        conflicts_with_all = ["docs", "side", "list", "server", "write_accepted", "strict"],
        long_help = super::self_test::HELP
    )]
    self_test: bool,
    /// Try only mutants whose ids this glob meets; for --self-test
    #[arg(long, value_name = "GLOB", requires = "self_test")]
    mutant: Vec<String>,
    /// Mutants that are known to survive (TOML); for --self-test
    #[arg(long, value_name = "FILE", requires = "self_test")]
    survivors: Option<PathBuf>,
    /// Root of the server with the version, such as http://127.0.0.1:8080/v1.0; the embedded emulator by default
    #[arg(long, value_name = "URL")]
    server: Option<String>,
    /// File with the token for --server; ENTRA_RISK_TOKEN is read otherwise
    #[arg(long, value_name = "FILE", requires = "server")]
    token_file: Option<PathBuf>,
    /// Token that must not suffice on --server: no-permission, expired, wrong-audience, personal, delegated or
    /// no-role, and its file; ENTRA_RISK_TOKEN_NO_PERMISSION and so on are read otherwise
    #[arg(long, value_name = "KIND=FILE", requires = "server")]
    probe_token: Vec<String>,
    /// File with the object ids of test accounts, one a line: actions are sent, elsewhere too, and on them alone
    #[arg(long, value_name = "FILE", requires = "server")]
    allow_actions_on: Option<PathBuf>,
    /// Seconds that an effect may take to be seen on --server
    #[arg(long, value_name = "SECONDS", default_value_t = 1, requires = "server")]
    settle: u64,
    /// Keep what --server shows of its API version, without tokens and names, in a new file
    #[arg(long, value_name = "FILE", requires = "server")]
    record: Option<PathBuf>,
    /// Judge what --record kept of one API version, in the stead of a server; nothing is sent
    #[arg(long, value_name = "FILE", conflicts_with = "server")]
    replay: Option<PathBuf>,
    /// Format of standard output: human, json, junit, sarif, html, github or markdown
    ///
    /// github prints annotations, and adds the summary to the page of the job where
    /// GITHUB_STEP_SUMMARY names it.
    #[arg(long, default_value = "human")]
    format: Format,
    /// Also write the report to a file: junit=report.xml; may be repeated
    #[arg(long, value_name = "FORMAT=FILE")]
    output: Vec<Destination<Format>>,
    /// List of accepted disagreements (TOML)
    #[arg(long, value_name = "FILE")]
    accepted: Option<PathBuf>,
    /// Draft a list of what failed, to be completed with reasons, in a new file
    #[arg(long, value_name = "FILE")]
    write_accepted: Option<PathBuf>,
    /// Fail for assumptions too
    #[arg(long)]
    strict: bool,
    /// Print every check, also those that passed, with what was seen; --check does so too
    #[arg(short, long)]
    verbose: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum SideArgument {
    /// The pages of --docs, each by itself
    Docs,
    /// The pages of --docs and the description
    Drift,
    /// The generated client
    Client,
    /// A server
    Server,
}

impl From<SideArgument> for Side {
    fn from(side: SideArgument) -> Self {
        match side {
            SideArgument::Docs => Self::Docs,
            SideArgument::Drift => Self::Drift,
            SideArgument::Client => Self::Client,
            SideArgument::Server => Self::Server,
        }
    }
}

/// The pages of --docs.
struct Pages {
    pages: Vec<Page>,
    paths: Vec<String>,
    skipped: Vec<Skipped>,
}

impl Conform {
    /// The sides to check, in the order of reports.
    fn sides(&self) -> Result<Vec<Side>, Failure> {
        let asked: Vec<Side> = match self.side.as_slice() {
            // A recording is judged without any network: the client would call a server.
            [] if self.replay.is_some() && self.docs.is_empty() => vec![Side::Server],
            [] if self.replay.is_some() => vec![Side::Docs, Side::Drift, Side::Server],
            [] if self.docs.is_empty() => vec![Side::Client, Side::Server],
            [] => Side::ALL.to_vec(),
            sides => sides.iter().map(|side| Side::from(*side)).collect(),
        };
        if self.replay.is_some() && !asked.contains(&Side::Server) {
            return Err(Failure::input("replay a recording: it is of the server's side", "leave out --side"));
        }
        if self.replay.is_some() && asked.contains(&Side::Client) {
            return Err(Failure::input(
                "replay a recording of the client's side: there is none",
                "check the client by itself: --side client",
            ));
        }
        match asked.iter().find(|side| matches!(side, Side::Docs | Side::Drift)) {
            Some(side) if self.docs.is_empty() => Err(Failure::input(
                format!("check the side {}: no pages were given", side.as_str()),
                "give --docs and a folder of documentation pages",
            )),
            _ => Ok(Side::ALL.into_iter().filter(|side| asked.contains(side)).collect()),
        }
    }

    /// The API versions to check: a server, and a recording, is of one.
    fn choose<'a>(
        &self,
        contracts: &'a [Contract],
        recording: Option<&Recording>,
    ) -> Result<Vec<&'a Contract>, Failure> {
        match (&self.server, recording) {
            (Some(url), _) => specs::choose_for(contracts, &self.api, url).map(|contract| vec![contract]),
            (None, Some(recording)) if self.api.is_empty() => {
                specs::choose(contracts, Some(&recording.head.api)).map(|contract| vec![contract])
            }
            (None, _) => specs::choose_all(contracts, &self.api),
        }
    }

    fn pages(&self) -> Result<Option<Pages>, Failure> {
        if self.docs.is_empty() {
            return Ok(None);
        }
        let (pages, skipped) = Corpus::at(&self.docs)?.pages()?;
        let paths = self.docs.iter().map(|path| corpus::name(path)).collect();
        Ok(Some(Pages { pages, paths, skipped }))
    }

    /// Whether standard output is for programs.
    pub(super) fn is_json(&self) -> bool {
        self.format.is_json()
    }
}

pub(super) async fn run(command: Conform) -> Result<Exit, Failure> {
    let contracts = specs::contracts(&command.spec)?;
    let sides = command.sides()?;
    let recording = command.replay.as_deref().map(recording::read).transpose()?;
    let chosen = command.choose(&contracts, recording.as_ref())?;
    let selection = Selection::new(command.check.clone(), command.skip.clone());
    let accepted = accepted_list::read_or_own(command.accepted.as_deref(), &chosen)?;
    if command.self_test {
        let trial = self_test::Trial {
            contracts: &chosen,
            selection: &selection,
            mutants: &Selection::new(command.mutant.clone(), Vec::new()),
            accepted: &accepted,
            survivors: command.survivors.as_deref(),
            format: command.format,
            output: &command.output,
        };
        return self_test::run(trial).await;
    }
    let pages = command.pages()?;
    let plan = |sides: &[Side]| -> Vec<Check> {
        let of_each = |contract: &&Contract| conformance::plan_with(contract, sides, page_list(pages.as_ref()));
        chosen.iter().flat_map(of_each).collect()
    };
    if command.list {
        return list(&plan(&sides), &selection);
    }
    // Our own list is of every version of this build, whichever is looked at.
    let all = contracts.iter().chain(embedded::contracts());
    let apis: Vec<&str> = all.map(|contract| contract.api.as_str()).collect();
    accepted_list::look_up(&accepted, plan, &apis)?;
    let draft = command.write_accepted.as_deref().map(Draft::begin).transpose()?;
    let files = output::begin_all(&command.output)?;
    let kept = Kept::begin(command.record.as_deref(), recording, &chosen)?;
    let (servers, _emulator) = match sides.contains(&Side::Server) && command.replay.is_none() {
        true => servers(&command, &chosen).await?,
        false => (Vec::new(), None),
    };
    let mut servers = servers.into_iter();
    let mut versions = Vec::with_capacity(chosen.len());
    for contract in &chosen {
        let foreign = specs::reason_not_to_call(contract);
        versions.push(Version { server: servers.next(), foreign, ..Version::new(contract) });
    }
    let options = Options {
        versions,
        sides: &sides,
        selection: &selection,
        accepted: &accepted,
        docs: pages.as_ref().map(|pages| DocsOptions { pages: &pages.pages, paths: &pages.paths }),
    };
    let mut progress = Progress::new();
    let (report, recorded) = tokio::select! {
        done = kept.run(options, &mut progress) => done?,
        _ = tokio::signal::ctrl_c() => {
            progress.clear();
            let what = "finish the run: it was interrupted".to_owned();
            return Err(Failure { exit: Exit::Interrupted, what, remedy: "no report was written".to_owned() });
        }
    };
    progress.clear();
    let (catalogue, repository) = (Catalogue::new(), run_report::repository());
    let shown = report::Run {
        report: &report,
        strict: command.strict,
        verbose: command.verbose || !command.check.is_empty(),
        catalogue: &catalogue.described(),
        repository: &repository,
    };
    for (format, file) in files {
        file.finish(&output::plain(&shown.render(format)))?;
    }
    if let Some(draft) = draft {
        draft.finish(&accepted::draft_checks(&report.checks))?;
    }
    if let Some(recorded) = recorded {
        recorded.finish(&report)?;
    }
    output::print(&shown.render(command.format))?;
    if command.format == Format::Github {
        run_report::summarize(|| shown.render(Format::Markdown))?;
    }
    let exit = ending(&report, command.strict);
    Ok(match pages.map_or(Exit::Done, |pages| docs::read::end(&pages.skipped)) {
        Exit::Done => exit,
        unread => unread,
    })
}

fn page_list(pages: Option<&Pages>) -> &[Page] {
    pages.map_or(&[], |pages| &pages.pages)
}

fn ending(report: &Report, strict: bool) -> Exit {
    if report.fails(strict) { Exit::Findings } else { Exit::Done }
}

fn list(planned: &[Check], selection: &Selection) -> Result<Exit, Failure> {
    let lines: String =
        planned.iter().filter(|check| selection.takes(&check.id)).map(|check| format!("{}\n", check.id)).collect();
    output::print(&lines)?;
    Ok(Exit::Done)
}

/// An emulator of all of these, and how to reach each API version on it.
async fn embedded(chosen: &[&Contract]) -> Result<(Vec<ServerOptions>, Emulator), Failure> {
    let contracts: Vec<Contract> = chosen.iter().map(|contract| (*contract).clone()).collect();
    let emulator =
        Emulator::start(Config::new(&contracts)).await.map_err(|error| Failure::input(error.to_string(), ""))?;
    let token = emulator.token(&Identity::all(&contracts));
    let probes = probes::of_emulator(&emulator, &contracts);
    let options = |contract: &Contract| ServerOptions {
        label: "embedded emulator".to_owned(),
        probes: probes.clone(),
        ..ServerOptions::new(emulator.base_url(&contract.api), token.clone())
    };
    Ok((contracts.iter().map(options).collect(), emulator))
}

/// The server that was named, or for each version an emulator that lives as long as the second value.
#[allow(clippy::disallowed_methods)] // the command line is where the environment comes in
async fn servers(command: &Conform, chosen: &[&Contract]) -> Result<(Vec<ServerOptions>, Option<Emulator>), Failure> {
    let Some(url) = &command.server else {
        return embedded(chosen).await.map(|(options, emulator)| (options, Some(emulator)));
    };
    let probes = probes::given(&command.probe_token)?;
    let token = match (&command.token_file, std::env::var("ENTRA_RISK_TOKEN")) {
        (Some(path), _) => token(path)?,
        (None, Ok(text)) if !text.trim().is_empty() => text,
        (None, given) => {
            // A server that is not there is the first thing to know of.
            conformance::greet(url).await.map_err(RunError::from)?;
            let what = if given.is_ok() { "use ENTRA_RISK_TOKEN: it is empty" } else { "find a token for --server" };
            return Err(Failure::input(what, TOKEN_REMEDY));
        }
    };
    let test_ids = command.allow_actions_on.as_deref().map(test_ids).transpose()?;
    let settle = Duration::from_secs(command.settle);
    Ok((vec![ServerOptions { probes, test_ids, settle, ..ServerOptions::new(url, token) }], None))
}

const TOKEN_REMEDY: &str =
    "set ENTRA_RISK_TOKEN or give --token-file FILE; any text will do for a server that does not look at it";

pub(super) fn token(path: &Path) -> Result<String, Failure> {
    let text = read(path, "the token file")?;
    // The text is checked here so that the error can name the file.
    crate::client::Token::new(&text).map_err(|error| {
        Failure::input(format!("use the token file {}: {error}", path.display()), "it holds the token and nothing else")
    })?;
    Ok(text.trim().to_owned())
}

fn test_ids(path: &Path) -> Result<Vec<String>, Failure> {
    let text = read(path, "the test accounts")?;
    let mut ids = Vec::new();
    for (index, line) in
        text.lines().map(str::trim).enumerate().filter(|(_, line)| !line.is_empty() && !line.starts_with('#'))
    {
        match uuid::Uuid::parse_str(line) {
            Ok(id) => ids.push(id.to_string()),
            Err(_) => {
                return Err(Failure::input(
                    format!("read the test accounts {}:{}: '{line}' is no object id", path.display(), index + 1),
                    "one GUID a line",
                ));
            }
        }
    }
    if ids.is_empty() {
        return Err(Failure::input(
            format!("read the test accounts {}: there is none", path.display()),
            "one GUID a line",
        ));
    }
    Ok(ids)
}
