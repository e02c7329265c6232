//! Calls in forms that the recordings do not have. Those that they have are in `core/tests/replay/tools.rs`.

use serde_json::{Value, json};

use crate::model::{Tool, ToolProgress};
use crate::protocol::{
    DiffRow, DiffRowKind, JsonKind, PartBody, SectionBody, SectionRows, Severity, ToolDetail, TreeRowKind,
};
use crate::render::{Colours, paint};
use crate::store::State;

use super::{Call, Shades, rows, text, tool_body};

const FOLDER: &str = "/home/dev/code";

fn call(name: &str, input: Value, metadata: Value, progress: ToolProgress) -> Tool {
    let name = name.to_owned();
    Tool {
        call: "c".into(),
        name,
        input,
        progress,
        title: None,
        metadata,
        attachments: Vec::new(),
        started: Some(1),
        ended: None,
    }
}

fn done(name: &str, input: Value, metadata: Value, output: &str) -> Tool {
    call(name, input, metadata, ToolProgress::Completed { output: output.to_owned() })
}

/// `count` pieces in a row.
fn each(count: usize, piece: impl Fn(usize) -> String) -> String {
    (0..count).map(piece).collect::<Vec<_>>().concat()
}

struct Shown {
    summary: String,
    result: Option<(String, bool)>,
    changed: Option<(u32, u32)>,
    detail: ToolDetail,
}

fn shown(tool: &Tool) -> Shown {
    shown_with(tool, &Colours::default())
}

fn shown_with(tool: &Tool, colours: &Colours) -> Shown {
    let state = State::new(FOLDER);
    let shades = Shades::new(colours);
    match tool_body(tool, &Call { state: &state, running: true, expanded: true, shades: &shades }) {
        PartBody::Tool { summary, result, changed, detail, .. } => {
            Shown { summary, result: result.map(|result| (result.text, result.bad)), changed, detail: detail.unwrap() }
        }
        _ => unreachable!(),
    }
}

impl Shown {
    fn body(&self, section: usize) -> &SectionBody {
        &self.detail.sections[section].body
    }

    fn diff(&self, section: usize) -> &[DiffRow] {
        match self.body(section) {
            SectionBody::Diff { rows, .. } => rows,
            other => panic!("{other:?}"),
        }
    }
}

fn marks(rows: &[DiffRow]) -> Vec<String> {
    let line = |row: &DiffRow| {
        let mark = match row.kind {
            DiffRowKind::Added => '+',
            DiffRowKind::Removed => '-',
            DiffRowKind::Kept => ' ',
            DiffRowKind::Far => '~',
            DiffRowKind::Gap => '@',
            DiffRowKind::File => '=',
            DiffRowKind::Remark => '\\',
        };
        let number = |number: Option<u32>| number.map_or_else(|| ".".to_owned(), |number| number.to_string());
        format!("{mark}{} {} {}", number(row.old), number(row.new), row.html)
    };
    rows.iter().map(line).collect()
}

#[test]
fn a_running_command_shows_its_newest_lines_and_gives_the_others() {
    let output = each(2_000, |line| format!("line {line}\n"));
    let tool = call("bash", json!({"command": "make"}), json!({"output": output}), ToolProgress::Running);
    let now = shown(&tool);
    let SectionBody::Lines { total, live: true, rows: last, .. } = now.body(1) else { panic!("{:?}", now.body(1)) };
    assert_eq!((*total, last.len(), last[0].number, &*last[0].html), (2_000, 500, 1_500, "line 1500"));
    let state = State::new(FOLDER);
    let Some(SectionRows::Lines { total: 2_000, rows: more }) = rows(&tool, &state, &Colours::default(), 1, 700..702)
    else {
        panic!()
    };
    assert_eq!(
        more.iter().map(|row| (row.number, &*row.html)).collect::<Vec<_>>(),
        [(700, "line 700"), (701, "line 701")]
    );
    assert_eq!(rows(&tool, &state, &Colours::default(), 0, 0..10), None);
    assert_eq!(rows(&tool, &state, &Colours::default(), 9, 0..10), None);
    let Some(SectionRows::Lines { rows: most, .. }) = rows(&tool, &state, &Colours::default(), 1, 0..u32::MAX) else {
        panic!()
    };
    assert_eq!(most.len(), 2_000);
    assert_eq!(text(&tool, &state, 1).unwrap(), output);
}

