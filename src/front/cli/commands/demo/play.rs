//! The scenes of the demonstration.

use super::holds::Holds;
use super::stage::Stage;
use crate::front::cli::error::Failure;
use crate::process::Running;

/// The people, each with a clone. The first is the lead.
const CLONES: [&str; 4] = ["ada", "bob", "cleo", "dan"];
const HUB: &str = "hub.git";

/// The tasks of the lead's plan: title, priority, and the tasks it needs, by position.
const PLAN: [(&str, &str, &[usize]); 12] = [
    ("Create user model", "high", &[]),
    ("Choose a password hash", "critical", &[]),
    ("Set up the mail sender", "normal", &[]),
    ("Implement login endpoint", "high", &[0, 1]),
    ("Implement sign-up endpoint", "high", &[0, 1]),
    ("Add authentication middleware", "high", &[3]),
    ("Add rate limiting to login", "critical", &[3]),
    ("Confirm mail addresses", "normal", &[2, 4]),
    ("Reset forgotten passwords", "normal", &[2, 4]),
    ("Protect the admin pages", "high", &[5]),
    ("Write the API manual", "low", &[3, 4]),
    ("Translate the pages", "low", &[]),
];

pub(super) fn play(stage: &mut Stage<'_>, workers: u16) -> Result<(), Failure> {
    stage.heading("A bare remote and four clones of it")?;
    stage.git(".", &["init", "--quiet", "--bare", HUB])?;
    for who in CLONES {
        stage.git(".", &["clone", "--quiet", HUB, who])?;
        stage.ask_git(who, &["config", "user.name", who])?;
    }
    stage.heading("Ada, the lead, breaks an epic into tasks, and shares them")?;
    let tasks = plan(stage)?;
    stage.jit("ada", &["graph", "show", &tasks[PLAN.len()]])?;
    stage.jit("ada", &["sync"])?;
    for who in &CLONES[1..] {
        stage.jit(who, &["init"])?;
    }
    stage.heading("Ada and Bob edit the same task, neither knowing of the other")?;
    disagree(stage, &tasks[0])?;
    stage.heading("Cleo and Dan claim the same task at the same moment")?;
    contend(stage, &tasks[1])?;
    stage.heading(&format!("{workers} worker processes in each clone race with claim-next"))?;
    race(stage, workers)?;
    stage.heading("Everybody has everything")?;
    for who in CLONES {
        stage.jit(who, &["sync"])?;
    }
    stage.jit("dan", &["status"])?;
    stage.jit("dan", &["validate"])?;
    stage.heading("The event log of the remote, as plain git prints it")?;
    check_log(stage)
}

/// Makes the tracker and its issues; their short ids, the epic's last.
fn plan(stage: &mut Stage<'_>) -> Result<Vec<String>, Failure> {
    stage.jit("ada", &["init"])?;
    stage.jit("ada", &["registry", "add", "unit-tests", "--title", "Unit Tests", "--auto"])?;
    stage.jit("ada", &["registry", "add", "review", "--title", "Code Review"])?;
    let mut ids: Vec<String> = Vec::new();
    for (title, priority, needs) in PLAN {
        let mut args = vec!["issue", "create", "--title", title, "--priority", priority];
        args.extend(["--gate", "unit-tests", "--by", "copilot:lead"]);
        args.extend(needs.iter().flat_map(|need| ["--dep", ids[*need].as_str()]));
        let id = create(stage, &args)?;
        ids.push(id);
    }
    let mut args = vec!["issue", "create", "--title", "Implement user authentication"];
    args.extend(["--priority", "high", "--type", "epic", "--gate", "review", "--by", "copilot:lead"]);
    args.extend(ids.iter().flat_map(|id| ["--dep", id.as_str()]));
    let epic = create(stage, &args)?;
    ids.push(epic);
    Ok(ids)
}

