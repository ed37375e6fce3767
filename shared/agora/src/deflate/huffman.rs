//! Huffman codes as zlib builds them: ties go to the shallower tree, codes longer than the limit are shortened.

/// A code of an alphabet: the length of each symbol's word, 0 for those that do not occur.
pub(crate) struct Code {
    /// Bits of each symbol.
    pub(crate) lengths: Vec<u8>,
    /// The words, first bit lowest.
    words: Vec<u16>,
}

impl Code {
    /// The code of an alphabet whose symbols occur so often, of words of at most `limit` bits. At least two symbols get a
    /// word, because a decoder needs two.
    pub(crate) fn of(counts: &[u32], limit: u8) -> Self {
        Self::with_lengths(lengths(counts, limit))
    }

    /// The code of given lengths.
    pub(crate) fn with_lengths(lengths: Vec<u8>) -> Self {
        let words = words(&lengths);
        Self { lengths, words }
    }

    /// A symbol's word and its bits.
    pub(crate) fn word(&self, symbol: usize) -> (u32, u32) {
        (u32::from(self.words[symbol]), u32::from(self.lengths[symbol]))
    }

    /// Symbols up to the last that has a word.
    pub(crate) fn used(&self) -> usize {
        self.lengths.iter().rposition(|length| *length > 0).map_or(0, |last| last + 1)
    }
}

/// A tree under construction: leaves are the symbols, inner nodes follow them.
struct Forest {
    count: Vec<u32>,
    depth: Vec<u8>,
    parent: Vec<usize>,
    heap: Vec<usize>,
}

impl Forest {
    fn smaller(&self, one: usize, other: usize) -> bool {
        (self.count[one], self.depth[one]) <= (self.count[other], self.depth[other])
    }

    /// Restores the heap below `at` (counted from 1).
    fn sift(&mut self, mut at: usize) {
        let moved = self.heap[at - 1];
        let mut child = at * 2;
        while child <= self.heap.len() {
            if child < self.heap.len() && self.smaller(self.heap[child], self.heap[child - 1]) {
                child += 1;
            }
            if self.smaller(moved, self.heap[child - 1]) {
                break;
            }
            self.heap[at - 1] = self.heap[child - 1];
            at = child;
            child *= 2;
        }
        self.heap[at - 1] = moved;
    }
}

fn lengths(counts: &[u32], limit: u8) -> Vec<u8> {
    let mut forest = Forest {
        count: counts.to_vec(),
        depth: vec![0; counts.len()],
        parent: vec![0; counts.len()],
        heap: (0..counts.len()).filter(|symbol| counts[*symbol] > 0).collect(),
    };
    let mut last = forest.heap.last().copied();
    while forest.heap.len() < 2 {
        let forced = match last {
            Some(symbol) if symbol >= 2 => 0,
            Some(symbol) => symbol + 1,
            None => 0,
        };
        last = Some(last.map_or(forced, |symbol| symbol.max(forced)));
        forest.count[forced] = 1;
        forest.heap.push(forced);
    }
    for at in (1..=forest.heap.len() / 2).rev() {
        forest.sift(at);
    }
    // Nodes in the order in which they were taken, which is from the rarest on.
    let mut taken = Vec::new();
    while forest.heap.len() > 1 {
        let one = forest.heap.swap_remove(0);
        forest.sift(1);
        let other = forest.heap[0];
        let node = forest.count.len();
        forest.count.push(forest.count[one] + forest.count[other]);
        forest.depth.push(forest.depth[one].max(forest.depth[other]) + 1);
        forest.parent.push(0);
        forest.parent[one] = node;
        forest.parent[other] = node;
        taken.extend([one, other]);
        forest.heap[0] = node;
        forest.sift(1);
    }
    bounded(&forest, &taken, counts.len(), limit)
}

/// Lengths from the tree, none above the limit.
fn bounded(forest: &Forest, taken: &[usize], symbols: usize, limit: u8) -> Vec<u8> {
    let mut length = vec![0_u8; forest.count.len()];
    let mut of_length = [0_i32; 17];
    let mut overflow = 0;
    for &node in taken.iter().rev() {
        let wanted = length[forest.parent[node]] + 1;
        length[node] = wanted.min(limit);
        overflow += i32::from(wanted > limit);
        if node < symbols {
            of_length[usize::from(length[node])] += 1;
        }
    }
    if overflow > 0 {
        shorten(&mut of_length, overflow, usize::from(limit));
        // The rarest symbols get the longest words.
        let mut leaves = taken.iter().filter(|node| **node < symbols);
        for bits in (1..=limit).rev() {
            for node in
                leaves.by_ref().take(usize::try_from(of_length[usize::from(bits)]).unwrap_or(0))
            {
                length[*node] = bits;
            }
        }
    }
    length.truncate(symbols);
    length
}

fn shorten(of_length: &mut [i32; 17], mut overflow: i32, limit: usize) {
    while overflow > 0 {
        let mut bits = limit - 1;
        while of_length[bits] == 0 {
            bits -= 1;
        }
        of_length[bits] -= 1;
        of_length[bits + 1] += 2;
        of_length[limit] -= 1;
        overflow -= 2;
    }
}

/// Canonical words for lengths, mirrored as the stream wants them.
fn words(lengths: &[u8]) -> Vec<u16> {
    let mut next = [0_u16; 17];
    let mut word = 0_u16;
    for bits in 1..=15_u8 {
        let shorter = lengths.iter().filter(|length| **length == bits - 1 && bits > 1).count();
        word = (word + u16::try_from(shorter).unwrap_or(0)) << 1;
        next[usize::from(bits)] = word;
    }
    let give = |length: &u8| {
        if *length == 0 {
            return 0;
        }
        let word = next[usize::from(*length)];
        next[usize::from(*length)] += 1;
        word.reverse_bits() >> (16 - u32::from(*length))
    };
    lengths.iter().map(give).collect()
}
