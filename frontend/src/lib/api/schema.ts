/**
 * The shapes of docs/contract.md, written by hand until `npm run generate` can make this file from openapi.json.
 * It has the generated file's import surface: `paths`, keyed by path template and method.
 */
type Json<T> = { content: { 'application/json': T } };
type Problem = { content: { 'application/problem+json': { type: string; title: string; status: number } } };
type Answer<S extends number, T> = { [K in S]: T extends void ? { content?: never } : Json<T> } & {
	default: Problem;
};
type Read<T, Q = never, P = never> = {
	parameters: { query?: Q; path: P; header?: never; cookie?: never };
	requestBody?: never;
	responses: Answer<200, T>;
};
type Read0<T, Q = never> = {
	parameters: { query?: Q; path?: never; header?: never; cookie?: never };
	requestBody?: never;
	responses: Answer<200, T>;
};
type Write<B, T, S extends number = 200, P = never> = {
	parameters: { query?: never; path: P; header?: never; cookie?: never };
	requestBody: Json<B>;
	responses: Answer<S, T>;
};
type Write0<B, T, S extends number = 200> = {
	parameters: { query?: never; path?: never; header?: never; cookie?: never };
	requestBody: Json<B>;
	responses: Answer<S, T>;
};
type Empty = Record<string, never>;
type Page<T> = { items: T[]; next_cursor?: string };
type Cursor = { cursor?: string };

type Role = 'member' | 'host' | 'admin';
type Modality = 'text' | 'voice' | 'video';
interface Me {
	id: string;
	email: string;
	display_name: string;
	roles: Role[];
	time_zone?: string;
	host_status: 'none' | 'pending' | 'verified' | 'rejected';
	host_slug?: string;
	suspended: boolean;
	created_at: string;
}
interface Tokens {
	access_token: string;
	expires_in_seconds: number;
	me: Me;
	return_to?: string;
}
interface Site {
	brand: 'soulseer' | 'neuromancers' | 'hepcat';
	name: string;
	tagline: string;
	words: { host: string; hosts: string; session: string; sessions: string; member: string; wallet: string };
	theme: {
		dark: Record<string, string>;
		light: Record<string, string>;
		heading_font: string;
		body_font: string;
		default_mode: 'dark' | 'light';
	};
	modules: string[];
	navigation: { key: string; href: string }[];
	fee_percent: string;
	currency: string;
	time_zone: string;
	lease_minutes: number;
	minute_seconds: number;
	version: number;
}
type AdminUser = Me & { spending_locked: boolean };
interface AuditRow {
	id: string;
	at: string;
	actor_id: string;
	actor_name: string;
	action: string;
	object_type: string;
	object_id: string;
	details: Record<string, string>;
}
interface Rates {
	text_minor?: number;
	voice_minor?: number;
	video_minor?: number;
}
interface HostCard {
	id: string;
	slug: string;
	name: string;
	photo_url?: string;
	headline: string;
	specialties: string[];
	rates: Rates;
	currency: string;
	online: boolean;
	rating?: string;
	review_count: number;
	session_count: number;
}
type HostPage = HostCard & { bio: string; member_since: string };
type HostSelf = HostPage & {
	status: 'pending' | 'verified' | 'rejected';
	statement: string;
	reject_reason?: string;
	applied_at: string;
	version: number;
};
interface PhotoUpload {
	upload_url: string;
	headers: Record<string, string>;
	photo_key: string;
	expires_at: string;
}
interface Wallet {
	available_minor: number;
	held_minor: number;
	currency: string;
	spending_locked: boolean;
	open_session_id?: string;
	top_up_min_minor: number;
	top_up_max_minor: number;
}
type Reason =
	| 'top_up'
	| 'session_minute'
	| 'settlement'
	| 'refund'
	| 'card_refund'
	| 'dispute'
	| 'dispute_reversal'
	| 'write_off';
