//! Whether bars and intervals are drawn beside the tables.

use clap::Args;
use mixtouch::report::Document;
use std::io::IsTerminal;

#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct TerminalOptions {
    /// Tables of text alone, without small bars and intervals drawn beside them in a terminal
    #[arg(long)]
    plain: bool,
}

impl TerminalOptions {
    /// The document with drawings where a person looks at it: the output is a terminal that is not
    /// dumb, and neither --plain nor NO_COLOR asks for text alone.
    pub(crate) fn shown(self, document: Document) -> Document {
        let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        let alone = self.plain || set("NO_COLOR") || dumb || !std::io::stdout().is_terminal();
        match alone {
            true => document,
            false => document.with_drawings(),
        }
    }
}
