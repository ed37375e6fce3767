//! The model of DynamoDB in memory against dynoxide behind the SDK: the same random plans, the same answers.

use std::sync::Arc;

use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};
use store::{CommitError, Condition, Key, Query, Store, StoreError, Table, Transaction, Update};
use testkit::{Kit, Memory};

/// The conditions of the product, over the attributes that these plans write.
const CONDITIONS: &[&str] = &[
    "attribute_not_exists(pk)",
    "attribute_exists(pk)",
    "attribute_exists(pk) OR attribute_not_exists(pk)",
    "attribute_not_exists(pk) OR word = :word",
    "#n = :n",
    "word = :word AND #n = :n AND available_minor >= :n AND attribute_not_exists(locked)",
    "attribute_not_exists(word) AND available_minor >= :n AND attribute_not_exists(locked)",
    "attribute_exists(pk) AND word <> :word",
    "available_minor > :n AND #n < :other",
    "NOT (word = :word OR available_minor <= :n)",
    "begins_with(word, :word) AND #n BETWEEN :n AND :other",
];

/// The updates of the product, likewise.
const UPDATES: &[&str] = &[
    "SET available_minor = available_minor + :n",
    "SET available_minor = available_minor - :n, word = :word, #n = :other",
    "SET #n = :n REMOVE word",
    "SET word = :word, locked = :n",
    "REMOVE locked",
    "ADD available_minor :n, #n :other",
    "SET word = :word ADD available_minor :n",
    "SET available_minor = if_not_exists(available_minor, :n), gsi1pk = :word, gsi1sk = :word",
    "REMOVE gsi1pk",
];

#[derive(Clone, Debug)]
struct Values {
    n: i64,
    other: i64,
    word: &'static str,
}

