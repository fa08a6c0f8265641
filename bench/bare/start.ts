import { type ForkedServer, forkServer } from '../load/fork-server.ts';

/** Starts the bare server. */
export const startBare = (): Promise<ForkedServer> => forkServer(new URL('server.ts', import.meta.url));