#[test]
fn a_long_output_shows_both_its_ends() {
    let output = each(100_000, |line| format!("line {line}\n"));
    let now = shown(&done("bash", json!({"command": "make"}), json!({"exit": 0}), &output));
    let SectionBody::Lines { total: 100_000, live: false, rows, .. } = now.body(1) else { panic!() };
    assert_eq!((rows.len(), rows[199].number, rows[200].number, rows[399].number), (400, 199, 99_800, 99_999));
    assert_eq!(now.result, None);
}

#[test]
fn a_diff_has_numbers_gaps_folds_and_marked_words() {
    let kept = each(20, |line| format!(" kept {}\n", line + 1));
    let patch = format!(
        "Index: a\n===\n--- {FOLDER}/src/a.rs\n+++ {FOLDER}/src/a.rs\n@@ -10,22 +10,22 @@\n-let a = 1;\n+let a = 2;\n{kept}-- old\n\
         \\ No newline at end of file\n+++ new\n@@ -50,0 +51,1 @@\n+end\n"
    );
    let metadata = json!({"diff": patch, "filediff": {"additions": 3, "deletions": 2}});
    let now = shown(&done("edit", json!({"filePath": format!("{FOLDER}/src/a.rs")}), metadata, "ok"));
    assert_eq!((&*now.summary, now.changed), ("src/a.rs", Some((3, 2))));
    let SectionBody::Diff { files, total, .. } = now.body(0) else { panic!() };
    assert_eq!((&*files[0].path, files[0].added, files[0].removed, *total), ("src/a.rs", 3, 2, 28));
    let rows = marks(now.diff(0));
    assert_eq!(
        rows[..5],
        [
            "@. . 9 unchanged lines",
            "-10 . let a = <mark>1</mark>;",
            "+. 10 let a = <mark>2</mark>;",
            " 11 11 kept 1",
            " 12 12 kept 2",
        ]
    );
    assert_eq!(rows.iter().filter(|row| row.starts_with('~')).count(), 14, "{rows:#?}");
    assert_eq!(
        rows[22..],
        [
            " 30 30 kept 20",
            "-31 . - old",
            "\\. . No newline at end of file",
            "+. 31 ++ new",
            "@. . 19 unchanged lines",
            "+. 51 end",
        ]
    );
    let state = State::new(FOLDER);
    let tool = done("edit", json!({"filePath": "a"}), json!({"diff": patch}), "ok");
    let Some(SectionRows::Diff { rows: page, .. }) = super::rows(&tool, &state, &Colours::default(), 0, 2..3) else {
        panic!()
    };
    assert_eq!(marks(&page), ["+. 10 let a = <mark>2</mark>;"], "the partner stands before the page");
}

#[test]
fn edits_show_what_is_asked_while_nothing_is_told() {
    let input = json!({"filePath": "/home/dev/code/a.txt", "oldString": "one\ntwo", "newString": "one\nthree"});
    let tool = call("edit", input, json!({}), ToolProgress::Error { error: "Could not find oldString".into() });
    let now = shown(&tool);
    assert_eq!(now.detail.sections[0].note, "Not made");
    assert_eq!(marks(now.diff(0)), [" . . one", "-. . two", "+. . three"]);
    assert!(matches!(now.body(1), SectionBody::Failure { text } if text == "Could not find oldString"));

    let edits = json!([{"oldString": "a", "newString": "b"}, {"oldString": "c", "newString": ""}]);
    let tool = call("multiedit", json!({"filePath": "x", "edits": edits}), json!({}), ToolProgress::Running);
    assert_eq!(marks(shown(&tool).diff(0)), ["-. . a", "+. . b", "@. . …", "-. . c"]);

    let patch = "*** Begin Patch\n*** Update File: a.txt\n@@ fn main\n kept\n-old\n+new\n*** Add File: b.txt\n+hi\n*** End Patch";
    let tool = call("apply_patch", json!({"patchText": patch}), json!({}), ToolProgress::Running);
    let now = shown(&tool);
    assert_eq!(now.summary, "a.txt, b.txt");
    let rows = ["=. . a.txt", "@. . fn main", " . . kept", "-. . old", "+. . new", "=. . b.txt", "+. . hi"];
    assert_eq!(marks(now.diff(0)), rows);
}

