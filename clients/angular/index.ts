export { type AccessToken, type AccessView, type FetchInit, LatchkeyError, type TokenOptions } from '@latchkey/page';
export type { Actions, Snapshot, State, Wanted } from '../frameworks/store.ts';
export type { Language } from '../frameworks/texts.ts';
export { LATCHKEY, type Shared } from './context.ts';
export { injectAccess } from './inject-access.ts';
export { type InjectedLatchkey, injectLatchkey } from './inject-latchkey.ts';
export { type Instead, LatchkeyAccess } from './latchkey-access.ts';
export { type LatchkeyOptions, provideLatchkey } from './provide-latchkey.ts';
