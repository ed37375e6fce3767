/** The frames of the socket as the site reads them: what is null in the API is absent here. */
import type { Present } from '$lib/api/problem';
import type * as wire from './schema';

export type ServerFrame = Present<wire.ServerFrame>;
export type ClientFrame = wire.ClientFrame;
export type FrameType = ServerFrame['type'];
export type DataOf<T extends FrameType> = Extract<ServerFrame, { type: T }>['data'];
export type Ticket = Present<wire.Ticket>;
export type Events = Present<wire.Events>;

/** A text of the socket as a frame; undefined for what this build does not know. */
export function readFrame(text: unknown): ServerFrame | undefined {
	if (typeof text !== 'string') return undefined;
	try {
		const frame: unknown = JSON.parse(text);
		if (typeof frame !== 'object' || frame === null) return undefined;
		const { v, type, data } = frame as Record<string, unknown>;
		if (v !== 1 || typeof type !== 'string' || typeof data !== 'object' || data === null) return undefined;
		return frame as ServerFrame;
	} catch {
		return undefined;
	}
}
