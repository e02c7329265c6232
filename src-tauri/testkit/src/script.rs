//! The directives that tell the scripted model how to answer.
//!
//! They stand in the last prompt of the person, one a line, each beginning with `%%`:
//!
//! ```text
//! %%text TEXT                 one delta                              (\n in TEXT becomes a newline)
//! %%words DELAY TEXT          one delta a word, DELAY seconds apart
//! %%stream N DELAY [PREFIX]   N deltas 'PREFIX0 ' 'PREFIX1 ' ...     (prefix w if none is given)
//! %%stamped N RATE            N deltas of Markdown, RATE of them each second, that say when they were sent
//! %%reason TEXT               one delta of reasoning
//! %%reasonstream N DELAY      N deltas of reasoning 'r0 ' 'r1 ' ...
//! %%tool NAME {json}          a tool call; several in a row run in parallel
//! %%toolstream NAME SIZE DELAY {json}   the same, its arguments in pieces of SIZE characters
//! %%badtool NAME RAW          a tool call whose arguments are RAW, valid JSON or not
//! %%sleep SECONDS             silence
//! %%wait NAME                 silence until the test opens NAME; also notes that NAME was reached
//! %%reached NAME              notes that the answer came this far
//! %%turn                      what follows answers the next request, after the tools' results
//! %%error CODE [times=N] [Header:value ...] MESSAGE   an HTTP error instead of a stream; it stands first in its turn.
//!                             MESSAGE may be a whole JSON body. With times=N only the first N requests fail
//! %%streamerror MESSAGE       an error object inside the stream, then its end
//! %%malformed RAW             a raw `data: RAW` line
//! %%cut [times=N]             the connection closes in the middle of the body, which the server takes for a failed
//!                             request and tries again
//! %%rst [times=N]             the same with a TCP reset
//! %%eof                       the body ends properly, but without finish_reason and [DONE]; the server takes that
//!                             for the end of a step and asks for the next
//! %%hang [SECONDS]            silence (an hour if not said); standing first, not even HTTP headers come
//! %%finish REASON             the finish_reason (else stop, or tool_calls after a tool call)
//! %%usage IN OUT [REASONING] [CACHED]   the tokens reported at the end
//! %%id ANYTHING               makes the prompt unique: `times=` counts by a prompt's text and its number in the
//!                             session
//! ```
//!
//! Without directives, `tool:NAME {json}` anywhere in the prompt makes one call. A directive that cannot be read becomes
//! the text `[unknown directive ...]`.

use std::time::Duration;

/// What a prompt asks for: the answers to the requests that follow it, in order.
#[derive(Debug, Clone, PartialEq)]
pub struct Script {
    turns: Vec<Vec<Step>>,
}

/// One thing the model does while it answers a request.
#[expect(missing_docs, reason = "what is said of a variant covers its fields")]
#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    /// One delta of text.
    Text(String),
    /// Text that comes word by word; the words' own spacing is kept.
    Words { delay: Duration, text: String },
    /// `count` deltas, each the prefix and its number.
    Stream { count: usize, delay: Duration, prefix: String },
    /// `count` deltas of Markdown that say when they were sent, `rate` of them each second.
    Stamped { count: usize, rate: f64 },
    /// One delta of reasoning.
    Reason(String),
    /// Reasoning that comes word by word.
    ReasonWords { delay: Duration, text: String },
    /// `count` deltas of reasoning.
    ReasonStream { count: usize, delay: Duration },
    /// A tool call. Its arguments are sent as they stand, in one piece or in pieces of `pieces` characters.
    Tool { name: String, arguments: String, pieces: Option<Pieces> },
    /// Silence.
    Sleep(Duration),
    /// Silence until the gate of this name is opened.
    Wait(String),
    /// Notes that the answer came this far.
    Reached(String),
    /// An HTTP error instead of a stream.
    Error(HttpError),
    /// An error object inside the stream, and its end.
    StreamError(String),
    /// A raw line of data.
    Malformed(String),
    /// The connection closes in the middle of the body, by a reset if `reset`; with `times`, only so often.
    Cut { reset: bool, times: Option<u32> },
    /// The body ends properly, but too early.
    End,
    /// Silence, long enough that somebody has to give up.
    Hang(Duration),
    /// The reason given for the end of the answer.
    Finish(String),
    /// The tokens reported at the end.
    Usage(Usage),
    /// A directive that could not be read.
    Unknown(String),
}

/// How the arguments of a tool call are cut up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pieces {
    /// Characters in each piece.
    pub size: usize,
    /// The pause after each piece.
    pub delay: Duration,
}

/// An answer that is an HTTP error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpError {
    /// The HTTP status.
    pub status: u16,
    /// How many requests of this turn fail; all of them if not said.
    pub times: Option<u32>,
    /// Headers of the answer, such as retry-after.
    pub headers: Vec<(String, String)>,
    /// The sentence, or a whole JSON body.
    pub message: String,
}

