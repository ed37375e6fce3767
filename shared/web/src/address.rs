//! Where a request comes from, for rate limits.

use std::convert::Infallible;
use std::net::{IpAddr, Ipv6Addr};

use axum::extract::{FromRef, FromRequestParts};
use http::HeaderMap;
use http::request::Parts;
use runtime::Peer;

use crate::{Ctx, same_secret};

/// The network that a request comes from: an IPv4 address, or the /64 of an IPv6 address (one
/// household has all of it), or `unknown`.
///
/// Headers are not believed, since whoever calls the API's own address can write into them what they
/// like. The exception is a request with our CDN's key in `x-parlor-edge`: CloudFront appends the
/// viewer's address to `x-forwarded-for` and API Gateway appends CloudFront's, so the last but one
/// is the viewer's, whatever stood there before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientAddress(pub String);

impl<S> FromRequestParts<S> for ClientAddress
where
    Ctx: FromRef<S>,
    S: Sync,
{
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Infallible> {
        let ctx = Ctx::from_ref(state);
        let peer = parts.extensions.get::<Peer>().map(|peer| peer.0);
        let viewer = viewer(&parts.headers, ctx.config.edge_key.as_deref());
        let network = viewer.or(peer).map_or_else(|| "unknown".to_owned(), network);
        Ok(Self(network))
    }
}

fn viewer(headers: &HeaderMap, edge_key: Option<&str>) -> Option<IpAddr> {
    let shown = headers.get("x-parlor-edge")?.to_str().ok()?;
    if !same_secret(shown, edge_key?) {
        return None;
    }
    let chain = headers.get_all("x-forwarded-for").iter().filter_map(|value| value.to_str().ok());
    let hops: Vec<&str> = chain.flat_map(|value| value.split(',')).map(str::trim).collect();
    hops.iter().rev().nth(1)?.parse().ok()
}

fn network(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{}/64", Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderMap;

    use super::{network, viewer};

    fn headers(edge: &str, chain: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert("x-parlor-edge", edge.parse().unwrap());
        headers.insert("x-forwarded-for", chain.parse().unwrap());
        headers
    }

    #[test]
    fn the_viewer_is_the_last_but_one_and_only_behind_our_own_cdn() {
        let chain = "203.0.113.9, 198.51.100.7, 192.0.2.1";
        let found = viewer(&headers("key", chain), Some("key"));
        assert_eq!(found.unwrap().to_string(), "198.51.100.7");
        assert_eq!(viewer(&headers("guess", chain), Some("key")), None);
        assert_eq!(viewer(&headers("", chain), None), None);
        assert_eq!(viewer(&headers("key", "192.0.2.1"), Some("key")), None);
        assert_eq!(viewer(&headers("key", "x, 192.0.2.1"), Some("key")), None);
        assert_eq!(viewer(&HeaderMap::new(), Some("key")), None);
    }

    #[test]
    fn a_household_is_one_network() {
        let of = |text: &str| network(text.parse().unwrap());
        assert_eq!(of("192.0.2.7"), "192.0.2.7");
        assert_eq!(of("::ffff:192.0.2.7"), "192.0.2.7");
        assert_eq!(of("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::/64");
        assert_eq!(of("2001:db8:1:2::"), of("2001:db8:1:2:ffff::1"));
    }
}
