use std::ffi::OsString;
use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::path::Path;
use std::sync::Arc;

use crate::protocol::{Problem, SavedRecording};

use super::blank::blank;
use super::entry::Entry;

/// The events in the form in which the server sends them, which is that of the recordings that tests replay.
///
/// `earlier` is how many events came before and are not among them. Without `text` they are blanked. An event that was
/// not kept whole is left out; a comment says so.
pub(super) fn recording<'a>(entries: impl IntoIterator<Item = &'a Arc<Entry>>, earlier: u64, text: bool) -> String {
    let mut out = String::from(": recorded by Outrider");
    out.push_str(if text { ", with all text\n" } else { ", text blanked\n" });
    if earlier > 0 {
        writeln!(out, ": {earlier} earlier events were not kept").ok();
    }
    out.push('\n');
    for entry in entries {
        if !entry.is_whole() {
            writeln!(out, ": an event of {} bytes was not kept\n", entry.size).ok();
            continue;
        }
        let json = if text { entry.json.to_string() } else { blank(&entry.json) };
        for line in json.split('\n') {
            writeln!(out, "data: {line}").ok();
        }
        out.push('\n');
    }
    out
}

/// Writes a recording to a file, all of it or nothing.
pub(super) fn save(
    path: &Path,
    entries: &super::recorder::Entries,
    earlier: u64,
    text: bool,
) -> Result<SavedRecording, Problem> {
    let content = recording(entries, earlier, text);
    replace(path, content.as_bytes()).map_err(|error| {
        let message = format!("The recording could not be saved as {}: {error}.", path.display());
        Problem::new("recording_not_saved", message)
    })?;
    let count = |whole: bool| u32::try_from(entries.iter().filter(|entry| entry.is_whole() == whole).count());
    Ok(SavedRecording {
        file: path.file_name().unwrap_or_default().to_string_lossy().into_owned(),
        events: count(true).unwrap_or(u32::MAX),
        missing: count(false).unwrap_or(u32::MAX),
    })
}

/// Writes beside the file, then puts the new one in its place.
fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    let name = path.file_name().ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "it names no file"))?;
    let mut fresh = OsString::from(".");
    fresh.push(name);
    fresh.push(format!(".{}.new", std::process::id()));
    let fresh = path.with_file_name(fresh);
    let written = || -> io::Result<()> {
        let mut file = std::fs::File::create_new(&fresh)?;
        file.write_all(content)?;
        file.sync_all()?;
        std::fs::rename(&fresh, path)
    };
    written().inspect_err(|error| {
        // One that was there already is not ours.
        if error.kind() != io::ErrorKind::AlreadyExists {
            std::fs::remove_file(&fresh).ok();
        }
    })
}
