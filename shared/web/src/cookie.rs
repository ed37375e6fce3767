//! Cookies: RFC 6265, all of one form: `HttpOnly`, `Secure`, `SameSite=Strict`, for the whole of this host and no other.

use http::{HeaderMap, HeaderValue, header::COOKIE};

use crate::Problem;

/// What browsers hold a cookie to by its name: set over TLS by this very host, for all of its paths, with no `Domain`. A
/// neighbouring host can neither set nor shadow it.
const PREFIX: &str = "__Host-";

/// A cookie of ours.
///
/// On a site that is opened over `https` its name begins with `__Host-`. Over `http`, which is a loopback (the local
/// stack), browsers take `Secure` but not the prefix, so the name is plain there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cookie(&'static str);

impl Cookie {
    /// The cookie of this name, given without the prefix.
    #[must_use]
    pub const fn new(name: &'static str) -> Self {
        Self(name)
    }

    /// The name that it has on a site, by the site's address.
    #[must_use]
    pub fn name(self, site_url: &str) -> String {
        let prefix = if site_url.starts_with("https://") { PREFIX } else { "" };
        format!("{prefix}{}", self.0)
    }

    /// Its value in a request. A request that has it twice has none: one of them was not ours.
    #[must_use]
    pub fn read<'a>(self, headers: &'a HeaderMap, site_url: &str) -> Option<&'a str> {
        let name = self.name(site_url);
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

    /// A `Set-Cookie` that lasts so many seconds.
    ///
    /// # Errors
    /// 500 when the value cannot stand in a header.
    pub fn set(
        self,
        value: &str,
        max_age_seconds: i64,
        site_url: &str,
    ) -> Result<HeaderValue, Problem> {
        let name = self.name(site_url);
        let cookie = format!(
            "{name}={value}; Path=/; Max-Age={max_age_seconds}; HttpOnly; Secure; SameSite=Strict"
        );
        HeaderValue::try_from(cookie).map_err(Problem::internal)
    }

    /// A `Set-Cookie` that removes it.
    ///
    /// # Errors
    /// As [`Cookie::set`].
    pub fn clear(self, site_url: &str) -> Result<HeaderValue, Problem> {
        self.set("", 0, site_url)
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderMap;

    use super::Cookie;

    const A: Cookie = Cookie::new("a");
    const SITE: &str = "https://parlor.test";
    const LOCAL: &str = "http://127.0.0.1:8600";

    fn read(header: &'static str, site_url: &str) -> Option<String> {
        let mut headers = HeaderMap::new();
        headers.insert("cookie", header.parse().unwrap());
        A.read(&headers, site_url).map(str::to_owned)
    }

    #[test]
    fn a_cookie_is_read_by_its_whole_name_and_only_if_it_is_there_once() {
        assert_eq!(read("b=2; a=1", LOCAL).as_deref(), Some("1"));
        assert_eq!(read("aa=2", LOCAL), None);
        assert_eq!(read("a=1; a=2", LOCAL), None);
        assert_eq!(read("a=x=y", LOCAL).as_deref(), Some("x=y"));
    }

    #[test]
    fn over_https_a_cookie_belongs_to_this_host_alone_by_its_name() {
        assert_eq!(read("a=planted; __Host-a=ours", SITE).as_deref(), Some("ours"));
        assert_eq!(read("a=planted", SITE), None);
        assert_eq!(read("a=ours; __Host-a=planted", LOCAL).as_deref(), Some("ours"));
        let set = A.set("1", 60, SITE).unwrap();
        assert_eq!(set, "__Host-a=1; Path=/; Max-Age=60; HttpOnly; Secure; SameSite=Strict");
        let cleared = A.clear(LOCAL).unwrap();
        assert_eq!(cleared, "a=; Path=/; Max-Age=0; HttpOnly; Secure; SameSite=Strict");
    }
}
