//! Plays `fixtures/coordinator/*.txt`: what happens, and what the machine wants then.
//!
//! A file begins with settings (`agents: a=2 b=1`, `shared: no yes`, `once: yes`, and limits such
//! as `stall: 60`). After that, a line `> 12 claimed X` is something that happens at second 12,
//! and the lines below it are all that is to be done then, in order; an empty line ends
//! it. Issues are single capital letters, with the number of their repository where there
//! are several (`X1`).

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;
use std::time::Duration;

use super::super::run::End;
use super::{Effect, Ending, Input, Key, Limits, Machine, Note, Offer, Stop, Verdict};
use crate::model::{IssueId, Priority};

struct Scenario {
    settings: BTreeMap<String, String>,
    agents: Vec<(String, usize)>,
    sites: usize,
}

impl Scenario {
    fn setting<'a>(&'a self, name: &str, default: &'a str) -> &'a str {
        self.settings.get(name).map_or(default, String::as_str)
    }

    fn secs(&self, name: &str, default: u64) -> Duration {
        Duration::from_secs(self.settings.get(name).map_or(default, |text| text.parse().unwrap()))
    }

    fn machine(&self) -> Machine {
        let limits = Limits {
            order: self
                .setting("order", "critical high normal low")
                .split(' ')
                .map(|word| word.parse().unwrap())
                .collect(),
            stall: self.secs("stall", 1_000_000),
            max_runtime: self.settings.contains_key("runtime").then(|| self.secs("runtime", 0)),
            lease: self.secs("lease", 1_000_000),
            max_attempts: self.setting("attempts", "3").parse().unwrap(),
            retry_delay: self.secs("retry", 30),
            grace: self.secs("grace", 10),
            poll: self.secs("poll", 10),
        };
        let places: Vec<usize> = self.agents.iter().map(|(_, places)| *places).collect();
        let shared: Vec<bool> = self.setting("shared", "no").split(' ').map(|word| word == "yes").collect();
        Machine::new(limits, &places, &shared, self.setting("once", "no") == "yes")
    }

    fn agent(&self, name: &str) -> usize {
        self.agents.iter().position(|(agent, _)| agent == name).unwrap_or_else(|| panic!("no agent {name}"))
    }

    fn issue(letter: char) -> IssueId {
        IssueId::new(uuid::Uuid::from_u128(u128::from(u32::from(letter))))
    }

    fn key(word: &str) -> Key {
        let mut chars = word.chars();
        let letter = chars.next().unwrap();
        Key { site: chars.as_str().parse().unwrap_or_default(), issue: Self::issue(letter) }
    }

    fn name(&self, key: Key) -> String {
        let letter = char::from(u8::try_from(key.issue.uuid().as_u128()).unwrap());
        if self.sites > 1 { format!("{letter}{}", key.site) } else { letter.to_string() }
    }

    fn site(&self, site: usize) -> String {
        if self.sites > 1 { format!(" {site}") } else { String::new() }
    }

    /// `X critical a,b tried=1 rested=20`
    fn offer(&self, text: &str) -> Offer {
        let words: Vec<&str> = text.split(' ').collect();
        let number = |name: &str| -> u32 {
            let found = words.iter().find_map(|word| word.strip_prefix(name)?.strip_prefix('='));
            found.map_or(0, |number| number.parse().unwrap())
        };
        Offer {
            issue: Self::key(words[0]).issue,
            priority: words[1].parse::<Priority>().unwrap(),
            attempts: number("tried"),
            rested: Duration::from_secs(number("rested").into()),
            agents: words[2].split(',').map(|name| self.agent(name)).collect(),
        }
    }

    fn input(&self, text: &str) -> Input {
        let (what, rest) = text.split_once(' ').unwrap_or((text, ""));
        // `what: reason`, `what X` or `what X: reason`.
        let (what, word, reason) = if let Some(what) = what.strip_suffix(':') {
            (what, "", rest)
        } else {
            let (word, reason) = rest.split_once(": ").unwrap_or((rest, ""));
            (what, word, reason)
        };
        let reason = reason.to_owned();
        let site = || if self.sites > 1 { word.parse().unwrap() } else { 0 };
        match what {
            "tick" => Input::Tick,
            "moved" => Input::Moved(site()),
            "found" => {
                let (site, offers) = match rest.split_once(": ") {
                    Some((site, offers)) => (site.parse().unwrap_or_default(), offers),
                    None => (rest.parse().unwrap_or_default(), ""),
                };
                let offers = offers.split("; ").filter(|offer| !offer.is_empty());
                Input::Found { site, offers: offers.map(|offer| self.offer(offer)).collect() }
            }
            "trouble" => Input::Trouble { site: site(), reason },
            "claimed" => {
                let (key, tried) = word.split_once(" tried=").unwrap_or((word, "0"));
                Input::Claimed { key: Self::key(key), attempts: tried.parse().unwrap() }
            }
            "missed" => Input::Missed(Self::key(word)),
            "claim-failed" => Input::ClaimFailed { key: Self::key(word), reason },
            "started" => Input::Started(Self::key(word)),
            "not-started" => Input::NotStarted { key: Self::key(word), reason },
            "heard" => Input::Heard(Self::key(word)),
            "renewed" => Input::Renewed(Self::key(word)),
            "not-renewed" => Input::NotRenewed(Self::key(word)),
            "over" => Input::Over(Self::key(word)),
            "lost" => Input::Lost(Self::key(word)),
            "exited" => Input::Exited { key: Self::key(word), end: Self::end(&reason) },
            "vanished" => Input::Vanished(Self::key(word)),
            "done" => Input::Ended { key: Self::key(word), ending: Ending::Done },
            "gated" => Input::Ended { key: Self::key(word), ending: Ending::Gated },
            "released" => Input::Ended { key: Self::key(word), ending: Ending::Released },
            "not-ours" => Input::Ended { key: Self::key(word), ending: Ending::Lost },
            "unfinishable" => Input::Unfinishable { key: Self::key(word), reason },
            "not-ended" => Input::NotEnded { key: Self::key(word), reason },
            "synced" => Input::Synced(site()),
            "not-synced" => Input::NotSynced { site: site(), reason },
            "gone" => Input::Gone(site()),
            "adopted" => {
                Input::Adopted { key: Self::key(word), agent: Some(self.agent(&reason)), attempt: 1 }
            }
            "orphaned" => {
                Input::Orphaned { key: Self::key(word), agent: Some(self.agent(&reason)), attempt: 1 }
            }
            "drain" => Input::Stop(Stop::Drain),
            "stop-now" => Input::Stop(Stop::Now),
            _ => panic!("nothing is called {what}"),
        }
    }

