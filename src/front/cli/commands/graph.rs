use clap::{Args, Subcommand, ValueEnum};

use super::App;
use crate::front::cli::error::Failure;
use crate::front::cli::respond::{self, Shown};
use crate::front::cli::{input, render};
use crate::front::wire::Graph;
use crate::model::graph;

/// Look at the dependency graph
#[derive(Subcommand)]
pub(crate) enum GraphCommand {
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

/// One issue.
#[derive(Args)]
pub(crate) struct DownstreamArgs {
    /// The issue
    id: String,
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

/// No arguments.
#[derive(Args)]
pub(crate) struct RootsArgs {}

/// One issue, or all.
#[derive(Args)]
pub(crate) struct ShowArgs {
    /// The issue; every one that nothing depends on unless said
    id: Option<String>,
}

impl GraphCommand {
    pub(super) fn run(self, app: &mut App<'_>) -> Result<(), Failure> {
        match self {
            Self::Downstream(args) => args.run(app),
            Self::Export(args) => args.run(app),
            Self::Roots(args) => args.run(app),
            Self::Show(args) => args.run(app),
        }
    }
}

impl DownstreamArgs {
    fn run(self, app: &mut App<'_>) -> Result<(), Failure> {
        let listing = app.jit.graph_downstream(&input::id(&self.id)?)?;
        respond::listing(app.ui, listing, None, Shown::Plain, "nothing depends on it")
    }
}

impl RootsArgs {
    fn run(self, app: &mut App<'_>) -> Result<(), Failure> {
        let listing = app.jit.graph_roots()?;
        respond::listing(app.ui, listing, None, Shown::Plain, "no issues")
    }
}

impl ExportArgs {
    fn run(self, app: &mut App<'_>) -> Result<(), Failure> {
        let tracker = app.jit.tracker()?;
        respond::damage(app.ui, &tracker);
        let graph = Graph::all(&tracker);
        match self.format {
            _ if app.ui.is_json() => Ok(app.ui.json(&graph)?),
            Format::Json => Ok(app.ui.json(&graph)?),
            Format::Dot => Ok(app.ui.result(&render::graph::dot(&graph))?),
            Format::Mermaid => Ok(app.ui.result(&render::graph::mermaid(&graph))?),
        }
    }
}

impl ShowArgs {
    fn run(self, app: &mut App<'_>) -> Result<(), Failure> {
        let (tracker, tops) = if let Some(id) = &self.id {
            let listing = app.jit.graph_show(&input::id(id)?)?;
            (listing.tracker, listing.ids)
        } else {
            let tracker = app.jit.tracker()?;
            let tops = graph::tops(&tracker);
            (tracker, tops)
        };
        respond::damage(app.ui, &tracker);
        if app.ui.is_json() {
            return Ok(app.ui.json(&Graph::all(&tracker))?);
        }
        if tops.is_empty() {
            app.ui.note("no issues");
            return Ok(());
        }
        let graph = Graph::all(&tracker);
        Ok(app.ui.result(&render::graph::trees(&graph, &tops))?)
    }
}
