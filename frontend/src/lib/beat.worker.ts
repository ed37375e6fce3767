/**
 * A metronome. Browsers slow down the timers of a page in the background to one a minute, which would look like a
 * lost participant; the timers of a worker keep their pace.
 */
const everyMs = 1000;
setInterval(() => self.postMessage(0), everyMs);

export {};
