//! Files of messages: images as previews that are fetched when they are shown, others by name.

use base64::Engine as _;
use serde_json::json;

use crate::isolation::server_of;
use crate::page::*;
use crate::stage::Stage;

const IMAGE: &[u8] = include_bytes!("../../src-tauri/icons/128x128@2x.png");
const PICTURE: &[u8] = include_bytes!("../../.readme/light.png");

#[tokio::test]
async fn images_are_previews_that_open_larger_and_other_files_chips() {
    for (colours, theme) in [("light", None), ("dark", Some("Adwaita:dark"))] {
        let mut stage = Stage::new().await;
        if let Some(theme) = theme {
            stage = stage.variable("GTK_THEME", theme);
        }
        let folder = stage.place.folder("files");
        std::fs::write(folder.join("logo.png"), IMAGE).unwrap();
        let window = stage.open(&[&folder]).await;
        window.until_ready("files").await;
        window.ask("%%text Send me files.").await;

        let (port, password) = server_of(&window);
        let session = window.text("session().dataset.sessionId").await;
        let data = |mime: &str, bytes: &[u8]| {
            format!("data:{mime};base64,{}", base64::engine::general_purpose::STANDARD.encode(bytes))
        };
        let read =
            format!("%%tool read {}\n%%turn\n%%text I have seen them.", json!({ "filePath": folder.join("logo.png") }));
        let parts = json!({ "parts": [
            { "type": "text", "text": read },
            { "type": "file", "mime": "image/png", "filename": "logo.png", "url": data("image/png", IMAGE) },
            // Larger than any event to the window, which must not carry it.
            { "type": "file", "mime": "image/png", "filename": "window.png", "url": data("image/png", PICTURE) },
            { "type": "file", "mime": "application/pdf", "filename": "a-report-with-a-rather-long-name.pdf", "url": data("application/pdf", b"%PDF-1.4") },
        ] });
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let request = client.post(format!("http://127.0.0.1:{port}/session/{session}/prompt_async")).json(&parts);
        let answer = request.basic_auth("opencode", Some(&password)).send().await.unwrap();
        assert!(answer.status().is_success(), "{}", answer.text().await.unwrap());
        window.until("tools('read').length === 1 && session().dataset.state === 'idle'").await;

        let images = "[...last('user').querySelectorAll('.preview img')]";
        window.js("last('user').scrollIntoView()").await;
        window.until(&format!("{images}.length === 2 && {images}.every((one) => one.naturalWidth > 0)")).await;
        let shown = format!("{images}.map((one) => [one.alt, one.naturalWidth, one.src.split(':')[0]])");
        assert_eq!(window.look(&shown).await, json!([["logo.png", 256, "picture"], ["window.png", 1280, "picture"]]));
        let chips = window.look("[...last('user').querySelectorAll('.chip')].map((one) => one.innerText.trim())").await;
        assert_eq!(chips, json!(["a-report-with-a-rather-long-name.pdf\nPDF · 8 B"]));
        window.screenshot(&format!("files-{colours}")).await;

        window.click("get('button', 'Show window.png larger')").await;
        window.until("get('dialog', 'window.png')?.querySelector('img').naturalWidth === 1280").await;
        window.screenshot(&format!("files-large-{colours}")).await;
        window.click(&button("Close")).await;
        window.until("!get('dialog', 'window.png')").await;

        window.click("tools('read')[0].querySelector('[aria-expanded]')").await;
        window.until("tools('read')[0].querySelector('.preview img')?.naturalWidth === 256").await;
        window.resize(720, 480).await;
        window.js("tools('read')[0].scrollIntoView()").await;
        window.screenshot(&format!("files-tool-{colours}")).await;
        window.finish().await;
    }
}
