//! A cluster on one machine: a process each for the scheduler and its executors.

use crate::{Cluster, Result};
use std::net::TcpListener;
use std::process::Stdio;
use tokio::process::{Child, Command};

/// Runs them until this process is interrupted or the scheduler ends. An executor may end: the others do
/// its work.
pub(crate) async fn run(options: &Cluster) -> Result<()> {
    let mut scheduler = scheduler(options.port)?;
    let mut executors = Vec::new();
    for _ in 0..options.executors {
        executors.push(executor(options, free_port()?)?);
    }
    println!(
        "scheduler at df://localhost:{}, {} executors; interrupt to stop",
        options.port, options.executors
    );
    tokio::select! {
        interrupted = interrupted() => interrupted?,
        status = scheduler.wait() => return Err(format!("the scheduler ended: {}", status?).into()),
    }
    scheduler.kill().await?;
    for executor in &mut executors {
        executor.kill().await?;
    }
    Ok(())
}

fn scheduler(port: u16) -> Result<Child> {
    start(&["scheduler".into(), format!("--port={port}")])
}

/// An executor with its share of the machine, unless stated otherwise.
fn executor(options: &Cluster, port: u16) -> Result<Child> {
    let limits = &options.limits;
    let share = limits.cores() / usize::from(options.executors);
    let cores = limits.cores.unwrap_or(share.max(1));
    let mut arguments = vec![
        "executor".into(),
        format!("--scheduler=localhost:{}", options.port),
        format!("--port={port}"),
        format!("--cores={cores}"),
    ];
    let memory = limits.memory.or_else(|| {
        let share = memory()? * 7 / 10 / u64::from(options.executors);
        Some(share)
    });
    arguments.extend(memory.map(|bytes| format!("--memory={bytes}")));
    let folder = limits.folder.as_ref();
    arguments.extend(folder.map(|folder| format!("--folder={}", folder.display())));
    start(&arguments)
}

/// The machine's memory in bytes, where the system tells it.
fn memory() -> Option<u64> {
    let told = std::fs::read_to_string("/proc/meminfo").ok()?;
    let line = told.lines().find(|line| line.starts_with("MemTotal:"))?;
    let kilobytes: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kilobytes * 1024)
}

fn start(arguments: &[String]) -> Result<Child> {
    let program = std::env::current_exe()?;
    let mut command = Command::new(program);
    command
        .args(arguments)
        .stdin(Stdio::null())
        .kill_on_drop(true);
    Ok(command.spawn()?)
}

/// A port that nobody uses now.
fn free_port() -> Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

/// Waits for an interrupt from the keyboard, or to be told to end.
async fn interrupted() -> Result<()> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let mut ended = signal(SignalKind::terminate())?;
        tokio::select! {
            pressed = tokio::signal::ctrl_c() => pressed?,
            _ = ended.recv() => {}
        }
    }
    #[cfg(not(unix))]
    tokio::signal::ctrl_c().await?;
    Ok(())
}

/// `HOST:PORT`.
pub(crate) fn host_and_port(text: &str) -> std::result::Result<(String, u16), String> {
    let found = text.rsplit_once(':').and_then(|(host, port)| {
        let port = port.parse().ok()?;
        (!host.is_empty()).then(|| (host.to_owned(), port))
    });
    found.ok_or_else(|| format!("{text:?}, expected: HOST:PORT"))
}
