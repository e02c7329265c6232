//! What happens in a scenario, all of it decided by its seed.

use std::time::Duration;

use outrider_testkit::chance::Chance;
use outrider_testkit::fault_proxy::Strike;
use serde_json::json;

use crate::pace::Pace;
use crate::words;

#[derive(Debug, Clone)]
pub struct Scenario {
    pub stories: Vec<Story>,
    pub acts: Vec<(Duration, Act)>,
    pub strikes: Vec<(Duration, Strike)>,
    /// The server crashes after this and is started again with the same data.
    pub restart: Option<Duration>,
    /// The second window reads further up in a long session all the while.
    pub reads_back: bool,
    /// In the end a run waits for a permission that nobody gives until all was compared.
    pub ends_asking: Option<Prompt>,
    pub answers: Chance,
}

/// A session and what is asked in it.
#[derive(Debug, Clone)]
pub struct Story {
    pub prompts: Vec<Prompt>,
}

#[derive(Debug, Clone)]
pub struct Prompt {
    pub text: String,
    /// The prompts that it makes the agent give to subagents.
    pub children: Vec<String>,
    /// Sent by Outrider; else by another client of the server.
    pub here: bool,
    /// Sent without waiting for the end of the run before.
    pub queued: bool,
}

/// What the person or another client does meanwhile, in or to one of the sessions there are then.
#[derive(Debug, Clone)]
pub enum Act {
    Abort { here: bool },
    Rename(String),
    Delete { abort_first: bool },
    DeleteMessage,
    Revert,
    Unrevert,
    Look { second: bool },
    LookAway { second: bool },
    Expand,
    CloseTab,
    Retry,
    NewSession,
}

impl Scenario {
    pub fn draw(seed: u64, pace: &Pace, folder: &str) -> Self {
        let root = Chance::new(seed);
        let mut scripts = Scripts { chance: root.fork("scripts"), texts: seed % 1000 * 1000, pace, folder };
        let mut chance = root.fork("acts");
        let pause = |chance: &mut Chance| Duration::from_millis(chance.below(pace.pause_ms));
        let stories = (0..chance.between(1, 3)).map(|_| scripts.story()).collect();
        let acts = (0..chance.below(7)).map(|_| (pause(&mut chance), Act::draw(&mut chance))).collect();
        let mut faults = root.fork("faults");
        let strikes = (0..faults.between(1, 5)).map(|_| (pause(&mut faults), Strike::draw(&mut faults, &pace.scale())));
        let strikes = strikes.collect();
        let mut chance = root.fork("rest");
        Self {
            stories,
            acts,
            strikes,
            restart: chance.one_in(8).then(|| Duration::from_millis(chance.between(100, 1_500))),
            reads_back: chance.one_in(4),
            ends_asking: chance.one_in(3).then(|| scripts.asking()),
            answers: root.fork("answers"),
        }
    }
}

impl Act {
    fn draw(chance: &mut Chance) -> Self {
        match chance.below(20) {
            0 => Self::Abort { here: true },
            1 => Self::Abort { here: false },
            2 | 3 => Self::Rename(format!("Renamed {}", chance.below(1_000_000))),
            4 => Self::Delete { abort_first: !chance.one_in(3) },
            5 => Self::DeleteMessage,
            6 | 7 => Self::Revert,
            8 | 9 => Self::Unrevert,
            10..13 => Self::Look { second: true },
            13 => Self::Look { second: false },
            14 => Self::LookAway { second: chance.one_in(2) },
            15 | 16 => Self::Expand,
            17 => Self::CloseTab,
            18 => Self::Retry,
            _ => Self::NewSession,
        }
    }
}

/// Writes the model's scripts.
struct Scripts<'a> {
    chance: Chance,
    /// Texts are numbered: none is like another.
    texts: u64,
    pace: &'a Pace,
    folder: &'a str,
}

