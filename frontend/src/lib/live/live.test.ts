import { describe, expect, it } from 'vitest';
import { backoffMs } from './backoff';
import { ServerClock } from './clock';
import { Sequence } from './sequence';

describe('waiting before the next try', () => {
	it('grows_with_each_failure_up_to_a_limit', () => {
		const longest = [0, 1, 2, 3, 10, 60].map((failures) => backoffMs(failures, () => 1));
		expect(longest).toEqual([500, 1000, 2000, 4000, 20_000, 20_000]);
	});
	it('is_spread_over_the_whole_span_and_never_nothing', () => {
		expect(backoffMs(5, () => 0)).toBe(100);
		expect(backoffMs(5, () => 0.5)).toBeGreaterThan(7000);
		expect(backoffMs(5, () => 0.5)).toBeLessThan(9000);
	});
});

describe('the order of events', () => {
	const numbers = (events: { seq?: number | null }[]) => events.map((event) => event.seq);

	it('begins_with_the_first_that_comes', () => {
		const sequence = new Sequence();
		expect(numbers(sequence.take({ seq: 7 }))).toEqual([7]);
		expect(numbers(sequence.take({ seq: 8 }))).toEqual([8]);
	});
	it('gives_each_event_once_however_often_it_comes', () => {
		const sequence = new Sequence();
		const given = [3, 4, 4, 3, 5, 5].flatMap((seq) => sequence.take({ seq }));
		expect(numbers(given)).toEqual([3, 4, 5]);
	});
	it('keeps_what_came_early_until_the_gap_is_filled', () => {
		const sequence = new Sequence();
		sequence.take({ seq: 1 });
		expect(sequence.take({ seq: 4 })).toEqual([]);
		expect(sequence.take({ seq: 3 })).toEqual([]);
		expect(sequence.gap).toBe(true);
		expect(numbers(sequence.take({ seq: 2 }))).toEqual([2, 3, 4]);
		expect(sequence.gap).toBe(false);
	});
	it('any_order_and_any_number_of_copies_give_the_same', () => {
		// A small generator of our own, so that a failure can be seen again.
		let seed = 20261126;
		const next = (below: number) => {
			seed = (seed * 1664525 + 1013904223) % 4294967296;
			return seed % below;
		};
		for (let round = 0; round < 200; round++) {
			const sequence = new Sequence<{ seq: number }>();
			sequence.startAt(0);
			const sent = Array.from({ length: 30 }, (_, index) => index + 1);
			const wire = [...sent, ...sent].sort(() => next(3) - 1);
			expect(numbers(wire.flatMap((seq) => sequence.take({ seq })))).toEqual(sent);
		}
	});
	it('lets_events_without_a_number_pass', () => {
		const sequence = new Sequence<{ seq?: number | null }>();
		expect(sequence.take({})).toHaveLength(1);
		expect(sequence.take({ seq: null })).toHaveLength(1);
		expect(sequence.last).toBeUndefined();
	});
	it('takes_a_page_that_skips_numbers_as_everything_up_to_its_end', () => {
		const sequence = new Sequence();
		sequence.take({ seq: 2 });
		sequence.take({ seq: 9 });
		expect(numbers(sequence.fill([{ seq: 2 }, { seq: 6 }, { seq: 4 }], 8))).toEqual([4, 6, 9]);
		expect(sequence.gap).toBe(false);
	});
	it('moves_on_to_a_known_number_and_gives_what_waited_behind_it', () => {
		const sequence = new Sequence();
		sequence.take({ seq: 1 });
		sequence.take({ seq: 5 });
		sequence.take({ seq: 6 });
		expect(numbers(sequence.startAt(4))).toEqual([5, 6]);
		expect(sequence.startAt(2)).toEqual([]);
		expect(sequence.last).toBe(6);
	});
});

describe('the clock of the server', () => {
	const at = (ms: number) => new Date(ms).toISOString();
	const made = () => {
		const device = { steady: 5000, wall: 900_000 };
		const clock = new ServerClock({ steady: () => device.steady, wall: () => device.wall });
		const pass = (ms: number) => {
			device.steady += ms;
			device.wall += ms;
		};
		return { device, clock, pass };
	};

	it('is_the_servers_and_not_the_devices', () => {
		const { clock, pass } = made();
		clock.hear(at(1_000_000));
		pass(1500);
		expect(clock.now()).toBe(1_001_500);
	});
	it('believes_the_answer_that_was_fastest', () => {
		const { clock, pass } = made();
		clock.hear(at(1_000_000 - 400));
		pass(1000);
		clock.hear(at(1_001_000 - 20));
		pass(1000);
		clock.hear(at(1_002_000 - 300));
		expect(clock.now()).toBe(1_002_000 - 20);
	});
	it('does_not_stop_late_when_the_devices_clock_is_put_back', () => {
		const { clock, device, pass } = made();
		clock.hear(at(1_000_000));
		device.wall -= 3_600_000;
		pass(1000);
		expect(clock.now()).toBe(1_001_000);
	});
	it('counts_the_time_that_the_machine_slept', () => {
		const { clock, device } = made();
		clock.hear(at(1_000_000));
		device.wall += 60_000;
		expect(clock.now()).toBe(1_060_000);
	});
	it('learns_again_after_a_jump', () => {
		const { clock, device, pass } = made();
		clock.hear(at(1_000_000));
		device.wall += 3_600_000;
		clock.hear(at(1_000_000));
		pass(500);
		expect(clock.now()).toBe(1_000_500);
	});
	it('ignores_what_is_no_instant', () => {
		const { clock, device } = made();
		clock.hear('soon');
		expect(clock.now()).toBe(device.wall);
	});
});
