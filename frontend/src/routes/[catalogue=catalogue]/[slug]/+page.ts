/** Profiles change every minute (online, rates): the browser fetches them. */
export const prerender = false;
export const ssr = false;
