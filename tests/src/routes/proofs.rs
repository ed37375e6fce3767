//! The proofs domain: the check of the books with its two pages, and the way from an entry to its root.

mod publish_root;
mod read_conservation;

use proofs::App;
use testkit::Kit;

fn app(kit: &Kit) -> App {
    App::new(kit.ctx(), &kit.aws.config())
}
