//! What no route of the API takes: 404 as a problem, like every other refusal.
//!
//! Without this function the gateway would answer such a path itself, in a shape of its own. The function's router
//! knows the identity domain alone, so a known path of another domain with a wrong method is 404 here too.

use web::{Route, Trigger};

/// The rest of the API. It has no handler: `web::serve` answers what a router does not know.
pub const ROUTE: Route = Route::consumer("answer_unknown", Trigger::Rest);
