// Gzipped JavaScript that each prerendered page and the session room make a browser fetch, against the budgets.
// Counts the static import graph of everything a page loads; code that waits for a press is listed apart.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

const build = 'build';
const client = '.svelte-kit/output/client';
const publicLimit = 60 * 1024;
const roomLimit = 150 * 1024;

/** @typedef {{ file: string, src?: string, imports?: string[], dynamicImports?: string[], isEntry?: boolean }} Chunk */
/** @type {Record<string, Chunk>} */
const manifest = JSON.parse(readFileSync(join(client, '.vite/manifest.json'), 'utf8'));

/** @type {Map<string, number>} */
const sizes = new Map();
/** @param {string} file */
function size(file) {
	let bytes = sizes.get(file);
	if (bytes === undefined) {
		bytes = gzipSync(readFileSync(join(build, file)), { level: 9 }).length;
		sizes.set(file, bytes);
	}
	return bytes;
}

/** Files reached by static imports. @param {string[]} keys @param {Set<string>} [files] @returns {Set<string>} */
function reach(keys, files = new Set()) {
	for (const key of keys) {
		const chunk = manifest[key];
		if (!chunk || files.has(chunk.file)) continue;
		files.add(chunk.file);
		reach(chunk.imports ?? [], files);
	}
	return files;
}

/** @param {Iterable<string>} files */
const total = (files) => [...files].reduce((sum, file) => sum + size(file), 0);
/** @param {number} bytes */
const kib = (bytes) => `${(bytes / 1024).toFixed(1)} KiB`;

/** @param {string} folder @returns {string[]} */
function pages(folder) {
	return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
		const path = join(folder, entry.name);
		if (entry.isDirectory()) return entry.name === '_app' ? [] : pages(path);
		return entry.name.endsWith('.html') && entry.name !== '200.html' ? [path] : [];
	});
}

const byFile = new Map(Object.entries(manifest).map(([key, chunk]) => [chunk.file, key]));
const boot = size('boot.js');
let over = 0;
/** @param {string} name @param {number} bytes @param {number} limit @param {string} [note] */
function row(name, bytes, limit, note = '') {
	const bad = bytes > limit;
	if (bad) over++;
	console.log(`${bad ? 'OVER' : ' ok '}  ${kib(bytes).padStart(10)} of ${kib(limit)}  ${name}${note}`);
}

for (const page of pages(build).sort()) {
	const html = readFileSync(page, 'utf8');
	const named = [...html.matchAll(/_app\/[\w./-]+?\.js/g)].map(([file]) => file);
	const keys = named.map((file) => byFile.get(file)).filter((key) => key !== undefined);
	const files = new Set([...named, ...reach(keys)]);
	row(page.slice(build.length), total(files) + boot, publicLimit);
}

/** The generated node of a route's page or layout. @param {string} source */
function nodeOf(source) {
	const folder = '.svelte-kit/generated/client-optimized/nodes';
	const name = readdirSync(folder).find((file) =>
		readFileSync(join(folder, file), 'utf8').includes(`${source}"`)
	);
	if (!name) throw new Error(`no node for ${source}`);
	return join(folder, name);
}
const room = '/routes/(app)/sessions/[id]/+page.svelte';
const entries = Object.keys(manifest).filter(
	(key) => manifest[key]?.isEntry && /\/(start|app)\.js$|entry/.test(key)
);
const files = reach([
	...entries.filter((key) => !key.includes('nodes/')),
	nodeOf('/routes/+layout.svelte'),
	nodeOf(room)
]);
const roomChunk = manifest[nodeOf(room)];
const later = reach(
	[...files]
		.flatMap((file) => manifest[byFile.get(file) ?? '']?.dynamicImports ?? [])
		.filter((key) => key.startsWith('src/'))
);
for (const file of files) later.delete(file);
if (!roomChunk) throw new Error('the room is not in the manifest');
row(
	'room (with what it loads later)',
	total(files) + total(later) + boot,
	roomLimit,
	`, first ${kib(total(files) + boot)}`
);

if (over) {
	console.error(`${over} over budget`);
	process.exit(1);
}