#[test]
fn findings_of_the_edited_file_stand_below_it() {
    let at = |line: u32, severity: u32, message: &str| json!({"range": {"start": {"line": line, "character": 4}}, "severity": severity, "message": message});
    let path = format!("{FOLDER}/src/a.rs");
    let found =
        json!({path.clone(): [at(9, 2, "unused"), at(4, 1, "no such name")], "/other.rs": [at(0, 1, "theirs")]});
    let tool = done(
        "write",
        json!({"filePath": path, "content": "a\nb\n"}),
        json!({"exists": false, "diagnostics": found}),
        "ok",
    );
    let now = shown(&tool);
    assert_eq!((now.changed, now.result.clone()), (Some((2, 0)), Some(("1 error".into(), true))));
    assert_eq!(marks(now.diff(0)), ["+. 1 a", "+. 2 b"]);
    let SectionBody::Diagnostics { items, left_out: 0 } = now.body(1) else { panic!() };
    let items: Vec<_> =
        items.iter().map(|item| (item.severity, &*item.path, item.line, item.column, &*item.message)).collect();
    assert_eq!(
        items,
        [(Severity::Error, "src/a.rs", 5, 5, "no such name"), (Severity::Warning, "src/a.rs", 10, 5, "unused")]
    );
}

#[test]
fn matches_stand_in_their_folders_with_the_match_marked() {
    let output = "Found 3 matches\n/home/dev/code/src/deep/a.py:\n  Line 2: print(a)\n  Line 9: x = print\n\n/home/dev/code/b.py:\n  Line 1: print: 1\n";
    let tool = done("grep", json!({"pattern": "pr[a-z]+t"}), json!({"matches": 3, "truncated": true}), output);
    let now = shown(&tool);
    assert_eq!(now.result, Some(("3+ matches".into(), false)));
    let SectionBody::Tree { rows, left_out: 0 } = now.body(0) else { panic!() };
    let rows: Vec<_> =
        rows.iter().map(|row| (row.depth, row.size, row.kind, &*row.html, row.line, row.count)).collect();
    assert_eq!(
        rows,
        [
            (0, 3, TreeRowKind::Folder, "src/deep/", None, Some(2)),
            (1, 2, TreeRowKind::File, "a.py", None, Some(2)),
            (2, 0, TreeRowKind::Line, "<mark>print</mark>(a)", Some(2), None),
            (2, 0, TreeRowKind::Line, "x = <mark>print</mark>", Some(9), None),
            (0, 1, TreeRowKind::File, "b.py", None, Some(1)),
            (1, 0, TreeRowKind::Line, "<mark>print</mark>: 1", Some(1), None),
        ]
    );
    let bad = shown(&done("grep", json!({"pattern": "pr("}), json!({"matches": 3}), output));
    assert!(matches!(bad.body(0), SectionBody::Tree { rows, .. } if rows[2].html == "print(a)"));
    let paths = each(3_000, |file| format!("{FOLDER}/{}x/f{file}\n", "d/".repeat(file % 90)));
    let many = shown(&done("glob", json!({"pattern": "*"}), json!({"count": 3_000}), &paths));
    assert!(matches!(many.body(0), SectionBody::Tree { left_out: 1_000, .. }));
}

#[test]
fn a_value_of_any_form_is_rows() {
    let value = json!({"a": [1, {"deep": {"deeper": true}}], "text": "one\ntwo", "none": null, "empty": []});
    let now = shown(&done("some_tool", value, json!({}), "{\"ok\": [1]}"));
    let SectionBody::Json { rows, left_out: 0 } = now.body(0) else { panic!("{:?}", now.body(0)) };
    let of = |key: &str| rows.iter().find(|row| row.key.as_deref() == Some(key)).unwrap();
    assert_eq!((of("a").size, of("a").folded, &*of("a").text), (4, false, "[ 2 ]"));
    assert_eq!((of("deep").size, of("deep").folded, of("deep").depth), (1, true, 2));
    assert_eq!((of("text").size, &*of("text").text), (2, "2 lines"));
    assert_eq!((of("none").kind, &*of("none").text, &*of("empty").text), (JsonKind::Word, "null", "[]"));
    assert!(matches!(now.body(1), SectionBody::Json { rows, .. } if rows.len() == 2));
    let large = json!((0..5_000).map(|n| json!({"n": n})).collect::<Vec<_>>());
    let large = shown(&done("other", json!({"list": large}), json!({}), ""));
    assert!(matches!(large.body(0), SectionBody::Json { rows, left_out } if rows.len() == 1_000 && *left_out > 4_000));
}

#[test]
fn input_of_another_form_is_shown_as_it_is() {
    for name in [
        "bash",
        "read",
        "edit",
        "write",
        "multiedit",
        "apply_patch",
        "grep",
        "glob",
        "todowrite",
        "task",
        "question",
        "webfetch",
        "websearch",
        "skill",
    ] {
        for input in [json!({"unheard": [1, "<b>"]}), json!([1]), json!("text")] {
            let now = shown(&done(name, input, json!({"diff": 5, "files": [1], "todos": "x"}), "out"));
            assert!(
                matches!(now.body(0), SectionBody::Json { rows, .. } if !rows.is_empty()),
                "{name}: {:?}",
                now.detail
            );
        }
    }
}