fn create(stage: &mut Stage<'_>, args: &[&str]) -> Result<String, Failure> {
    let output = stage.jit("ada", args)?;
    let id = output.trim().strip_prefix("Created issue: ").and_then(|id| id.get(..8));
    id.map(str::to_owned).ok_or_else(|| Failure::Demo(format!("no id in {output:?}")))
}

/// Two sides change one issue: what can be merged is, and the rest waits to be settled.
fn disagree(stage: &mut Stage<'_>, id: &str) -> Result<(), Failure> {
    stage.jit("ada", &["update", id, "--title", "Create the user model", "--label", "auth"])?;
    stage.jit("bob", &["update", id, "--title", "Create the account model", "--label", "database"])?;
    stage.jit("bob", &["comment", id, "Accounts can be shared by users"])?;
    stage.jit("ada", &["sync"])?;
    stage.jit("bob", &["sync"])?;
    stage.git("bob", &["log", "--graph", "--format=%h %an: %s", "-5", "refs/jit/main"])?;
    stage.jit("bob", &["conflict", "show", id])?;
    stage.jit("bob", &["conflict", "resolve", id, "title", "--take", "local"])?;
    stage.jit("bob", &["sync"])?;
    stage.jit("ada", &["sync"])?;
    let shown = stage.jit("ada", &["show", id])?;
    for part in ["Create the account model", "auth", "database", "Accounts can be shared by users"] {
        if !shown.contains(part) {
            return Err(Failure::Demo(format!("{part:?} was lost")));
        }
    }
    Ok(())
}

/// Two clones claim one issue at once; the winner gives it up for the race.
fn contend(stage: &mut Stage<'_>, id: &str) -> Result<(), Failure> {
    let claim = |agent| vec!["claim", id, agent];
    let rivals = [("cleo", claim("copilot:cleo-1")), ("dan", claim("copilot:dan-1"))];
    let winner = stage.rivals(&rivals)?;
    let agent = format!("copilot:{winner}-1");
    stage.jit(winner, &["release", id, "--by", &agent, "--reason", "one race was won, on to the next"])?;
    Ok(())
}

fn race(stage: &mut Stage<'_>, workers: u16) -> Result<(), Failure> {
    let mut running: Vec<(String, Running)> = Vec::new();
    for who in CLONES {
        for number in 1..=workers {
            let agent = format!("copilot:{who}-{number}");
            let process = stage.start(who, &["demo", "--worker", &agent])?;
            running.push((agent, process));
        }
    }
    for (agent, process) in running {
        let finished = stage.end(process)?;
        if !finished.status.is_some_and(|status| status.success()) {
            return Err(Failure::Demo(format!("{agent} failed: {}", finished.stderr.trim())));
        }
        stage.say(finished.stdout.trim_end())?;
    }
    Ok(())
}

fn check_log(stage: &mut Stage<'_>) -> Result<(), Failure> {
    // A merge shows its sides one after the other, causes always before effects.
    let format = "--format=%(trailers:key=Jit-Event,valueonly)";
    let log = stage.git(HUB, &["log", "--reverse", "--topo-order", format, "refs/jit/main"])?;
    let lines: Vec<&str> = log.lines().filter(|line| !line.is_empty()).collect();
    let checked = Holds::replay(&lines).map_err(Failure::Demo)?;
    let issues = PLAN.len() + 1;
    if !checked.all_done(issues) {
        return Err(Failure::Demo(format!("{issues} issues, but finished were {:?}", checked.completed)));
    }
    let left = stage.ask_git(HUB, &["for-each-ref", "refs/jit/claims"])?;
    if !left.is_empty() {
        return Err(Failure::Demo(format!("claims are left at the remote: {left}")));
    }
    stage.say(&format!(
        "\nChecked: {} events, {} claims by {} agents in {} clones, {issues} of {issues} issues done, none ever held twice.",
        lines.len(),
        checked.claims,
        checked.agents.len(),
        CLONES.len(),
    ))
}
