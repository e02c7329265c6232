//! Tool calls as they run.

use outrider_core::protocol::{DiffRowKind, MessageState, NoticeKind, PartBody, SectionBody, ToolState};

use crate::stage::{Stage, answer_text, diff, failure, lines, tools, transcript};

#[tokio::test(flavor = "multi_thread")]
async fn a_command_shows_its_output_while_it_runs() {
    let stage = Stage::new().await;
    let pane = stage.ready("api").await;
    // The arguments come in two pieces: the call is known before its input is.
    pane.prompt(
        "%%text Running. \n%%toolstream bash 40 0.4 {\"command\": \"echo begun; while [ ! -e go ]; do sleep 0.02; done; echo ended; exit 3\", \"description\": \"wait for a file\"}\n%%turn\n%%text Done.",
    )
    .await;
    let seen = pane.until("the call", |now| !tools(now).is_empty()).await;
    let call = &tools(&seen)[0];
    assert_eq!((&*call.name, call.state, &*call.summary), ("bash", ToolState::Pending, ""));
    assert!(call.detail.is_none());
    pane.expand(&call.message, &call.part).await;

    let seen = pane
        .until("its output while it runs", |now| {
            let detail = tools(now)[0].detail.clone();
            tools(now)[0].state == ToolState::Running
                && detail.is_some_and(|detail| lines(&detail, "Output").contains("begun"))
        })
        .await;
    let call = &tools(&seen)[0];
    assert!(call.summary.starts_with("echo begun; while"), "{}", call.summary);
    let detail = call.detail.clone().unwrap();
    let SectionBody::Command { text } = &detail.sections[0].body else { panic!("{detail:?}") };
    assert!(text.starts_with("echo begun;") && text.ends_with("exit 3"), "{detail:?}");
    assert!(matches!(detail.sections[1].body, SectionBody::Lines { live: true, total: 1, .. }), "{detail:?}");
    assert_eq!(failure(&detail), None);

    std::fs::write(pane.handle.folder().join("go"), "").unwrap();
    let seen = pane.idle().await;
    let call = &tools(&seen)[0];
    assert_eq!((call.state, &call.error, call.interrupted), (ToolState::Completed, &None, false));
    assert_eq!(
        (lines(call.detail.as_ref().unwrap(), "Output").as_str(), call.result.as_deref()),
        ("begun\nended", Some("exit 3"))
    );
    assert_eq!(answer_text(&seen), "Done.");
    assert!(transcript(&seen).messages.iter().all(|message| message.state == MessageState::Complete));
    pane.equals_fresh().await;
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_shows_what_changed_and_a_failing_one_why() {
    let stage = Stage::new().await;
    let folder = stage.place.git_folder("api");
    let pane = stage.open(&folder).await;
    pane.connected().await;
    let file = folder.join("src/greet.py");
    let read = format!("%%tool read {{\"filePath\": \"{}\"}}", file.display());
    let edit = |old: &str, new: &str| {
        format!(
            "%%tool edit {{\"filePath\": \"{}\", \"oldString\": \"{old}\", \"newString\": \"{new}\"}}",
            file.display()
        )
    };
    let good = edit("Hello, {name}!", "Good day, {name}.\\nHow are you?");
    let bad = edit("not in the file", "x");
    let seen = pane.ask(&format!("{read}\n%%turn\n{good}\n%%turn\n{bad}\n%%turn\n%%text So it is.")).await;

    let [read, good, bad] = &tools(&seen)[..] else { panic!("three calls expected: {seen:#?}") };
    assert_eq!((&*read.name, read.state, &*read.summary), ("read", ToolState::Completed, "src/greet.py"));
    assert_eq!((&*good.name, good.state, &*good.summary), ("edit", ToolState::Completed, "src/greet.py"));
    assert_eq!(good.changed, Some((2, 1)));
    assert_eq!((bad.state, bad.changed), (ToolState::Error, None));
    let said = bad.error.clone().unwrap();
    assert!(said.to_lowercase().contains("oldstring") || said.to_lowercase().contains("not found"), "{said}");
    assert!(std::fs::read_to_string(&file).unwrap().contains("Good day"));
    assert_eq!(answer_text(&seen), "So it is.");

    for call in [good, bad] {
        pane.expand(&call.message, &call.part).await;
    }
    let seen = pane.until("both details", |now| tools(now)[1..].iter().all(|call| call.detail.is_some())).await;
    let detail = |call: usize| tools(&seen)[call].detail.clone().unwrap();
    let edited = detail(1);
    let changed = |kind| diff(&edited).iter().filter(move |row| row.kind == kind).map(|row| row.html.as_str());
    assert!(changed(DiffRowKind::Removed).any(|html| html.contains("<mark>Hello</mark>")), "{edited:?}");
    assert!(changed(DiffRowKind::Added).any(|html| html.contains("How are you?")), "{edited:?}");
    assert!(failure(&detail(2)).unwrap().contains(&said[..20]));
    let parts = transcript(&seen).messages.iter().flat_map(|message| &message.parts);
    let patches = parts.filter(|part| matches!(&part.body, PartBody::Notice { notice: NoticeKind::Patch, .. }));
    assert_eq!(patches.count(), 1, "one step changed files");
    pane.equals_fresh().await;
    stage.end().await;
}
