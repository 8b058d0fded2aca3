//! The examples as their users meet them: what goes to which stream, and what a bad option or file
//! is told.

mod attribution;
mod dashboard;
mod doubtful_logs;
mod experiment;
mod identities;
mod media_mix;
mod media_mix_plans;
mod run;
mod service;

#[path = "../../examples/common/json.rs"]
mod json;

/// A channel's name with U+009B, which begins a command to a terminal, came out of `--json` raw.
#[test]
fn json_on_a_terminal_has_no_sign_that_acts() {
    let names = "\u{7f}\u{9b}31m\u{202e}\u{2066}\u{200b}\u{feff} caf\u{e9} \u{1f600}\n";
    let raw = serde_json::to_string_pretty(&[names]).unwrap();
    let shown = json::escaped(&raw);
    assert_eq!(
        shown,
        "[\n  \"\\u007f\\u009b31m\\u202e\\u2066\\u200b\\ufeff caf\u{e9} \u{1f600}\\n\"\n]"
    );
    assert_eq!(
        serde_json::from_str::<Vec<String>>(&shown).unwrap(),
        [names]
    );
}
