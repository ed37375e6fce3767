import { describe, expect, it } from 'vitest';
import { figuresOf, qualityOf, type Figures } from './quality';
import { readSignal } from './signals';

const figures = (facts: Partial<Figures> = {}): Figures => ({
	packetsReceived: 1000,
	packetsLost: 0,
	lostThere: 0,
	roundTripMs: 40,
	...facts
});
const before = figures({ packetsReceived: 0 });

describe('the quality of a connection', () => {
	it.each([
		[figures(), 'good'],
		[figures({ packetsLost: 30 }), 'fair'],
		[figures({ packetsLost: 120 }), 'poor'],
		[figures({ lostThere: 0.05 }), 'fair'],
		[figures({ lostThere: 0.2 }), 'poor'],
		[figures({ roundTripMs: 400 }), 'fair'],
		[figures({ roundTripMs: 900 }), 'poor']
	])('%j_is_%s', (now, word) => expect(qualityOf(before, now)).toBe(word));

	it('is_unknown_at_first_and_while_nothing_comes', () => {
		expect(qualityOf(undefined, figures())).toBe('unknown');
		expect(qualityOf(figures(), figures({ roundTripMs: undefined }))).toBe('unknown');
	});
	it('looks_at_what_was_lost_lately_not_at_the_whole_call', () => {
		const bad = figures({ packetsReceived: 500, packetsLost: 500 });
		expect(qualityOf(bad, figures({ packetsReceived: 1500, packetsLost: 500 }))).toBe('good');
	});
});

it('figures_are_summed_over_the_lines', () => {
	const reports = [
		{ type: 'inbound-rtp', packetsReceived: 10, packetsLost: 1 },
		{ type: 'inbound-rtp', packetsReceived: 20, packetsLost: -3 },
		{ type: 'remote-inbound-rtp', fractionLost: 0.01 },
		{ type: 'remote-inbound-rtp', fractionLost: 0.03 },
		{ type: 'candidate-pair', nominated: false, currentRoundTripTime: 9 },
		{ type: 'candidate-pair', nominated: true, currentRoundTripTime: 0.05 },
		{ type: 'codec' }
	];
	expect(figuresOf(reports)).toEqual({
		packetsReceived: 30,
		packetsLost: 1,
		lostThere: 0.03,
		roundTripMs: 50
	});
});

describe('what the other side sends', () => {
	it('is_read_field_by_field', () => {
		expect(readSignal({ kind: 'hello', from: 'a', extra: 1 })).toEqual({ kind: 'hello', from: 'a' });
		expect(readSignal({ kind: 'sending', from: 'a', to: 'b', mic: 1, camera: true })).toEqual({
			kind: 'sending',
			from: 'a',
			to: 'b',
			mic: false,
			camera: true
		});
	});
	it.each([
		undefined,
		null,
		'hello',
		[],
		{ kind: 'hello' },
		{ kind: 'hello', from: '' },
		{ kind: 'hello', from: 'x'.repeat(41) },
		{ kind: 'hello', from: 'a', to: 7 },
		{ kind: 'shout', from: 'a' },
		{ kind: 'description', from: 'a', description: { type: 'pranswer', sdp: '' } },
		{ kind: 'description', from: 'a', description: { type: 'offer', sdp: 'x'.repeat(64_001) } },
		{ kind: 'candidates', from: 'a', candidates: 'many' },
		{ kind: 'candidates', from: 'a', candidates: Array(65).fill({ candidate: '' }) }
	])('%j_is_nothing', (data) => expect(readSignal(data)).toBeUndefined());
	it('loses_only_the_candidates_that_are_none', () => {
		const read = readSignal({
			kind: 'candidates',
			from: 'a',
			candidates: [{ candidate: 'c' }, { candidate: 5 }]
		});
		expect(read?.kind === 'candidates' && read.candidates.map((one) => one.candidate)).toEqual(['c']);
	});
});
