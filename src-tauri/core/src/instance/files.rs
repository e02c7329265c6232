//! Files that answers name, looked up in the folder.

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::protocol::Problem;

use super::handle::InstanceHandle;

/// The most names that are looked up at once; further ones count as names of nothing.
const MOST: usize = 100;

/// How long the disk may take.
const LIMIT: Duration = Duration::from_secs(5);

impl InstanceHandle {
    /// For each name whether it is that of a file or folder inside of this folder. A line and a column may follow a name
    /// (`src/main.rs:12:5`).
    pub async fn existing(&self, names: &[String]) -> Vec<bool> {
        let look = async {
            let mut found = Vec::new();
            for name in names.iter().take(MOST) {
                found.push(find(&self.folder, name).await.is_ok());
            }
            found
        };
        let mut found = tokio::time::timeout(LIMIT, look).await.unwrap_or_default();
        found.resize(names.len(), false);
        found
    }

    /// The canonical path of a file or folder inside of this folder.
    ///
    /// # Errors
    /// `file_missing`; `file_outside` when it, or what it links to, is elsewhere.
    pub async fn file(&self, name: &str) -> Result<PathBuf, Problem> {
        let missing = || Problem::new("file_missing", format!("There is no {name} in this folder."));
        tokio::time::timeout(LIMIT, find(&self.folder, name)).await.unwrap_or_else(|_| Err(missing()))
    }
}

async fn find(folder: &Path, name: &str) -> Result<PathBuf, Problem> {
    let path = match tokio::fs::canonicalize(folder.join(name)).await {
        Ok(path) => path,
        Err(_) => tokio::fs::canonicalize(folder.join(without_line(name)))
            .await
            .map_err(|_| Problem::new("file_missing", format!("There is no {name} in this folder.")))?,
    };
    if path.starts_with(folder) {
        return Ok(path);
    }
    Err(Problem::new("file_outside", format!("{name} is outside of this folder.")))
}

/// The name without the numbers of a line and a column.
fn without_line(name: &str) -> &str {
    let number = |name: &'_ str| {
        let (rest, digits) = name.rsplit_once(':')?;
        (!digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit())).then_some(rest.len())
    };
    let mut rest = name;
    for _ in 0..2 {
        rest = number(rest).map_or(rest, |end| &rest[..end]);
    }
    rest
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn code(folder: &Path, name: &str) -> String {
        find(folder, name).await.unwrap_err().code
    }

    #[tokio::test]
    async fn only_what_is_in_the_folder_is_found() {
        let place = tempfile::tempdir().unwrap();
        let place = place.path().canonicalize().unwrap();
        let folder = place.join("code");
        std::fs::create_dir_all(folder.join("src")).unwrap();
        std::fs::write(folder.join("src/main.rs"), "").unwrap();
        std::fs::write(folder.join("at:12"), "").unwrap();
        std::fs::write(place.join("secret"), "").unwrap();
        let main = folder.join("src/main.rs");
        for name in ["src/main.rs", "./src/../src/main.rs", "src/main.rs:12", "src/main.rs:12:5"] {
            assert_eq!(find(&folder, name).await.unwrap(), main, "{name}");
        }
        assert_eq!(find(&folder, main.to_str().unwrap()).await.unwrap(), main);
        assert_eq!(find(&folder, "src").await.unwrap(), folder.join("src"));
        assert_eq!(find(&folder, "at:12").await.unwrap(), folder.join("at:12"), "a name is taken as it is first");

        for name in ["gone", "src/main.rs:", "src/main.rs:x", "src/main.rs/more", "\0"] {
            assert_eq!(code(&folder, name).await, "file_missing", "{name:?}");
        }
        for name in ["../secret", "..", "/", place.join("secret").to_str().unwrap()] {
            assert_eq!(code(&folder, name).await, "file_outside", "{name}");
        }
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink(place.join("secret"), folder.join("link")).unwrap();
            assert_eq!(code(&folder, "link").await, "file_outside");
        }
    }
}
