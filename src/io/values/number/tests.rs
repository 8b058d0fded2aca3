use super::*;
use proptest::prelude::*;

fn format(decimal: char, thousands: Option<char>) -> NumberFormat {
    NumberFormat {
        decimal,
        thousands,
        ..NumberFormat::default()
    }
}

fn refusal(format: &NumberFormat, text: &str) -> String {
    format.parse(text).unwrap_err().into_owned()
}

#[test]
fn numbers_as_exports_write_them() {
    let plain = NumberFormat::default();
    for (text, number) in [
        ("12", 12.0),
        ("-12.5", -12.5),
        ("+3", 3.0),
        (" 12.50 ", 12.5),
        ("$12.00", 12.0),
        ("-$12.00", -12.0),
        ("$-12.00", -12.0),
        ("12.50 €", 12.5),
        ("€ 12.50", 12.5),
        ("\u{2212}4", -4.0),
        (" 54%", 0.54),
        ("0.54 %", 0.0054),
        (".5", 0.5),
        ("5.", 5.0),
        ("1e3", 1000.0),
        ("1.5E-05", 1.5e-5),
        (
            "123456789012345678901234567890",
            123456789012345678901234567890.0,
        ),
    ] {
        assert_eq!(plain.parse(text), Ok(Some(number)), "{text:?}");
    }
    for missing in ["", "  ", "--", " --", "-", "NULL"] {
        assert_eq!(plain.parse(missing), Ok(None), "{missing:?}");
    }
}

#[test]
fn signs_are_what_the_format_states() {
    let us = format('.', Some(','));
    assert_eq!(us.parse("1,234.56"), Ok(Some(1234.56)));
    assert_eq!(us.parse("12,34,567"), Ok(Some(1_234_567.0)));
    assert_eq!(us.parse("1234.5"), Ok(Some(1234.5)));
    let german = format(',', Some('.'));
    assert_eq!(german.parse("1.234,56"), Ok(Some(1234.56)));
    assert_eq!(german.parse("12,50 €"), Ok(Some(12.5)));
    assert_eq!(format(',', None).parse("1,234"), Ok(Some(1.234)));
    let french = format(',', Some(' '));
    assert_eq!(
        french.parse("1\u{202f}234\u{a0}567,8"),
        Ok(Some(1_234_567.8))
    );
    let swiss = format('.', Some('\''));
    assert_eq!(swiss.parse("1\u{2019}234.5"), Ok(Some(1234.5)));
}

#[test]
fn what_could_mean_two_things_is_refused() {
    let plain = NumberFormat::default();
    assert_eq!(
        refusal(&plain, "1,234"),
        "a number with the decimal sign '.' and no thousands sign"
    );
    assert_eq!(
        refusal(&plain, "(12.00)"),
        "a number with the decimal sign '.' and no thousands sign, negative ones with a minus"
    );
    assert_eq!(
        refusal(&plain, "> 90%"),
        "a number with the decimal sign '.'"
    );
    let us = format('.', Some(','));
    for bad in [
        "1,23",
        "1,2345",
        ",123",
        "1,,234",
        "1.234,5",
        "1234,567",
        "12,345,67",
    ] {
        assert_eq!(
            refusal(&us, bad),
            "a number with the decimal sign '.' and the thousands sign ','",
            "{bad}"
        );
    }
    for bad in [
        "NaN", "inf", "infinity", "1e", "e5", "1e999", "1e+-5", "1.2.3", ".", "$", "%", "--5",
        "5-", "12 34", "1_000", "0x10", "twelve", "٣", "1e5e5", "$$$$5",
    ] {
        assert!(plain.parse(bad).is_err(), "{bad:?}");
    }
    assert!(plain.parse(&"1".repeat(LONGEST + 1)).is_err());
}

#[test]
fn micros_are_exact() {
    let micros = NumberFormat {
        unit: 1e-6,
        ..NumberFormat::default()
    };
    assert_eq!(micros.parse("1110000"), Ok(Some(1.11)));
    assert_eq!(micros.number(Value::Integer(10_020_000)), Ok(Some(10.02)));
    assert_eq!(micros.number(Value::Number(330_000.0)), Ok(Some(0.33)));
    let dozens = NumberFormat {
        unit: 12.0,
        ..NumberFormat::default()
    };
    assert_eq!(dozens.parse("2"), Ok(Some(24.0)));
}

#[test]
fn values_of_other_types() {
    let plain = NumberFormat::default();
    assert_eq!(plain.number(Value::Missing), Ok(None));
    assert_eq!(plain.number(Value::Number(f64::NAN)), Ok(None));
    for value in [
        Value::Number(f64::INFINITY),
        Value::Boolean(true),
        Value::Instant(5),
        Value::Date(5),
    ] {
        assert_eq!(plain.number(value), Err("a number".into()), "{value:?}");
    }
}

#[test]
fn formats_are_checked() {
    for (decimal, thousands, unit) in [
        ('.', Some('.'), 1.0),
        (';', None, 1.0),
        ('.', Some('x'), 1.0),
        ('.', None, 0.0),
        ('.', None, f64::NAN),
    ] {
        let format = NumberFormat {
            unit,
            ..format(decimal, thousands)
        };
        assert!(format.check().is_err(), "{format:?}");
    }
    assert!(format(',', Some(' ')).check().is_ok());
}

proptest! {
    #[test]
    fn no_text_panics(text in ".{0,70}", like in "[-+0-9.,e% $€'()]{0,30}") {
        for format in [format('.', None), format(',', Some('.')), format('.', Some(' '))] {
            for text in [&text, &like] {
                if let Ok(Some(number)) = format.parse(text) {
                    prop_assert!(number.is_finite());
                }
            }
        }
    }

    #[test]
    fn grouped_numbers_are_read_back(cents in -1_000_000_000_000i64..1_000_000_000_000) {
        let digits = (cents.abs() / 100).to_string();
        let mut grouped = String::new();
        for (at, digit) in digits.chars().enumerate() {
            if at > 0 && (digits.len() - at) % 3 == 0 {
                grouped.push('.');
            }
            grouped.push(digit);
        }
        let sign = if cents < 0 { "-" } else { "" };
        let text = format!("{sign}{grouped},{:02}", cents.abs() % 100);
        let read = format(',', Some('.')).parse(&text).unwrap().unwrap();
        prop_assert_eq!(read, format!("{sign}{digits}.{:02}", cents.abs() % 100).parse::<f64>().unwrap());
    }
}
