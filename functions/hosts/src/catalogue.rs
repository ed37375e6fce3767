//! The catalogue: which cards a question matches, in which order, and where a page ends. Pure.
//!
//! Rules: SoulSeer 2.7 and 2.8. The price filter looks at the chosen modality, else at the cheapest rate. The rating
//! filter looks at the average as it is shown, so nobody sees "4.5" and misses it under "4.5 and up". A page
//! continues after the *place* of the last item, not after a count: who changes place between two pages may be seen
//! twice or not at all, everybody else is seen once.

use store::host::{Card, Modality, fold};

/// Ratings that a new host is thought to have, in weight and halves of a star: five of 3.5.
const PRIOR_COUNT: i64 = 5;
const PRIOR_TOTAL_MICROS: i64 = 17_500_000;

/// A price band of a minute, in minor units: from the first, below the second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Band {
    from_minor: i64,
    below_minor: i64,
}

impl Band {
    /// The bands' names in the API.
    pub const NAMES: [&str; 4] = ["under-2", "2-to-5", "5-to-10", "10-up"];

    /// Reads a name. The names speak of major units.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        let (from_minor, below_minor) = match name {
            "under-2" => (0, 200),
            "2-to-5" => (200, 500),
            "5-to-10" => (500, 1_000),
            "10-up" => (1_000, i64::MAX),
            _ => return None,
        };
        Some(Self { from_minor, below_minor })
    }
}

/// In which order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sort {
    /// Online now first, then by weighted rating.
    #[default]
    Featured,
    /// By weighted rating.
    Rating,
    /// The lowest price first: of the chosen modality, else the cheapest rate.
    Price,
    /// The most reviews first.
    Reviews,
}

impl Sort {
    /// The orders' names in the API.
    pub const NAMES: [&str; 4] = ["featured", "rating", "price", "reviews"];

    /// Reads a name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "featured" => Self::Featured,
            "rating" => Self::Rating,
            "price" => Self::Price,
            "reviews" => Self::Reviews,
            _ => return None,
        })
    }
}

/// What somebody looks for. Everything given must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Offers this modality.
    pub modality: Option<Modality>,
    /// Costs this much.
    pub band: Option<Band>,
    /// Has at least this average, in tenths of a star.
    pub rating_tenths: Option<i64>,
    /// Each of these folded words is part of the name or of a topic.
    pub words: Vec<String>,
    /// Has this folded topic.
    pub specialty: Option<String>,
    /// In which order.
    pub sort: Sort,
}

/// Where a card stands in an order: smaller is earlier. The slug makes it unique.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    group: i64,
    rank: i64,
    slug: String,
}

impl Place {
    /// As text, for a cursor.
    #[must_use]
    pub fn text(&self) -> String {
        format!("{}:{}:{}", self.group, self.rank, self.slug)
    }

    /// Reads [`Self::text`].
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.splitn(3, ':');
        let group = parts.next()?.parse().ok()?;
        let rank = parts.next()?.parse().ok()?;
        Some(Self { group, rank, slug: parts.next()?.to_owned() })
    }
}

/// The folded words of a search.
#[must_use]
pub fn words(search: &str) -> Vec<String> {
    fold(search).split(' ').filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// The average of ratings in tenths of a star, halves rounded up; `None` without ratings.
#[must_use]
pub fn rating_tenths(total: i64, count: i64) -> Option<i64> {
    let doubled = total.checked_mul(20)?.checked_add(count)?;
    (count > 0).then(|| doubled.checked_div(count.checked_mul(2)?)).flatten()
}

impl Wanted {
    /// One page of the cards that match, and the place to continue after if there are more.
    #[must_use]
    pub fn page(
        &self,
        cards: Vec<Card>,
        after: Option<&Place>,
        size: usize,
    ) -> (Vec<Card>, Option<Place>) {
        let mut found: Vec<(Place, Card)> = cards
            .into_iter()
            .filter(|card| self.matches(card))
            .map(|card| (self.place(&card), card))
            .filter(|(place, _)| after.is_none_or(|after| place > after))
            .collect();
        found.sort_unstable_by(|one, other| one.0.cmp(&other.0));
        let more = found.len() > size;
        found.truncate(size);
        let last = found.last().filter(|_| more).map(|(place, _)| place.clone());
        (found.into_iter().map(|(_, card)| card).collect(), last)
    }

    fn matches(&self, card: &Card) -> bool {
        let offered = self.modality.is_none_or(|modality| card.rates.of(modality).is_some());
        let affordable = self.band.is_none_or(|band| {
            self.price(card)
                .is_some_and(|price| price >= band.from_minor && price < band.below_minor)
        });
        let liked = self.rating_tenths.is_none_or(|least| {
            rating_tenths(card.rating_total, card.review_count)
                .is_some_and(|tenths| tenths >= least)
        });
        let topical = self
            .specialty
            .as_deref()
            .is_none_or(|topic| card.folded_specialties().any(|specialty| specialty == topic));
        let named = self.words.iter().all(|word| card.search.contains(word));
        offered && affordable && liked && topical && named
    }

    fn price(&self, card: &Card) -> Option<i64> {
        match self.modality {
            Some(modality) => card.rates.of(modality),
            None => card.rates.cheapest(),
        }
    }

    fn place(&self, card: &Card) -> Place {
        let by_rating = weighted_rating(card).saturating_neg();
        let (group, rank) = match self.sort {
            Sort::Featured => (i64::from(!card.online), by_rating),
            Sort::Rating => (0, by_rating),
            Sort::Price => (0, self.price(card).unwrap_or(i64::MAX)),
            Sort::Reviews => (0, card.review_count.saturating_neg()),
        };
        Place { group, rank, slug: card.slug.clone() }
    }
}

/// The average as if five ratings of 3.5 had come before the real ones, in millionths of a star: one rating of 5
/// does not beat a hundred of 4.8, and a new host stands in the middle. A fixed prior, unlike the catalogue's mean,
/// moves nobody when somebody else is rated.
fn weighted_rating(card: &Card) -> i64 {
    let total = card.rating_total.saturating_mul(1_000_000).saturating_add(PRIOR_TOTAL_MICROS);
    total.checked_div(card.review_count.saturating_add(PRIOR_COUNT)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::{Place, rating_tenths};

    #[test]
    fn an_average_is_rounded_to_tenths() {
        for (total, count, tenths) in [
            (0, 0, None),
            (5, 1, Some(50)),
            (89, 20, Some(45)),
            (445, 100, Some(45)),
            (444, 100, Some(44)),
            (14, 3, Some(47)),
        ] {
            assert_eq!(rating_tenths(total, count), tenths, "{total}/{count}");
        }
    }

    #[test]
    fn a_place_is_read_as_it_was_written() {
        let place = Place { group: 1, rank: -4_500_000, slug: "a-b".into() };
        assert_eq!(Place::parse(&place.text()), Some(place));
        for bad in ["", "1", "1:2", "x:1:a", "1:99999999999999999999:a"] {
            assert_eq!(Place::parse(bad), None, "{bad}");
        }
    }
}
