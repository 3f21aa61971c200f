use clap::{Args, Subcommand};

use super::App;
use super::issue::kind::KindOptions;
use super::named::Named;
use crate::front::cli::error::Failure;
use crate::front::cli::{input, render, respond};
use crate::front::wire::{TemplateList, TemplateObject};
use crate::model::create::NewIssue;
use crate::model::template::{Template, TemplateName};

const TEMPLATES: Named = Named { word: "template", none: "no templates; 'jit template add' makes one" };

/// Manage what new issues of a kind begin with
#[derive(Subcommand)]
pub(crate) enum TemplateCommand {
    /// Add a template
    ///
    /// 'jit create --template NAME' begins with it. It is shared like issues and gates.
    #[command(
        after_help = "Examples:\n  jit template add bug --type bug --label bug --desc 'What happens:'\n  \
        jit template add bug --type bug --gate review --replace"
    )]
    Add(AddArgs),
    /// List the templates
    #[command(visible_alias = "ls", after_help = "Example:\n  jit template list")]
    List(ListArgs),
    /// Remove templates
    ///
    /// Issues that were created from one stay as they are.
    #[command(visible_alias = "rm", after_help = "Example:\n  jit template remove bug")]
    Remove(NamesArgs),
    /// Show a template
    #[command(after_help = "Example:\n  jit template show bug")]
    Show(NameArgs),
}

/// A new template.
#[derive(Args)]
pub(crate) struct AddArgs {
    /// Its name: letters, digits, '.', '_' and '-'
    name: String,
    /// What titles begin with
    #[arg(short, long, allow_hyphen_values = true)]
    title: Option<String>,
    /// What descriptions begin with; '-' reads it from standard input
    #[arg(short, long = "desc", visible_alias = "description", value_name = "TEXT")]
    #[arg(allow_hyphen_values = true)]
    description: Option<String>,
    #[command(flatten)]
    kind: KindOptions,
    /// Replace a template of that name
    #[arg(long)]
    replace: bool,
}

/// Every template.
#[derive(Args)]
pub(crate) struct ListArgs {}

/// One template.
#[derive(Args)]
pub(crate) struct NameArgs {
    /// Its name
    name: String,
}

/// Some templates.
#[derive(Args)]
pub(crate) struct NamesArgs {
    /// Their names
    #[arg(required = true, value_name = "NAME")]
    names: Vec<String>,
}

impl TemplateCommand {
    pub(super) fn run(self, app: &mut App<'_>) -> Result<(), Failure> {
        match self {
            Self::Add(args) => args.run(app),
            Self::List(args) => args.run(app),
            Self::Remove(args) => args.run(app),
            Self::Show(args) => args.run(app),
        }
    }
}

impl AddArgs {
    fn run(self, app: &mut App<'_>) -> Result<(), Failure> {
        let name = TemplateName::parse(&self.name)?;
        let replace = self.replace;
        let template = self.template()?;
        let outcome = app.jit.template_put(&name, &template, replace)?;
        respond::warnings(app.ui, &outcome);
        if app.ui.is_json() {
            return Ok(app.ui.json(&TemplateObject::new(&name, &template))?);
        }
        TEMPLATES.told(app.ui, if outcome.changed { "Added" } else { "Unchanged" }, &name)
    }

    fn template(self) -> Result<Template, Failure> {
        let description = input::text_or_stdin(&self.description.unwrap_or_default())?;
        let mut new = NewIssue { description, ..NewIssue::default() };
        self.kind.apply(&mut new)?;
        Ok(Template { title: self.title.unwrap_or_default(), ..Template::of_new(new) })
    }
}

impl ListArgs {
    fn run(self, app: &mut App<'_>) -> Result<(), Failure> {
        let templates = app.jit.templates()?;
        let table = |width| render::template::list(&templates, width);
        TEMPLATES.list(app.ui, &templates, &TemplateList::new(&templates), table)
    }
}

impl NameArgs {
    fn run(self, app: &mut App<'_>) -> Result<(), Failure> {
        let name = TemplateName::parse(&self.name)?;
        let template = app.jit.template(&name)?;
        let text = render::template::show(&name, &template);
        TEMPLATES.show(app.ui, &TemplateObject::new(&name, &template), &text)
    }
}

impl NamesArgs {
    fn run(self, app: &mut App<'_>) -> Result<(), Failure> {
        let names = self.names.iter().map(|name| TemplateName::parse(name)).collect::<Result<Vec<_>, _>>()?;
        let outcome = app.jit.template_remove(&names)?;
        TEMPLATES.removed(app.ui, &outcome, &names)
    }
}
