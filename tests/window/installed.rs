//! The app as its package puts it on a machine. `OUTRIDER_TEST_APP` names the installed binary.

use std::path::{Path, PathBuf};

use crate::{page::*, stage::Stage};

#[tokio::test]
async fn the_installed_app_answers_with_the_server_it_brought() {
    let app = std::env::var_os("OUTRIDER_TEST_APP").map(PathBuf::from);
    let app = app.expect("OUTRIDER_TEST_APP names the installed binary; npm test sets it");
    let bundled = app.with_file_name("outrider-opencode");
    assert!(bundled.is_file(), "the package has no server in {}", bundled.display());
    assert!(!app.with_file_name("opencode").exists(), "the package would shadow a person's own opencode");
    let path = ["/usr/bin", "/bin"];
    assert!(
        path.iter().all(|folder| !Path::new(folder).join("opencode").exists()),
        "this machine has its own opencode"
    );

    let stage = Stage::new().await.without_variable("OUTRIDER_OPENCODE").variable("PATH", path.join(":"));
    let window = stage.open(&[&stage.place.folder("installed")]).await;
    window.until_ready("installed").await;
    window.send("%%text Half of it,\n%%wait half\n%%text  and the rest.").await;
    stage.model.reached("half").await;
    window.until("last('assistant')?.innerText.includes('Half of it,')").await;
    assert_eq!(window.text("last('assistant').dataset.state").await, "streaming");
    stage.model.open("half");
    window.until_idle().await;
    assert_eq!(window.text("last('assistant').dataset.state").await, "complete");
    assert!(window.text("last('assistant').innerText").await.contains("Half of it, and the rest."));
    window.screenshot("installed").await;

    window.click(&session_tab("Logs")).await;
    let shown = bundled.canonicalize().unwrap_or(bundled).display().to_string();
    window.until(&format!("document.body.innerText.includes({shown:?})")).await;
    window.finish().await;
}