    fn end(text: &str) -> End {
        let mut end = End::default();
        for word in text.split(", ") {
            match word.split_once(' ').unwrap_or((word, "")) {
                ("code", code) => end.code = Some(code.parse().unwrap()),
                ("signal", signal) => end.signal = Some(signal.parse().unwrap()),
                ("asked", _) => end.stopped = true,
                ("lease", _) => (end.stopped, end.lease_ran_out) = (true, true),
                ("cannot", reason) => end.not_run = Some(reason.to_owned()),
                _ => panic!("no end {word}"),
            }
        }
        end
    }

    fn effect(&self, effect: &Effect) -> String {
        let agent = |agent: usize| self.agents[agent].0.as_str();
        match effect {
            Effect::Look { site, agents, limit } => {
                let agents: Vec<&str> = agents.iter().map(|index| agent(*index)).collect();
                format!("look{} for {} up to {limit}", self.site(*site), agents.join(","))
            }
            Effect::Claim { key, agent: index } => format!("claim {} for {}", self.name(*key), agent(*index)),
            Effect::Start { key, agent: index, attempt } => {
                format!("start {} by {}, attempt {attempt}", self.name(*key), agent(*index))
            }
            Effect::Stop(key) => format!("stop {}", self.name(*key)),
            Effect::Kill(key) => format!("kill {}", self.name(*key)),
            Effect::Renew(key) => format!("renew {}", self.name(*key)),
            Effect::Finish(key) => format!("finish {}", self.name(*key)),
            Effect::Release { key, reason, note } => {
                let note = match note {
                    Note::Nothing => String::new(),
                    Note::Attempts(attempts) => format!(", tried {attempts}"),
                    Note::GiveUp => ", given up".to_owned(),
                };
                format!("release {}{note}: {reason}", self.name(*key))
            }
            Effect::Forget { key, verdict } => {
                format!("forget {}, {}", self.name(*key), Self::verdict(verdict))
            }
            Effect::Drop(key) => format!("drop {}", self.name(*key)),
            Effect::Sync(site) => format!("sync{}", self.site(*site)),
            Effect::Warn(text) => format!("warn: {text}"),
            Effect::Quit => "quit".to_owned(),
        }
    }

    fn verdict(verdict: &Verdict) -> &'static str {
        match verdict {
            Verdict::Done => "done",
            Verdict::Gated => "gated",
            Verdict::Failed(_) => "failed",
            Verdict::GaveUp(_) => "gave up",
            Verdict::GivenBack(_) => "given back",
            Verdict::Lost => "lost",
        }
    }
}

/// Plays a scenario; its text with what the machine really wants.
fn play(text: &str) -> String {
    let head = text.lines().take_while(|line| !line.starts_with('>'));
    let settings: BTreeMap<String, String> = head
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    let agents = settings["agents"].split(' ').map(|agent| {
        let (name, places) = agent.split_once('=').expect("an agent has places");
        (name.to_owned(), places.parse().unwrap())
    });
    let agents = agents.collect();
    let sites = settings.get("shared").map_or(1, |shared| shared.split(' ').count());
    let scenario = Scenario { settings, agents, sites };
    let mut machine = scenario.machine();
    let mut played = Vec::new();
    let mut expects = false;
    for line in text.lines() {
        if let Some(happens) = line.strip_prefix("> ") {
            let (at, what) = happens.split_once(' ').expect("a time and what happens");
            let at = Duration::from_secs_f64(at.parse().unwrap());
            played.push(line.to_owned());
            let effects = machine.step(at, scenario.input(what));
            played.extend(effects.iter().map(|effect| scenario.effect(effect)));
            expects = true;
        } else if line.is_empty() || line.starts_with('#') {
            played.push(line.to_owned());
            expects = false;
        } else if !expects {
            played.push(line.to_owned());
        }
    }
    played.join("\n") + "\n"
}

#[test]
fn every_scenario_goes_as_it_says() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/coordinator");
    let mut count = 0;
    let mut wrong = String::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        let played = play(&text);
        if played != text {
            let diff = similar::TextDiff::from_lines(&text, &played);
            writeln!(wrong, "{}\n{}", path.display(), diff.unified_diff()).unwrap();
        }
        count += 1;
    }
    assert!(count >= 10, "there are {count} scenarios");
    assert!(wrong.is_empty(), "\n{wrong}");
}
