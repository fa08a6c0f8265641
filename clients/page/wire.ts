import type { helloKind, protocolVersion } from '#shared/page-protocol.ts';

// The protocol's module holds its schemas too, which a page has no use for: only its types are imported,
// and the compiler holds these two literals to them.
export const source: typeof helloKind = 'latchkey:hello';
export const version: typeof protocolVersion = 1;
