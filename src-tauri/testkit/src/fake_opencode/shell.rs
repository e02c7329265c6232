//! As much of a shell as scripts need: `echo`, `printf`, `seq`, `sleep`, `exit`, `true`, `false` and
//! `for NAME in WORDS; do …; done`, one after the other. Every other command does nothing and prints nothing.

use std::time::Duration;

/// What a command does.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Step {
    Print(String),
    Sleep(Duration),
    Exit(i32),
}

/// What a command line does, in order.
pub(super) fn read(line: &str) -> Vec<Step> {
    let words = line.replace("&&", ";");
    let mut steps = Vec::new();
    let mut commands = words.split([';', '\n']).map(str::trim).filter(|command| !command.is_empty());
    while let Some(command) = commands.next() {
        let Some((name, values)) = command.strip_prefix("for ").and_then(|rest| rest.split_once(" in ")) else {
            steps.extend(simple(command));
            continue;
        };
        let body: Vec<_> = commands.by_ref().take_while(|command| *command != "done").collect();
        for value in values.split_whitespace() {
            for command in &body {
                let command = command.strip_prefix("do ").unwrap_or(command);
                steps.extend(simple(&command.replace(&format!("${}", name.trim()), value)));
            }
        }
    }
    steps
}

fn simple(command: &str) -> Vec<Step> {
    let (name, rest) = command.split_once(' ').unwrap_or((command, ""));
    let rest = rest.trim().trim_matches(['"', '\'']);
    match name {
        "echo" => vec![Step::Print(format!("{rest}\n"))],
        "printf" => vec![Step::Print(rest.replace("\\n", "\n"))],
        "seq" => (1..=rest.parse().unwrap_or(0)).map(|number: u32| Step::Print(format!("{number}\n"))).collect(),
        "sleep" => {
            let length = rest.parse().ok().and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
            length.map(Step::Sleep).into_iter().collect()
        }
        "exit" => vec![Step::Exit(rest.parse().unwrap_or(0))],
        "false" => vec![Step::Exit(1)],
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_commands_of_the_recordings() {
        let print = |text: &str| Step::Print(text.to_owned());
        let sleep = Step::Sleep(Duration::from_millis(100));
        let steps = read("for i in 1 2; do echo $i; sleep 0.1; done; echo 'the end' && rm -f x; exit 3");
        let expected = [print("1\n"), sleep.clone(), print("2\n"), sleep, print("the end\n"), Step::Exit(3)];
        assert_eq!(steps, expected);
    }
}
