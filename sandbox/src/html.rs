//! Pages: escaping, the frame around every page, and their one style sheet.

use axum::response::{Html, IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};

/// Makes text safe inside an element and inside a quoted attribute.
pub(crate) fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            other => safe.push(other),
        }
    }
    safe
}

/// A whole page around `main`, which is HTML already. The title is text.
pub(crate) fn page(status: StatusCode, title: &str, main: &str) -> Response {
    let title = escape(title);
    let body = format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <title>{title} - Sandbox</title><style>{STYLE}</style></head><body>\
         <header class=\"banner\"><strong>Sandbox</strong> - no real money, no real accounts</header>\
         <main><h1>{title}</h1>{main}</main></body></html>"
    );
    let mut response = (status, Html(body)).into_response();
    // No `form-action`: browsers apply it to the redirect that follows a form, and that leads back to the product.
    response.headers_mut().insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(
            "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'",
        ),
    );
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// An amount for a person: `25.00 USD`.
pub(crate) fn amount(minor: i64, currency: &str) -> String {
    let currency = currency.to_uppercase();
    // The zero-decimal currencies of Stripe that are in real use; everything else has two decimals here.
    if matches!(currency.as_str(), "JPY" | "KRW" | "VND" | "CLP") {
        return format!("{minor} {currency}");
    }
    format!("{}.{:02} {currency}", minor / 100, minor % 100)
}

const STYLE: &str = "\
:root{color-scheme:light dark;--ink:light-dark(#1c1b22,#f3f1f7);--paper:light-dark(#f6f5f9,#17161c);\
--card:light-dark(#fff,#221f2a);--line:light-dark(#8d8899,#7f7a8c);--go:light-dark(#1f5f3a,#1f6b40);\
--bad:light-dark(#a11226,#ff9aa8);--soft:light-dark(#5a5566,#bdb7c9)}\
*{box-sizing:border-box}body{margin:0;background:var(--paper);color:var(--ink);\
font:1rem/1.5 system-ui,-apple-system,'Segoe UI',sans-serif}\
.banner{margin:0;padding:.5rem 1rem;background:#5b3a00;color:#fff;text-align:center}\
main{max-width:34rem;margin:2rem auto;padding:1.5rem;background:var(--card);border:1px solid var(--line);border-radius:.75rem}\
main.wide{max-width:70rem}h1{font-size:1.35rem;margin:0 0 1rem}h2{font-size:1.1rem;margin:1.5rem 0 .5rem}\
.amount{font-size:2rem;font-weight:700;margin:.25rem 0 1rem}.soft{color:var(--soft)}\
label{display:block;margin:.75rem 0 .25rem;font-weight:600}\
input,select{width:100%;padding:.6rem .7rem;font:inherit;color:inherit;background:transparent;border:1px solid var(--line);border-radius:.4rem}\
input[type=checkbox]{width:auto;margin-right:.5rem}\
button,.button{display:inline-block;margin:.5rem .5rem 0 0;padding:.65rem 1.1rem;font:inherit;font-weight:600;color:inherit;\
background:transparent;border:1px solid var(--line);border-radius:.4rem;cursor:pointer;text-decoration:none}\
button.go{background:var(--go);border-color:var(--go);color:#fff}button.row{width:100%;text-align:left}\
:focus-visible{outline:3px solid #6f8cff;outline-offset:2px}\
.problem{margin:0 0 1rem;padding:.75rem 1rem;border-left:4px solid var(--bad);color:var(--bad);font-weight:600}\
.scroll{overflow-x:auto}table{border-collapse:collapse;width:100%;font-size:.9rem}\
th,td{text-align:left;padding:.35rem .5rem;border-bottom:1px solid var(--line);vertical-align:top}code{font-size:.9em}";

#[cfg(test)]
mod tests {
    use super::{amount, escape};

    #[test]
    fn markup_in_text_is_made_harmless() {
        assert_eq!(
            escape("<a href=\"x\" id='y'>&"),
            "&lt;a href=&quot;x&quot; id=&#39;y&#39;&gt;&amp;"
        );
    }

    #[test]
    fn amounts_read_as_a_person_writes_them() {
        assert_eq!(amount(2500, "usd"), "25.00 USD");
        assert_eq!(amount(5, "eur"), "0.05 EUR");
        assert_eq!(amount(500, "jpy"), "500 JPY");
    }
}