/// Counts of tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Usage {
    /// Tokens of the prompt, cached ones included.
    pub input: u64,
    /// Tokens of the answer.
    pub output: u64,
    /// Tokens of reasoning.
    pub reasoning: u64,
    /// Tokens of the prompt that came from a cache.
    pub cached: u64,
}

impl Script {
    /// Reads the directives in a prompt. `None` when it has none.
    pub fn parse(prompt: &str) -> Option<Self> {
        let mut turns = vec![Vec::new()];
        let mut found = false;
        for directive in prompt.lines().filter_map(|line| line.trim().strip_prefix("%%")) {
            found = true;
            let (verb, rest) = word(directive);
            match verb {
                "turn" => turns.push(Vec::new()),
                "id" => {}
                _ => {
                    if let Some(turn) = turns.last_mut() {
                        turn.push(step(verb, rest).unwrap_or_else(|| Step::Unknown(directive.to_owned())));
                    }
                }
            }
        }
        if !found {
            let call = prompt.split_once("tool:")?.1.trim().lines().next().unwrap_or_default();
            turns = vec![vec![Step::Text("Calling. ".to_owned()), tool(call, None)]];
        }
        Some(Self { turns })
    }

    /// The steps that answer the request numbered `turn`, counted from the prompt on. `None` past the last one.
    pub fn turn(&self, turn: usize) -> Option<&[Step]> {
        self.turns.get(turn).map(Vec::as_slice)
    }
}

/// The first word of a text, and what follows the space after it.
fn word(text: &str) -> (&str, &str) {
    text.split_once(' ').unwrap_or((text, ""))
}

fn step(verb: &str, rest: &str) -> Option<Step> {
    Some(match verb {
        "text" => Step::Text(newlines(rest)),
        "words" => {
            let (delay, text) = word(rest);
            Step::Words { delay: seconds(delay)?, text: newlines(text) }
        }
        "stream" => {
            let mut given = rest.split_whitespace();
            Step::Stream {
                count: given.next()?.parse().ok()?,
                delay: seconds(given.next()?)?,
                prefix: given.next().unwrap_or("w").to_owned(),
            }
        }
        "stamped" => {
            let (count, rate) = word(rest);
            let rate = rate.trim().parse().ok().filter(|rate: &f64| rate.is_finite() && *rate > 0.0)?;
            Step::Stamped { count: count.parse().ok()?, rate }
        }
        "reason" => Step::Reason(newlines(rest)),
        "reasonstream" => {
            let (count, delay) = word(rest);
            Step::ReasonStream { count: count.parse().ok()?, delay: seconds(delay)? }
        }
        "tool" | "badtool" => tool(rest, None),
        "toolstream" => {
            let (name, rest) = word(rest);
            let (size, rest) = word(rest);
            let (delay, arguments) = word(rest);
            let pieces = Pieces { size: size.parse().ok().filter(|size| *size > 0)?, delay: seconds(delay)? };
            tool(&format!("{name} {arguments}"), Some(pieces))
        }
        "sleep" => Step::Sleep(seconds(rest)?),
        "wait" => Step::Wait(name(rest)?),
        "reached" => Step::Reached(name(rest)?),
        "error" => Step::Error(http_error(rest)?),
        "streamerror" => Step::StreamError(rest.to_owned()),
        "malformed" => Step::Malformed(rest.to_owned()),
        "cut" | "rst" => Step::Cut { reset: verb == "rst", times: times(rest)?.0 },
        "eof" => Step::End,
        "hang" => Step::Hang(if rest.is_empty() { Duration::from_hours(1) } else { seconds(rest)? }),
        "finish" => Step::Finish(name(rest)?),
        "usage" => Step::Usage(usage(rest)?),
        _ => return None,
    })
}

fn newlines(text: &str) -> String {
    text.replace("\\n", "\n")
}

fn seconds(text: &str) -> Option<Duration> {
    Duration::try_from_secs_f64(text.trim().parse().ok()?).ok()
}

