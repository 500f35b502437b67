//! Points in time as OData writes them (RFC 3339), counted in ticks of 100 nanoseconds since
//! 1970 as Graph counts them. Reads and writes text; never asks what time it is.

/// Ticks of 100 ns since 1970-01-01T00:00:00Z.
pub type Instant = i64;

const SECOND: i64 = 10_000_000;
const DAY: i64 = 86_400;

/// Reads `2020-07-01T00:00:00.1234567Z`, `2020-07-01T02:00:00+02:00` or the bare date
/// `2020-07-01`, which means its first moment in UTC. Digits beyond the seventh are dropped.
#[must_use]
pub fn parse_instant(text: &str) -> Option<Instant> {
    let bytes = text.as_bytes();
    let (year, month, day) = (number(bytes, 0, 4)?, number(bytes, 5, 2)?, number(bytes, 8, 2)?);
    if bytes[4] != b'-' || bytes[7] != b'-' || !(1..=12).contains(&month) || !(1..=days(year, month)).contains(&day) {
        return None;
    }
    let midnight = days_before(year, month, day) * DAY;
    let rest = &bytes[10..];
    if rest.is_empty() {
        return Some(midnight * SECOND);
    }
    if !rest[0].eq_ignore_ascii_case(&b't') {
        return None;
    }
    let (hour, minute) = (number(rest, 1, 2)?, number(rest, 4, 2)?);
    let mut at = 6;
    if rest[3] != b':' || hour > 23 || minute > 59 {
        return None;
    }
    let mut second = 0;
    if rest.get(at) == Some(&b':') {
        second = number(rest, at + 1, 2).filter(|second| *second <= 59)?;
        at += 3;
    }
    let mut fraction = 0;
    if rest.get(at) == Some(&b'.') {
        let digits = rest[at + 1..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        if digits == 0 {
            return None;
        }
        for index in 0..7 {
            let digit = if index < digits { i64::from(rest[at + 1 + index] - b'0') } else { 0 };
            fraction = fraction * 10 + digit;
        }
        at += 1 + digits;
    }
    let offset = offset(&rest[at..])?;
    Some((midnight + hour * 3600 + minute * 60 + second - offset) * SECOND + fraction)
}

/// Writes seven digits of the second and `Z`, as Graph does. For the years 0 to 9999.
#[must_use]
pub fn format_instant(instant: Instant) -> String {
    let (seconds, fraction) = (instant.div_euclid(SECOND), instant.rem_euclid(SECOND));
    let (day, second) = (seconds.div_euclid(DAY), seconds.rem_euclid(DAY));
    let (year, month, day) = civil(day);
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    let mut text = *b"0000-00-00T00:00:00.0000000Z";
    for (at, length, number) in
        [(0, 4, year), (5, 2, month), (8, 2, day), (11, 2, hour), (14, 2, minute), (17, 2, second), (20, 7, fraction)]
    {
        let mut rest = number.unsigned_abs();
        for digit in text[at..at + length].iter_mut().rev() {
            *digit = b'0' + (rest % 10) as u8;
            rest /= 10;
        }
    }
    text.iter().map(|byte| char::from(*byte)).collect()
}

fn number(bytes: &[u8], start: usize, length: usize) -> Option<i64> {
    let digits = bytes.get(start..start + length)?;
    digits.iter().try_fold(0, |sum, digit| digit.is_ascii_digit().then(|| sum * 10 + i64::from(digit - b'0')))
}

/// Seconds east of Greenwich of `Z` or `+hh:mm`.
fn offset(bytes: &[u8]) -> Option<i64> {
    match bytes {
        [b'Z' | b'z'] => Some(0),
        [sign @ (b'+' | b'-'), _, _, b':', _, _] => {
            let (hours, minutes) = (number(bytes, 1, 2)?, number(bytes, 4, 2)?);
            let seconds = hours * 3600 + minutes * 60;
            (hours <= 23 && minutes <= 59).then_some(if *sign == b'-' { -seconds } else { seconds })
        }
        _ => None,
    }
}

fn days(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days from 1970-01-01 to a day of the Gregorian calendar; years count from March, so that
/// the leap day is the last.
fn days_before(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year - era * 400;
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// The inverse of [`days_before`].
fn civil(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let of_era = days.rem_euclid(146_097);
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (year + era * 400 + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_forms_of_one_moment_agree() {
        let moment = parse_instant("2020-07-01T00:00:00Z");
        assert_eq!(moment, Some(15_935_616_000_000_000));
        for same in ["2020-07-01", "2020-07-01T02:00:00+02:00", "2020-06-30T22:30:00.0-01:30", "2020-07-01t00:00z"] {
            assert_eq!(parse_instant(same), moment, "{same}");
        }
        assert_eq!(
            parse_instant("2020-07-01T00:00:00.12345678Z").map(format_instant).as_deref(),
            Some("2020-07-01T00:00:00.1234567Z")
        );
    }

    #[test]
    fn what_is_not_a_moment_is_refused() {
        for text in [
            "",
            "2020",
            "2020-02-30",
            "2020-13-01",
            "2020-07-01T",
            "2020-07-01T24:00:00Z",
            "2020-07-01T00:00:00",
            "2020-07-01T00:00:00.Z",
            "2020-07-01T00:00:60Z",
            "2020-07-01T00:00:00+2:00",
            "2020-07-01Z",
            "２020-07-01",
        ] {
            assert_eq!(parse_instant(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn writing_and_reading_are_inverse(ticks in -60_000_000_000_000_000i64..250_000_000_000_000_000) {
            prop_assert_eq!(parse_instant(&format_instant(ticks)), Some(ticks));
        }

        #[test]
        fn no_text_makes_it_panic(text in "[0-9TZ:.+é-]{0,40}") {
            let _ = parse_instant(&text);
        }
    }
}
