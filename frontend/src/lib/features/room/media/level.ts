/** How loud a stream is, for a meter: 0 is silence, 1 is as loud as it gets. */

/** The level of samples between -1 and 1 on a scale of decibels, as ears hear it: -60 dB and less is nothing. */
export function levelOf(samples: Float32Array): number {
	let sum = 0;
	for (const sample of samples) sum += sample * sample;
	const loudness = Math.sqrt(sum / Math.max(1, samples.length));
	if (loudness <= 0) return 0;
	return Math.min(1, Math.max(0, 1 + (20 * Math.log10(loudness)) / 60));
}

const everyMs = 80;

/** Tells the level of the stream's sound some twelve times a second. Returns what stops it. */
export function watchLevel(stream: MediaStream, tell: (level: number) => void): () => void {
	if (stream.getAudioTracks().length === 0) return () => undefined;
	const context = new AudioContext();
	const analyser = context.createAnalyser();
	analyser.fftSize = 1024;
	context.createMediaStreamSource(stream).connect(analyser);
	const samples = new Float32Array(analyser.fftSize);
	const timer = setInterval(() => {
		analyser.getFloatTimeDomainData(samples);
		tell(levelOf(samples));
	}, everyMs);
	// Without a gesture before it, a context waits for one.
	if (context.state === 'suspended') void context.resume().catch(() => undefined);
	return () => {
		clearInterval(timer);
		void context.close().catch(() => undefined);
	};
}
