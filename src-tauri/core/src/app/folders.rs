//! How folders are named.

use std::path::{Component, Path};

use crate::protocol::FolderRow;

/// Rows for folders of one list: those of the same name get a hint, the shortest end of their parent's path that no
/// other of them has.
pub(super) fn folder_rows(paths: &[String], home: Option<&Path>) -> Vec<FolderRow> {
    paths
        .iter()
        .map(|path| {
            let name = name_of(path);
            let rivals: Vec<_> = paths.iter().filter(|other| *other != path && name_of(other) == name).collect();
            FolderRow { hint: hint(path, &rivals), display_path: display_path(path, home), name, path: path.clone() }
        })
        .collect()
}

fn name_of(path: &str) -> String {
    Path::new(path).file_name().map_or_else(|| path.to_owned(), |name| name.to_string_lossy().into_owned())
}

fn hint(path: &str, rivals: &[&String]) -> String {
    if rivals.is_empty() {
        return String::new();
    }
    let parents = |path: &str| -> Vec<String> {
        let parent = Path::new(path).parent().unwrap_or(Path::new(""));
        let names = parent.components().filter(|part| matches!(part, Component::Normal(_)));
        names.rev().map(|part| part.as_os_str().to_string_lossy().into_owned()).collect()
    };
    let own = parents(path);
    let others: Vec<_> = rivals.iter().map(|rival| parents(rival)).collect();
    let depth =
        (1..=own.len()).find(|depth| others.iter().all(|other| own[..*depth] != other[..(*depth).min(other.len())]));
    let mut end: Vec<_> = own[..depth.unwrap_or(own.len())].to_vec();
    end.reverse();
    if end.is_empty() { "/".to_owned() } else { end.join("/") }
}

fn display_path(path: &str, home: Option<&Path>) -> String {
    let below_home = home.and_then(|home| Path::new(path).strip_prefix(home).ok());
    match below_home {
        Some(rest) if rest.as_os_str().is_empty() => "~".to_owned(),
        Some(rest) => format!("~/{}", rest.display()),
        None => path.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hints(paths: &[&str]) -> Vec<String> {
        let paths: Vec<_> = paths.iter().map(|path| (*path).to_owned()).collect();
        folder_rows(&paths, None).into_iter().map(|row| row.hint).collect()
    }

    #[test]
    fn folders_of_the_same_name_show_what_tells_them_apart() {
        assert_eq!(hints(&["/home/a/code/api", "/home/a/code/web"]), ["", ""]);
        assert_eq!(hints(&["/home/a/one/api", "/home/a/two/api"]), ["one", "two"]);
        assert_eq!(hints(&["/x/one/src/api", "/x/two/src/api", "/x/web"]), ["one/src", "two/src", ""]);
        assert_eq!(hints(&["/api", "/x/api"]), ["/", "x"]);
    }

    #[test]
    fn the_home_folder_is_written_short() {
        let home = Some(Path::new("/home/a"));
        assert_eq!(display_path("/home/a/code", home), "~/code");
        assert_eq!(display_path("/home/ab", home), "/home/ab");
        assert_eq!(display_path("/home/a", home), "~");
    }
}
