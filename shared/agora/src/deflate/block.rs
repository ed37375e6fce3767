//! One block in the shortest of its three forms: as it is, with fixed codes, with codes of its own.

use super::huffman::Code;
use super::matches::Symbol;

const END: usize = 256;
const LITERALS: usize = 286;
const DISTANCES: usize = 30;
/// The order in which lengths of the codes' own code are written.
const ORDER: [usize; 19] = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

/// Bits, lowest first.
#[derive(Default)]
struct Bits {
    bytes: Vec<u8>,
    open: u64,
    count: u32,
}

impl Bits {
    fn put(&mut self, value: u32, bits: u32) {
        self.open |= u64::from(value) << self.count;
        self.count += bits;
        while self.count >= 8 {
            self.bytes.push((self.open & 0xff) as u8);
            self.open >>= 8;
            self.count -= 8;
        }
    }

    fn align(&mut self) {
        if self.count > 0 {
            self.put(0, 8 - self.count);
        }
    }

    /// The bytes, the last one filled up with zeros.
    fn finish(mut self) -> Vec<u8> {
        self.align();
        self.bytes
    }
}

/// A length or distance as a symbol of its alphabet with further bits.
#[derive(Clone, Copy)]
struct Coded {
    symbol: usize,
    extra: u32,
    bits: u32,
}

/// The alphabets grow like this: `plain` symbols of one value each, then `per_step` symbols for each further bit.
fn coded(value: usize, per_step: usize) -> Coded {
    if value < per_step * 2 {
        return Coded { symbol: value, extra: 0, bits: 0 };
    }
    let bits = (value / per_step).ilog2();
    let symbol = per_step * (bits as usize) + (value >> bits);
    Coded { symbol, extra: (value & ((1 << bits) - 1)) as u32, bits }
}

fn coded_length(length: usize) -> Coded {
    if length == 258 {
        return Coded { symbol: 285, extra: 0, bits: 0 };
    }
    let coded = coded(length - 3, 4);
    Coded { symbol: coded.symbol + 257, ..coded }
}

fn coded_distance(distance: usize) -> Coded {
    coded(distance - 1, 2)
}

/// How often each symbol of the two alphabets occurs.
struct Counts {
    literals: Vec<u32>,
    distances: Vec<u32>,
    /// Bits that no code shortens.
    extra: u64,
}

impl Counts {
    fn of(symbols: &[Symbol]) -> Self {
        let mut counts =
            Self { literals: vec![0; LITERALS], distances: vec![0; DISTANCES], extra: 0 };
        counts.literals[END] = 1;
        for symbol in symbols {
            match *symbol {
                Symbol::Literal(byte) => counts.literals[usize::from(byte)] += 1,
                Symbol::Repeat { length, distance } => {
                    let (length, distance) = (coded_length(length), coded_distance(distance));
                    counts.literals[length.symbol] += 1;
                    counts.distances[distance.symbol] += 1;
                    counts.extra += u64::from(length.bits + distance.bits);
                }
            }
        }
        counts
    }

    fn bits(&self, literals: &Code, distances: &Code) -> u64 {
        let of = |counts: &[u32], code: &Code| -> u64 {
            let words = counts.iter().zip(&code.lengths);
            words.map(|(count, bits)| u64::from(*count) * u64::from(*bits)).sum()
        };
        self.extra + of(&self.literals, literals) + of(&self.distances, distances)
    }
}

fn fixed() -> (Code, Code) {
    let bits = |symbol: usize| match symbol {
        0..=143 | 280.. => 8,
        144..=255 => 9,
        _ => 7,
    };
    (Code::with_lengths((0..288).map(bits).collect()), Code::with_lengths(vec![5; DISTANCES]))
}

/// The lengths of two codes, run lengths written as symbols of a code of their own.
struct Header {
    runs: Vec<Coded>,
    code: Code,
    /// How many lengths of that code are written.
    written: usize,
    literals: usize,
    distances: usize,
}

