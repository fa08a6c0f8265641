export type { HeldToken, KeptTokenOptions } from '../frameworks/keep-token.ts';
export { injectToken } from './inject-token.ts';
