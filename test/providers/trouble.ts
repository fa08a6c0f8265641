import type { IncomingMessage, ServerResponse } from 'node:http';

/** What a reverse proxy does to the provider's answers. */
export interface Trouble {
  /** Answers in the provider's place, or never. @returns whether the provider is not to be asked */
  instead?(request: IncomingMessage, response: ServerResponse): boolean;
  /** How far the clock is ahead that dates the answers, in milliseconds. */
  clockMs?: number;
}

/** The header, as a server whose clock is `clockMs` ahead has it. */
export const dated = (clockMs: number): string => new Date(Date.now() + clockMs).toUTCString();
