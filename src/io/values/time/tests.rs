use super::*;
use proptest::prelude::*;

const NEW_YEAR: u32 = 1_767_225_600; // 2026-01-01T00:00:00Z

fn zone(name: &str) -> TimeFormat {
    TimeFormat {
        zone: Some(TimeZone::new(name).unwrap()),
        ..TimeFormat::default()
    }
}

fn formats<const N: usize>(formats: [&str; N]) -> TimeFormat {
    TimeFormat {
        formats: formats.map(String::from).to_vec(),
        ..zone("UTC")
    }
}

fn unit(unit: TimeUnit) -> TimeFormat {
    TimeFormat {
        unit: Some(unit),
        ..TimeFormat::default()
    }
}

fn read(format: &TimeFormat, value: Value<'_>) -> Result<(u32, u32), String> {
    let moment = format.moment(value).map_err(Cow::into_owned)?;
    moment
        .map(|moment| (moment.second, moment.nanosecond))
        .ok_or_else(|| "missing".into())
}

#[test]
fn numbers_have_a_unit_and_keep_their_fraction() {
    let plain = TimeFormat::default();
    assert_eq!(
        read(&plain, Value::Integer(1_767_225_600)),
        Ok((NEW_YEAR, 0))
    );
    assert_eq!(
        read(&plain, Value::Text("1767225600.25")),
        Ok((NEW_YEAR, 250_000_000))
    );
    let micros = unit(TimeUnit::Microseconds);
    let exact = Ok((NEW_YEAR, 123_456_000));
    assert_eq!(read(&micros, Value::Integer(1_767_225_600_123_456)), exact);
    assert_eq!(read(&micros, Value::Text("1767225600123456")), exact);
    assert_eq!(read(&micros, Value::Text(" 1.767225600123456E15 ")), exact);
    assert_eq!(read(&micros, Value::Number(1_767_225_600_123_456.0)), exact);
    let nanos = unit(TimeUnit::Nanoseconds);
    assert_eq!(
        read(&nanos, Value::Text("1767225600000000007")),
        Ok((NEW_YEAR, 7))
    );
}

#[test]
fn a_wrong_unit_is_named() {
    let refusal = |format: &TimeFormat, number| read(format, Value::Integer(number)).unwrap_err();
    let plain = TimeFormat::default();
    assert_eq!(
        refusal(&plain, 1_767_225_600_123),
        "seconds since 1970-01-01T00:00:00Z, from 2000-01-01 to 2099-12-31 \
         (this looks like milliseconds: state the unit ms)"
    );
    assert!(refusal(&unit(TimeUnit::Milliseconds), 1_767_225_600).contains("looks like seconds"));
    let text = read(&plain, Value::Text("1767225600123456")).unwrap_err();
    assert!(text.contains("looks like microseconds"), "{text}");
    assert!(refusal(&plain, 20_240_910).contains("date YYYYMMDD: state the format %Y%m%d"));
    let number = read(&plain, Value::Number(20_240_910.0)).unwrap_err();
    assert!(number.contains("date YYYYMMDD"), "{number}");
    for (number, hint) in [(5, "2099-12-31"), (-5, "2099-12-31")] {
        assert!(refusal(&plain, number).ends_with(hint), "{number}");
    }
    for number in [f64::NAN, f64::INFINITY, -1.0, 1e300] {
        assert!(read(&plain, Value::Number(number)).is_err(), "{number}");
    }
}

/// 2024-09-10T00:00:00Z is 1725926400.
#[test]
fn dates_by_a_format() {
    let dates = formats(["%Y%m%d"]);
    let day = Ok((1_725_926_400, 0));
    assert_eq!(read(&dates, Value::Integer(20_240_910)), day);
    assert_eq!(read(&dates, Value::Text("20240910")), day);
    assert_eq!(
        read(&dates, Value::Text("2024-09-10")).unwrap_err(),
        "a time by \"%Y%m%d\""
    );
    assert_eq!(
        read(
            &formats(["%m/%d/%Y %I:%M:%S %p", "%m/%d/%Y"]),
            Value::Text("09/10/2024 12:35:00 AM")
        ),
        Ok((1_725_926_400 + 35 * 60, 0))
    );
    assert_eq!(
        read(&formats(["%H", "%m/%d/%Y"]), Value::Text("09/10/2024")),
        day
    );
    let offset = formats(["%d.%m.%Y %H:%M %z"]);
    assert_eq!(read(&offset, Value::Text("10.09.2024 02:00 +0200")), day);
    let new_york = TimeFormat {
        zone: Some(TimeZone::new("America/New_York").unwrap()),
        ..dates
    };
    assert_eq!(
        read(&new_york, Value::Integer(20_240_910)),
        Ok((1_725_926_400 + 4 * 3600, 0))
    );
    let both = TimeFormat {
        unit: Some(TimeUnit::Seconds),
        ..formats(["%Y-%m-%d"])
    };
    assert_eq!(
        read(&both, Value::Integer(1_767_225_600)),
        Ok((NEW_YEAR, 0))
    );
}

