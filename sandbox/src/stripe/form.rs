//! Stripe's form encoding: `line_items[0][price_data][unit_amount]=1299` becomes a tree.

use std::collections::BTreeMap;

use super::ApiError;

/// Most pairs in one body.
const PAIRS_MAX: usize = 500;

/// Deepest nesting of a name.
const DEPTH_MAX: usize = 8;

/// A value, or the values under its names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Node {
    Text(String),
    Map(BTreeMap<String, Node>),
}

/// Reads a form-encoded body into a tree.
pub(crate) fn parse(body: &[u8]) -> Result<BTreeMap<String, Node>, ApiError> {
    let pairs: Vec<(String, String)> = serde_urlencoded::from_bytes(body)
        .map_err(|_| ApiError::malformed("The body is not form-encoded."))?;
    if pairs.len() > PAIRS_MAX {
        return Err(ApiError::malformed("Too many parameters."));
    }
    let mut tree = BTreeMap::new();
    for (name, value) in pairs {
        let path = split(&name).ok_or_else(|| {
            ApiError::parameter("parameter_unknown", &name, "Invalid parameter name.")
        })?;
        insert(&mut tree, &path, value).ok_or_else(|| {
            ApiError::parameter("parameter_invalid", &name, "Given twice, or as two kinds.")
        })?;
    }
    Ok(tree)
}

/// `a[b][0]` becomes `a`, `b`, `0`.
fn split(name: &str) -> Option<Vec<&str>> {
    let (first, mut rest) = match name.find('[') {
        Some(at) => name.split_at(at),
        None => (name, ""),
    };
    let mut path = vec![first];
    while !rest.is_empty() {
        let (part, after) = rest.strip_prefix('[')?.split_once(']')?;
        path.push(part);
        rest = after;
    }
    let shaped = path.len() <= DEPTH_MAX && path.iter().all(|part| !part.is_empty());
    shaped.then_some(path)
}

fn insert(tree: &mut BTreeMap<String, Node>, path: &[&str], value: String) -> Option<()> {
    let (first, rest) = path.split_first()?;
    if rest.is_empty() {
        return match tree.insert((*first).to_owned(), Node::Text(value)) {
            None => Some(()),
            Some(_) => None,
        };
    }
    match tree.entry((*first).to_owned()).or_insert_with(|| Node::Map(BTreeMap::new())) {
        Node::Map(inner) => insert(inner, rest, value),
        Node::Text(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{Node, parse};

    #[test]
    fn nested_names_become_a_tree() {
        let tree = parse(
            b"mode=payment&line_items[0][price_data][unit_amount]=1299&metadata[a%20b]=c%26d",
        )
        .unwrap();
        assert_eq!(tree["mode"], Node::Text("payment".to_owned()));
        let Node::Map(items) = &tree["line_items"] else { panic!("a map") };
        let Node::Map(first) = &items["0"] else { panic!("a map") };
        let Node::Map(price) = &first["price_data"] else { panic!("a map") };
        assert_eq!(price["unit_amount"], Node::Text("1299".to_owned()));
        let Node::Map(metadata) = &tree["metadata"] else { panic!("a map") };
        assert_eq!(metadata["a b"], Node::Text("c&d".to_owned()));
    }

    #[test]
    fn broken_names_and_repeated_values_are_refused() {
        for body in
            ["a[b=1", "[a]=1", "a[]=1", "a=1&a=2", "a=1&a[b]=2", "a[b][c][d][e][f][g][h][i]=1"]
        {
            assert!(parse(body.as_bytes()).is_err(), "{body}");
        }
    }
}
