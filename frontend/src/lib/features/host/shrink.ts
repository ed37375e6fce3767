/** Pictures as they are uploaded: upright, small enough, and without what a camera writes into a file. */

/** Twice what the largest avatar shows on a fine screen, with room. */
const sideMax = 1024;
const quality = 0.9;

/** Draws a picture anew. Nothing when this browser cannot read it. */
export async function shrink(file: Blob): Promise<Blob | undefined> {
	const bitmap = await createImageBitmap(file, { imageOrientation: 'from-image' }).catch(() => undefined);
	if (!bitmap) return undefined;
	const scale = Math.min(1, sideMax / Math.max(bitmap.width, bitmap.height));
	const canvas = document.createElement('canvas');
	canvas.width = Math.max(1, Math.round(bitmap.width * scale));
	canvas.height = Math.max(1, Math.round(bitmap.height * scale));
	const context = canvas.getContext('2d');
	if (!context) return undefined;
	context.imageSmoothingQuality = 'high';
	context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
	bitmap.close();
	// A browser that cannot write WebP gives a PNG, and says so by the type.
	const drawn = await new Promise<Blob | null>((done) => canvas.toBlob(done, 'image/webp', quality));
	return drawn ?? undefined;
}
