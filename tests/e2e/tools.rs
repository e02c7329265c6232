//! Tool calls as they run.

use outrider_core::protocol::{
    DiffRowKind, Focus, MessageState, NoticeKind, PartBody, SectionBody, SectionPlace, SectionRows, ToolState,
};

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
    // What is unfolded stays so while something else is looked at.
    let session = transcript(&seen).session.clone();
    pane.look(Focus::Start).await;
    let back = pane.look_at(&session).await;
    let unfolded: Vec<bool> = tools(&back).iter().map(|call| call.detail.is_some()).collect();
    assert_eq!(unfolded, [false, true, true]);

    let parts = transcript(&seen).messages.iter().flat_map(|message| &message.parts);
    let patches = parts.filter(|part| matches!(&part.body, PartBody::Notice { notice: NoticeKind::Patch, .. }));
    assert_eq!(patches.count(), 1, "one step changed files");
    pane.equals_fresh().await;
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_output_comes_by_pages() {
    let stage = Stage::new().await;
    let pane = stage.ready("api").await;
    let seen = pane
        .ask("%%tool bash {\"command\": \"seq -f 'line %g' 1 1500\", \"description\": \"d\"}\n%%turn\n%%text Done.")
        .await;
    let call = tools(&seen)[0].clone();
    pane.expand(&call.message, &call.part).await;
    let seen = pane.until("the detail", |now| tools(now)[0].detail.is_some()).await;
    let detail = tools(&seen)[0].detail.clone().unwrap();
    let SectionBody::Lines { total, rows, .. } = &detail.sections[1].body else { panic!("{detail:?}") };
    assert_eq!((*total, rows.len()), (1_500, 400));
    let place = SectionPlace { message: call.message, part: call.part, section: 1 };
    let more = pane.handle.section_rows("main", seen.feed, place.clone(), 600..602).await.unwrap();
    let Some(SectionRows::Lines { total: 1_500, rows }) = more else { panic!("{more:?}") };
    assert_eq!(rows.iter().map(|row| row.html.as_str()).collect::<Vec<_>>(), ["line 601", "line 602"]);
    let text = pane.handle.section_text("main", seen.feed, place.clone()).await.unwrap().unwrap();
    assert_eq!((text.lines().count(), text.lines().last()), (1_500, Some("line 1500")));
    assert_eq!(pane.handle.section_text("main", seen.feed + 1, place).await.unwrap(), None, "another feed");
    stage.end().await;
}
