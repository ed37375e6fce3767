/** Pages of a signed-in person: rendered in the browser only, served from the fallback page. */
export const prerender = false;
export const ssr = false;
