//! Runs an example as a process.

use std::path::{Path, PathBuf};
use std::process::Command;

/// An example, which a run of all tests has built; built here where only these run.
fn built(example: &str) -> PathBuf {
    let tests = std::env::current_exe().unwrap();
    let path = tests
        .parent()
        .and_then(Path::parent)
        .unwrap()
        .join("examples")
        .join(format!("{example}{}", std::env::consts::EXE_SUFFIX));
    if !path.exists() {
        let release = if cfg!(debug_assertions) {
            &[][..]
        } else {
            &["--release"][..]
        };
        assert!(
            Command::new(env!("CARGO"))
                .args(["build", "--quiet", "--example", example])
                .args(release)
                .status()
                .unwrap()
                .success()
        );
    }
    path
}

/// Exit status, standard output and standard error.
pub(crate) fn run(example: &str, options: &[&str]) -> (i32, String, String) {
    let ended = Command::new(built(example)).args(options).output().unwrap();
    (
        ended.status.code().unwrap(),
        String::from_utf8(ended.stdout).unwrap(),
        String::from_utf8(ended.stderr).unwrap(),
    )
}

/// Fails unless the example ends with status 2, nothing on standard output, and one message that
/// has the given parts.
pub(crate) fn assert_refused(example: &str, options: &[&str], parts: &[&str]) {
    let (status, out, told) = run(example, options);
    assert_eq!((status, out.as_str()), (2, ""), "{options:?}: {told}");
    assert_eq!(
        told.lines()
            .filter(|line| line.starts_with("error: "))
            .count(),
        1,
        "{options:?}: {told}"
    );
    for part in parts {
        assert!(told.contains(part), "{options:?}: {told:?} lacks {part:?}");
    }
}

/// A place of this process's own among temporary files.
fn temporary(name: &str) -> PathBuf {
    std::env::temp_dir().join(format!("mixtouch-{}-{name}", std::process::id()))
}

/// A file that is there while the test runs.
pub(crate) struct File(PathBuf);

impl File {
    pub(crate) fn new(name: &str, text: &str) -> Self {
        let path = temporary(name);
        std::fs::write(&path, text).unwrap();
        Self(path)
    }

    pub(crate) fn name(&self) -> &str {
        self.0.to_str().unwrap()
    }
}

impl Drop for File {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

/// A folder that is there while the test runs.
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new(name: &str) -> Self {
        let path = temporary(name);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub(crate) fn name(&self) -> &str {
        self.0.to_str().unwrap()
    }

    /// The name of a file in it.
    pub(crate) fn file(&self, name: &str) -> String {
        self.0.join(name).to_str().unwrap().to_owned()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
