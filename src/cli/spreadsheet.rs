//! Fields for spreadsheets, which take some texts for formulas.

/// The text, and an apostrophe before it where a spreadsheet would calculate it.
/// <https://owasp.org/www-community/attacks/CSV_Injection>
pub(in crate::cli) fn harmless(text: String) -> String {
    match text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        true => format!("'{text}"),
        false => text,
    }
}
