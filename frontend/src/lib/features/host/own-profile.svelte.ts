/** The signed-in host's own record, shared by the pages of the studio. */
import { api } from '$lib/api/client';
import { unwrap } from '$lib/api/problem';
import { Query } from '$lib/load/query.svelte';
import type { HostSelf } from '$lib/api/types';

export class OwnProfile extends Query<HostSelf> {
	constructor() {
		super(() => unwrap(api.GET('/v1/host/profile')));
	}
}
