/** Public pages are rendered at build time with the shipped record; the browser then takes over. */
export const prerender = true;
export const trailingSlash = 'never';
