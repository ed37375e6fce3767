//! Who is in the demo. Every address ends in a name that can never receive mail (RFC 2606).

/// A host of the demo.
pub struct Host {
    /// The address that signs in.
    pub email: &'static str,
    /// The name on the page.
    pub name: &'static str,
    /// The page's address.
    pub slug: &'static str,
    /// The text of the page.
    pub bio: &'static str,
    /// What the host is found by.
    pub specialties: &'static [&'static str],
    /// What the admin reads.
    pub statement: &'static str,
    /// Text, voice, video, per minute.
    pub rates_minor: [Option<i64>; 3],
    /// Whether the host can be called when the demo begins.
    pub online: bool,
}

/// The admin; the local stack's `AdminEmails` names the same address.
pub const ADMIN: &str = "admin@parlor.example";

/// Members: address, name, what they have paid in.
pub const MEMBERS: [(&str, &str, i64); 2] =
    [("ada@parlor.example", "Ada", 5000), ("bo@parlor.example", "Bo", 2500)];

/// Somebody who waits for the admin.
pub const PENDING: Host = Host {
    email: "juniper@parlor.example",
    name: "Juniper Ash",
    slug: "juniper-ash",
    bio: "Runes and plain speech. I write down what I see so that you can read it again.",
    specialties: &["runes"],
    statement: "Four years in a shop in Ghent, and two references on request.",
    rates_minor: [Some(149), Some(249), None],
    online: false,
};

/// The hosts, all verified.
pub const HOSTS: [Host; 6] = [
    Host {
        email: "mira@parlor.example",
        name: "Mira Vale",
        slug: "mira-vale",
        bio: "I read tarot slowly and plainly. You will leave with three sentences that you can use tomorrow, not with a riddle.",
        specialties: &["tarot", "career"],
        statement: "Twelve years at fairs and by phone.",
        rates_minor: [Some(199), Some(399), Some(499)],
        online: true,
    },
    Host {
        email: "orin@parlor.example",
        name: "Orin Blackwood",
        slug: "orin-blackwood",
        bio: "Natal charts and transits for people who want to know when rather than whether. Bring the hour of your birth.",
        specialties: &["astrology"],
        statement: "Trained with the Faculty; I publish a monthly almanac.",
        rates_minor: [Some(299), Some(599), None],
        online: true,
    },
    Host {
        email: "sela@parlor.example",
        name: "Sela Marsh",
        slug: "sela-marsh",
        bio: "A quiet voice for grief. I speak of those who went before, and I never promise what I cannot hear.",
        specialties: &["mediumship", "grief"],
        statement: "I have sat with families for nine years.",
        rates_minor: [Some(149), Some(349), Some(449)],
        online: true,
    },
    Host {
        email: "teodor@parlor.example",
        name: "Teodor Quill",
        slug: "teodor-quill",
        bio: "Numbers have a grain, like wood. I read names and dates, mostly for people who start something new.",
        specialties: &["numerology", "career"],
        statement: "Author of two small books on names.",
        rates_minor: [Some(99), None, None],
        online: true,
    },
    Host {
        email: "noor@parlor.example",
        name: "Noor Halden",
        slug: "noor-halden",
        bio: "Dreams, first in your words and then in mine. Write yours down before you call.",
        specialties: &["dreams", "love"],
        statement: "Fifteen years of practice, the last five online.",
        rates_minor: [None, Some(799), Some(999)],
        online: false,
    },
    Host {
        email: "wren@parlor.example",
        name: "Wren Attwood",
        slug: "wren-attwood",
        bio: "Love and its weather. Cards, honesty and a little laughter, in English or Welsh.",
        specialties: &["tarot", "love"],
        statement: "My regulars will speak for me.",
        rates_minor: [Some(249), Some(499), None],
        online: false,
    },
];
