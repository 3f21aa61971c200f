//! Texts that a person can begin with.

use rmcp::model::{ErrorData, GetPromptResult, JsonObject, Prompt, PromptArgument, PromptMessage, Role};
use serde_json::Value;

use super::resources;
use crate::front::wire::Told;
use crate::model::{GateDefinition, GateKey, IdPrefix};
use crate::ops::CommandExecutor;

const PLAN: &str = "plan_epic";
const WORK: &str = "work_next_issue";

/// What there is to begin with.
pub(super) fn all() -> Vec<Prompt> {
    let epic = PromptArgument::new("epic")
        .with_description("An issue by id, or in words what is to be achieved")
        .with_required(true);
    let filter =
        PromptArgument::new("filter").with_description("Only an issue that matches, such as label:auth");
    vec![
        Prompt::new(PLAN, Some("Plan this epic: break it down into issues"), Some(vec![epic])),
        Prompt::new(WORK, Some("Claim the next issue, do it and finish it"), Some(vec![filter])),
    ]
}

/// The text of the prompt `name`.
pub(super) fn get(
    jit: &CommandExecutor,
    name: &str,
    arguments: &JsonObject,
) -> Result<GetPromptResult, ErrorData> {
    let text = match name {
        PLAN => {
            let epic = argument(arguments, "epic")?;
            let epic =
                epic.ok_or_else(|| ErrorData::invalid_params("plan_epic needs the argument epic", None))?;
            plan(jit, epic)
        }
        WORK => Ok(work(argument(arguments, "filter")?)),
        _ => return Err(ErrorData::invalid_params(format!("there is no prompt {name:?}"), None)),
    };
    let text = text.map_err(|told| resources::refused(name, told))?;
    Ok(GetPromptResult::new(vec![PromptMessage::new_text(Role::User, text)]))
}

fn argument<'a>(arguments: &'a JsonObject, name: &str) -> Result<Option<&'a str>, ErrorData> {
    match arguments.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.trim()).filter(|text| !text.is_empty())),
        Some(_) => Err(ErrorData::invalid_params(format!("{name} is not a string"), None)),
    }
}

fn work(filter: Option<&str>) -> String {
    let with = filter.map(|filter| format!(" with the filter {filter:?}")).unwrap_or_default();
    format!(
        "Work on the next issue of this project.\n\n\
         1. Claim it: claim_next{with}. If nothing is ready, say so and what blocks the rest (blocked), and stop.\n\
         2. Read its description, comments, context and dependencies. Do what it asks for, and no more.\n\
         3. Leave a comment for decisions that others need to know. What you find to be done besides, create as \
         issues of their own. Renew the claim before it expires.\n\
         4. Check your work. Run gate_check if gates_required has gates with checkers; a gate that a person is to \
         pass is theirs.\n\
         5. Finish with done. If it stays gated, say which gates wait, and for whom. If you cannot finish it, \
         comment how far you got, and release it with the reason.\n"
    )
}

fn plan(jit: &CommandExecutor, epic: &str) -> Result<String, Told> {
    let is_id = IdPrefix::parse(epic).is_ok();
    let what = if is_id {
        format!("The epic is this issue:\n\n{}\n", resources::issue(jit, epic)?)
    } else {
        format!("The epic, in words:\n\n{epic}\n")
    };
    let gates = jit.gates()?;
    let gates: Vec<String> = gates.iter().map(|(key, gate)| described(key, gate)).collect();
    let gates = if gates.is_empty() { "none yet".to_owned() } else { gates.join("; ") };
    let last = if is_id {
        "Make the epic itself wait for the issues that complete it: dep_add."
    } else {
        "Create an issue of type epic as well, which depends on those that complete it."
    };
    Ok(format!(
        "Plan this epic: break it down into issues that agents can work on side by side.\n\n{what}\n\
         1. Look at the code and at what there is (list with words of the epic), so that nothing is planned twice.\n\
         2. Each issue is a piece that one agent finishes in one go, with a title that says what will be true, and \
         a description that says how to tell that it is done. Dependencies only where the work needs the result of \
         another: what can be done at once should be.\n\
         3. Gates to require where they apply: {gates}.\n\
         4. Show the plan, and once it is agreed to, create all issues with one create_many. {last}\n\
         5. Show what can begin: ready.\n"
    ))
}

fn described(key: &GateKey, gate: &GateDefinition) -> String {
    match &gate.title {
        Some(title) => format!("{key} ({title})"),
        None => key.to_string(),
    }
}
