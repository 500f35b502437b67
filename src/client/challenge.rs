//! Claims challenges of continuous access evaluation:
//! `WWW-Authenticate: Bearer …, error="insufficient_claims", claims="<base64>"`.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use http::HeaderValue;

const LENIENT: GeneralPurposeConfig =
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);

/// The claims that a challenge asks for, as JSON text; `None` for any other challenge.
pub(super) fn claims(challenge: &HeaderValue) -> Option<String> {
    let text = challenge.to_str().ok()?;
    let scheme = text.get(..7)?;
    if !scheme.eq_ignore_ascii_case("bearer ") || !text.contains("insufficient_claims") {
        return None;
    }
    let (_, rest) = text.split_once("claims=\"")?;
    let (encoded, _) = rest.split_once('"')?;
    let decoded = GeneralPurpose::new(&alphabet::STANDARD, LENIENT)
        .decode(encoded)
        .or_else(|_| GeneralPurpose::new(&alphabet::URL_SAFE, LENIENT).decode(encoded))
        .ok()?;
    let json = String::from_utf8(decoded).ok()?;
    json.trim_start().starts_with('{').then_some(json)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_claims_challenge_has_claims() {
        let read = |text: &'static str| claims(&HeaderValue::from_static(text));
        let whole = r#"Bearer realm="", error="insufficient_claims", claims="eyJhIjoxfQ==""#;
        assert_eq!(read(whole).as_deref(), Some(r#"{"a":1}"#));
        assert_eq!(read(r#"Bearer error="insufficient_claims", claims="eyJhIjoxfQ""#).as_deref(), Some(r#"{"a":1}"#));
        for other in [
            "Bearer",
            r#"Bearer claims="eyJhIjoxfQ==""#,
            r#"Basic error="insufficient_claims", claims="e30=""#,
            r#"Bearer error="insufficient_claims", claims="%%%""#,
        ] {
            assert_eq!(read(other), None, "{other}");
        }
    }
}