#[derive(Clone, Debug)]
enum Change {
    Put(Value, Option<&'static str>),
    Update(&'static str, Option<&'static str>),
    Delete(&'static str),
    Require(&'static str),
}

#[derive(Clone, Debug)]
enum Plan {
    Commit(Vec<(Table, Key, Change, Values)>),
    Get(Table, Key),
    GetMany(Table, Vec<Key>),
    Query { table: Table, index: bool, pk: String, sort: u8, descending: bool, limit: usize },
    Hit(&'static str),
}

fn word() -> impl Strategy<Value = &'static str> {
    select(vec!["a", "ab", "b", "c"])
}

fn table() -> impl Strategy<Value = Table> {
    select(vec![Table::App, Table::Ledger])
}

fn key() -> impl Strategy<Value = Key> {
    (select(vec!["P", "Q"]), select(vec!["a", "ab", "b", "c"]))
        .prop_map(|(pk, sk)| Key::new(pk, sk))
}

fn item() -> impl Strategy<Value = Value> {
    let part = |name: &'static str, value: BoxedStrategy<Value>| {
        prop::option::of(value).prop_map(move |value| value.map(|value| (name, value)))
    };
    let number = || (-2_i64..4).prop_map(Value::from).boxed();
    let text = || word().prop_map(Value::from).boxed();
    let indexed = |one: u8| {
        prop::option::of((word(), word())).prop_map(move |place| {
            let place =
                place.map(|(pk, sk)| [(format!("gsi{one}pk"), pk), (format!("gsi{one}sk"), sk)]);
            place.into_iter().flatten().collect::<Vec<_>>()
        })
    };
    let parts = (
        part("available_minor", number()),
        part("n", number()),
        part("word", text()),
        part("locked", text()),
    );
    (parts, indexed(1), indexed(2)).prop_map(|((count, n, word, lock), one, two)| {
        let mut item = json!({ "deep": { "list": [1, "x", null, true] } });
        for (name, value) in [count, n, word, lock].into_iter().flatten() {
            item[name] = value;
        }
        for (name, value) in one.into_iter().chain(two) {
            item[name] = json!(value);
        }
        item
    })
}

fn change() -> impl Strategy<Value = Change> {
    let condition = || select(CONDITIONS);
    prop_oneof![
        4 => (item(), prop::option::of(condition())).prop_map(|(item, when)| Change::Put(item, when)),
        4 => (select(UPDATES), prop::option::of(condition())).prop_map(|(what, when)| Change::Update(what, when)),
        1 => condition().prop_map(Change::Delete),
        1 => condition().prop_map(Change::Require),
    ]
}

fn plan() -> impl Strategy<Value = Plan> {
    let values =
        (-2_i64..4, -2_i64..4, word()).prop_map(|(n, other, word)| Values { n, other, word });
    let write = (table(), key(), change(), values);
    let partition = select(vec!["P", "Q", "a", "b", "c"]).prop_map(str::to_owned);
    prop_oneof![
        8 => prop::collection::vec(write, 1..5).prop_map(Plan::Commit),
        2 => (table(), key()).prop_map(|(table, key)| Plan::Get(table, key)),
        1 => (table(), prop::collection::hash_set(key(), 1..5))
            .prop_map(|(table, keys)| Plan::GetMany(table, keys.into_iter().collect())),
        4 => (table(), any::<bool>(), partition, 0_u8..3, any::<bool>(), 1_usize..4).prop_map(
            |(table, index, pk, sort, descending, limit)| Plan::Query { table, index, pk, sort, descending, limit }
        ),
        1 => word().prop_map(Plan::Hit),
    ]
}

/// Only the placeholders that the expressions use: DynamoDB refuses others.
fn condition(text: &'static str, values: &Values) -> Condition {
    let mut condition = Condition::that(text);
    if text.contains("#n") {
        condition = condition.name("#n", "n");
    }
    for (name, value) in
        [(":n", json!(values.n)), (":other", json!(values.other)), (":word", json!(values.word))]
    {
        if text.contains(name) {
            condition = condition.value(name, value);
        }
    }
    condition
}

fn update(what: &'static str, when: Option<&'static str>, values: &Values) -> Update {
    let both = format!("{what} {}", when.unwrap_or_default());
    let mut update = Update::new(what);
    if let Some(when) = when {
        update = update.when(when);
    }
    if both.contains("#n") {
        update = update.name("#n", "n");
    }
    for (name, value) in
        [(":n", json!(values.n)), (":other", json!(values.other)), (":word", json!(values.word))]
    {
        if both.contains(name) {
            update = update.value(name, value);
        }
    }
    update
}

fn transaction(writes: &[(Table, Key, Change, Values)]) -> Transaction {
    let labels = ["first", "second", "third", "fourth"];
    writes.iter().zip(labels).fold(
        Transaction::new(),
        |tx, ((table, key, change, values), label)| match change {
            Change::Put(item, when) => {
                tx.replace(label, *table, key, item, when.map(|when| condition(when, values)))
            }
            Change::Update(what, when) => {
                tx.update(label, *table, key, update(what, *when, values))
            }
            Change::Delete(when) => tx.delete(label, *table, key, condition(when, values)),
            Change::Require(when) => tx.require(label, *table, key, condition(when, values)),
        },
    )
}

/// What a store makes of a plan, in a form that can be compared.
async fn outcome(store: &Store, plan: &Plan) -> Value {
    match plan {
        Plan::Commit(writes) => match store.commit(transaction(writes)).await {
            Ok(()) => json!("written"),
            Err(CommitError::Refused(refused)) => refused
                .into_iter()
                .map(|one| {
                    json!([
                        one.label,
                        one.found.map(|item| store::from_item::<Value>(item).unwrap())
                    ])
                })
                .collect(),
            Err(CommitError::Busy) => json!("busy"),
            Err(CommitError::Store(error)) => kind(&error),
        },
        Plan::Get(table, key) => match store.get::<Value>(*table, key).await {
            Ok(found) => json!(found),
            Err(error) => kind(&error),
        },
        Plan::GetMany(table, keys) => match store.get_many::<Value>(*table, keys, true).await {
            Ok(mut found) => {
                found.sort_by_key(|item| format!("{}{}", item["pk"], item["sk"]));
                json!(found)
            }
            Err(error) => kind(&error),
        },
        Plan::Query { table, index, pk, sort, descending, limit } => {
            pages(store, (*table, *index, pk), *sort, *descending, *limit).await
        }
        Plan::Hit(key) => {
            let now = "2026-11-20T15:00:00Z".parse().unwrap();
            json!(store::limit::hit(store, "test", key, 60, now).await.unwrap())
        }
    }
}

/// All pages, one after the other.
async fn pages(
    store: &Store,
    (table, index, pk): (Table, bool, &str),
    sort: u8,
    descending: bool,
    limit: usize,
) -> Value {
    let (mut pages, mut after) = (Vec::new(), None);
    loop {
        let mut query = Query::new(table, pk).limit(limit).after(after);
        query.descending = descending;
        query = match sort {
            0 => query,
            1 => query.begins_with("a"),
            _ => query.between("ab", "b"),
        };
        if index {
            query = query.index("gsi1");
        }
        let page = store.query::<Value>(query).await.unwrap();
        pages.push(json!([page.items, page.next]));
        after = page.next;
        if after.is_none() || pages.len() > 10 {
            return json!(pages);
        }
    }
}

fn kind(error: &StoreError) -> Value {
    match error {
        StoreError::Unavailable(_) => json!("unavailable"),
        StoreError::Rejected(_) => json!("rejected"),
        StoreError::Shape(_) => json!("shape"),
        StoreError::Start => json!("start"),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn both_engines_answer_every_plan_alike(plans in prop::collection::vec(plan(), 1..40)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let real = Kit::new().await.store();
            let model = Store::over(Arc::new(Memory::default()));
            for plan in &plans {
                assert_eq!(outcome(&real, plan).await, outcome(&model, plan).await, "{plan:?}");
            }
        });
    }
}
