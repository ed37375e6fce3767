//! Literals and repetitions of a text: zlib's lazy matching at level 6.

/// The shortest and longest repetition.
const LENGTH_MIN: usize = 3;
const LENGTH_MAX: usize = 258;
/// Level 6: search less once the last one was good, do not look further from long ones on, stop at one that is long enough,
/// and after so many candidates.
const GOOD: usize = 8;
const LAZY: usize = 16;
const NICE: usize = 128;
const CHAIN: usize = 128;
/// A repetition of three from further away costs more than its letters.
const TOO_FAR: usize = 4_096;
const HASH_BITS: u32 = 15;

/// One element of the compressed text.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Symbol {
    /// A byte as it is.
    Literal(u8),
    /// So many bytes again from so far back.
    Repeat { length: usize, distance: usize },
}

/// Where each hash was seen last, and before that. Position 0 stands for "nowhere", as in zlib.
struct Chains<'a> {
    text: &'a [u8],
    head: Vec<usize>,
    before: Vec<usize>,
}

impl Chains<'_> {
    /// Enters a position and gives the last one before it with the same hash.
    fn enter(&mut self, at: usize) -> usize {
        let byte = |offset: usize| u32::from(self.text.get(at + offset).copied().unwrap_or(0));
        let four = byte(0) | (byte(1) << 8) | (byte(2) << 16) | (byte(3) << 24);
        let hash = four.wrapping_mul(66_521).wrapping_add(66_521) >> 16;
        let hash = (hash & ((1 << HASH_BITS) - 1)) as usize;
        self.before[at] = self.head[hash];
        self.head[hash] = at;
        self.before[at]
    }

    /// The longest repetition at `at` that beats `beat` bytes, among the candidates from `candidate` on: length and start.
    fn longest(&self, at: usize, mut candidate: usize, beat: usize) -> (usize, usize) {
        let left = self.text.len() - at;
        let nice = NICE.min(left);
        let mut chain = if beat >= GOOD { CHAIN >> 2 } else { CHAIN };
        let (mut best, mut start) = (beat, 0);
        loop {
            let length = self.common(candidate, at);
            if length > best {
                (best, start) = (length, candidate);
                if length >= nice {
                    break;
                }
            }
            candidate = self.before[candidate];
            chain -= 1;
            if candidate == 0 || chain == 0 {
                break;
            }
        }
        (best.min(left), start)
    }

    fn common(&self, one: usize, other: usize) -> usize {
        let pairs = self.text[one..].iter().zip(&self.text[other..]);
        pairs.take(LENGTH_MAX).take_while(|(left, right)| left == right).count()
    }
}

/// The text as literals and repetitions. A repetition is taken only if none that begins a byte later is longer.
pub(crate) fn find(text: &[u8]) -> Vec<Symbol> {
    let mut chains = Chains { text, head: vec![0; 1 << HASH_BITS], before: vec![0; text.len()] };
    let mut symbols = Vec::new();
    let (mut at, mut length, mut start, mut pending) = (0, LENGTH_MIN - 1, 0, false);
    while at < text.len() {
        let left = text.len() - at;
        let candidate = if left >= LENGTH_MIN { chains.enter(at) } else { 0 };
        let (last_length, last_start) = (length, start);
        length = LENGTH_MIN - 1;
        if candidate != 0 && last_length < LAZY {
            (length, start) = chains.longest(at, candidate, last_length);
            if length == LENGTH_MIN && at - start > TOO_FAR {
                length = LENGTH_MIN - 1;
            }
        }
        if last_length >= LENGTH_MIN && length <= last_length {
            let distance = at - 1 - last_start;
            symbols.push(Symbol::Repeat { length: last_length, distance });
            let enter_until = text.len() - LENGTH_MIN;
            let end = at - 1 + last_length;
            for inside in at + 1..end {
                if inside <= enter_until {
                    chains.enter(inside);
                }
            }
            (at, length, pending) = (end, LENGTH_MIN - 1, false);
        } else {
            if pending {
                symbols.push(Symbol::Literal(text[at - 1]));
            }
            (at, pending) = (at + 1, true);
        }
    }
    if pending {
        symbols.push(Symbol::Literal(text[text.len() - 1]));
    }
    symbols
}
