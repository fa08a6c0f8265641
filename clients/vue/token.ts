export type { KeptTokenOptions } from '../frameworks/keep-token.ts';
export { useToken } from './use-token.ts';
