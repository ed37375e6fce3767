/** The API's shapes under the names that the site uses, taken from the operations that return them. */
import type { Present } from './problem';
import type { paths } from './schema';

type Json<T> = T extends { content: { 'application/json': infer Body } } ? Present<Body> : never;
type Method<P extends keyof paths, M extends string> = M extends keyof paths[P] ? paths[P][M] : never;
type Responses<P extends keyof paths, M extends string> =
	Method<P, M> extends { responses: infer R } ? R : never;
type Reply<P extends keyof paths, M extends string, S extends number = 200> =
	Responses<P, M> extends { [K in S]: infer R } ? Json<R> : never;
type Query<P extends keyof paths, M extends string> =
	Method<P, M> extends { parameters: { query?: infer Q } } ? NonNullable<Q> : never;
type Item<L> = L extends { items: (infer T)[] } ? T : never;

type SiteReply = Reply<'/v1/site', 'get'>;
/** The record, with the two closed lists that the document leaves open; `isSite` checks them. */
export type Site = Omit<SiteReply, 'brand' | 'theme'> & {
	brand: 'soulseer' | 'neuromancers' | 'hepcat';
	theme: Omit<SiteReply['theme'], 'default_mode'> & { default_mode: 'dark' | 'light' };
};
export type Tokens = Reply<'/v1/tokens/refresh', 'post'>;
export type AwaitsSecondFactor = Reply<'/v1/sign-in/code', 'post', 202>;
export type Me = Reply<'/v1/me', 'get'>;
export type Role = Me['roles'][number];
export type SignIn = Item<Reply<'/v1/me/sign-ins', 'get'>>;
export type AdminUser = Item<Reply<'/v1/admin/users', 'get'>>;
export type AuditRow = Item<Reply<'/v1/admin/audit', 'get'>>;
export type Issuer = Item<Reply<'/v1/sign-in/issuers', 'get'>>;

export type HostCard = Item<Reply<'/v1/hosts', 'get'>>;
export type HostFilters = Query<'/v1/hosts', 'get'>;
export type HostPage = Reply<'/v1/hosts/{slug}', 'get'>;
export type HostSelf = Reply<'/v1/host/profile', 'get'>;
export type Application = Item<Reply<'/v1/admin/hosts', 'get'>>;
export type Rates = HostCard['rates'];

export type Wallet = Reply<'/v1/wallet', 'get'>;
export type TopUp = Reply<'/v1/wallet/top-ups/{top_up_id}', 'get'>;
export type StatementLine = Item<Reply<'/v1/wallet/statement', 'get'>>;
export type Earnings = Reply<'/v1/host/earnings', 'get'>;
export type EarningsLine = Item<Earnings>;
export type Payouts = Reply<'/v1/host/payouts', 'get'>;
export type Payout = Item<Payouts>;
export type HostPayout = Item<Reply<'/v1/admin/payouts', 'get'>>;
export type PayoutState = Payout['state'];
export type Conservation = Reply<'/v1/admin/conservation', 'get'>;
export type Status = Reply<'/v1/status', 'get'>;
export type Refund = Reply<'/v1/admin/refunds', 'post', 201>;

export type Session = Reply<'/v1/sessions/{session_id}', 'get'>;
export type Modality = 'text' | 'voice' | 'video';
export type SessionState = Session['state'];
export type MediaAccess = Reply<'/v1/sessions/{session_id}/media', 'post'>;
export type Receipt = Reply<'/v1/sessions/{session_id}/receipt', 'get'>;
export type Message = Item<Reply<'/v1/sessions/{session_id}/messages', 'get'>>;
export type MessageReport = Item<Reply<'/v1/admin/reports', 'get'>>;
export type Note = Reply<'/v1/sessions/{session_id}/note', 'get'>;
