use serde::{Deserialize, Serialize};

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub String);

        impl $name {
            /// The id as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.to_owned())
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

id!(
    /// A session's id (`ses_…`).
    SessionId
);
id!(
    /// A message's id (`msg_…`). Its order is not the order of time: ids wrap every 795 days.
    MessageId
);
id!(
    /// A part's id (`prt_…`). Parts of one message are ordered by it.
    PartId
);
id!(
    /// The id of a request for permission (`per_…`) or of a question (`que_…`).
    RequestId
);
