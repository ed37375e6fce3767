/** Calls about once a second, also in a tab in the background, where a page's own timers would slow down. */
export function metronome(beat: () => void): () => void {
	const worker = new Worker(new URL('./beat.worker.ts', import.meta.url), { type: 'module' });
	worker.onmessage = beat;
	return () => worker.terminate();
}
