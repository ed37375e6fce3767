/** The room's media for the page: follows the session's state, remembers choices, and is a thing that components watch. */
import { asProblem } from '$lib/api/problem';
import { readStored, writeStored } from '$lib/storage';
import type { Session } from '$lib/api/types';
import type { RoomView } from '../view';
import { browserDevices, type Device, type Kind } from './devices';
import { planOf, type MediaPlan, type MediaRoom, type MediaState } from './media-room';
import type { Choices } from './own-media';
import { AccessKeeper, type AskAccess } from './access';
import { PeerRoom } from './peer-room';
import type { Signals } from './signals';

const storedAs = 'parlor.media';

/** Which devices somebody used last in this browser. Everybody starts with both on, as the ask said. */
function remembered(): Choices {
	try {
		const stored = JSON.parse(readStored(storedAs) ?? '{}') as Record<string, unknown> | null;
		const choice = (kind: Kind) => {
			const deviceId = stored?.[kind];
			return { wanted: true, deviceId: typeof deviceId === 'string' ? deviceId : undefined };
		};
		return { mic: choice('mic'), camera: choice('camera') };
	} catch {
		return {};
	}
}

export interface MediaOptions {
	/** What carries the session. */
	adapter: Session['room'];
	modality: string;
	/** One's own name, and what the room is called for who does not see it: for a vendor's page. */
	name: string;
	title: string;
	/** The member gives way when both sides negotiate at once. */
	polite: boolean;
	signals: Signals;
	ask: AskAccess;
}

/** A vendor's room is loaded only where the session is carried by it. */
async function roomOf({ adapter, signals, polite, ...options }: MediaOptions): Promise<MediaRoom> {
	const plan = planOf(options.modality);
	const choices = remembered();
	switch (adapter) {
		case 'peer':
			return new PeerRoom({ signals, plan, polite, choices });
		case 'agora': {
			const { AgoraRoom } = await import('./agora-room');
			return new AgoraRoom({ plan, choices });
		}
		case 'whereby': {
			const { WherebyRoom } = await import('./whereby-room');
			return new WherebyRoom({ plan, choices, name: options.name, title: options.title });
		}
	}
}

export class RoomMedia {
	readonly plan: MediaPlan;
	readonly room: MediaRoom;
	state = $state.raw() as MediaState;
	devices = $state.raw<Record<Kind, Device[]>>({ mic: [], camera: [] });
	/** The devices have been asked for: there is something to show. */
	prepared = $state(false);
	readonly #access: AccessKeeper;
	readonly #stops: (() => void)[];

	/** Rejects when the code of a vendor's room cannot be loaded. */
	static async open(options: MediaOptions): Promise<RoomMedia> {
		return new RoomMedia(await roomOf(options), options);
	}

	private constructor(room: MediaRoom, { modality, ask }: MediaOptions) {
		this.plan = planOf(modality);
		this.room = room;
		this.state = this.room.state;
		this.#access = new AccessKeeper(
			ask,
			(access) => this.room.admit(access),
			(error) => this.#refused(error)
		);
		this.#stops = [
			this.room.onState((state) => this.#take(state)),
			browserDevices.onChange(() => void this.#list())
		];
	}

	/** Opens the devices before anything costs money. True when all that are needed are there. */
	prepare = async (): Promise<boolean> => {
		this.prepared = true;
		await this.room.prepare();
		await this.#list();
		const { mic, camera } = this.state;
		return !mic.trouble && !camera.trouble;
	};

	/** @param flows whether the clock runs: only then is anything captured, sent or played. */
	follow(view: RoomView | undefined, flows: boolean): void {
		if (view === 'over') return this.leave();
		if (view !== 'active' && view !== 'paused') return;
		if (flows) {
			this.room.resume();
			this.#access.start();
		} else {
			this.#access.stop();
			this.room.suspend();
		}
		if (this.state.link === 'idle') {
			this.prepared = true;
			this.room.join();
		}
	}

	/** Takes sound and picture back from another window, or tries a room again that could not be opened. */
	takeBack = (): void => {
		this.room.join();
		this.#access.again();
	};

	toggle = (kind: Kind): Promise<void> => this.room.set(kind, !this.state[kind].wanted);

	/** Asks once more for a device that was refused or missing. */
	retry = (kind: Kind): Promise<void> => this.room.set(kind, true);

	choose = async (kind: Kind, deviceId: string): Promise<void> => {
		await this.room.choose(kind, deviceId);
		const { mic, camera } = this.state;
		writeStored(storedAs, JSON.stringify({ mic: mic.deviceId, camera: camera.deviceId }));
	};

	leave(): void {
		this.#access.stop();
		this.room.leave();
	}

	close(): void {
		this.leave();
		for (const stop of this.#stops) stop();
	}

	/** That nothing is paid just now is no trouble: the next lease is on its way, or the clock stops. */
	#refused(error: unknown): void {
		console.warn('media:', error);
		if (asProblem(error).status !== 409) this.room.deny();
	}

	#take(state: MediaState): void {
		const opened = (kind: Kind) => state[kind].live && !this.state[kind].live;
		const names = opened('mic') || opened('camera');
		this.state = state;
		// Browsers tell the names of devices only once one is open.
		if (names) void this.#list();
	}

	async #list(): Promise<void> {
		const [mic, camera] = await Promise.all([this.room.devices('mic'), this.room.devices('camera')]);
		this.devices = { mic, camera };
	}
}
