import type { Requirements as ResourceRequirements } from '@latchkey/shared/resource-server/requirements.ts';

/** What a route requires of a token. Omitted properties are not checked. */
export interface Requirements extends ResourceRequirements {
  /** The URL that the client called, if a proxy rewrites it. Used only for DPoP. Default: the request's URL. */
  url?: string | undefined;
}
