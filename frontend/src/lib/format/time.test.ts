import { expect, it } from 'vitest';
import { decimalsFor, formatLength } from './length';
import {
	formatClock,
	formatCountdown,
	formatDate,
	formatDateTime,
	formatExact,
	formatMonth,
	isoDuration,
	useZone
} from './time';

const instant = '2026-11-20T15:00:07.250Z';

it('shows_one_instant_in_the_zone_of_the_viewer', () => {
	expect(formatDateTime(instant, 'America/New_York')).toMatch(/^Nov 20, 2026, 10:00\sAM$/);
	expect(formatDateTime(instant, 'Asia/Tokyo')).toMatch(/^Nov 21, 2026, 12:00\sAM$/);
	expect(formatDate(instant, 'Asia/Tokyo')).toBe('Nov 21, 2026');
	expect(formatMonth(instant, 'UTC')).toBe('November 2026');
});

it('prefers_the_zone_of_the_account_to_that_of_the_browser_and_ignores_one_that_is_none', () => {
	useZone('Asia/Tokyo');
	expect(formatDate(instant)).toBe('Nov 21, 2026');
	expect(formatDate(instant, 'UTC')).toBe('Nov 20, 2026');
	useZone('Mars/Olympus');
	expect(formatDate(instant)).toBe(formatDate(instant, Intl.DateTimeFormat().resolvedOptions().timeZone));
	useZone(undefined);
});

it('names_the_zone_where_seconds_matter', () => {
	expect(formatExact(instant, 'America/New_York')).toMatch(/10:00:07\sAM EST$/);
});

it('follows_daylight_saving_of_the_zone', () => {
	expect(formatExact('2026-07-01T15:00:00Z', 'America/New_York')).toMatch(/11:00:00\sAM EDT$/);
});

it('runs_a_clock_in_whole_seconds', () => {
	expect(formatClock(-5)).toBe('0:00');
	expect(formatClock(7999)).toBe('0:07');
	expect(formatClock(750_000)).toBe('12:30');
	expect(formatClock(3_723_000)).toBe('1:02:03');
});

it('shows_parts_of_a_duration_so_that_they_add_up_by_eye', () => {
	expect(decimalsFor([])).toBe(0);
	expect(decimalsFor([5000, 60_000])).toBe(0);
	expect(decimalsFor([5000, 6600])).toBe(1);
	expect(decimalsFor([5000, 6613])).toBe(3);
	expect(formatLength(7999, 3)).toBe('0:07.999');
	expect(formatLength(3_723_040, 3)).toBe('1:02:03.040');
	expect(formatLength(6600, 1)).toBe('0:06.6');
	expect(formatLength(60_000, 0)).toBe('1:00');
	expect(formatExact(instant, 'America/New_York', 3)).toMatch(/10:00:07\.250\sAM EST$/);
});

it('shows_zero_on_a_countdown_only_when_the_time_is_over', () => {
	expect(formatCountdown(1)).toBe('0:01');
	expect(formatCountdown(59_001)).toBe('1:00');
	expect(formatCountdown(0)).toBe('0:00');
	expect(formatCountdown(-100)).toBe('0:00');
});

it('writes_durations_for_machines', () => {
	expect(isoDuration(440_000)).toBe('PT7M20S');
});
