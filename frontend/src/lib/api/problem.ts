/** RFC 9457 problems as one error type; what a person reads about them is in `problem-message.ts`. */

export class ProblemError extends Error {
	/** Stable key: the last part of `type`, or `network` when no answer came. */
	readonly key: string;
	readonly status: number;
	readonly detail: string | undefined;
	/** Field pointer (`/amount_minor`) -> what is wrong with it. */
	readonly fields: ReadonlyMap<string, string>;
	readonly extra: Readonly<Record<string, unknown>>;
	readonly instance: string | undefined;

	constructor(status: number, body: Record<string, unknown>) {
		super(typeof body['title'] === 'string' ? body['title'] : `status ${status}`);
		this.name = 'ProblemError';
		this.status = status;
		const type = typeof body['type'] === 'string' ? body['type'] : '';
		this.key = type.split('/').filter(Boolean).at(-1) ?? 'unexpected';
		this.detail = typeof body['detail'] === 'string' ? body['detail'] : undefined;
		this.instance = typeof body['instance'] === 'string' ? body['instance'] : undefined;
		this.fields = fieldErrors(body['errors']);
		this.extra = body;
	}

	/** Integer extension member, e.g. `needed_minor`. */
	number(name: string): number | undefined {
		const value = this.extra[name];
		return typeof value === 'number' && Number.isSafeInteger(value) ? value : undefined;
	}

	text(name: string): string | undefined {
		const value = this.extra[name];
		return typeof value === 'string' ? value : undefined;
	}

	/** The message of the field with this name, if the problem names it. */
	field(name: string): string | undefined {
		return this.fields.get(`/${name}`);
	}
}

function fieldErrors(value: unknown): Map<string, string> {
	const fields = new Map<string, string>();
	if (!Array.isArray(value)) return fields;
	for (const item of value as { pointer?: unknown; detail?: unknown }[]) {
		if (typeof item?.pointer !== 'string' || typeof item.detail !== 'string') continue;
		fields.set(item.pointer.replace(/^#/, ''), item.detail);
	}
	return fields;
}

/** No answer at all: offline, timed out, or a gateway that does not speak JSON. */
export function networkProblem(status = 0): ProblemError {
	return new ProblemError(status, { type: '/problems/network', title: 'No answer' });
}

export function asProblem(error: unknown): ProblemError {
	return error instanceof ProblemError ? error : networkProblem();
}

interface Answered<T> {
	data?: T;
	error?: unknown;
	response: Response;
}

/** Absent and `null` mean the same in this API; here there is only absent. */
export type Present<T> = T extends (infer Item)[]
	? Present<Item>[]
	: T extends object
		? { [K in keyof T]: Present<Exclude<T[K], null>> }
		: T;

function withoutNulls(value: unknown): unknown {
	if (Array.isArray(value)) return value.map(withoutNulls);
	if (typeof value !== 'object' || value === null) return value;
	const entries = Object.entries(value).filter(([, part]) => part !== null);
	return Object.fromEntries(entries.map(([name, part]) => [name, withoutNulls(part)]));
}

/** The data of an answer, or a thrown `ProblemError`. */
export async function unwrap<T>(call: Promise<Answered<T>>): Promise<Present<T>> {
	let answer: Answered<T>;
	try {
		answer = await call;
	} catch (error) {
		throw error instanceof ProblemError ? error : networkProblem();
	}
	if (answer.response.ok) return withoutNulls(answer.data) as Present<T>;
	const body = answer.error;
	if (typeof body !== 'object' || body === null) throw networkProblem(answer.response.status);
	throw new ProblemError(answer.response.status, body as Record<string, unknown>);
}
