import type { Requirements as ResourceRequirements } from '@latchkey/shared/resource-server/requirements.ts';

/** What a route requires of a token. What is left out is not required. */
export interface Requirements extends ResourceRequirements {
  /** The URL as the client called it, where a proxy has rewritten that of the request. For DPoP only. */
  url?: string | undefined;
}
