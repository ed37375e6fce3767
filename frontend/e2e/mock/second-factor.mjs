// The mock's second factor: six digits are right when they are 123456, recovery codes when they begin with an a.
import * as data from './data.mjs';

const secret = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';
const letters = 'abcdefghij';
const recoveryCodes = () =>
	[...letters].map((letter) => Array.from({ length: 6 }, (_, at) => `${letter}${at + 2}kq`).join('-'));
/** @param {string} code */
const counts = (code) => code === '123456' || code.startsWith('a');

/**
 * @param {(test: string) => any} world
 * @param {(body: unknown, status?: number) => any} ok
 * @param {(status: number, key: string, extra?: Record<string, unknown>) => any} problem
 * @param {(role: 'member') => any} tokens
 * @returns {any[]}
 */
export function secondFactor(world, ok, problem, tokens) {
	/** @param {{ test: string, role?: string }} call */
	const stateOf = ({ test, role }) =>
		(world(test).factor ??= { on: role === 'host', confirmed_at: data.at(0), recovery_codes_left: 10 });
	/** @param {any} call @param {() => any} then */
	const checked = (call, then) =>
		counts(call.body.code) ? then() : problem(400, 'second-factor-wrong', call.tries ?? {});
	/** @param {any} call */
	const give = (call) => {
		Object.assign(stateOf(call), { on: true, recovery_codes_left: 10 });
		return ok({ recovery_codes: recoveryCodes() });
	};
	const own = '/v1/me/second-factor';
	return [
		[
			'POST',
			/^\/v1\/sign-in\/second-factor$/,
			(/** @type {any} */ call) => checked({ ...call, tries: { tries_left: 4 } }, () => tokens('member')),
			'P'
		],
		['GET', new RegExp(`^${own}$`), (/** @type {any} */ call) => ok(stateOf(call))],
		[
			'POST',
			new RegExp(`^${own}$`),
			() => ok({ secret, uri: `otpauth://totp/SoulSeer:mara%40example.com?secret=${secret}` }, 201)
		],
		['POST', new RegExp(`^${own}/confirm$`), (/** @type {any} */ call) => checked(call, () => give(call))],
		[
			'POST',
			new RegExp(`^${own}/recovery-codes$`),
			(/** @type {any} */ call) => checked(call, () => give(call))
		],
		[
			'POST',
			new RegExp(`^${own}/turn-off$`),
			(/** @type {any} */ call) =>
				checked(call, () => {
					stateOf(call).on = false;
					return { status: 204 };
				})
		]
	];
}
