export { type AccessToken, type AccessView, type FetchInit, LatchkeyError, type TokenOptions } from '@latchkey/page';
export type { Actions, Snapshot, State, Wanted } from '../frameworks/store.ts';
export type { Language } from '../frameworks/texts.ts';
export { type LatchkeyOptions, type LatchkeyPlugin, latchkey } from './plugin.ts';
export { ConnectPrompt, InstallPrompt, SignInPrompt } from './prompts.ts';
export { RequireAccess, type RequireAccessSlots } from './require-access.ts';
export { useAccess } from './use-access.ts';
export { type UseLatchkey, useLatchkey } from './use-latchkey.ts';
