use futures_util::{StreamExt, TryStreamExt, stream};
use reqwest::Method;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::commands::MADE_FOR;
use super::{Client, percent_encoded, segment};
use crate::model::{
    Message, MessageId, MessagePage, Model, Part, Permission, Question, RunStatus, Session, SessionId, Snapshot, Todo,
};
use crate::opencode::error::WireError;
use crate::opencode::wire;

/// How many sessions' messages are read at once for a snapshot.
const PARALLEL_READS: usize = 4;

/// `GET /session` gives 100 without a limit, and none at all for 0.
const ALL_SESSIONS: u32 = 1_000_000;

impl Client {
    /// The server's version (`GET /global/health`).
    ///
    /// # Errors
    /// See [`WireError`]; this holds for every request.
    pub async fn health(&self) -> Result<String, WireError> {
        #[derive(Deserialize)]
        struct Health {
            version: String,
        }
        self.get::<Health>("/global/health").await.map(|health| health.version)
    }

    /// The folder's canonical path as the server has it (`GET /path`): what sessions' directories equal.
    pub async fn directory(&self) -> Result<String, WireError> {
        #[derive(Deserialize)]
        struct Paths {
            directory: String,
        }
        self.get::<Paths>("/path").await.map(|paths| paths.directory)
    }

    /// All sessions of exactly this canonical folder, newest first, children and archived ones among them.
    pub async fn sessions(&self, directory: &str) -> Result<Vec<Session>, WireError> {
        // The server decodes this query twice, so a percent sign in the path must be encoded twice.
        let query = percent_encoded(&directory.replace('%', "%25"));
        let values = self.get(&format!("/session?directory={query}&limit={ALL_SESSIONS}")).await?;
        let mut sessions = wire::sessions(values);
        sessions.retain(|session| session.directory == directory);
        Ok(sessions)
    }

    /// The session of this canonical folder that was made with this key.
    pub async fn session_made_for(&self, directory: &str, key: &str) -> Result<Option<Session>, WireError> {
        let query = percent_encoded(&directory.replace('%', "%25"));
        let mut values: Vec<Value> = self.get(&format!("/session?directory={query}&limit={ALL_SESSIONS}")).await?;
        values.retain(|value| value["metadata"][MADE_FOR] == key);
        Ok(wire::sessions(values)
            .into_iter()
            .find(|session| session.directory == directory && session.parent.is_none()))
    }