interface StatementLine {
	entry_id: string;
	at: string;
	reason: Reason;
	amount_minor: number;
	session_id?: string;
	minute?: number;
	other_name?: string;
	top_up_id?: string;
	note?: string;
}
interface TopUp {
	id: string;
	amount_minor: number;
	currency: string;
	status: 'pending' | 'paid' | 'expired';
	checkout_url?: string;
	created_at: string;
	paid_at?: string;
}
interface EarningsLine {
	entry_id: string;
	at: string;
	reason: Reason;
	session_id: string;
	member_name: string;
	minutes: number;
	gross_minor: number;
	share_minor: number;
	fee_minor: number;
}
type Earnings = Page<EarningsLine> & { available_minor: number; held_minor: number; currency: string };
interface Refund {
	entry_id: string;
	session_id: string;
	minute: number;
	amount_minor: number;
	from_host_minor: number;
	from_platform_minor: number;
	at: string;
}
interface Conservation {
	at: string;
	currency: string;
	spending_minor: number;
	earnings_minor: number;
	held_minor: number;
	fees_minor: number;
	write_offs_minor: number;
	processor_minor: number;
	sum_minor: number;
	accounts_checked: number;
	differences: { account: string; balance_minor: number; postings_minor: number }[];
}
type State = 'created' | 'waiting' | 'active' | 'paused' | 'reconnecting' | 'ended' | 'finalized';
interface Person {
	id: string;
	name: string;
	present: boolean;
	joined: boolean;
}
interface Session {
	id: string;
	brand: string;
	modality: Modality;
	state: State;
	you: 'member' | 'host' | 'admin';
	member: Person;
	host: Person & { slug: string };
	rate_minor: number;
	currency: string;
	minute_seconds: number;
	created_at: string;
	expires_at?: string;
	accepted_at?: string;
	started_at?: string;
	paused_at?: string;
	pause_reason?: 'left' | 'lost' | 'funds' | 'unrenewed';
	grace_until?: string;
	pauses_left: number;
	ended_at?: string;
	end_reason?: 'completed' | 'declined' | 'cancelled' | 'expired' | 'grace_over' | 'pause_cap';
	now: string;
	active_ms: number;
	paid_until?: string;
	minutes_charged: number;
	minutes_held: number;
	held_minor: number;
	balance_minor?: number;
	minutes_affordable?: number;
	low_funds: boolean;
	renew_at?: string;
	heartbeat_seconds: number;
	summary?: { member?: string; host?: string };
	settlement?: {
		minutes: number;
		gross_minor: number;
		share_minor: number;
		fee_minor: number;
		released_minor: number;
	};
}
interface Receipt {
	session_id: string;
	brand: string;
	modality: Modality;
	currency: string;
	member: { id: string; name: string };
	host: { id: string; name: string };
	rate_minor: number;
	fee_rule: { version: string; platform_percent: string };
	minute_seconds: number;
	intervals: { from: string; until: string; active_ms: number }[];
	active_ms: number;
	minutes: {
		number: number;
		entry_id: string;
		charged_at: string;
		rate_minor: number;
		share_minor: number;
		fee_minor: number;
		refunded_minor: number;
	}[];
	released: { minutes: number; amount_minor: number };
	gross_minor: number;
	share_minor: number;
	fee_minor: number;
	refunded_minor: number;
	settlement_entry_id: string;
	settled_at: string;
}
interface Message {
	id: string;
	session_id: string;
	from: 'member' | 'host';
	text: string;
	sent_at: string;
}
interface Note {
	text: string;
	updated_at?: string;
}
type OfSession = { session_id: string };
type Step = { post: Write<Empty, Session, 200, OfSession> };