fn name(text: &str) -> Option<String> {
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

fn tool(call: &str, pieces: Option<Pieces>) -> Step {
    let (name, arguments) = word(call);
    let arguments = if arguments.is_empty() { "{}" } else { arguments };
    Step::Tool { name: name.to_owned(), arguments: arguments.to_owned(), pieces }
}

/// An optional `times=N` in front, and what follows it. `None` when N is no number.
fn times(text: &str) -> Option<(Option<u32>, &str)> {
    let Some(rest) = text.strip_prefix("times=") else { return Some((None, text)) };
    let (count, rest) = word(rest);
    Some((Some(count.trim().parse().ok()?), rest))
}

fn http_error(text: &str) -> Option<HttpError> {
    let (status, rest) = word(text);
    let (times, mut rest) = times(rest)?;
    let mut headers = Vec::new();
    loop {
        let (header, after) = word(rest);
        if header.starts_with('{') {
            break;
        }
        let Some((name, value)) = header.split_once(':') else { break };
        headers.push((name.to_owned(), value.to_owned()));
        rest = after;
    }
    Some(HttpError { status: status.parse().ok()?, times, headers, message: rest.to_owned() })
}

fn usage(text: &str) -> Option<Usage> {
    let counts: Vec<u64> = text.split_whitespace().map(str::parse).collect::<Result<_, _>>().ok()?;
    let at = |index: usize| counts.get(index).copied();
    Some(Usage {
        input: at(0)?,
        output: at(1)?,
        reasoning: at(2).unwrap_or_default(),
        cached: at(3).unwrap_or_default(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn only(prompt: &str) -> Step {
        let script = Script::parse(prompt).unwrap();
        let [step] = script.turn(0).unwrap() else { panic!("one step expected: {script:?}") };
        step.clone()
    }

    #[test]
    fn reads_turns_and_leaves_prose_alone() {
        let script = Script::parse("Please.\n  %%text a\\nb\n%%id 7\n%%turn\nand\n%%finish length").unwrap();
        assert_eq!(script.turn(0), Some([Step::Text("a\nb".into())].as_slice()));
        assert_eq!(script.turn(1), Some([Step::Finish("length".into())].as_slice()));
        assert_eq!(script.turn(2), None);
        assert_eq!(Script::parse("no directive, 100%% sure"), None);
    }

    #[test]
    fn reads_streams() {
        let delay = Duration::from_millis(20);
        assert_eq!(only("%%stream 3 0.02"), Step::Stream { count: 3, delay, prefix: "w".into() });
        assert_eq!(only("%%stream 3 0.02 x"), Step::Stream { count: 3, delay, prefix: "x".into() });
        assert_eq!(only("%%stamped 9 200"), Step::Stamped { count: 9, rate: 200.0 });
        assert_eq!(only("%%words 0.02 two  words"), Step::Words { delay, text: "two  words".into() });
        assert_eq!(only("%%reasonstream 4 0.02"), Step::ReasonStream { count: 4, delay });
        assert_eq!(only("%%usage 10 4 3"), Step::Usage(Usage { input: 10, output: 4, reasoning: 3, cached: 0 }));
    }

    #[test]
    fn reads_tool_calls() {
        let call =
            |name: &str, arguments: &str, pieces| Step::Tool { name: name.into(), arguments: arguments.into(), pieces };
        assert_eq!(only(r#"%%tool bash {"command": "ls -la"}"#), call("bash", r#"{"command": "ls -la"}"#, None));
        assert_eq!(only("%%tool todoread"), call("todoread", "{}", None));
        assert_eq!(only("%%badtool bash {not json"), call("bash", "{not json", None));
        let pieces = Pieces { size: 5, delay: Duration::from_millis(10) };
        assert_eq!(only(r#"%%toolstream write 5 0.01 {"a": "b c"}"#), call("write", r#"{"a": "b c"}"#, Some(pieces)));
        let script = Script::parse("run tool:bash {\"command\": \"ls\"}\nplease").unwrap();
        assert_eq!(script.turn(0).unwrap()[1], call("bash", "{\"command\": \"ls\"}", None));
    }

    #[test]
    fn reads_faults() {
        assert_eq!(
            only("%%error 429 times=2 Retry-After:1 X-A:b slow down: please"),
            Step::Error(HttpError {
                status: 429,
                times: Some(2),
                headers: vec![("Retry-After".into(), "1".into()), ("X-A".into(), "b".into())],
                message: "slow down: please".into(),
            })
        );
        let Step::Error(error) = only(r#"%%error 400 {"error":{"message":"m"}}"#) else { panic!() };
        assert_eq!((error.headers.len(), error.message.as_str()), (0, r#"{"error":{"message":"m"}}"#));
        assert_eq!(only("%%rst times=1"), Step::Cut { reset: true, times: Some(1) });
        assert_eq!(only("%%cut"), Step::Cut { reset: false, times: None });
        assert_eq!(only("%%hang"), Step::Hang(Duration::from_hours(1)));
        assert_eq!(only("%%eof"), Step::End);
    }

    #[test]
    fn what_cannot_be_read_is_kept_as_text() {
        for directive in
            ["dance", "sleep soon", "toolstream bash 0 0 {}", "cut times=often", "wait", "usage 1", "stamped 9 0"]
        {
            assert_eq!(only(&format!("%%{directive}")), Step::Unknown(directive.into()));
        }
    }
}
