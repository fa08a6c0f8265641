'use client';

export { type AccessToken, type AccessView, type FetchInit, LatchkeyError, type TokenOptions } from '@latchkey/page';
export type { HeldToken, KeptTokenOptions } from '../frameworks/keep-token.ts';
export type { Actions, Snapshot, State, Wanted } from '../frameworks/store.ts';
export type { Language } from '../frameworks/texts.ts';
export { ConnectPrompt, InstallPrompt, type PromptProps, SignInPrompt } from './prompts.tsx';
export { LatchkeyProvider, type LatchkeyProviderProps } from './provider.tsx';
export { RequireAccess, type RequireAccessProps } from './require-access.tsx';
export { useAccess } from './use-access.ts';
export { type UseLatchkey, useLatchkey } from './use-latchkey.ts';
export { useToken } from './use-token.ts';
