//! Which files are meant.

use crate::error::{Error, Result};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// The files that paths and patterns such as `logs/2026-*.csv.gz` name, each once, sorted by name.
///
/// # Errors
/// If there is no such file, no file fits a pattern, or a pattern is not well-formed.
pub(in crate::io) fn find<P: AsRef<Path>>(patterns: &[P]) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for pattern in patterns {
        let pattern = pattern.as_ref();
        let before = files.len();
        if pattern.is_file() {
            files.push(pattern.to_owned()); // also where its name looks like a pattern
        } else {
            files.extend(matching(pattern)?);
        }
        if files.len() == before {
            return Err(missing(pattern));
        }
    }
    files.sort();
    files.dedup();
    Ok(files)
}

/// The error of a path that leads to no file, or of a pattern that none fits.
fn missing(pattern: &Path) -> Error {
    let text = pattern.to_string_lossy();
    if text.contains(['*', '?', '[']) {
        let expected = "one that the path of some file fits";
        return Error::setting("the pattern of files", format!("{text:?}"), expected);
    }
    let kind = if pattern.is_dir() {
        ErrorKind::IsADirectory
    } else {
        ErrorKind::NotFound
    };
    Error::Io(kind.into()).in_file(pattern)
}

fn matching(pattern: &Path) -> Result<Vec<PathBuf>> {
    let text = pattern.to_string_lossy();
    let bad = |error: glob::PatternError| {
        Error::setting("the pattern of files", format!("{text:?}"), error.msg)
    };
    let mut files = Vec::new();
    for path in glob::glob(&text).map_err(bad)? {
        let path = path.map_err(|error| {
            let path = error.path().to_owned();
            Error::Io(error.into()).in_file(path)
        })?;
        if path.is_file() {
            files.push(path);
        }
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_name_files_once_and_sorted() {
        let folder = std::env::temp_dir().join(format!("mixtouch-paths-{}", std::process::id()));
        std::fs::create_dir_all(folder.join("deep")).unwrap();
        for name in ["b.csv", "a.csv", "c[1].csv", "deep/d.csv", "e.txt"] {
            std::fs::write(folder.join(name), "x").unwrap();
        }
        let names = |patterns: &[&str]| {
            let patterns: Vec<PathBuf> = patterns.iter().map(|name| folder.join(name)).collect();
            let names = |files: Vec<PathBuf>| -> Vec<String> {
                let name =
                    |file: PathBuf| file.strip_prefix(&folder).unwrap().display().to_string();
                files.into_iter().map(name).collect()
            };
            find(&patterns)
                .map(names)
                .map_err(|error| error.to_string())
        };
        assert_eq!(
            names(&["*.csv"]),
            Ok(["a.csv", "b.csv", "c[1].csv"].map(String::from).to_vec())
        );
        assert_eq!(
            names(&["b.csv", "[ab].csv"]),
            Ok(["a.csv", "b.csv"].map(String::from).to_vec())
        );
        assert_eq!(names(&["c[1].csv"]), Ok(vec!["c[1].csv".into()]));
        assert_eq!(names(&["**/d.csv"]), Ok(vec!["deep/d.csv".into()]));
        for (missing, why) in [
            ("z.csv", "input or output failed: entity not found"),
            ("*.parquet", "expected: one that the path of some file fits"),
            ("deep", "input or output failed: is a directory"),
        ] {
            let fault = names(&["a.csv", missing]).unwrap_err();
            assert!(fault.contains(missing) && fault.ends_with(why), "{fault}");
        }
        assert!(
            names(&["***"])
                .unwrap_err()
                .contains("the pattern of files")
        );
        std::fs::remove_dir_all(folder).unwrap();
    }
}
