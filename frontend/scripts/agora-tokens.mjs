// The tokens that Agora's own package makes of given inputs: what `shared/agora` is compared with.
// In: a JSON list of {kind, app_id, certificate, channel, uid, user_id, privileges, at_ms, salt, lifetime_s} on standard input.
// Out: a JSON list of {token, contents}, in the same order; `contents` is what is inside the compressed stream, in hex.
import { readFileSync } from 'node:fs';
import { inflateSync } from 'node:zlib';
import agora from 'agora-token';
// @ts-expect-error: the package declares no types of its parts.
import parts from 'agora-token/src/AccessToken2.js';

const { RtcTokenBuilder, RtmTokenBuilder, RtcRole } = agora;
const salts = 99999999;
const RealDate = Date;

/** The package asks the clock and draws the salt itself; here both are given. @template T @param {{ at_ms: number, salt: number }} input @param {() => T} work */
function given(input, work) {
	const random = Math.random;
	Math.random = () => (input.salt - 0.5) / salts;
	// @ts-expect-error: a clock that stands.
	globalThis.Date = class extends RealDate {
		constructor() {
			super(input.at_ms);
		}
	};
	try {
		return work();
	} finally {
		Math.random = random;
		globalThis.Date = RealDate;
	}
}

/** @param {Record<string, any>} input */
function withFewer({ app_id, certificate, channel, uid, privileges, lifetime_s }) {
	const token = new parts.AccessToken2(app_id, certificate, 0, lifetime_s);
	const service = new parts.ServiceRtc(channel, uid);
	for (let privilege = 1; privilege <= privileges; privilege++) service.add_privilege(privilege, lifetime_s);
	token.add_service(service);
	return token.build();
}

/** @param {Record<string, any>} input */
function tokenOf(input) {
	const { app_id, certificate, channel, uid, user_id, privileges, lifetime_s } = input;
	const speaker = RtcRole.PUBLISHER;
	switch (input.kind) {
		case 'rtc':
			// The package's builder gives a speaker all four; fewer are put together from its parts.
			if (privileges < 4) return withFewer(input);
			return RtcTokenBuilder.buildTokenWithUid(
				app_id,
				certificate,
				channel,
				uid,
				speaker,
				lifetime_s,
				lifetime_s
			);
		case 'rtm':
			return RtmTokenBuilder.buildToken(app_id, certificate, user_id, lifetime_s);
		default:
			throw new Error(`no such kind: ${input.kind}`);
	}
}

const inputs = JSON.parse(readFileSync(0, 'utf8'));
const tokens = inputs.map((/** @type {any} */ input) => {
	const token = given(input, () => tokenOf(input));
	const contents = inflateSync(Buffer.from(token.slice(3), 'base64')).toString('hex');
	return { token, contents };
});
process.stdout.write(JSON.stringify({ zlib: process.versions.zlib, tokens }));
