//! Results as rows for `attribution --lift`.

use mixtouch::Result;
use mixtouch::experiment::LiftTest;

/// A heading and the table, nothing where there are no tests.
pub(crate) fn of(tests: &[LiftTest]) -> Result<String> {
    if tests.is_empty() {
        return Ok(String::new());
    }
    let mut table = Vec::new();
    LiftTest::write_csv(tests, &mut table)?;
    let table = String::from_utf8_lossy(&table);
    Ok(format!(
        "\nAs a lift test, for attribution --lift:\n{table}"
    ))
}
