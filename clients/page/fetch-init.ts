import type { TokenOptions } from './tokens.ts';

/** Options of `fetch`, plus which token to send. */
export type FetchInit = RequestInit & TokenOptions;
