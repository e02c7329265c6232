use std::collections::HashSet;

use super::*;
use crate::{Place, place::ServerConfig};

#[test]
fn ids_rise_and_none_comes_twice() {
    let sessions = ["One", "Other"].map(|title| LongSession::new(title, 200));
    // Made in the same millisecond.
    let [one, other] = sessions.map(|session| LongSession { began: 1, ..session }.document(Path::new("/code")));
    let ids = |document: &Value| -> Vec<String> {
        let messages = document["messages"].as_array().unwrap();
        let each = messages.iter().map(|message| message["info"]["id"].as_str().unwrap().to_owned());
        each.collect()
    };
    assert!(ids(&one).is_sorted() && ids(&one).len() == 200);
    assert_ne!(one["info"]["id"], other["info"]["id"]);
    let all: HashSet<String> = [ids(&one), ids(&other)].concat().into_iter().collect();
    assert_eq!(all.len(), 400);
}

#[test]
#[expect(clippy::disallowed_methods, reason = "the real server's own command gives back what it imported")]
fn the_real_server_takes_it_whole() {
    let place = Place::new();
    let folder = place.git_folder("archive");
    let environment = place.environment(&ServerConfig::new("http://127.0.0.1:9/v1"));
    let sessions = [LongSession::new("A long one", 30), LongSession::new("Another", 12)];
    for session in &sessions {
        session.import(&folder, &environment);
    }
    for (session, count) in sessions.iter().zip([30, 12]) {
        let mut command = Command::new(opencode_binary());
        command.args(["export", session.id()]).current_dir(&folder).env_clear().envs(&environment);
        // Into a file: it ends before a pipe has taken all.
        let file = place.root().join(session.id());
        command.stdin(Stdio::null()).stdout(fs::File::create(&file).unwrap()).stderr(Stdio::null()).status().unwrap();
        let given: Value = serde_json::from_str(&fs::read_to_string(&file).unwrap()).unwrap();
        assert_eq!(given["info"]["title"], session.title());
        assert_eq!(given["info"]["directory"], folder.display().to_string());
        // A project of its own: sessions of `global` would be seen from every folder without git.
        assert_ne!(given["info"]["projectID"], "global");
        let messages = given["messages"].as_array().unwrap();
        assert_eq!(messages.len(), count);
        let document = session.document(&folder);
        for (given, written) in messages.iter().zip(document["messages"].as_array().unwrap()) {
            assert_eq!(given["parts"], written["parts"]);
        }
    }
}
