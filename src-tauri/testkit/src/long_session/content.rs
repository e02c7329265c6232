//! What the messages of a long session say and do. All of it follows from the message's number.

use std::path::Path;

use serde_json::{Value, json};

/// A prompt, and the steps of the answer to it.
const TURN: usize = 6;
/// How long a step takes, in milliseconds.
const STEP: u64 = 14_000;

const FILES: [&str; 5] = ["src/router.rs", "src/store/state.rs", "web/app.ts", "tools/report.py", "docs/plan.md"];
const NOUNS: [&str; 7] = ["parser", "cache", "queue", "index", "session", "handler", "scheduler"];
const VERBS: [&str; 7] = ["reads", "keeps", "drops", "merges", "retries", "counts", "splits"];

pub(super) fn is_prompt(number: usize) -> bool {
    number.is_multiple_of(TURN)
}

pub(super) fn prompt_info(created: u64) -> Value {
    let model = json!({ "providerID": "scripted", "modelID": "echo" });
    json!({ "role": "user", "time": { "created": created }, "agent": "build", "model": model })
}

/// `prompt` is the id of the message that is answered.
pub(super) fn answer_info(number: usize, folder: &Path, created: u64, prompt: &str) -> Value {
    let input = 8_000 + number as u64 % 3_000 * 40;
    json!({
        "role": "assistant", "parentID": prompt, "time": { "created": created, "completed": created + STEP },
        "modelID": "echo", "providerID": "scripted", "mode": "build", "agent": "build",
        "path": { "cwd": folder, "root": folder }, "cost": 0.002,
        "tokens": { "input": input, "output": 400, "reasoning": 60, "cache": { "read": 5_000, "write": 0 } },
        "finish": if number % TURN == TURN - 1 { "stop" } else { "tool-calls" },
    })
}

/// The parts, without ids.
pub(super) fn parts(number: usize, folder: &Path, created: u64) -> Vec<Value> {
    let time = json!({ "start": created + 200, "end": created + STEP - 200 });
    let call = |tool: &str, input: Value, output: String, title: &str, metadata: Value| {
        json!({
            "type": "tool", "tool": tool, "callID": format!("call_{number}_{tool}"),
            "state": { "status": "completed", "input": input, "output": output, "title": title, "metadata": metadata,
                "time": time },
        })
    };
    let file = FILES[number / TURN % FILES.len()];
    let path = folder.join(file).display().to_string();
    let said = |rest: String| json!({ "type": "text", "text": format!("Message {number}. {rest}"), "time": time });
    let step = match number % TURN {
        0 => {
            return vec![
                json!({ "type": "text", "text": format!("Message {number}. {}", prose(number, 1 + number % 4)) }),
            ];
        }
        1 => {
            let text = source(file, number, 60);
            let numbered: String =
                text.lines().zip(1..).map(|(line, at)| format!("{at}: {line}\n")).collect::<Vec<_>>().concat();
            let end = "(End of file - total 60 lines)";
            let output = format!("<path>{path}</path>\n<type>file</type>\n<content>\n{numbered}\n{end}\n</content>");
            let display = json!({ "type": "file", "path": path, "text": text.trim_end(), "lineStart": 1, "lineEnd": 60,
                "totalLines": 60, "truncated": false });
            vec![
                json!({ "type": "reasoning", "text": prose(number, 6), "time": time }),
                said(prose(number, 1)),
                call(
                    "read",
                    json!({ "filePath": path }),
                    output,
                    file,
                    json!({ "truncated": false, "display": display }),
                ),
            ]
        }
        2 => {
            let matches: String = (1..=9)
                .map(|at| {
                    format!("{}:\n  Line {}: {}\n", folder.join(FILES[at % 5]).display(), at * 7, line(number + at))
                })
                .collect::<Vec<_>>()
                .concat();
            let word = NOUNS[number % NOUNS.len()];
            vec![
                said(prose(number, 2)),
                call(
                    "grep",
                    json!({ "pattern": word }),
                    format!("Found 9 matches\n{matches}"),
                    word,
                    json!({ "matches": 9, "truncated": false }),
                ),
                call(
                    "glob",
                    json!({ "pattern": "**/*.rs" }),
                    FILES.map(|file| folder.join(file).display().to_string()).join("\n"),
                    "**/*.rs",
                    json!({ "count": FILES.len(), "truncated": false }),
                ),
            ]
        }
        3 => {
            let diff = diff(&path, number);
            let filediff = json!({ "file": path, "patch": diff, "additions": 4, "deletions": 3 });
            let input = json!({ "filePath": path, "oldString": line(number), "newString": line(number + 1) });
            let metadata = json!({ "diagnostics": {}, "diff": diff, "filediff": filediff, "truncated": false });
            vec![
                json!({ "type": "reasoning", "text": prose(number, 3), "time": time }),
                said(prose(number, 2)),
                call("edit", input, "Edit applied successfully.".to_owned(), file, metadata),
            ]
        }
        4 => {
            let tests: String = (0..40 + number % 120)
                .map(|at| format!("test {}::{} ... \u{1b}[32mok\u{1b}[0m\n", NOUNS[at % 7], line(at).replace(' ', "_")))
                .collect::<Vec<_>>()
                .concat();
            let metadata = json!({ "output": tests, "exit": 0, "truncated": false });
            let input = json!({ "command": "cargo test --workspace", "description": "Runs the tests" });
            vec![said(prose(number, 1)), call("bash", input, tests.clone(), "cargo test --workspace", metadata)]
        }
        _ => vec![said(answer(file, number))],
    };
    let start = json!({ "type": "step-start" });
    let tokens = json!({ "input": 10, "output": 400, "reasoning": 60, "cache": { "read": 5_000, "write": 0 } });
    let reason = if number % TURN == TURN - 1 { "stop" } else { "tool-calls" };
    let finish = json!({ "type": "step-finish", "reason": reason, "tokens": tokens, "cost": 0.002 });
    [vec![start], step, vec![finish]].concat()
}

