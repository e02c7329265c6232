//! The sample project that the demo works on.

use std::{fs, io, path::Path};

const FILES: [(&str, &str); 6] = [
    ("README.md", include_str!("../../sample/README.md")),
    ("package.json", include_str!("../../sample/package.json")),
    ("src/router.js", include_str!("../../sample/src/router.js")),
    ("src/server.js", include_str!("../../sample/src/server.js")),
    ("src/todos.js", include_str!("../../sample/src/todos.js")),
    ("test/todos.test.js", include_str!("../../sample/test/todos.test.js")),
];

/// Writes the sample project into a folder.
pub(super) fn copy(folder: &Path) -> io::Result<()> {
    FILES.iter().try_for_each(|(path, text)| write(&folder.join(path), text))
}

/// Writes a file, and the directories on the way to it.
pub(super) fn write(file: &Path, text: &str) -> io::Result<()> {
    if let Some(directory) = file.parent() {
        fs::create_dir_all(directory)?;
    }
    fs::write(file, text)
}