#[test]
fn lists_say_how_much_is_done_and_pages_where_they_come_from() {
    let item = |text: &str, status: &str| json!({"content": text, "status": status, "priority": "high"});
    let todos = json!({"todos": [item("a", "completed"), item("b", "cancelled"), item("c", "in_progress"), item("d", "pending"), item("e", "pending")]});
    let now = shown(&done("todowrite", todos, json!({}), "[]"));
    assert_eq!((&*now.summary, now.result), ("c", Some(("2 of 5 done".into(), false))));
    let page =
        shown(&done("webfetch", json!({"url": "https://docs.rs/similar/?q=1#top"}), json!({}), "# Hello\n\n<b>"));
    assert_eq!(page.summary, "docs.rs/similar");
    assert!(matches!(page.body(0), SectionBody::Link { url } if url == "https://docs.rs/similar/?q=1#top"));
    assert!(matches!(page.body(1), SectionBody::Prose { blocks } if blocks[0].html.starts_with("<h1>")));
    let range =
        shown(&call("read", json!({"filePath": "a", "offset": 10, "limit": 50}), json!({}), ToolProgress::Running));
    assert_eq!(range.result, Some(("lines 10–59".into(), false)));
}

#[test]
fn what_was_read_is_shown_as_the_file_has_it() {
    let display = json!({"display": {"lineStart": 7, "lineEnd": 9, "totalLines": 9}});
    let output = "<path>/a</path>\n<content>\n7: a: b\n8: \n9: 10: c\n\n(End of file - total 9 lines)\n</content>";
    let now = shown(&done("read", json!({"filePath": "/home/dev/code/a.txt"}), display, output));
    let SectionBody::Lines { first, rows, .. } = now.body(0) else { panic!("{:?}", now.detail) };
    let lines: Vec<_> = rows.iter().map(|row| row.html.as_str()).collect();
    assert_eq!((*first, lines), (Some(7), vec!["a: b", "", "10: c"]));
}

/// Colours all that is wanted; true when something was.
fn coloured(colours: &Colours) -> bool {
    let mut came = false;
    while let Some(job) = colours.job() {
        let (answer, answered) = std::sync::mpsc::channel();
        paint(job, move |done| answer.send(done).unwrap());
        came |= colours.colour(&answered.recv().unwrap());
    }
    came
}

#[test]
fn files_get_their_colours_after_they_are_shown() {
    let colours = Colours::default();
    let display =
        json!({"display": {"text": "/* a\r\nb */\nlet \u{1}c\n", "lineStart": 1, "lineEnd": 3, "totalLines": 3}});
    let tool = done("read", json!({"filePath": "/home/dev/code/a.ts"}), display, "");
    let lines = |shown: &Shown| match shown.body(0) {
        SectionBody::Lines { rows, .. } => rows.iter().map(|row| row.html.clone()).collect::<Vec<_>>(),
        other => panic!("{other:?}"),
    };
    assert_eq!(lines(&shown_with(&tool, &colours)), ["/* a", "b */", "let \u{FFFD}c"]);
    assert!(coloured(&colours) && !coloured(&colours));
    let comment = |text: &str| format!("<span class=\"c-comment\">{text}</span>");
    assert_eq!(lines(&shown_with(&tool, &colours)), [comment("/* a"), comment("b */"), "let \u{FFFD}c".into()]);

    let input = json!({"filePath": "/home/dev/code/a.rs", "oldString": "/* a\nb\n*/ fn c() {}", "newString": "/* a\nd\n*/ fn c() {}"});
    let tool = call("edit", input, json!({}), ToolProgress::Running);
    let plain = marks(shown_with(&tool, &colours).diff(0));
    assert!(plain.iter().all(|row| !row.contains("c-")), "{plain:#?}");
    assert!(coloured(&colours));
    let rows = marks(shown_with(&tool, &colours).diff(0));
    assert!(rows[1].starts_with('-') && rows[1].contains(&comment("b")), "{rows:#?}");
    assert!(rows[2].starts_with('+') && rows[2].contains(&comment("d")), "{rows:#?}");
    assert!(rows[3].ends_with("<span class=\"c-function\">c</span>() {}"), "{rows:#?}");
}
