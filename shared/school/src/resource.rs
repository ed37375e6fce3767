//! Resources: when material is visible, and to whom (sections 2.5, 3.8).

use calendar::{Date, OutOfCalendar, WeeklyRun, add_weeks, days_between};

/// When a resource appears.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Availability {
    /// On sign-up.
    OnSignUp,
    /// After class N, counted from 1.
    AfterClass(u16),
    /// After completion.
    AfterCompletion,
}

impl Availability {
    /// Reads the stored number: 0 = on sign-up, 200 = after completion, any
    /// other N = after class N.
    #[must_use]
    pub fn from_number(avail: u16) -> Self {
        match avail {
            0 => Self::OnSignUp,
            200 => Self::AfterCompletion,
            class => Self::AfterClass(class),
        }
    }
}

/// When a resource is visible.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Visibility {
    /// The first day; today, when it is visible before the first class.
    pub publish: Date,
    /// The last day as the publish date gives it; `None` = for ever.
    pub expire: Option<Date>,
    /// Days since the first class; negative before it.
    pub days_since_start: i64,
    /// Whether it is visible today. This is the rule.
    pub live: bool,
    /// Whether today lies between `publish` and `expire`. The same as `live`,
    /// save for a class that skips weeks and material that comes with the last
    /// class or later: there the skipped weeks are in the publish date
    /// already, `expire` counts them twice, and `live` ends earlier.
    pub live_by_date: bool,
}

/// Whether a resource of a class is visible on `today` (3.8). The `class` has
/// its first day S, its number of class days n and the weeks w it skips.
///
/// It appears on sign-up (0), with class N, or with the last class. With
/// `expire_weeks` = 0 it stays for ever; else that many weeks, lengthened by
/// the weeks the class skips, last day included. For material on sign-up the
/// weeks count from the first class.
///
/// # Errors
/// [`OutOfCalendar`] when a date leaves the calendar.
pub fn visibility(
    class: &WeeklyRun,
    avail: Availability,
    expire_weeks: u16,
    today: Date,
) -> Result<Visibility, OutOfCalendar> {
    let start = class.first;
    let (n, skipped) = (class.class_days, i64::from(class.skipped));
    let publish = match avail {
        Availability::OnSignUp => start.min(today),
        Availability::AfterClass(number) if number < n => {
            add_weeks(start, (i64::from(number) - 1).max(0))?
        }
        Availability::AfterClass(_) | Availability::AfterCompletion => class.last()?,
    };
    let weeks = i64::from(expire_weeks) + skipped;
    let expire = match expire_weeks {
        0 => None,
        _ => Some(add_weeks(publish, weeks)?),
    };
    let days_since_start = days_between(start, today);
    let from_class = match avail {
        Availability::OnSignUp => 1,
        Availability::AfterClass(number) => number.clamp(1, n.max(1)),
        Availability::AfterCompletion => n,
    };
    let last_day = 7 * (i64::from(from_class) + weeks - 1);
    let live = publish <= today && (expire.is_none() || days_since_start <= last_day);
    Ok(Visibility {
        publish,
        expire,
        days_since_start,
        live,
        live_by_date: publish <= today && expire.is_none_or(|last| today <= last),
    })
}

/// Whom a resource is for, or who looks at it; each sees what the ones before
/// it see (2.5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Audience {
    /// Anyone.
    Public,
    /// Students; the default of a resource.
    Student,
    /// Teachers.
    Teacher,
    /// Administrators.
    Admin,
}

impl Audience {
    /// Reads the stored number: 0 public, 1 student, 2 teacher, 3 admin.
    #[must_use]
    pub fn from_number(user_type: u8) -> Option<Self> {
        match user_type {
            0 => Some(Self::Public),
            1 => Some(Self::Student),
            2 => Some(Self::Teacher),
            3 => Some(Self::Admin),
            _ => None,
        }
    }

    /// The rank of somebody with these roles: the highest of them. The
    /// original added them up, so that a student who teaches was an admin.
    #[must_use]
    pub fn of_roles(roles: &[Self]) -> Self {
        roles.iter().copied().max().unwrap_or(Self::Public)
    }

    /// Whether somebody of this rank may see a resource for `audience`: the
    /// rank is not lower (2.5; the original never asked).
    #[must_use]
    pub fn may_see(self, audience: Self) -> bool {
        self >= audience
    }
}
