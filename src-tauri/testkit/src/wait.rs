//! Waiting for a condition of the world outside, bounded.

use std::{fmt::Display, future::Future, time::Duration};

use tokio::time::Instant;

const PAUSE: Duration = Duration::from_millis(20);

/// Waits until `condition` holds, asking again every 20 ms.
///
/// This is for things that announce nothing when they change: processes, sockets, files, what a page shows. Whatever
/// can be awaited directly should be.
///
/// # Panics
/// After `limit`, naming `what` was waited for.
pub async fn wait_for<C, F>(what: impl Display, limit: Duration, mut condition: C)
where
    C: FnMut() -> F,
    F: Future<Output = bool>,
{
    let end = Instant::now() + limit;
    loop {
        match tokio::time::timeout_at(end, condition()).await {
            Ok(true) => return,
            Ok(false) if Instant::now() < end => {}
            _ => panic!("waited {} s in vain for {what}", limit.as_secs_f32()),
        }
        // The condition lies outside this process and nothing tells when it changes; the pause only keeps the asking
        // from using up a core.
        tokio::time::sleep(PAUSE).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn asks_until_the_condition_holds() {
        let mut asked = 0;
        wait_for("the third answer", Duration::from_secs(5), || {
            asked += 1;
            std::future::ready(asked == 3)
        })
        .await;
        assert_eq!(asked, 3);
    }

    #[tokio::test]
    #[should_panic(expected = "in vain for a pig to fly")]
    async fn says_what_was_waited_for() {
        wait_for("a pig to fly", Duration::from_millis(30), std::future::pending::<bool>).await;
    }
}
