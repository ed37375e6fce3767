/** What an element plays of the other side's stream. */

type Element = Pick<HTMLMediaElement, 'srcObject' | 'paused' | 'pause'>;
type Stream = Pick<MediaStream, 'getTracks'>;

/**
 * Attaches a stream whenever its tracks are others than before. Chromium never starts an element whose stream was empty when
 * it was attached and gets only sound later: a voice call would be silent.
 */
export class Playback {
	#attached = '';

	/**
	 * @param plays whether anything may be heard or seen now.
	 * @returns whether the element must be told to play.
	 */
	attach(element: Element, stream: Stream, plays: boolean): boolean {
		const tracks = plays
			? stream
					.getTracks()
					.map(({ id }) => id)
					.join()
			: '';
		if (tracks === '') {
			element.pause();
			element.srcObject = null;
		} else if (tracks !== this.#attached || element.srcObject !== stream) {
			// Assigning begins anew, also for the same stream.
			element.srcObject = stream as MediaStream;
		}
		this.#attached = tracks;
		return tracks !== '' && element.paused;
	}
}