impl Header {
    fn of(literals: &Code, distances: &Code) -> Self {
        // At least one distance is written, though none may occur.
        let (literal_count, distance_count) = (literals.used(), distances.used().max(1));
        let mut runs = run_lengths(&literals.lengths[..literal_count]);
        runs.extend(run_lengths(&distances.lengths[..distance_count]));
        let mut counts = [0; 19];
        for run in &runs {
            counts[run.symbol] += 1;
        }
        let code = Code::of(&counts, 7);
        let last = ORDER.iter().rposition(|symbol| code.lengths[*symbol] > 0).unwrap_or(0);
        let written = (last + 1).max(4);
        Self { runs, code, written, literals: literal_count, distances: distance_count }
    }

    fn bits(&self) -> u64 {
        let runs = self.runs.iter().map(|run| self.code.word(run.symbol).1 + run.bits);
        14 + 3 * self.written as u64 + runs.map(u64::from).sum::<u64>()
    }

    fn write(&self, bits: &mut Bits) {
        bits.put((self.literals - 257) as u32, 5);
        bits.put((self.distances - 1) as u32, 5);
        bits.put((self.written - 4) as u32, 4);
        for symbol in &ORDER[..self.written] {
            bits.put(u32::from(self.code.lengths[*symbol]), 3);
        }
        for run in &self.runs {
            put(bits, &self.code, *run);
        }
    }
}

/// Lengths as runs: 16 repeats the last one 3 to 6 times, 17 is 3 to 10 zeros, 18 is 11 to 138.
fn run_lengths(lengths: &[u8]) -> Vec<Coded> {
    let mut runs = Vec::new();
    let mut last = None;
    for run in lengths.chunk_by(|one, other| one == other) {
        let (value, mut left) = (run[0], run.len());
        let plain = Coded { symbol: usize::from(value), extra: 0, bits: 0 };
        while left > 0 {
            let (symbol, least, most, bits) = match (value, left) {
                (0, 11..) => (18, 11, 138, 7),
                (0, _) => (17, 3, 10, 3),
                _ => (16, 3, 6, 2),
            };
            if value != 0 && last != Some(value) {
                runs.push(plain);
                left -= 1;
            } else if left >= least {
                let taken = left.min(most);
                runs.push(Coded { symbol, extra: (taken - least) as u32, bits });
                left -= taken;
            } else {
                runs.extend(std::iter::repeat_n(plain, left));
                left = 0;
            }
            last = Some(value);
        }
    }
    runs
}

fn put(bits: &mut Bits, code: &Code, coded: Coded) {
    let (word, length) = code.word(coded.symbol);
    bits.put(word, length);
    bits.put(coded.extra, coded.bits);
}

fn write_symbols(bits: &mut Bits, symbols: &[Symbol], literals: &Code, distances: &Code) {
    let plain = |symbol: usize| Coded { symbol, extra: 0, bits: 0 };
    for symbol in symbols {
        match *symbol {
            Symbol::Literal(byte) => put(bits, literals, plain(usize::from(byte))),
            Symbol::Repeat { length, distance } => {
                put(bits, literals, coded_length(length));
                put(bits, distances, coded_distance(distance));
            }
        }
    }
    put(bits, literals, plain(END));
}

/// The one block of a stream.
pub(crate) fn of(text: &[u8], symbols: &[Symbol]) -> Vec<u8> {
    let mut bits = Bits::default();
    let counts = Counts::of(symbols);
    let (literals, distances) = (Code::of(&counts.literals, 15), Code::of(&counts.distances, 15));
    let header = Header::of(&literals, &distances);
    let (fixed_literals, fixed_distances) = fixed();
    let bytes_of = |bits: u64| (bits + 3).div_ceil(8);
    let own = bytes_of(counts.bits(&literals, &distances) + header.bits());
    let plain = bytes_of(counts.bits(&fixed_literals, &fixed_distances));
    let best = own.min(plain);
    if text.len() as u64 + 4 <= best {
        bits.put(0b001, 3);
        bits.align();
        let length = text.len() as u32;
        bits.put(length, 16);
        bits.put(!length & 0xffff, 16);
        bits.bytes.extend_from_slice(text);
    } else if plain == best {
        bits.put(0b011, 3);
        write_symbols(&mut bits, symbols, &fixed_literals, &fixed_distances);
    } else {
        bits.put(0b101, 3);
        header.write(&mut bits);
        write_symbols(&mut bits, symbols, &literals, &distances);
    }
    bits.finish()
}
