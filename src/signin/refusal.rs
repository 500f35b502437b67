//! What Microsoft Entra said instead of giving a token, in a form fit to be shown, and what to do
//! about it. The codes are listed in Entra's "authentication and authorization error codes".

use super::error::SignInError;

/// The longest text of somebody else that is shown.
const LONGEST: usize = 400;

/// An answer of Entra's: `AADSTS7000215: Invalid client secret provided. … Trace ID: …`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub(super) struct Refusal {
    /// The number behind `AADSTS`, where there is one.
    pub(super) code: Option<u32>,
    message: String,
}

impl Refusal {
    /// Reads what somebody said. Ids of the request at its end are left out, since they say
    /// nothing to who reads it, and names of accounts too.
    pub(super) fn read(text: &str) -> Self {
        let text = text.find("AADSTS").map_or(text, |at| &text[at..]);
        let end = ["Trace ID:", "Correlation ID:", "Timestamp:", "To troubleshoot, visit", "\r", "\n"];
        let end = end.iter().filter_map(|mark| text.find(mark)).min().unwrap_or(text.len());
        let words = text[..end].split_whitespace().map(|word| if word.contains('@') { "(name)" } else { word });
        let mut message = words.collect::<Vec<_>>().join(" ");
        message.retain(|c| !c.is_control());
        if let Some((at, _)) = message.char_indices().nth(LONGEST) {
            message.truncate(at);
            message.push('…');
        }
        let digits: String =
            message.strip_prefix("AADSTS").into_iter().flat_map(str::chars).take_while(char::is_ascii_digit).collect();
        Self { code: digits.parse().ok(), message }
    }

    /// The error that it is. `what` completes "failed to …".
    pub(super) fn error(&self, what: &str) -> SignInError {
        let said = if self.message.is_empty() { "no reason was given" } else { self.message.trim_end_matches('.') };
        SignInError::refused(format!("{what}: {said}"), self.remedy().unwrap_or_default())
    }

    fn remedy(&self) -> Option<&'static str> {
        let code = self.code?;
        REMEDIES.iter().find(|(codes, _)| codes.contains(&code)).map(|(_, remedy)| *remedy)
    }
}

/// What helps, by the number of the error.
const REMEDIES: &[(&[u32], &str)] = &[
    (
        &[7_000_215],
        "give the value of the secret, not its id: it is shown once, when the secret is made; or make a new one",
    ),
    (&[7_000_222], "make a new secret for the app registration; or use a certificate or a federated credential"),
    (&[700_016], "there is no such app in this tenant: look at --client-id, --tenant and --cloud"),
    (&[90_002, 900_023, 900_021], "look at --tenant and --cloud: this cloud has no such tenant"),
    (&[50_059], "give the tenant: --tenant ID-or-domain"),
    (&[700_027, 7_000_214], "upload the certificate to the app registration, under Certificates & secrets"),
    (
        &[70_021, 700_211, 700_212, 700_213],
        "add a federated credential with this issuer, subject and audience to the app registration",
    ),
    (&[700_024], "the clock of this machine is wrong, or the assertion is too old"),
    (
        &[65_001, 65_004, 650_056, 650_057, 90_094],
        "an administrator has to consent to the app: `entra-risk whoami` \
      prints the link for what is missing once you are signed in",
    ),
    (
        &[7_000_218],
        "the app is not registered for people: in Authentication, allow public client flows and add the platform \
         'Mobile and desktop applications'",
    ),
    (
        &[50_011, 500_113, 900_971],
        "add the redirect URI http://localhost to the app registration, under Authentication, as 'Mobile and desktop \
         applications'",
    ),
    (&[50_074, 50_076, 50_079, 50_158], "sign in with --auth interactive: multifactor authentication is asked for"),
    (
        &[53_000, 53_001, 53_003, 53_004, 53_009, 530_003],
        "Conditional Access blocks this sign-in; many tenants block device codes: try --auth interactive, or ask \
         who looks after the policies",
    ),
    (&[50_173, 70_043, 70_008, 700_082, 700_084], "sign in again: the earlier sign-in has ended"),
    (&[70_020, 70_019], "the code was not entered in time: start again"),
    (&[65_002], "this app may not ask for these permissions; use an app of your own with --client-id"),
    (&[500_011], "this tenant has no Microsoft Graph of this cloud: look at --cloud and --authority"),
    (&[50_020, 50_034], "sign in with an account of this tenant, or give another --tenant"),
    (&[50_057, 50_053, 50_055], "this account cannot sign in at the moment; ask an administrator"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_entra_says_is_shown_without_its_ids_and_names() {
        let said = "AADSTS50020: User account 'alex@contoso.com' from identity provider 'live.com' does not exist in \
                    tenant. Trace ID: 1 Correlation ID: 2 Timestamp: 2026-11-21 10:00:00Z";
        let refusal = Refusal::read(said);
        assert_eq!(refusal.code, Some(50_020));
        let error = refusal.error("sign in");
        assert_eq!(
            error.to_string(),
            "sign in: AADSTS50020: User account (name) from identity provider 'live.com' does not exist in tenant"
        );
        assert!(error.remedy.contains("--tenant"), "{error:?}");
    }

    #[test]
    fn any_other_text_is_shown_in_part_and_on_one_line() {
        let refusal = Refusal::read("<html>\u{1b}[31m\nno");
        assert_eq!((refusal.code, refusal.error("sign in").to_string().as_str()), (None, "sign in: <html>[31m"));
        assert_eq!(Refusal::read("").error("sign in").to_string(), "sign in: no reason was given");
        let long = Refusal::read(&"é".repeat(5000)).error("x").to_string();
        assert_eq!(long.chars().count(), "x: ".len() + LONGEST + 1);
    }

    #[test]
    fn a_remedy_is_found_by_one_number_alone() {
        let mut seen = std::collections::BTreeSet::new();
        assert!(REMEDIES.iter().flat_map(|(codes, _)| *codes).all(|code| seen.insert(code)));
    }
}