    /// One message with its parts; none when the session does not have it.
    pub async fn message(
        &self,
        session: &SessionId,
        message: &MessageId,
    ) -> Result<Option<(Message, Vec<Part>)>, WireError> {
        let path = format!("/session/{}/message/{}", segment(session.as_str())?, segment(message.as_str())?);
        match self.get::<Value>(&path).await {
            Ok(value) => match wire::messages(vec![value]).pop() {
                Some(message) => Ok(Some(message)),
                None => Err(WireError::UnreadableAnswer { reason: "a message without an id".to_owned() }),
            },
            Err(WireError::NotFound { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// One session.
    pub async fn session(&self, id: &SessionId) -> Result<Session, WireError> {
        Ok(wire::session(self.get(&format!("/session/{}", segment(id.as_str())?)).await?)?)
    }

    /// The sessions of the folder that work in this server; all others are idle.
    pub async fn statuses(&self) -> Result<Vec<(SessionId, RunStatus)>, WireError> {
        self.get::<Map<String, Value>>("/session/status").await.map(wire::statuses)
    }

    /// The requests for permission that wait; those of idle sessions are stale.
    pub async fn permissions(&self) -> Result<Vec<Permission>, WireError> {
        self.get("/permission").await.map(wire::permissions)
    }

    /// The questions that wait; those of idle sessions are stale.
    pub async fn questions(&self) -> Result<Vec<Question>, WireError> {
        self.get("/question").await.map(wire::questions)
    }

    /// The models that can be asked.
    pub async fn models(&self) -> Result<Vec<Model>, WireError> {
        self.get::<wire::WireProviders>("/config/providers").await.map(Vec::from)
    }

    /// A session's to-do list.
    pub async fn todos(&self, id: &SessionId) -> Result<Vec<Todo>, WireError> {
        self.get(&format!("/session/{}/todo", segment(id.as_str())?)).await.map(wire::todos)
    }

    /// The folder's git branch; none without a repository.
    pub async fn branch(&self) -> Result<Option<String>, WireError> {
        #[derive(Deserialize)]
        struct Vcs {
            #[serde(default)]
            branch: Option<String>,
        }
        self.get::<Vcs>("/vcs").await.map(|vcs| vcs.branch)
    }

    /// The branch; a server that fails over the repository alone (500) can still do everything else. Another failure says
    /// nothing of the repository, and the branch that is known is not to be forgotten for it.
    async fn branch_if_readable(&self) -> Result<Option<String>, WireError> {
        match self.branch().await {
            Err(error @ (WireError::ServerError { status: 500, .. } | WireError::UnreadableAnswer { .. })) => {
                tracing::warn!(%error, "the branch cannot be read");
                Ok(None)
            }
            other => other,
        }
    }

    /// The newest `limit` messages of a session, or those before the cursor of a page read earlier.
    pub async fn messages(&self, id: &SessionId, limit: u32, before: Option<&str>) -> Result<MessagePage, WireError> {
        // For the server 0 means all.
        let mut path = format!("/session/{}/message?limit={}", segment(id.as_str())?, limit.max(1));
        if let Some(cursor) = before {
            path.push_str("&before=");
            path.push_str(&percent_encoded(cursor));
        }
        let (headers, body) = self.answer(self.request(Method::GET, &path), self.limit).await?;
        let older = headers.get("x-next-cursor").and_then(|cursor| cursor.to_str().ok()).map(str::to_owned);
        Ok(wire::message_page(id.clone(), wire::parse(&body)?, before.map(str::to_owned), older, body.len()))
    }

    /// A session's newest messages and its to-do list. What is gone, too large or broken on its own is left out: the
    /// rest of the snapshot is good without it.
    async fn part_of_snapshot(
        &self,
        id: SessionId,
        limit: u32,
    ) -> Result<(SessionId, Option<MessagePage>, Option<Vec<Todo>>), WireError> {
        let (page, todos) = tokio::join!(self.messages(&id, limit, None), self.todos(&id));
        let (page, todos) = (unless_alone(&id, page)?, unless_alone(&id, todos)?);
        Ok((id, page, todos))
    }

    /// The server's whole answer about the folder, with the newest messages of these sessions, as many as given.
    ///
    /// It is only free of holes when the event stream was opened before: events that come meanwhile are to be applied
    /// after it. A session that does not exist (any more) is left out.
    pub async fn read_snapshot(
        &self,
        directory: &str,
        sessions_to_load: &[(SessionId, u32)],
    ) -> Result<Snapshot, WireError> {
        let pages = stream::iter(sessions_to_load.to_vec())
            .map(|(id, limit)| self.part_of_snapshot(id, limit))
            .buffered(PARALLEL_READS)
            .try_collect::<Vec<_>>();
        let (sessions, running, permissions, questions, branch, pages) = tokio::try_join!(
            self.sessions(directory),
            self.statuses(),
            self.permissions(),
            self.questions(),
            self.branch_if_readable(),
            pages
        )?;
        let (mut messages, mut todos) = (Vec::new(), Vec::new());
        for (id, page, list) in pages {
            messages.extend(page);
            todos.extend(list.map(|list| (id, list)));
        }
        Ok(Snapshot { sessions, running, permissions, questions, messages, todos, branch })
    }
}

/// What was read of a session, or nothing when only that cannot be read.
fn unless_alone<T>(session: &SessionId, read: Result<T, WireError>) -> Result<Option<T>, WireError> {
    match read {
        Ok(read) => Ok(Some(read)),
        Err(error) if error.concerns_the_server() => Err(error),
        Err(error) => {
            tracing::warn!(session = session.as_str(), %error, "left out of the snapshot");
            Ok(None)
        }
    }
}
