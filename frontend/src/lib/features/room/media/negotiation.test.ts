import { describe, expect, it } from 'vitest';
import { FakePeer } from './fakes';
import { Negotiation, type Description } from './negotiation';

/** Two ends whose words take a while; `random` says how long, so that they cross in every way. */
function pair(random: () => number) {
	const peers = [new FakePeer(), new FakePeer()] as const;
	let flying = 0;
	const ways: Promise<void>[] = [Promise.resolve(), Promise.resolve()];
	const send = (to: 0 | 1) => (description: Description) => {
		flying += 1;
		const turns = Math.floor(random() * 12);
		// In order, as the channel delivers them, and each some turns of the event loop later.
		ways[to] = (ways[to] ?? Promise.resolve()).then(async () => {
			for (let turn = 0; turn < turns; turn++) await Promise.resolve();
			void ends[to].hear(description).finally(() => (flying -= 1));
		});
	};
	const ends = [new Negotiation(peers[0], false, send(1)), new Negotiation(peers[1], true, send(0))] as const;
	const rest = async () => {
		do await new Promise((resolve) => setTimeout(resolve, 0));
		while (flying > 0);
	};
	return { peers, ends, rest };
}

function generator(seed: number) {
	let state = seed;
	return () => {
		state = (state * 1664525 + 1013904223) % 4294967296;
		return state / 4294967296;
	};
}

describe('perfect negotiation', () => {
	it('one_offer_is_answered', async () => {
		const { peers, ends, rest } = pair(() => 0);
		await ends[0].offer();
		await rest();
		expect(peers.map((peer) => peer.signalingState)).toEqual(['stable', 'stable']);
		expect(peers[1].remoteDescription?.type).toBe('offer');
	});

	it('when_two_offers_meet_the_impolite_sides_goes_on', async () => {
		const { peers, ends, rest } = pair(() => 0.5);
		await Promise.all([ends[0].offer(), ends[1].offer()]);
		await rest();
		expect(peers.map((peer) => peer.signalingState)).toEqual(['stable', 'stable']);
		expect(peers[0].localDescription?.type).toBe('offer');
		expect(peers[1].localDescription?.type).toBe('answer');
	});

	it('however_offers_cross_both_sides_end_stable_and_agreed', async () => {
		for (let seed = 1; seed <= 300; seed++) {
			const random = generator(seed);
			const { peers, ends, rest } = pair(random);
			const offering = [false, false];
			for (let turn = 0; turn < 6; turn++) {
				const side = random() < 0.5 ? 0 : 1;
				// As the browser does it: negotiation is needed only while nothing is being negotiated.
				if (peers[side].signalingState === 'stable' && !offering[side]) {
					offering[side] = true;
					void ends[side].offer().finally(() => (offering[side] = false));
				}
				for (let wait = Math.floor(random() * 8); wait > 0; wait--) await Promise.resolve();
			}
			await rest();
			expect([seed, ...peers.map((peer) => peer.signalingState)]).toEqual([seed, 'stable', 'stable']);
			expect([seed, peers[0].localDescription?.sdp]).toEqual([seed, peers[1].remoteDescription?.sdp]);
			expect([seed, peers[1].localDescription?.sdp]).toEqual([seed, peers[0].remoteDescription?.sdp]);
		}
	});

	it('an_offer_that_is_said_twice_is_answered_and_the_second_answer_harms_nothing', async () => {
		const { peers, ends, rest } = pair(() => 0);
		await ends[0].offer();
		ends[0].repeatOffer();
		await rest();
		expect(peers.map((peer) => peer.signalingState)).toEqual(['stable', 'stable']);
	});

	it('candidates_of_an_ignored_offer_are_no_error_and_others_without_a_description_are', async () => {
		const peer = new FakePeer();
		const end = new Negotiation(peer, false, () => undefined);
		await expect(end.hearCandidates([{ candidate: 'early' }])).rejects.toThrow();
		await end.offer();
		await end.hear({ type: 'offer', sdp: 'offer of the other' });
		await end.hearCandidates([{ candidate: 'of the ignored offer' }]);
		expect(peer.candidates).toEqual([]);
	});
});
