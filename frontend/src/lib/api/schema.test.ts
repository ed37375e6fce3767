import { readFile } from 'node:fs/promises';
import openapiTS, { COMMENT_HEADER, astToString } from 'openapi-typescript';
import { expect, it } from 'vitest';

it('the_typed_client_is_generated_from_the_api_as_it_is', { timeout: 60_000 }, async () => {
	const document = new URL('../../../../openapi.json', import.meta.url);
	const committed = await readFile(new URL('./schema.ts', import.meta.url), 'utf8');
	const generated = COMMENT_HEADER + astToString(await openapiTS(document));
	expect(committed.trim(), 'run `npm run generate` and commit the result').toBe(generated.trim());
});
