/** The one socket of this tab. It is open while somebody uses it. */
import { api } from '$lib/api/client';
import { ProblemError, unwrap } from '$lib/api/problem';
import { metronome } from '$lib/metronome';
import { LiveConnection } from './connection';
import type { Events } from './frames';

export const live = new LiveConnection({
	ticket: () => unwrap(api.POST('/v1/realtime/tickets', { body: {} })),
	open: (url) => new WebSocket(url) as never,
	isRefusal: (error) => error instanceof ProblemError && error.key !== 'network',
	now: () => performance.now(),
	random: () => Math.random()
});

let users = 0;
let stop: (() => void) | undefined;

/** Keeps the socket open until the result is called. */
export function useLive(): () => void {
	if (++users === 1) stop = begin();
	return () => {
		if (--users === 0) stop?.();
	};
}

function begin(): () => void {
	// The metronome keeps its pace in a tab in the background, so presence is proved there as well.
	const silence = metronome(() => live.beat());
	const check = () => {
		if (document.visibilityState === 'visible') live.check();
	};
	document.addEventListener('visibilitychange', check);
	window.addEventListener('online', check);
	live.start();
	return () => {
		silence();
		document.removeEventListener('visibilitychange', check);
		window.removeEventListener('online', check);
		live.stop();
	};
}

export function eventsAfter(sessionId: string, after: number): Promise<Events> {
	return unwrap(
		api.GET('/v1/sessions/{session_id}/events', {
			params: { path: { session_id: sessionId }, query: { after } }
		})
	);
}
