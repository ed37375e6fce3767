/**
 * The socket's protocol, by name. The shapes are generated from the server's own types with the rest of the API
 * (`npm run generate`); docs/contract.md says how a client lives with them.
 */
import type { components } from '../api/schema';

type Schemas = components['schemas'];

/** What the server sends. With `seq` an event, without a hint. */
export type ServerFrame = Schemas['ServerFrame'];
/** What the site sends. */
export type ClientFrame = Schemas['ClientFrame'];
/** Everything a ticket says about opening a socket. */
export type Ticket = Schemas['Ticket'];
/** A page of events that were missed. */
export type Events = Schemas['Events'];
