/** Work that a person starts. */
import { asProblem, type ProblemError } from '$lib/api/problem';

/** A button's work: busy while it runs, and the problem it ended with. */
export class Action {
	busy = $state(false);
	problem = $state.raw<ProblemError | undefined>(undefined);

	/** Runs the work unless it is running already. True when it went through. */
	run = async (work: () => Promise<void>): Promise<boolean> => {
		if (this.busy) return false;
		this.busy = true;
		this.problem = undefined;
		try {
			await work();
			return true;
		} catch (error) {
			this.problem = asProblem(error);
			return false;
		} finally {
			this.busy = false;
		}
	};

	clear(): void {
		this.problem = undefined;
	}
}
