import type { TokenOptions } from './tokens.ts';

/** `RequestInit`, and which token to send. */
export type FetchInit = RequestInit & TokenOptions;
