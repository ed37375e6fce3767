//! Several items at once, and what a busy table leaves of a batch.

use serde::de::DeserializeOwned;

use crate::{Key, Store, StoreError, Table, from_item};

/// What DynamoDB reads in one batch.
const KEYS_AT_ONCE: usize = 100;
/// How often a batch is asked for: DynamoDB fills up within a second, and the pauses between add up to about one.
const ROUNDS: u32 = 8;

impl Store {
    /// Several items of one table, in no particular order; missing ones are left out. One round trip for each 100 keys.
    ///
    /// Keys that a busy table left unprocessed are asked for again after a growing pause
    /// ([`crate::engine::Engine::pause`]), eight times in all.
    ///
    /// # Errors
    /// [`StoreError`] as for [`Store::get`]; `Unavailable` if keys stay unprocessed.
    pub async fn get_many<T: DeserializeOwned>(
        &self,
        table: Table,
        keys: &[Key],
        consistent: bool,
    ) -> Result<Vec<T>, StoreError> {
        let mut found = Vec::with_capacity(keys.len());
        for chunk in keys.chunks(KEYS_AT_ONCE) {
            self.get_batch(table, chunk.to_vec(), consistent, &mut found).await?;
        }
        Ok(found)
    }

    async fn get_batch<T: DeserializeOwned>(
        &self,
        table: Table,
        mut wanted: Vec<Key>,
        consistent: bool,
        found: &mut Vec<T>,
    ) -> Result<(), StoreError> {
        for round in 0..ROUNDS {
            if round > 0 {
                self.engine.pause(round - 1).await;
            }
            let (items, rest) = self.engine.get_many(table, wanted, consistent).await?;
            for item in items {
                found.push(from_item(item)?);
            }
            if rest.is_empty() {
                return Ok(());
            }
            wanted = rest;
        }
        Err(StoreError::Unavailable("keys stayed unprocessed".into()))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use crate::engine::{Batch, Engine, Work};
    use crate::{
        CommitError, Item, Key, Page, Query, Store, StoreError, Table, Until, Update, Write,
        to_item,
    };

    /// Serves so many keys of each batch and notes what it is asked.
    #[derive(Debug, Default)]
    struct Busy {
        serves: usize,
        /// Keys asked for, or the number of the attempt that a pause follows.
        asked: Mutex<Vec<Asked>>,
    }

    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    enum Asked {
        Keys(usize),
        Pause(u32),
    }

    impl Busy {
        fn note(&self, asked: Asked) {
            self.asked.lock().unwrap().push(asked);
        }
    }

    fn item(key: &Key) -> Item {
        to_item(key, &serde_json::json!({ "name": key.pk })).unwrap()
    }

    #[derive(serde::Deserialize)]
    struct Named {
        name: String,
    }

    impl Engine for Busy {
        fn get<'a>(&'a self, _: Table, _: &'a Key) -> Work<'a, Result<Option<Item>, StoreError>> {
            unreachable!()
        }

        fn get_many<'a>(
            &'a self,
            _: Table,
            mut keys: Vec<Key>,
            _: bool,
        ) -> Work<'a, Result<Batch, StoreError>> {
            self.note(Asked::Keys(keys.len()));
            let rest = keys.split_off(self.serves.min(keys.len()));
            Box::pin(async move { Ok((keys.iter().map(item).collect(), rest)) })
        }

        fn query<'a>(&'a self, _: &'a Query) -> Work<'a, Result<Page<Item>, StoreError>> {
            unreachable!()
        }

        fn transact<'a>(
            &'a self,
            _: &'a [Write],
            _: Option<&'a Until>,
        ) -> Work<'a, Result<(), CommitError>> {
            unreachable!()
        }

        fn update<'a>(
            &'a self,
            _: Table,
            _: &'a Key,
            _: &'a Update,
        ) -> Work<'a, Result<Option<Item>, StoreError>> {
            unreachable!()
        }

        fn pause(&self, attempt: u32) -> Work<'_, ()> {
            self.note(Asked::Pause(attempt));
            Box::pin(async {})
        }
    }

    async fn ask(serves: usize, keys: usize) -> (Result<Vec<String>, StoreError>, Vec<Asked>) {
        let engine = Arc::new(Busy { serves, ..Busy::default() });
        let keys: Vec<_> =
            (0..keys).map(|number| Key::new(format!("K#{number:03}"), "K")).collect();
        let outcome = Store::over(engine.clone()).get_many::<Named>(Table::App, &keys, true).await;
        let asked = engine.asked.lock().unwrap().clone();
        (outcome.map(|found| found.into_iter().map(|one| one.name).collect()), asked)
    }

    #[tokio::test]
    async fn unprocessed_keys_are_asked_for_again_after_a_growing_pause() {
        let (found, asked) = ask(40, 100).await;
        let mut found = found.unwrap();
        found.sort();
        found.dedup();
        assert_eq!(found.len(), 100);
        use Asked::{Keys, Pause};
        assert_eq!(asked, [Keys(100), Pause(0), Keys(60), Pause(1), Keys(20)]);
    }

    #[tokio::test]
    async fn a_batch_that_comes_whole_is_not_paused_for() {
        let (found, asked) = ask(100, 250).await;
        assert_eq!(found.unwrap().len(), 250);
        assert_eq!(asked, [Asked::Keys(100), Asked::Keys(100), Asked::Keys(50)]);
    }

    #[tokio::test]
    async fn keys_that_stay_unprocessed_end_in_an_error_that_may_be_tried_again() {
        let (found, asked) = ask(0, 3).await;
        assert!(found.unwrap_err().retryable());
        let pauses = asked.iter().filter(|asked| matches!(asked, Asked::Pause(_))).count();
        assert_eq!((asked.len(), pauses), (15, 7), "{asked:?}");
    }
}
