use std::{
    io::{self, ErrorKind},
    path::{Path, PathBuf},
};

use crate::protocol::Problem;

/// Checks that a server can work in a folder, and gives its canonical path. The server itself starts anywhere, and
/// answers for a folder that does not exist (wire study, section 1).
///
/// # Errors
/// `folder_missing`, `folder_not_a_directory`, `folder_not_readable`.
pub async fn check_folder(path: &Path) -> Result<PathBuf, Problem> {
    check(path).await.map_err(|error| problem(path, &error))
}

async fn check(path: &Path) -> io::Result<PathBuf> {
    let canonical = tokio::fs::canonicalize(path).await?;
    if !tokio::fs::metadata(&canonical).await?.is_dir() {
        return Err(ErrorKind::NotADirectory.into());
    }
    // Reading the list needs the right to read, asking for an entry the right to enter.
    drop(tokio::fs::read_dir(&canonical).await?);
    tokio::fs::metadata(canonical.join(".")).await?;
    Ok(canonical)
}

fn problem(path: &Path, error: &io::Error) -> Problem {
    let shown = path.display();
    let problem = match error.kind() {
        ErrorKind::NotFound => Problem::new("folder_missing", format!("The folder {shown} does not exist.")),
        ErrorKind::NotADirectory => Problem::new("folder_not_a_directory", format!("{shown} is not a folder.")),
        ErrorKind::PermissionDenied => {
            Problem::new("folder_not_readable", format!("You have no permission to read the folder {shown}."))
        }
        _ => Problem::new("folder_not_readable", format!("The folder {shown} cannot be read.")),
    };
    // The sentence says all there is to these.
    if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) {
        problem
    } else {
        problem.with_detail(error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn code(path: &Path) -> String {
        check_folder(path).await.unwrap_err().code
    }

    #[tokio::test]
    async fn says_what_is_wrong_with_a_folder() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        std::fs::write(&file, "").unwrap();
        assert_eq!(code(&folder.path().join("gone")).await, "folder_missing");
        assert_eq!(code(&file).await, "folder_not_a_directory");
        assert_eq!(code(&file.join("below")).await, "folder_not_a_directory");
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn resolves_links_and_dots() {
        let folder = tempfile::tempdir().unwrap();
        let real = folder.path().join("real");
        let link = folder.path().join("link");
        std::fs::create_dir(&real).unwrap();
        std::os::unix::fs::symlink(&real, &link).unwrap();
        let canonical = check_folder(&link.join("..").join("link")).await.unwrap();
        assert_eq!(canonical, real.canonicalize().unwrap());
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn a_folder_without_permissions_is_not_readable() {
        use std::os::unix::fs::PermissionsExt as _;
        for mode in [0o000, 0o100, 0o400] {
            let folder = tempfile::tempdir().unwrap();
            let closed = folder.path().join("closed");
            std::fs::create_dir(&closed).unwrap();
            std::fs::set_permissions(&closed, std::fs::Permissions::from_mode(mode)).unwrap();
            // The system does not hold root to permissions; then the folder is readable indeed.
            let bound = std::fs::read_dir(&closed).is_err() || std::fs::metadata(closed.join(".")).is_err();
            let checked = check_folder(&closed).await;
            assert_eq!(checked.map_err(|problem| problem.code).err().is_some(), bound, "mode {mode:o}");
        }
        let denied = problem(Path::new("/closed"), &ErrorKind::PermissionDenied.into());
        assert_eq!(denied.code, "folder_not_readable");
    }
}
