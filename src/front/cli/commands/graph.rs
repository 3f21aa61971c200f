use clap::{Args, Subcommand, ValueEnum};

use super::App;
use super::query::QueryOptions;
use crate::front::cli::error::Failure;
use crate::front::cli::{input, render, respond};
use crate::front::wire::Graph;
use crate::model::IssueId;
use crate::model::query::Filter;
use crate::ops::{Page, Query};

/// Look at the dependency graph
#[derive(Subcommand)]
pub(crate) enum GraphCommand {
    /// List the longest chain of unfinished issues that wait for each other
    #[command(after_help = "Examples:\n  jit graph critical-path\n  jit graph critical-path 3f2a")]
    CriticalPath(CriticalPathArgs),
    /// List the issues that depend on one, directly or through others
    #[command(visible_alias = "rdeps", after_help = "Example:\n  jit graph downstream 3f2a")]
    Downstream(DownstreamArgs),
    /// Print the whole graph for another program
    #[command(after_help = "Example:\n  jit graph export --format dot | dot -Tsvg > graph.svg")]
    Export(ExportArgs),
    /// List the issues that depend on nothing
    #[command(after_help = "Example:\n  jit graph roots")]
    Roots(RootsArgs),
    /// Draw what an issue depends on as a tree
    #[command(visible_alias = "deps", after_help = "Examples:\n  jit graph show 3f2a\n  jit graph show")]
    Show(ShowArgs),
}

/// One issue, or all.
#[derive(Args)]
pub(crate) struct CriticalPathArgs {
    /// The issue that is to be finished; any unless said
    id: Option<String>,
    #[command(flatten)]
    options: QueryOptions,
}

/// One issue.
#[derive(Args)]
pub(crate) struct DownstreamArgs {
    /// The issue
    id: String,
    #[command(flatten)]
    options: QueryOptions,
}

/// The format of the graph.
#[derive(Clone, Copy, ValueEnum)]
enum Format {
    /// Graphviz
    Dot,
    /// Mermaid, as Markdown renderers draw it
    Mermaid,
    /// The same as --json
    Json,
}

/// How to print the graph.
#[derive(Args)]
pub(crate) struct ExportArgs {
    /// The format
    #[arg(long, value_enum, default_value = "dot")]
    format: Format,
}

/// How to list them.
#[derive(Args)]
pub(crate) struct RootsArgs {
    #[command(flatten)]
    options: QueryOptions,
}

/// One issue, or all.
#[derive(Args)]
pub(crate) struct ShowArgs {
    /// The issue; every one that nothing depends on unless said
    id: Option<String>,
}

impl GraphCommand {
    pub(super) fn run(self, app: &mut App<'_>) -> Result<(), Failure> {
        match self {
            Self::CriticalPath(args) => args.run(app),
            Self::Downstream(args) => args.run(app),
            Self::Export(args) => args.run(app),
            Self::Roots(args) => args.run(app),
            Self::Show(args) => args.run(app),
        }
    }
}

impl CriticalPathArgs {
    fn run(self, app: &mut App<'_>) -> Result<(), Failure> {
        let id = self.id.as_deref().map(input::id).transpose()?;
        self.options.list(app, &Query::CriticalPath(id.as_ref()), "nothing is left to do")
    }
}

impl DownstreamArgs {
    fn run(self, app: &mut App<'_>) -> Result<(), Failure> {
        let id = input::id(&self.id)?;
        self.options.list(app, &Query::Downstream(&id), "nothing depends on it")
    }
}

impl RootsArgs {
    fn run(self, app: &mut App<'_>) -> Result<(), Failure> {
        self.options.list(app, &Query::Roots, "no issues")
    }
}

impl ExportArgs {
    fn run(self, app: &mut App<'_>) -> Result<(), Failure> {
        let graph = graph(app, &Query::Matching(&Filter::default()))?.0;
        match self.format {
            _ if app.ui.is_json() => Ok(app.ui.json(&graph)?),
            Format::Json => Ok(app.ui.json(&graph)?),
            Format::Dot => Ok(app.ui.results(render::graph::dot(&graph))?),
            Format::Mermaid => Ok(app.ui.results(render::graph::mermaid(&graph))?),
        }
    }
}

impl ShowArgs {
    fn run(self, app: &mut App<'_>) -> Result<(), Failure> {
        let id = self.id.as_deref().map(input::id).transpose()?;
        let everything = Filter::default();
        let query = id.as_ref().map_or(Query::Matching(&everything), Query::Upstream);
        let (graph, named) = graph(app, &query)?;
        if app.ui.is_json() {
            return Ok(app.ui.json(&graph)?);
        }
        let tops = named.map_or_else(|| graph.tops(), |id| vec![id]);
        if tops.is_empty() {
            app.ui.note("no issues");
            return Ok(());
        }
        Ok(app.ui.results(render::graph::trees(&graph, &tops))?)
    }
}

/// The graph of what `query` asks for, and the issue that it names.
fn graph(app: &mut App<'_>, query: &Query<'_>) -> Result<(Graph, Option<IssueId>), Failure> {
    Ok(app.jit.select(query, &Page::default(), |found| {
        let graph = Graph::read(found);
        respond::unreadable(app.ui, found.damaged());
        (graph, found.named())
    })?)
}
