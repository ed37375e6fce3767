//! The loop of the routes: under Lambda when it runs there, else a loopback port.

use std::convert::Infallible;
use std::net::IpAddr;

use axum::Router;
use axum::extract::Request;
use http::uri::{PathAndQuery, Uri};
use http::{HeaderValue, header::COOKIE};
use lambda_http::RequestExt;
use lambda_http::request::RequestContext;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use tower::ServiceBuilder;

/// What a path may not hold as it is (RFC 3986 section 3.3). An HTTP API decodes all of it but `%25`, which stays.
const NOT_OF_A_PATH: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'/')
    .remove(b'%')
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'!')
    .remove(b'$')
    .remove(b'&')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')')
    .remove(b'*')
    .remove(b'+')
    .remove(b',')
    .remove(b';')
    .remove(b'=')
    .remove(b':')
    .remove(b'@');

/// The id of this request, as API Gateway or Lambda knows it. An extension of the request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestId(pub String);

/// The address that API Gateway received this request from. An extension of the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Peer(pub IpAddr);

/// Serves the router: to Lambda (API Gateway HTTP API or a function URL, payload 2.0) when
/// `AWS_LAMBDA_RUNTIME_API` is set, else on `127.0.0.1:$PORT` (default 9000).
///
/// # Errors
/// When Lambda cannot be reached or the port cannot be opened.
#[expect(
    clippy::disallowed_methods,
    reason = "how the process is fed is its environment's business"
)]
pub async fn run_http(router: Router) -> Result<(), crate::Error> {
    if std::env::var_os("AWS_LAMBDA_RUNTIME_API").is_some() {
        let service =
            ServiceBuilder::new().map_request(describe::<lambda_http::Body>).service(router);
        return lambda_http::run(service).await;
    }
    let port: u16 = match std::env::var("PORT") {
        Ok(port) => port.parse().map_err(|_| "PORT is not a port number")?,
        Err(_) => 9000,
    };
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", port)).await?;
    tracing::info!(address = %listener.local_addr()?, "serving");
    axum::serve(listener, router).await?;
    Ok(())
}

/// Adds [`RequestId`] and [`Peer`] from the event's context, and restores the path.
///
/// Cookies need nothing more: `lambda_http` joins the `cookies` array of payload 2.0 into the
/// `Cookie` header, and an event without the array keeps its own header. Several headers are
/// joined into one, because RFC 6265 section 5.4 allows only one and readers look at the first.
fn describe<B>(mut request: http::Request<B>) -> http::Request<B> {
    let (id, peer) = match request.extensions().get::<RequestContext>() {
        Some(RequestContext::ApiGatewayV2(context)) => {
            (context.request_id.clone(), context.http.source_ip.clone())
        }
        _ => (None, None),
    };
    let id = id.or_else(|| {
        let context = request.extensions().get::<lambda_http::Context>();
        context.map(|context| context.request_id.clone())
    });
    if let Some(id) = id {
        request.extensions_mut().insert(RequestId(id));
    }
    if let Some(peer) = peer.and_then(|address| address.parse().ok()) {
        request.extensions_mut().insert(Peer(peer));
    }
    let cookies: Vec<&[u8]> =
        request.headers().get_all(COOKIE).iter().map(HeaderValue::as_bytes).collect();
    if cookies.len() > 1
        && let Ok(joined) = HeaderValue::from_bytes(&cookies.join(&b"; "[..]))
    {
        request.headers_mut().insert(COOKIE, joined);
    }
    if let Some(uri) = as_the_gateway_read_it(request.uri(), request.raw_http_path()) {
        *request.uri_mut() = uri;
    }
    request
}

/// The address with the path by which the gateway has chosen this function.
///
/// `lambda_http` makes a URL of that path, which is decoded: a `?` or `#` in an id would end it there and `..` would go up,
/// so that another route of the domain answered, with the rights of this one. Such a path keeps no query.
fn as_the_gateway_read_it(uri: &Uri, raw_path: &str) -> Option<Uri> {
    let path = utf8_percent_encode(raw_path, NOT_OF_A_PATH).to_string();
    if path.is_empty() || path == uri.path() {
        return None;
    }
    let query = uri.query().filter(|_| !raw_path.contains(['?', '#']));
    let whole = query.map_or_else(|| path.clone(), |query| format!("{path}?{query}"));
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(PathAndQuery::try_from(whole).ok()?);
    Uri::from_parts(parts).ok()
}

/// Keeps the types honest: a router is what the loop above feeds.
const _: fn(Router) = |router| {
    fn takes<S: tower::Service<Request, Error = Infallible>>(_: S) {}
    takes(router);
};

#[cfg(test)]
mod tests {
    use http::header::COOKIE;

    use super::{Peer, RequestId, describe};

    fn decode(cookies: &str) -> http::Request<lambda_http::Body> {
        decode_at("/v1/me", cookies)
    }

    fn decode_at(path: &str, cookies: &str) -> http::Request<lambda_http::Body> {
        let event = format!(
            r#"{{"version":"2.0","routeKey":"GET /v1/me","rawPath":"{path}","rawQueryString":"a=1&a=2",
                "headers":{{"host":"x","cookie":"from=header"}}{cookies},"isBase64Encoded":false,
                "requestContext":{{"accountId":"1","apiId":"a","domainName":"x","requestId":"req-1","stage":"$default",
                "time":"20/Nov/2026:15:00:00 +0000","timeEpoch":1795186800000,"routeKey":"GET /v1/me",
                "http":{{"method":"GET","path":"/v1/me","protocol":"HTTP/1.1","sourceIp":"192.0.2.7","userAgent":"t"}}}}}}"#
        );
        describe(lambda_http::request::from_str(&event).unwrap())
    }

    #[test]
    fn the_id_and_the_peer_come_from_the_event() {
        let request = decode("");
        assert_eq!(request.extensions().get::<RequestId>().unwrap().0, "req-1");
        assert_eq!(request.extensions().get::<Peer>().unwrap().0.to_string(), "192.0.2.7");
        assert_eq!(request.uri().query(), Some("a=1&a=2"));
    }

    #[test]
    fn the_path_is_the_one_that_the_gateway_read() {
        for (decoded, path, query) in [
            ("/v1/sessions/1/accept", "/v1/sessions/1/accept", Some("a=1&a=2")),
            ("/v1/sessions/1#/accept", "/v1/sessions/1%23/accept", None),
            ("/v1/sessions/1?b=/accept", "/v1/sessions/1%3Fb=/accept", None),
            ("/v1/sessions/../accept", "/v1/sessions/../accept", Some("a=1&a=2")),
            (r"/v1/sessions/a\\b/accept", "/v1/sessions/a%5Cb/accept", Some("a=1&a=2")),
            (
                r"/v1/sessions/\n é%25/accept",
                "/v1/sessions/%0A%20%C3%A9%25/accept",
                Some("a=1&a=2"),
            ),
        ] {
            let request = decode_at(decoded, "");
            assert_eq!((request.uri().path(), request.uri().query()), (path, query));
        }
    }

    #[test]
    fn cookies_come_from_the_array_or_else_from_the_header() {
        assert_eq!(decode("").headers()[COOKIE], "from=header");
        let request = decode(r#","cookies":["a=1","b=2"]"#);
        assert_eq!(request.headers()[COOKIE], "a=1; b=2");
    }
}
