//! A cluster on one machine: a process each for the scheduler and its executors.

use crate::{Cluster, Result};
use std::net::TcpListener;
use std::process::Stdio;
use tokio::process::{Child, Command};

/// Runs them until this process is interrupted or one of them ends.
pub(crate) async fn run(options: &Cluster) -> Result<()> {
    let mut processes = vec![("scheduler".to_owned(), scheduler(options.port)?)];
    for number in 1..=options.executors {
        let name = format!("executor {number}");
        processes.push((name, executor(options, free_port()?)?));
    }
    println!(
        "scheduler at df://localhost:{}, {} executors; interrupt to stop",
        options.port, options.executors
    );
    tokio::select! {
        interrupted = interrupted() => interrupted?,
        ended = first_to_end(&mut processes) => return Err(ended?.into()),
    }
    for (_, process) in &mut processes {
        process.kill().await?;
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

/// Waits until a process ends, which none should, and says which.
async fn first_to_end(processes: &mut [(String, Child)]) -> Result<String> {
    loop {
        for (name, process) in &mut *processes {
            if let Some(status) = process.try_wait()? {
                // one executor may die: the others do its work
                if name == "scheduler" {
                    return Ok(format!("the scheduler ended: {status}"));
                }
            }
        }
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    }
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
