/** A private note that saves itself shortly after the last keystroke, and says so. */
import { api } from '$lib/api/client';
import { asProblem, unwrap, type ProblemError } from '$lib/api/problem';

const restMs = 1200;

export type NoteStatus = 'loading' | 'saved' | 'typing' | 'saving' | 'failed' | 'unreadable';

export class PrivateNote {
	text = $state('');
	status = $state<NoteStatus>('loading');
	updatedAt = $state<string | undefined>(undefined);
	problem = $state.raw<ProblemError | undefined>(undefined);
	readonly #path: { session_id: string };
	#timer: ReturnType<typeof setTimeout> | undefined;

	constructor(id: string) {
		this.#path = { session_id: id };
	}

	load = async (): Promise<void> => {
		this.status = 'loading';
		try {
			const note = await unwrap(api.GET('/v1/sessions/{session_id}/note', { params: { path: this.#path } }));
			this.text = note.text;
			this.updatedAt = note.updated_at ?? undefined;
			this.status = 'saved';
		} catch (error) {
			this.problem = asProblem(error);
			this.status = 'unreadable';
		}
	};

	typed = (): void => {
		this.status = 'typing';
		clearTimeout(this.#timer);
		this.#timer = setTimeout(() => void this.save(), restMs);
	};

	save = async (): Promise<void> => {
		if (this.status !== 'typing' && this.status !== 'failed') return;
		clearTimeout(this.#timer);
		const text = this.text;
		this.status = 'saving';
		try {
			const note = await unwrap(
				api.PUT('/v1/sessions/{session_id}/note', { params: { path: this.#path }, body: { text } })
			);
			this.updatedAt = note.updated_at ?? undefined;
			this.problem = undefined;
			if (this.text === text) this.status = 'saved';
			else this.typed();
		} catch (error) {
			this.problem = asProblem(error);
			this.status = 'failed';
		}
	};
}
