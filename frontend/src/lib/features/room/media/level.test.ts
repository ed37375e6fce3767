import { describe, expect, it } from 'vitest';
import { levelOf } from './level';

const wave = (height: number) => Float32Array.from({ length: 1000 }, (_, at) => height * Math.sin(at / 7));

describe('the level of a sound', () => {
	it('is_nothing_for_silence_and_for_no_samples', () => {
		expect(levelOf(new Float32Array(100))).toBe(0);
		expect(levelOf(new Float32Array(0))).toBe(0);
	});
	it('grows_with_the_sound_as_ears_hear_it', () => {
		const levels = [0.001, 0.01, 0.1, 1].map((height) => levelOf(wave(height)));
		expect(levels[0]).toBe(0);
		const steps = [levels[2]! - levels[1]!, levels[3]! - levels[2]!];
		expect(steps[0]).toBeCloseTo(steps[1]!, 5);
		expect(levels[3]).toBeGreaterThan(0.9);
		expect(levels[3]).toBeLessThanOrEqual(1);
	});
});
