//! `GET /v1/hosts`: the catalogue of verified hosts, filtered, sorted, 24 a page.
//!
//! Everything is optional. A name or a value that is not known is refused (SoulSeer 2.8). Who is suspended is left out
//! of the page that is shown, so a page may be shorter; where the next one begins does not depend on it. One network
//! asks 120 times a minute (SoulSeer 12.6); counting costs one write unit a page.

use std::collections::HashSet;

use axum::extract::State;
use serde::{Deserialize, Serialize};
use store::Table;
use store::host::{Card, Modality, fold};
use store::user::User;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use web::{ClientAddress, Ctx, Faults, Json, Kind, List, Need, Problem, Query, Route, limit};

use crate::catalogue::{Band, Place, Sort, Wanted, words};
use crate::view::HostCard;

/// The route.
pub const ROUTE: Route = Route::get("list_hosts", "/v1/hosts")
    .refuses(&[Kind::InvalidRequest, Kind::BadCursor, Kind::TooManyRequests])
    .needs(&[Need::APP_QUERY, Need::APP_READ_MANY, Need::APP_UPDATE]);

/// Items a page.
const PAGE: usize = 24;

/// Pages that one network may ask for in a minute.
const ASKS_MAX: u64 = 120;

/// Stands for the catalogue in cursors; it is no partition.
const CATALOGUE: &str = "CATALOGUE";

/// What somebody looks for.
#[derive(Clone, Debug, Deserialize, IntoParams, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListHosts {
    /// `text`, `voice` or `video`: only who offers it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(pattern = "^(text|voice|video)$")]
    modality: Option<String>,
    /// `under-2`, `2-to-5`, `5-to-10` or `10-up` a minute, major units: of that modality, else the cheapest.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(pattern = "^(under-2|2-to-5|5-to-10|10-up)$")]
    price: Option<String>,
    /// `3.5`, `4` or `4.5`: at least this average.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(pattern = "^(3\\.5|4|4\\.5)$")]
    rating: Option<String>,
    /// Words of the name or a topic, 1 to 80 characters; case and accents do not matter.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(min_length = 1, max_length = 80)]
    q: Option<String>,
    /// One topic, 2 to 30 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(min_length = 2, max_length = 30)]
    specialty: Option<String>,
    /// `featured` (default), `rating`, `price` or `reviews`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(pattern = "^(featured|rating|price|reviews)$")]
    sort: Option<String>,
    /// Of the page before.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(max_length = 1024)]
    cursor: Option<String>,
}

impl ListHosts {
    fn wanted(&self) -> Result<Wanted, Problem> {
        let mut faults = Faults::new();
        let wanted = Wanted {
            modality: known(
                &mut faults,
                "/modality",
                self.modality.as_deref(),
                Modality::parse,
                &["text", "voice", "video"],
            ),
            band: known(&mut faults, "/price", self.price.as_deref(), Band::parse, &Band::NAMES),
            rating_tenths: known(
                &mut faults,
                "/rating",
                self.rating.as_deref(),
                tenths,
                &["3.5", "4", "4.5"],
            ),
            words: self.q.as_deref().map(words).unwrap_or_default(),
            specialty: self.specialty.as_deref().map(fold),
            sort: known(&mut faults, "/sort", self.sort.as_deref(), Sort::parse, &Sort::NAMES)
                .unwrap_or_default(),
        };
        if let Some(q) = &self.q {
            let good = !wanted.words.is_empty() && q.chars().count() <= 80;
            faults.check(good, "/q", "Must have 1 to 80 characters and a word.");
        }
        if let Some(specialty) = &self.specialty {
            let good = (2..=30).contains(&specialty.chars().count());
            faults.check(good, "/specialty", "Must have 2 to 30 characters.");
        }
        faults.done()?;
        Ok(wanted)
    }

    /// The list that a cursor belongs to: the filters and the order.
    fn list(&self) -> Result<String, Problem> {
        let filters = Self { cursor: None, ..self.clone() };
        serde_json::to_string(&filters)
            .map(|query| format!("list_hosts {query}"))
            .map_err(Problem::internal)
    }
}

/// Lists the hosts who match.
#[utoipa::path(get, path = "/v1/hosts", operation_id = "list_hosts", tag = "hosts", params(ListHosts),
    responses((status = 200, description = "A page of the catalogue", body = List<HostCard>)))]
pub async fn handle(
    State(ctx): State<Ctx>,
    address: ClientAddress,
    Query(query): Query<ListHosts>,
) -> Result<Json<List<HostCard>>, Problem> {
    let wanted = query.wanted()?;
    let list = query.list()?;
    let key = web::after(&list, CATALOGUE, query.cursor.as_deref())?;
    let after = key.map(|key| {
        let place = key.get("sk").and_then(|text| Place::parse(text));
        place.ok_or_else(|| Problem::new(Kind::BadCursor))
    });
    limit(&ctx, "catalogue-from", &address.0, ASKS_MAX, 60, ctx.now()).await?;
    let (cards, last) =
        wanted.page(ctx.store.catalogue().await?, after.transpose()?.as_ref(), PAGE);
    let last = last
        .map(|place| [("pk".to_owned(), CATALOGUE.to_owned()), ("sk".to_owned(), place.text())]);
    let suspended = suspended(&ctx, &cards).await?;
    let cards = cards.into_iter().filter(|card| !suspended.contains(&card.host_id));
    Ok(Json(List {
        items: cards.map(|card| HostCard::of(card, &ctx.config)).collect(),
        next_cursor: web::next_cursor(&list, last.map(Into::into)),
    }))
}

/// Who of a page is suspended.
async fn suspended(ctx: &Ctx, cards: &[Card]) -> Result<HashSet<Uuid>, Problem> {
    let keys: Vec<_> = cards.iter().map(|card| store::user::key(card.host_id)).collect();
    let users: Vec<User> = ctx.store.get_many(Table::App, &keys, false).await?;
    Ok(users.into_iter().filter(|user| user.suspended).map(|user| user.id).collect())
}

/// A value by its name; notes an unknown one.
fn known<T>(
    faults: &mut Faults,
    pointer: &str,
    name: Option<&str>,
    parse: impl Fn(&str) -> Option<T>,
    names: &[&str],
) -> Option<T> {
    let value = parse(name?);
    faults.check(value.is_some(), pointer, format!("Must be one of {}.", names.join(", ")));
    value
}

fn tenths(name: &str) -> Option<i64> {
    match name {
        "3.5" => Some(35),
        "4" => Some(40),
        "4.5" => Some(45),
        _ => None,
    }
}
