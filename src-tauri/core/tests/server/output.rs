use outrider_core::server::{LINE_LIMIT, LOG_LINES, ServerEvent};

use crate::fake::{Fake, until, until_line, until_ready};

#[tokio::test]
async fn a_flood_that_nobody_takes_neither_blocks_the_server_nor_grows() {
    let fake = Fake::new("floods");
    let (server, mut events) = fake.start();
    until_ready(&mut events).await;
    // Nobody reads events until the server has written everything: 120 MB through pipes of 64 KB.
    tokio::fs::read(fake.folder.path().join("over")).await.unwrap();
    let ((left_out, most), lines) = {
        let mut left_out = 0;
        let mut most = 0;
        until(&mut events, |event| match event {
            ServerEvent::Output(batch) => {
                left_out += batch.left_out;
                most = most.max(batch.lines.len());
                batch.lines.iter().any(|line| line.text == "flood over").then_some((left_out, most))
            }
            _ => None,
        })
        .await
    };
    assert!(left_out > 1_000_000, "{left_out}");
    assert!(most <= LOG_LINES, "{most}");
    assert_eq!(lines.last().map(String::as_str), Some("flood over"));
    drop(server);
}

#[tokio::test]
async fn an_endless_line_is_cut_and_what_follows_is_read() {
    let fake = Fake::new("endless-line");
    let (server, mut events) = fake.start();
    let lines = until_line(&mut events, "after the line").await;
    let long: Vec<_> = lines.iter().filter(|line| line.starts_with("xx")).collect();
    assert_eq!(long.len(), 1);
    assert_eq!(long[0].len(), LINE_LIMIT + "…".len());
    drop(server);
}
