/** `localStorage` that may be closed (private mode, blocked): reading gives nothing, writing is lost, nothing throws. */

export function readStored(key: string): string | undefined {
	try {
		return localStorage.getItem(key) ?? undefined;
	} catch {
		return undefined;
	}
}

export function writeStored(key: string, value: string | undefined): void {
	try {
		if (value === undefined) localStorage.removeItem(key);
		else localStorage.setItem(key, value);
	} catch {
		// Nothing that is stored here is needed to go on.
	}
}
