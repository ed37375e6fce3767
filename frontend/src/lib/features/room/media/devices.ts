/** Microphone and camera: asked for when needed, let go when not, and what stood in the way in a word. */

export type Kind = 'mic' | 'camera';

/** What browsers call the track of a kind. */
export const trackKinds: Record<Kind, 'audio' | 'video'> = { mic: 'audio', camera: 'video' };

/**
 * `blocked`: the person or the browser's settings said no. `missing`: there is none. `taken`: another program has it, or it
 * does not start. `insecure`: the browser gives devices to pages on HTTPS and localhost alone.
 */
export type Trouble = 'blocked' | 'missing' | 'taken' | 'insecure';

export class DeviceError extends Error {
	readonly trouble: Trouble;
	constructor(trouble: Trouble) {
		super(trouble);
		this.name = 'DeviceError';
		this.trouble = trouble;
	}
}

export interface Device {
	id: string;
	label: string;
}

export function troubleOf(error: unknown): Trouble {
	switch (error instanceof Error ? error.name : '') {
		case 'NotAllowedError':
		case 'SecurityError':
			return 'blocked';
		case 'NotFoundError':
		case 'OverconstrainedError':
			return 'missing';
		default:
			return 'taken';
	}
}

/** Where devices come from: the browser, or a test. */
export interface DeviceSource {
	/** One track of the kind. Throws `DeviceError`. A device that is not there any more is replaced by the default one. */
	open(kind: Kind, deviceId: string | undefined): Promise<MediaStreamTrack>;
	/** Those that can be chosen; without a permission browsers tell no names, and the list is empty. */
	list(kind: Kind): Promise<Device[]>;
	/** Called when something was plugged in or out. Returns what stops it. */
	onChange(listener: () => void): () => void;
}

const wanted: Record<Kind, MediaTrackConstraints> = {
	mic: { echoCancellation: true, noiseSuppression: true, autoGainControl: true },
	camera: { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30, max: 30 } }
};

function constraints(kind: Kind, deviceId: string | undefined): MediaStreamConstraints {
	const track = deviceId ? { ...wanted[kind], deviceId: { exact: deviceId } } : wanted[kind];
	return kind === 'mic' ? { audio: track } : { video: track };
}

export const browserDevices: DeviceSource = {
	async open(kind, deviceId) {
		if (!navigator.mediaDevices) throw new DeviceError('insecure');
		try {
			const stream = await navigator.mediaDevices.getUserMedia(constraints(kind, deviceId));
			const track = stream.getTracks()[0];
			if (!track) throw new DeviceError('missing');
			return track;
		} catch (error) {
			if (deviceId && troubleOf(error) === 'missing') return browserDevices.open(kind, undefined);
			throw error instanceof DeviceError ? error : new DeviceError(troubleOf(error));
		}
	},
	async list(kind) {
		const all = (await navigator.mediaDevices?.enumerateDevices()) ?? [];
		const type = kind === 'mic' ? 'audioinput' : 'videoinput';
		return all
			.filter((device) => device.kind === type && device.deviceId !== '' && device.label !== '')
			.map((device) => ({ id: device.deviceId, label: device.label }));
	},
	onChange(listener) {
		navigator.mediaDevices?.addEventListener('devicechange', listener);
		return () => navigator.mediaDevices?.removeEventListener('devicechange', listener);
	}
};
