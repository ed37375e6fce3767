/** The signed-in host's own record: one for the pages of the studio and for the watch over requests. */
import { api } from '$lib/api/client';
import { unwrap } from '$lib/api/problem';
import { Query } from '$lib/load/query.svelte';
import type { HostSelf } from '$lib/api/types';

export const ownProfile = new Query<HostSelf>(() => unwrap(api.GET('/v1/host/profile')));