/// A whole answer: a heading, paragraphs, a list, a table and code.
fn answer(file: &str, number: usize) -> String {
    let language = file.rsplit('.').next().unwrap_or_default();
    let rows: String = (0..4)
        .map(|at| format!("| `{}` | {} | {} |\n", NOUNS[(number + at) % 7], VERBS[(number + at) % 7], number * 3 + at))
        .collect::<Vec<_>>()
        .concat();
    let items: String = (0..3 + number % 4)
        .map(|at| format!("- **{}**: {}\n", NOUNS[at % 7], line(number + at)))
        .collect::<Vec<_>>()
        .concat();
    format!(
        "Done.\n\n## What changed in `{file}`\n\n{}\n\n{items}\n| part | does | calls |\n| --- | --- | ---: |\n{rows}\n\
         ```{language}\n{}```\n\n{}\n",
        prose(number, 3),
        source(file, number, 8 + number % 20),
        prose(number + 1, 2)
    )
}

fn prose(number: usize, sentences: usize) -> String {
    let all: Vec<String> = (0..sentences)
        .map(|at| {
            let at = number * 3 + at;
            format!(
                "The {} {} what the `{}` has left, and {}.",
                NOUNS[at % 7],
                VERBS[at / 7 % 7],
                NOUNS[at / 3 % 7],
                line(at)
            )
        })
        .collect();
    all.join(" ")
}

fn line(number: usize) -> String {
    format!("{} {} {} of {}", VERBS[number % 7], NOUNS[number / 2 % 7], number % 90, NOUNS[number / 5 % 7])
}

/// Lines of code in the language of the file.
fn source(file: &str, number: usize, lines: usize) -> String {
    let of = |at: usize| {
        let (noun, verb, value) = (NOUNS[at % 7], VERBS[at / 3 % 7], at % 97);
        match file.rsplit('.').next() {
            Some("rs") => format!("    let {noun}_{value} = self.{noun}.{verb}(&items[{value}..], \"{noun}\")?;\n"),
            Some("ts") => {
                format!("  const {noun}{value} = await this.{noun}.{verb}(items.slice({value}), `{noun}`);\n")
            }
            Some("py") => format!("    {noun}_{value} = self.{noun}.{verb}(items[{value}:], \"{noun}\")  # {verb}\n"),
            _ => format!("{value}. The {noun} {verb} **{value}** of them.\n"),
        }
    };
    (number..number + lines).map(of).collect()
}

/// A change of three lines, as the server's tools write it.
fn diff(path: &str, number: usize) -> String {
    let lines = |sign: &str, count: usize, from: usize| -> String {
        (0..count).map(|at| format!("{sign}    {};\n", line(from + at))).collect::<Vec<_>>().concat()
    };
    format!(
        "Index: {path}\n===================================================================\n--- {path}\n+++ {path}\n\
         @@ -{at},9 +{at},10 @@\n{}{}{}{}",
        lines(" ", 3, number),
        lines("-", 3, number + 7),
        lines("+", 4, number + 8),
        lines(" ", 3, number + 20),
        at = number % 300 + 1
    )
}
