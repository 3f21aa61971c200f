use clap::{Args, Subcommand};

use super::App;
use crate::front::cli::error::Failure;
use crate::front::cli::{input, render, respond};
use crate::front::wire::{Deleted, TemplateList, TemplateObject};
use crate::model::template::{Template, TemplateName};

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
    /// What kind of issue it is [default: task]
    #[arg(long = "type", value_name = "TYPE")]
    issue_type: Option<String>,
    /// How urgent: critical, high, normal or low
    #[arg(short, long, default_value = "normal")]
    priority: String,
    /// A label; can be repeated
    #[arg(short, long)]
    label: Vec<String>,
    /// A gate that issues must pass; can be repeated
    #[arg(short, long)]
    gate: Vec<String>,
    /// A note for agents, as key=value; can be repeated
    #[arg(long, value_name = "KEY=VALUE", allow_hyphen_values = true)]
    context: Vec<String>,
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
        told(app, if outcome.changed { "Added" } else { "Unchanged" }, &name)
    }

    fn template(self) -> Result<Template, Failure> {
        Ok(Template {
            title: self.title.unwrap_or_default(),
            description: input::text_or_stdin(&self.description.unwrap_or_default())?,
            issue_type: self.issue_type,
            priority: self.priority.parse()?,
            labels: self.label.into_iter().collect(),
            gates: input::gate_keys(&self.gate)?.into_iter().collect(),
            context: self.context.iter().map(|text| input::pair(text)).collect::<Result<_, _>>()?,
            ..Template::default()
        })
    }
}

impl ListArgs {
    fn run(self, app: &mut App<'_>) -> Result<(), Failure> {
        let templates = app.jit.templates()?;
        if app.ui.is_json() {
            return Ok(app.ui.json(&TemplateList::new(&templates))?);
        }
        if app.ui.is_quiet() {
            return templates.keys().try_for_each(|name| Ok(app.ui.result(name.as_str())?));
        }
        if templates.is_empty() {
            app.ui.note("no templates; 'jit template add' makes one");
            return Ok(());
        }
        Ok(app.ui.result(&render::template::list(&templates, app.ui.width()))?)
    }
}

impl NameArgs {
    fn run(self, app: &mut App<'_>) -> Result<(), Failure> {
        let name = TemplateName::parse(&self.name)?;
        let template = app.jit.template(&name)?;
        if app.ui.is_json() {
            return Ok(app.ui.json(&TemplateObject::new(&name, &template))?);
        }
        Ok(app.ui.result(&render::template::show(&name, &template))?)
    }
}

impl NamesArgs {
    fn run(self, app: &mut App<'_>) -> Result<(), Failure> {
        let names = self.names.iter().map(|name| TemplateName::parse(name)).collect::<Result<Vec<_>, _>>()?;
        let outcome = app.jit.template_remove(&names)?;
        respond::warnings(app.ui, &outcome);
        if app.ui.is_json() {
            return Ok(app.ui.json(&Deleted::new(&names))?);
        }
        names.iter().try_for_each(|name| told(app, "Removed", name))
    }
}

fn told(app: &mut App<'_>, verb: &str, name: &TemplateName) -> Result<(), Failure> {
    let line = if app.ui.is_quiet() { name.to_string() } else { format!("{verb} template: {name}") };
    Ok(app.ui.result(&line)?)
}