#[test]
fn local_times_are_read_in_the_zone() {
    let berlin = zone("Europe/Berlin");
    let expected = Ok((NEW_YEAR, 714_000_000));
    let nanoseconds = 1_767_229_200_714_000_000; // 01:00:00.714 on the clock
    assert_eq!(
        read(&berlin, Value::Text("2026-01-01 01:00:00.714")),
        expected
    );
    assert_eq!(read(&berlin, Value::Local(nanoseconds)), expected);
    assert_eq!(
        read(&berlin, Value::Instant(nanoseconds - 3_600_000_000_000)),
        expected
    );
    assert_eq!(
        read(&berlin, Value::Text("2026-01-01 00:00:00 UTC")),
        Ok((NEW_YEAR, 0))
    );
    let days = 20_454; // 2026-01-01
    assert_eq!(read(&berlin, Value::Date(days)), Ok((NEW_YEAR - 3600, 0)));
    assert_eq!(
        read(&berlin, Value::Text("2026-01-01")),
        Ok((NEW_YEAR - 3600, 0))
    );
    // TikTok's zone names count the other way: Etc/GMT+5 is five hours behind
    assert_eq!(
        read(&zone("Etc/GMT+5"), Value::Text("2025-12-31 19:00:00")),
        Ok((NEW_YEAR, 0))
    );
    assert_eq!(
        read(&zone("UTC"), Value::Text("2021-09-15 5:00:00")),
        Ok((1_631_682_000, 0))
    );
    for value in [
        Value::Text("2026-01-01 01:00:00"),
        Value::Text("2026-01-01"),
        Value::Local(nanoseconds),
        Value::Date(days),
    ] {
        let refusal = read(&TimeFormat::default(), value).unwrap_err();
        assert!(refusal.contains("a zone in which local times"), "{refusal}");
    }
}

#[test]
fn what_is_no_time_is_refused() {
    let utc = zone("UTC");
    for bad in [
        "soon",
        "1999-12-31",
        "2100-01-01",
        "1970-01-01T00:00:00Z",
        "1.2.3",
        "-",
        "0",
    ] {
        assert!(read(&utc, Value::Text(bad)).is_err(), "{bad}");
    }
    assert!(read(&utc, Value::Boolean(true)).is_err());
    for missing in [Value::Missing, Value::Text(""), Value::Text("  ")] {
        assert_eq!(read(&utc, missing), Err("missing".into()));
    }
    for extreme in [i128::MIN, i128::MAX, 0] {
        assert!(read(&utc, Value::Instant(extreme)).is_err());
        assert!(read(&utc, Value::Local(extreme)).is_err());
    }
    assert!(read(&utc, Value::Date(i32::MAX)).is_err());
}

#[test]
fn patterns_are_checked() {
    assert!(formats(["%Y-%m-%d %H:%M:%S%.f"]).check().is_ok());
    for bad in ["%", "%!", ""] {
        assert!(formats([bad]).check().is_err(), "{bad:?}");
    }
}

proptest! {
    #[test]
    fn no_text_panics(text in ".{0,40}", like in "[-0-9TZ:+./e ]{0,30}", number: i64, float: f64) {
        for format in [zone("Europe/Berlin"), formats(["%Y%m%d", "%I %p"]), unit(TimeUnit::Nanoseconds)] {
            for value in [
                Value::Text(&text),
                Value::Text(&like),
                Value::Integer(number),
                Value::Number(float),
                Value::Local(i128::from(number)),
            ] {
                format.moment(value).ok();
            }
        }
    }
}