impl Scripts<'_> {
    fn story(&mut self) -> Story {
        let count = self.chance.between(1, 3);
        Story { prompts: (0..count).map(|_| self.prompt(true)).collect() }
    }

    /// A prompt whose run waits for a permission after some text.
    fn asking(&mut self) -> Prompt {
        let mut prompt = Prompt { text: String::new(), children: Vec::new(), here: true, queued: false };
        let (text, tool) = (self.text(), self.tool(Kind::Ask, &mut prompt.children));
        prompt.text = format!("{text}\n{tool}\n%%turn\n{}", self.text());
        prompt
    }

    fn prompt(&mut self, may_delegate: bool) -> Prompt {
        let mut lines = Vec::new();
        let mut children = Vec::new();
        for _ in 0..self.chance.below(3) {
            self.prose(&mut lines);
            for _ in 0..self.chance.between(1, 3) {
                let kinds = if may_delegate { &Kind::ALL[..] } else { &Kind::ALL[..5] };
                let kind = *self.chance.pick(kinds);
                let tool = self.tool(kind, &mut children);
                lines.push(tool);
            }
            lines.push("%%turn".to_owned());
        }
        self.prose(&mut lines);
        let (here, queued) = (!self.chance.one_in(3), self.chance.one_in(4));
        Prompt { text: lines.join("\n"), children, here, queued }
    }

    fn prose(&mut self, lines: &mut Vec<String>) {
        if self.chance.one_in(3) {
            self.texts += 1;
            let words = words::text(self.texts, self.chance.between(3, 12)).replace("\\n\\n", " ");
            for (index, word) in words.split(' ').enumerate() {
                // The space of a later word is its own: a directive keeps what follows its first space.
                lines.push(format!("%%reason {}{word}", if index == 0 { "" } else { " " }));
                lines.push(format!("%%sleep {}", self.delay()));
            }
        }
        let text = self.text();
        lines.push(text);
    }

    fn text(&mut self) -> String {
        self.texts += 1;
        let words = self.chance.between(1, self.pace.words);
        format!("%%words {} {}", self.delay(), words::text(self.texts, words))
    }

    /// In seconds, as directives have it.
    fn delay(&mut self) -> String {
        format!("0.{:03}", self.chance.below(self.pace.word_ms))
    }

    fn tool(&mut self, kind: Kind, children: &mut Vec<String>) -> String {
        self.texts += 1;
        let number = self.texts;
        let (name, input) = match kind {
            Kind::Quick => ("bash", json!({ "command": format!("echo out {number}"), "description": "quick" })),
            Kind::Slow => {
                let command = format!("for i in 1 2 3 4; do echo {number} $i; sleep 0.05; done");
                ("bash", json!({ "command": command, "description": "slow" }))
            }
            Kind::Write => {
                let path = format!("{}/made-{number}.txt", self.folder);
                ("write", json!({ "filePath": path, "content": format!("grün {number}\n") }))
            }
            Kind::Read => ("read", json!({ "filePath": format!("{}/README.md", self.folder) })),
            Kind::Todos => {
                let todo = |index: u64| json!({ "content": format!("todo {number}.{index}"), "status": "pending", "priority": "high" });
                ("todowrite", json!({ "todos": (0..self.chance.between(1, 4)).map(todo).collect::<Vec<_>>() }))
            }
            Kind::Ask => ("bash", json!({ "command": format!("echo ask {number}"), "description": "asks" })),
            Kind::Question => {
                let options = json!([{ "label": "Red", "description": "r" }, { "label": "Blue", "description": "b" }]);
                let item = json!({ "question": format!("Which of {number}?"), "header": "Colour", "options": options });
                ("question", json!({ "questions": [item] }))
            }
            Kind::Task => {
                let child = self.prompt(false);
                children.push(child.text.clone());
                let input = json!({ "description": format!("child {number}"), "prompt": child.text, "subagent_type": "general" });
                ("task", input)
            }
        };
        format!("%%tool {name} {input}")
    }
}

#[derive(Debug, Clone, Copy)]
enum Kind {
    Quick,
    Slow,
    Write,
    Read,
    Todos,
    Ask,
    Question,
    Task,
}

impl Kind {
    /// Those that an agent may use without a person, then the others.
    const ALL: [Self; 8] =
        [Self::Quick, Self::Slow, Self::Write, Self::Read, Self::Ask, Self::Todos, Self::Question, Self::Task];
}
