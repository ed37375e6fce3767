//! Who may call what about which object: the full product of every route, seven callers and three objects, against the
//! table in `tests/authorization.json`.
//!
//! A row is a route and an object: `own` belongs to the caller, `other` to somebody else, `absent` to nobody. A route
//! that names no object in its path or body has the one row `none`. A status that is no refusal of the door (400, 402,
//! 409, 410) says that the caller came in. The table is written by hand: no switch writes it anew, but a row that is
//! missing is printed as it was found, to be thought through and pasted.

mod objects;
mod scene;
mod table;

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use web::{Auth, Route, Trigger};

use crate::whole::routes;
use scene::{CALLERS, Scene};
use table::{Rows, Table, read_table};

fn api() -> Vec<Route> {
    routes().into_iter().filter(|route| route.trigger == Trigger::Api).collect()
}

/// What each route answers. Refusals leave the world as it was, so it serves the next caller; after anything else the
/// next caller gets a new one.
async fn observed(route: &Route) -> Rows {
    let mut rows = Rows::new();
    for &object in objects::rows_of(route) {
        let mut row = BTreeMap::new();
        let mut scene = Scene::new(route).await;
        for caller in CALLERS {
            let status = scene.status(route, caller, object).await;
            row.insert(caller.to_owned(), status);
            if status < 400 && route.method != "GET" {
                scene = Scene::new(route).await;
            }
        }
        rows.insert(object.to_owned(), row);
    }
    rows
}

/// All routes, on all processors.
fn observed_by_all() -> Table {
    let (routes, next) = (api(), AtomicUsize::new(0));
    let found = Mutex::new(Table::new());
    let work = || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        while let Some(route) = routes.get(next.fetch_add(1, Ordering::Relaxed)) {
            let rows = runtime.block_on(observed(route));
            found.lock().unwrap().insert(route.id.to_owned(), rows);
        }
    };
    let workers = thread::available_parallelism().map_or(2, usize::from);
    thread::scope(|scope| (0..workers).for_each(|_| drop(scope.spawn(work))));
    found.into_inner().unwrap()
}

#[test]
fn every_route_answers_every_caller_about_every_object_as_the_table_says() {
    let (table, observed) = (read_table(), observed_by_all());
    let mut wrong = Vec::new();
    for (route, rows) in &observed {
        let Some(said) = table.get(route) else {
            wrong.push(format!("no such row yet: {}", table::printed(route, rows)));
            continue;
        };
        for (object, row) in rows {
            let said = said.get(object).cloned().unwrap_or_default();
            let differs = row.iter().filter(|(caller, status)| said.get(*caller) != Some(status));
            wrong.extend(differs.map(|(caller, status)| {
                let said = said.get(caller).map_or("nothing".to_owned(), u16::to_string);
                format!("{route} by {caller}, {object}: the table says {said}, the route {status}")
            }));
        }
    }
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}

#[test]
fn the_table_has_a_cell_for_each_and_none_too_many() {
    let table = read_table();
    let expected: Vec<_> = api().iter().map(|route| route.id).collect();
    let superfluous: Vec<_> = table.keys().filter(|id| !expected.contains(&id.as_str())).collect();
    assert!(superfluous.is_empty(), "rows without a route: {superfluous:?}");
    for route in api() {
        let rows = table.get(route.id).unwrap_or_else(|| panic!("{} has no rows", route.id));
        let mut objects: Vec<_> = rows.keys().map(String::as_str).collect();
        let mut wanted = objects::rows_of(&route).to_vec();
        objects.sort_unstable();
        wanted.sort_unstable();
        assert_eq!(objects, wanted, "{}: its path and body name other objects", route.id);
        for (object, row) in rows {
            let callers: Vec<_> = row.keys().map(String::as_str).collect();
            let mut wanted = CALLERS;
            wanted.sort_unstable();
            assert_eq!(callers, wanted, "{} {object}", route.id);
        }
    }
}

/// The table itself keeps the rules that no handler may soften.
#[test]
fn the_table_lets_nobody_through_a_door_that_is_shut() {
    let table = read_table();
    for route in api() {
        for (object, row) in &table[route.id] {
            let all = |callers: &[&str], status: u16| {
                for caller in callers {
                    assert_eq!(row[*caller], status, "{} by {caller}, {object}", route.id);
                }
            };
            assert!(row.values().all(|status| *status < 500), "{}", route.id);
            if matches!(route.auth, Auth::Member | Auth::Host | Auth::Admin) {
                all(&["anonymous", "expired"], 401);
            }
            match route.auth {
                Auth::Admin => all(&["suspended", "stranger", "member", "host"], 403),
                Auth::Host => all(&["suspended", "stranger", "member"], 403),
                _ => {}
            }
        }
    }
}

/// Whether something of others exists is not told: the answer is that of what does not exist.
#[test]
fn what_belongs_to_others_looks_like_what_does_not_exist() {
    let table = read_table();
    for route in api() {
        let private = route.path.contains('{') && route.auth == Auth::Member;
        // "Strangers get 403" when they try to join (specification 15, scenario 18).
        if !private || route.id == "join_session" {
            continue;
        }
        let (other, absent) = (&table[route.id]["other"], &table[route.id]["absent"]);
        for caller in ["suspended", "stranger", "member", "host"] {
            let refused = matches!(other[caller], 403 | 404);
            assert!(refused, "{} lets {caller} at what is another's", route.id);
            assert_eq!(other[caller], absent[caller], "{} by {caller}", route.id);
        }
    }
}
