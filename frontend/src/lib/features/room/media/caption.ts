/** The one sentence over the picture: what a person must know about sound and picture now, the most important first. */
import { m } from '$lib/paraglide/messages';
import type { MediaState } from './media-room';

export interface Circumstances {
	name: string;
	/** The clock runs on paid time. */
	flows: boolean;
	/** The clock runs, but the paid time is over. */
	unpaid: boolean;
	/** Whether the other side has the room open, if that is known. */
	otherConnected: boolean | undefined;
	video: boolean;
}

export function captionOf(state: MediaState, { name, ...now }: Circumstances): string | undefined {
	if (state.link === 'replaced') return m.media_replaced();
	if (now.flows && state.link === 'failed') return m.media_failed();
	if (!now.flows) return now.unpaid ? m.media_stopped_unpaid() : m.media_stopped();
	const silent = state.link !== 'connected' && state.link !== 'gone';
	if (silent && now.otherConnected === false) return m.media_unreachable({ name });
	switch (state.link) {
		case 'failed':
			return m.media_failed();
		case 'gone':
			return m.media_gone({ name });
		case 'idle':
		case 'looking':
			return m.media_looking({ name });
		case 'connecting':
			return m.media_connecting({ name });
		case 'reconnecting':
			return m.media_reconnecting({ name });
		case 'connected':
			return now.video && !state.other.camera ? m.media_no_picture({ name }) : undefined;
	}
}
