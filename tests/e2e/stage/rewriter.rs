//! Says to a server what the app would not say.

use std::net::SocketAddr;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

/// Passes on connections of one request each, and asks in each prompt for an agent that there is not.
pub struct UnknownAgent {
    pub address: SocketAddr,
    _serving: JoinSet<()>,
}

impl UnknownAgent {
    pub async fn before(server: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let mut serving = JoinSet::new();
        serving.spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((mut near, _)) = listener.accept().await {
                connections.spawn(async move {
                    let Some(request) = read_request(&mut near).await else { return };
                    let mut far = TcpStream::connect(("127.0.0.1", server)).await.unwrap();
                    far.write_all(changed(&request).as_bytes()).await.unwrap();
                    // It ends when either side does.
                    copy_bidirectional(&mut near, &mut far).await.ok();
                });
            }
        });
        Self { address, _serving: serving }
    }
}

/// A request with its body.
async fn read_request(near: &mut TcpStream) -> Option<String> {
    let (mut request, mut buffer) = (Vec::new(), [0; 4096]);
    loop {
        let text = String::from_utf8_lossy(&request).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length =
                head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
            if body.len() >= length.unwrap_or(0) {
                return Some(text);
            }
        }
        match near.read(&mut buffer).await {
            Ok(read) if read > 0 => request.extend_from_slice(&buffer[..read]),
            _ => return None,
        }
    }
}

fn changed(request: &str) -> String {
    let (head, body) = request.split_once("\r\n\r\n").unwrap();
    if !head.contains("/prompt_async") {
        return request.to_owned();
    }
    let body = body.replacen('{', "{\"agent\":\"nobody\",", 1);
    let lines = head.lines().filter(|line| !line.to_lowercase().starts_with("content-length"));
    let head: Vec<_> = lines.chain([&*format!("content-length: {}", body.len())]).map(str::to_owned).collect();
    format!("{}\r\n\r\n{body}", head.join("\r\n"))
}
