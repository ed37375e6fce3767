//! Cookies: RFC 6265, always `HttpOnly` and `Secure` (browsers accept `Secure` on a loopback host).

use http::{HeaderMap, HeaderValue, header::COOKIE};

use crate::Problem;

/// The value of a cookie. A request with the same name twice has none: one of them was not ours.
#[must_use]
pub fn read_cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let mut values = headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|header| header.to_str().ok())
        .flat_map(|header| header.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .filter(|(key, _)| *key == name)
        .map(|(_, value)| value);
    match (values.next(), values.next()) {
        (Some(value), None) => Some(value),
        _ => None,
    }
}

/// A `Set-Cookie` that lasts so many seconds. `same_site` is `Strict` or `Lax`.
///
/// # Errors
/// 500 when name, value or path cannot stand in a header.
pub fn set_cookie(
    name: &str,
    value: &str,
    path: &str,
    same_site: &str,
    max_age_seconds: i64,
) -> Result<HeaderValue, Problem> {
    let cookie = format!(
        "{name}={value}; Path={path}; Max-Age={max_age_seconds}; HttpOnly; Secure; SameSite={same_site}"
    );
    HeaderValue::try_from(cookie).map_err(Problem::internal)
}

/// A `Set-Cookie` that removes the cookie.
///
/// # Errors
/// As [`set_cookie`].
pub fn clear_cookie(name: &str, path: &str, same_site: &str) -> Result<HeaderValue, Problem> {
    set_cookie(name, "", path, same_site, 0)
}

#[cfg(test)]
mod tests {
    use http::HeaderMap;

    use super::read_cookie;

    #[test]
    fn a_cookie_is_read_by_its_whole_name_and_only_if_it_is_there_once() {
        let read = |header: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert("cookie", header.parse().unwrap());
            read_cookie(&headers, "a").map(str::to_owned)
        };
        assert_eq!(read("b=2; a=1").as_deref(), Some("1"));
        assert_eq!(read("aa=2"), None);
        assert_eq!(read("a=1; a=2"), None);
        assert_eq!(read("a=x=y").as_deref(), Some("x=y"));
    }
}
