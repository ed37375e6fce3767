//! Who comes between a decision and its write: while a handler is held, somebody does what meets the same items.

use serde_json::json;
use store::Key;

use crate::fates::{Core, Place};
use crate::people::{HOSTS, MEMBERS};
use crate::vendor::Page;
use crate::world::{Event, World, nothing};

/// When the next run may take a payout over: after the time that one run has it for itself.
const CLAIM_OVER_MS: i64 = 121_000;

impl World {
    /// Somebody meets one of these items soon, at whose write the handler goes on; or the handler stops until an instant,
    /// whatever is written.
    pub(crate) fn provoke(&mut self, places: &[Place]) -> Option<i64> {
        let (_, key) = self.rng.pick(places).clone();
        match key.sk.as_str() {
            "WALLET" if places.len() == 1 && self.rng.chance(400) => return self.silence(&key),
            "WALLET" => self.rival_of_member(&key),
            "EARNINGS" | "PAYOUTS" => self.rival_of_host(&key),
            "PAYOUT" => return self.rival_of_payout(key.pk.trim_start_matches("PAYOUT#")),
            "SESSION" => self.rival_in_room(key.pk.trim_start_matches("SESSION#")),
            _ => {}
        }
        None
    }

    /// Another run comes when this one has had its time. If the money has gone, some of it may come back after that, before
    /// this one goes on.
    fn rival_of_payout(&mut self, payout_id: &str) -> Option<i64> {
        let wait = CLAIM_OVER_MS + self.rng.between(0, 20_000);
        self.after(wait, Event::Payouts);
        let comes_back = self.rng.chance(500);
        let notice = {
            let core = &mut *self.shared.lock();
            let made = core.vendor.transfers.iter().position(|one| one.payout_id == payout_id);
            made.filter(|_| comes_back).and_then(|at| core.take_back(at))
        }?;
        self.after(wait + 20_000, Event::Notice(notice));
        Some(self.now_ms() + wait + 60_000)
    }

    /// No browser of the member's session is heard and no tick happens until the paid time is over; until when.
    fn silence(&mut self, wallet: &Key) -> Option<i64> {
        let member = wallet.pk.trim_start_matches("MEMBER#").to_owned();
        let who = self.people.iter().position(|user| user.id.to_string() == member)?;
        let room = self.browsers[who].room?;
        let until = self.now_ms() + self.rng.between(60_000, 150_000);
        for side in self.rooms[room].sides {
            self.browsers[side].away_until_ms = until;
        }
        self.no_tick_until_ms = until;
        Some(until)
    }

    /// The member's card is refunded or disputed, their session goes on, or nobody in it is heard any more.
    fn rival_of_member(&mut self, key: &Key) {
        let member = key.pk.trim_start_matches("MEMBER#").to_owned();
        let who = self.people.iter().position(|user| user.id.to_string() == member);
        let room = who.and_then(|who| self.browsers[who].room);
        match (self.rng.below(6), room) {
            (0, Some(room)) => {
                let id = self.rooms[room].id.clone();
                self.rival_in_room(&id);
            }
            (1, Some(room)) => {
                let until = self.now_ms() + self.rng.between(60_000, 120_000);
                for side in self.rooms[room].sides {
                    self.browsers[side].away_until_ms = until;
                }
            }
            (2 | 3, _) => self.rival_of_card(&member, Page::is_disputable, Core::dispute),
            _ => {
                let refund = |core: &mut Core, page| core.card_refund(page, true);
                self.rival_of_card(&member, Page::is_refundable, refund);
            }
        }
    }

    /// The bank does something about a payment of the member's, and the event arrives at once.
    fn rival_of_card(
        &mut self,
        member: &str,
        fits: impl Fn(&Page) -> bool,
        act: impl Fn(&mut Core, usize) -> Option<usize>,
    ) {
        let notice = {
            let core = &mut *self.shared.lock();
            let mut pages = core.vendor.pages.iter();
            let page = pages.rposition(|page| page.member_id == member && fits(page));
            page.and_then(|page| act(core, page))
        };
        if let Some(notice) = notice {
            self.after(0, Event::Notice(notice));
        }
    }

    /// The host's payouts are held back, a minute is taken from their share, a session of theirs ends, or another run comes.
    fn rival_of_host(&mut self, key: &Key) {
        let host = key.pk.trim_start_matches("HOST#").to_owned();
        let admin = MEMBERS + HOSTS;
        match self.rng.below(6) {
            0 | 1 => {
                let path = format!("/v1/admin/hosts/{host}/payouts/hold");
                self.ask(admin, false, path, json!({ "reason": "Looks odd." }));
            }
            2 | 3 => self.give_back(Some(&host), "shares"),
            4 => {
                let who = self.people.iter().position(|user| user.id.to_string() == host);
                if let Some((who, room)) = who.and_then(|who| Some((who, self.browsers[who].room?)))
                {
                    self.order(who, room, "end");
                }
            }
            _ => self.after(0, Event::Payouts),
        }
    }

    /// A side of a session does something, or the tick comes.
    fn rival_in_room(&mut self, session_id: &str) {
        let Some(room) = self.rooms.iter().position(|room| room.id == session_id) else { return };
        let sides = self.rooms[room].sides;
        let who = *self.rng.pick(&sides);
        match self.rng.below(5) {
            0 => self.after(0, Event::Tick(1)),
            1 => self.order(who, room, "end"),
            2 => self.order(who, room, "leave"),
            _ => self.order(who, room, "renew"),
        }
        let path = format!("/v1/sessions/{session_id}/renew");
        if self.rng.chance(300) {
            self.ask(self.rooms[room].sides[0], false, path, nothing());
        }
    }
}
