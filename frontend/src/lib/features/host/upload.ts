/** Puts a file where the server has allowed it, with progress; `fetch` cannot report the progress of an upload. */
import { networkProblem } from '$lib/api/problem';

export function putFile(
	url: string,
	headers: Record<string, string>,
	file: Blob,
	progress: (share: number) => void
): Promise<void> {
	return new Promise((resolve, reject) => {
		const request = new XMLHttpRequest();
		request.open('PUT', url);
		for (const [name, value] of Object.entries(headers)) {
			// The browser sets these two itself and refuses them from a script.
			if (!['host', 'content-length'].includes(name.toLowerCase())) request.setRequestHeader(name, value);
		}
		request.upload.onprogress = (event) => {
			if (event.lengthComputable) progress(event.loaded / event.total);
		};
		request.onload = () =>
			request.status >= 200 && request.status < 300 ? resolve() : reject(networkProblem(request.status));
		request.onerror = () => reject(networkProblem());
		request.send(file);
	});
}
