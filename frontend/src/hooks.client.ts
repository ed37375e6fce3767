/** A mistyped address is not a fault of the site: it has its page, and nothing to log. */
import type { HandleClientError } from '@sveltejs/kit';

const missing = 404;

export const handleError: HandleClientError = ({ error, status, message }) => {
	if (status !== missing) console.error(error);
	return { message };
};
