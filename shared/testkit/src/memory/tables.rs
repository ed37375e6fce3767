//! Both tables and their indexes.

use super::*;

type Partition = BTreeMap<String, Arc<Item>>;
/// Sort key of the index, then the item's own key.
type Shown = BTreeMap<(String, String, String), Arc<Item>>;

/// The indexes of each table: `gsi1` and `gsi2` with whole items, the ledger's `gsi1` with keys alone.
const INDEXES: [(Table, &str, &str, &str); 3] = [
    (Table::App, "gsi1", "gsi1pk", "gsi1sk"),
    (Table::App, "gsi2", "gsi2pk", "gsi2sk"),
    (Table::Ledger, "gsi1", "gsi1pk", "gsi1sk"),
];

#[derive(Default)]
pub(super) struct Tables {
    app: HashMap<String, Partition>,
    ledger: HashMap<String, Partition>,
    /// By table, index and partition of the index.
    indexes: HashMap<(Table, &'static str, String), Shown>,
    /// Where an item stands in an index.
    places: HashMap<(Table, &'static str, Key), (String, String)>,
    /// Changes that the indexes do not show yet: at which call they will. An item's changes keep their order.
    late: VecDeque<(u64, Changed)>,
}

impl Tables {
    fn table(&self, table: Table) -> &HashMap<String, Partition> {
        match table {
            Table::App => &self.app,
            Table::Ledger => &self.ledger,
        }
    }

    pub(super) fn get(&self, table: Table, key: &Key) -> Option<Arc<Item>> {
        self.table(table).get(&key.pk)?.get(&key.sk).cloned()
    }

    pub(super) fn all(&self, table: Table) -> Vec<(Key, Arc<Item>)> {
        let mut all: Vec<_> = self
            .table(table)
            .iter()
            .flat_map(|(pk, items)| {
                items.iter().map(move |(sk, item)| (Key::new(pk, sk), item.clone()))
            })
            .collect();
        all.sort_by(|(one, _), (other, _)| (&one.pk, &one.sk).cmp(&(&other.pk, &other.sk)));
        all
    }

    pub(super) fn put(&mut self, change: &Changed, due: u64, calls: u64) {
        let table = match change.table {
            Table::App => &mut self.app,
            Table::Ledger => &mut self.ledger,
        };
        let partition = table.entry(change.key.pk.clone()).or_default();
        match &change.after {
            Some(item) => {
                partition.insert(change.key.sk.clone(), item.clone());
            }
            None => {
                partition.remove(&change.key.sk);
            }
        }
        let listed = |item: &Option<Arc<Item>>| {
            item.as_ref().is_some_and(|item| item.contains_key("gsi1pk"))
        };
        if !listed(&change.before) && !listed(&change.after) {
            return;
        }
        // An item's earlier change must show first.
        let behind =
            self.late.iter().any(|(_, late)| late.table == change.table && late.key == change.key);
        if due <= calls && !behind {
            self.show(change);
        } else {
            self.late.push_back((due, change.clone()));
        }
    }

    /// Shows in the indexes what is due at this call.
    pub(super) fn catch_up(&mut self, calls: u64) {
        if self.late.iter().all(|(due, _)| *due > calls) {
            return;
        }
        let mut kept: VecDeque<(u64, Changed)> = VecDeque::new();
        for (due, change) in std::mem::take(&mut self.late) {
            let behind =
                kept.iter().any(|(_, late)| late.table == change.table && late.key == change.key);
            if due <= calls && !behind {
                self.show(&change);
            } else {
                kept.push_back((due, change));
            }
        }
        self.late = kept;
    }

    fn show(&mut self, change: &Changed) {
        for (table, index, pk, sk) in INDEXES {
            if table != change.table {
                continue;
            }
            let place = (table, index, change.key.clone());
            if let Some((partition, sort)) = self.places.remove(&place)
                && let Some(shown) = self.indexes.get_mut(&(table, index, partition))
            {
                shown.remove(&(sort, change.key.pk.clone(), change.key.sk.clone()));
            }
            let Some(item) = &change.after else { continue };
            let text = |name: &str| item.get(name).and_then(|value| value.as_s().ok()).cloned();
            let (Some(partition), Some(sort)) = (text(pk), text(sk)) else { continue };
            let image =
                if table == Table::Ledger { Arc::new(keys_only(item)) } else { item.clone() };
            let shown = self.indexes.entry((table, index, partition.clone())).or_default();
            shown.insert((sort.clone(), change.key.pk.clone(), change.key.sk.clone()), image);
            self.places.insert(place, (partition, sort));
        }
    }

    /// An item as an index shows it.
    pub(super) fn shown(&self, table: Table, index: &'static str, key: &Key) -> Option<Arc<Item>> {
        let (partition, sort) = self.places.get(&(table, index, key.clone()))?;
        let shown = self.indexes.get(&(table, index, partition.clone()))?;
        shown.get(&(sort.clone(), key.pk.clone(), key.sk.clone())).cloned()
    }

    /// The keys of a page, and the key to continue after.
    pub(super) fn listed(&self, query: &Query) -> (Vec<Key>, Option<BTreeMap<String, String>>) {
        let all: Vec<(String, Key)> = match query.index {
            None => {
                let items = self.table(query.table).get(&query.pk);
                let keys = items.into_iter().flat_map(BTreeMap::keys);
                keys.map(|sk| (sk.clone(), Key::new(&query.pk, sk))).collect()
            }
            Some(index) => {
                let shown = self.indexes.get(&(query.table, index, query.pk.clone()));
                let keys = shown.into_iter().flat_map(BTreeMap::keys);
                keys.map(|(sort, pk, sk)| (sort.clone(), Key::new(pk, sk))).collect()
            }
        };
        let mut wanted: Vec<_> = all.into_iter().filter(|(sort, _)| fits(query, sort)).collect();
        if query.descending {
            wanted.reverse();
        }
        if let Some(after) = &query.after {
            let place = after_place(query, after);
            wanted.retain(|(sort, key)| {
                let here = (sort.as_str(), key.pk.as_str(), key.sk.as_str());
                if query.descending { here < place } else { here > place }
            });
        }
        let limit = usize::try_from(query.limit).unwrap_or(usize::MAX);
        let full = wanted.len() >= limit;
        wanted.truncate(limit);
        let next = wanted.last().filter(|_| full).map(|(sort, key)| next_key(query, sort, key));
        (wanted.into_iter().map(|(_, key)| key).collect(), next)
    }
}

fn fits(query: &Query, sort: &str) -> bool {
    match &query.sort {
        None => true,
        Some(store::Sort::BeginsWith(prefix)) => sort.starts_with(prefix.as_str()),
        Some(store::Sort::Between(low, high)) => (low.as_str()..=high.as_str()).contains(&sort),
    }
}

fn after_place<'a>(
    query: &Query,
    after: &'a BTreeMap<String, String>,
) -> (&'a str, &'a str, &'a str) {
    let text = |name: &str| after.get(name).map_or("", String::as_str);
    let sort = match query.index {
        None => "sk",
        Some("gsi1") => "gsi1sk",
        Some(_) => "gsi2sk",
    };
    (text(sort), text("pk"), text("sk"))
}

fn next_key(query: &Query, sort: &str, key: &Key) -> BTreeMap<String, String> {
    let mut next =
        BTreeMap::from([("pk".to_owned(), key.pk.clone()), ("sk".to_owned(), key.sk.clone())]);
    if let Some(index) = query.index {
        next.insert(format!("{index}pk"), query.pk.clone());
        next.insert(format!("{index}sk"), sort.to_owned());
    }
    next
}

fn keys_only(item: &Item) -> Item {
    let wanted = ["pk", "sk", "gsi1pk", "gsi1sk"];
    let kept =
        wanted.iter().filter_map(|name| Some(((*name).to_owned(), item.get(*name)?.clone())));
    kept.collect()
}
