/** The Rust rules in the browser: loads the WebAssembly module once and asks it about documents. */
import type { Report } from './report';
import address from './proof.wasm?url';

/** The text is no receipt. */
export class NotAReceipt extends Error {
	override name = 'NotAReceipt';
}

/** Longer files are not even read. The module has the same limit. */
export const DOCUMENT_BYTES_MAX = 8 * 1024 * 1024;

export type Verifier = (document: string) => Report;

interface Exports {
	memory: WebAssembly.Memory;
	/** Makes room for so many bytes and says where. */
	input: (length: number) => number;
	/** Checks what was put there and says where the report is. */
	check: () => number;
	length: () => number;
}

/** The verifier in these bytes (`frontend/wasm`). */
export async function instantiate(bytes: BufferSource): Promise<Verifier> {
	const { instance } = await WebAssembly.instantiate(bytes);
	const module = instance.exports as unknown as Exports;
	return (document) => {
		const text = new TextEncoder().encode(document);
		if (text.length > DOCUMENT_BYTES_MAX) throw new NotAReceipt('too long');
		const at = module.input(text.length);
		// Views are made anew each time: the memory may have grown, which detaches older ones.
		new Uint8Array(module.memory.buffer, at, text.length).set(text);
		const from = module.check();
		const reply = new Uint8Array(module.memory.buffer, from, module.length());
		const report = JSON.parse(new TextDecoder().decode(reply)) as
			Report | { problem: string; detail?: string };
		if ('problem' in report) throw new NotAReceipt(report.detail ?? report.problem);
		return report;
	};
}

let loading: Promise<Verifier> | undefined;

/** The verifier, fetched when it is first needed. A failure is forgotten, so that the next try may succeed. */
export function verifier(): Promise<Verifier> {
	loading ??= fetch(address)
		.then((reply) => {
			if (!reply.ok) throw new Error(`the verifier: ${reply.status}`);
			return reply.arrayBuffer();
		})
		.then(instantiate)
		.catch((error: unknown) => {
			loading = undefined;
			throw error;
		});
	return loading;
}
