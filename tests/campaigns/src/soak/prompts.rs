//! What the agents are told to do: all that a person's agent does, in small.

use outrider_testkit::chance::Chance;
use serde_json::{Value, json};

const MARKDOWN: &str = "## What was found\\n\\nThe first line of **some** text with `code` in it.\\n\\n- one\\n- two with \
    _stress_\\n- three\\n\\n```rust\\nfn main() {\\n    println!(\"soak\");\\n}\\n```\\n\\nNaïve café, 日本語 and 🚀 too.\\n";

fn tool(name: &str, input: &Value) -> String {
    format!("%%tool {name} {input}\n")
}

fn bash(command: &str) -> String {
    tool("bash", &json!({ "command": command, "description": "Works a little" }))
}

/// A prompt with its script; `number` makes it one of its kind.
pub fn draw(chance: &mut Chance, number: u64) -> String {
    let file = chance.below(6);
    let script = match chance.below(10) {
        0 => "%%reasonstream 60 0.02\n%%stream 150 0.02 alpha\n".to_owned(),
        1 | 2 => format!("%%reason A short thought.\n%%words 0.02 {MARKDOWN}\n"),
        3 => format!("%%text First a look.\n{}%%turn\n%%stream 80 0.02 beta\n", bash("seq 1 400")),
        4 => {
            let content = format!("{number}\n").repeat(40);
            let input = json!({ "filePath": format!("notes-{file}.txt"), "content": content });
            format!("{}%%turn\n%%words 0.02 {MARKDOWN}\n", tool("write", &input))
        }
        5 => {
            let todos: Vec<Value> = (0..5)
                .map(|item| json!({ "content": format!("Step {item}"), "status": "pending", "priority": "low" }))
                .collect();
            format!("{}%%turn\n%%stream 60 0.02 gamma\n", tool("todowrite", &json!({ "todos": todos })))
        }
        6 => {
            let work = format!("%%stream 60 0.02 child\n{}%%turn\n%%text Found it.", bash("sleep 0.5; seq 1 50"));
            let input = json!({ "description": "Look around", "prompt": work, "subagent_type": "general" });
            format!("{}%%turn\n%%text The child is done.\n", tool("task", &input))
        }
        7 => format!("{}%%turn\n%%words 0.02 {MARKDOWN}\n", bash("rm -f never-there")),
        8 => "%%stream 400 0.015 delta\n".to_owned(),
        _ => format!(
            "{}{}%%turn\n%%stream 100 0.02 epsilon\n",
            tool("read", &json!({ "filePath": "README.md" })),
            tool(
                "bash",
                &json!({ "command": "for i in 1 2 3 4; do echo $i; sleep 0.3; done", "description": "Counts" })
            ),
        ),
    };
    format!("Number {number}, please.\n{script}%%text The end of number {number}.")
}

/// The same without pauses between words, and without what waits for a permission.
pub fn in_a_hurry(chance: &mut Chance, number: u64) -> String {
    loop {
        let text = draw(chance, number);
        if !text.contains("rm -f") {
            return text.replace(" 0.02 ", " 0.002 ").replace(" 0.015 ", " 0.002 ");
        }
    }
}