export interface paths {
	'/v1/sign-in/mail': {
		post: Write0<
			{ email: string; return_to?: string },
			{ expires_in_seconds: number; resend_in_seconds: number },
			202
		>;
	};
	'/v1/sign-in/code': { post: Write0<{ email: string; code: string }, Tokens> };
	'/v1/sign-in/link': { post: Write0<{ token: string }, Tokens> };
	'/v1/sign-in/issuers': { get: Read0<{ items: { id: string; name: string }[] }> };
	'/v1/sign-in/oidc/start': {
		post: Write0<{ issuer: string; return_to?: string }, { authorize_url: string }>;
	};
	'/v1/sign-in/oidc/finish': { post: Write0<{ state: string; code: string }, Tokens> };
	'/v1/tokens/refresh': { post: Write0<Empty, Tokens> };
	'/v1/tokens/sign-out': { post: Write0<Empty, void, 204> };
	'/v1/tokens/sign-out-everywhere': { post: Write0<Empty, void, 204> };
	'/v1/me': { get: Read0<Me>; patch: Write0<{ display_name?: string; time_zone?: string }, Me> };
	'/v1/site': { get: Read0<Site> };
	'/v1/admin/sites': { get: Read0<{ items: Site[] }> };
	'/v1/admin/site': { put: Write0<{ brand: Site['brand'] }, Site> };
	'/v1/admin/users': { get: Read0<Page<AdminUser>, { q?: string; cursor?: string }> };
	'/v1/admin/users/{user_id}': {
		patch: Write<
			{ suspended?: boolean; roles?: Role[]; spending_locked?: boolean; reason: string },
			AdminUser,
			200,
			{ user_id: string }
		>;
	};
	'/v1/admin/audit': { get: Read0<Page<AuditRow>, { month?: string; cursor?: string }> };
	'/v1/hosts': {
		get: Read0<
			Page<HostCard>,
			{
				modality?: Modality;
				price?: 'under-2' | '2-to-5' | '5-to-10' | '10-up';
				rating?: '3.5' | '4' | '4.5';
				q?: string;
				specialty?: string;
				sort?: 'featured' | 'rating' | 'price' | 'reviews';
				cursor?: string;
			}
		>;
	};
	'/v1/hosts/{slug}': { get: Read<HostPage, never, { slug: string }> };
	'/v1/host/application': {
		post: Write0<
			{ name: string; slug: string; bio: string; specialties: string[]; statement: string },
			HostSelf,
			201
		>;
	};
	'/v1/host/profile': {
		get: Read0<HostSelf>;
		patch: Write0<
			{ name?: string; slug?: string; bio?: string; specialties?: string[]; version: number },
			HostSelf
		>;
	};
	'/v1/host/rates': { put: Write0<Rates, HostSelf> };
	'/v1/host/online': { put: Write0<{ online: boolean }, HostSelf> };
	'/v1/host/photo': {
		post: Write0<
			{ content_type: 'image/jpeg' | 'image/png' | 'image/webp'; size_bytes: number },
			PhotoUpload
		>;
	};
	'/v1/host/photo/finish': { post: Write0<{ photo_key: string }, HostSelf> };
	'/v1/admin/hosts': {
		get: Read0<
			Page<HostSelf & { email: string }>,
			{ status?: 'pending' | 'verified' | 'rejected'; cursor?: string }
		>;
	};
	'/v1/admin/hosts/{host_id}/verify': { post: Write<Empty, HostSelf, 200, { host_id: string }> };
	'/v1/admin/hosts/{host_id}/reject': {
		post: Write<{ reason: string }, HostSelf, 200, { host_id: string }>;
	};
	'/v1/wallet': { get: Read0<Wallet> };
	'/v1/wallet/statement': { get: Read0<Page<StatementLine>, Cursor> };
	'/v1/wallet/top-ups': { post: Write0<{ amount_minor: number }, TopUp, 201> };
	'/v1/wallet/top-ups/{top_up_id}': { get: Read<TopUp, never, { top_up_id: string }> };
	'/v1/host/earnings': { get: Read0<Earnings, Cursor> };
	'/v1/admin/refunds': {
		post: Write0<
			{
				session_id: string;
				minute: number;
				amount_minor?: number;
				funded_by: 'shares' | 'platform';
				reason: string;
			},
			Refund,
			201
		>;
	};
	'/v1/admin/conservation': { get: Read0<Conservation> };
	'/v1/sessions': {
		get: Read0<Page<Session>, { as?: 'member' | 'host'; cursor?: string }>;
		post: Write0<{ host_id: string; modality: Modality }, Session, 201>;
	};
	'/v1/host/requests': { get: Read0<{ items: Session[] }> };
	'/v1/sessions/{session_id}': { get: Read<Session, never, OfSession> };
	'/v1/sessions/{session_id}/accept': Step;
	'/v1/sessions/{session_id}/decline': Step;
	'/v1/sessions/{session_id}/cancel': Step;
	'/v1/sessions/{session_id}/join': Step;
	'/v1/sessions/{session_id}/leave': Step;
	'/v1/sessions/{session_id}/reconnect': Step;
	'/v1/sessions/{session_id}/renew': Step;
	'/v1/sessions/{session_id}/end': { post: Write<{ summary?: string }, Session, 200, OfSession> };
	'/v1/sessions/{session_id}/receipt': { get: Read<Receipt, never, OfSession> };
	'/v1/sessions/{session_id}/messages': {
		get: Read<Page<Message>, { after?: string }, OfSession>;
		post: Write<{ text: string }, Message, 201, OfSession>;
	};
	'/v1/sessions/{session_id}/note': {
		get: Read<Note, never, OfSession>;
		put: Write<{ text: string }, Note, 200, OfSession>;
	};
	'/v1/admin/sessions': { get: Read0<Page<Session>, { state?: State; cursor?: string }> };
}
