/** The fixed names and limits of the page protocol, apart from its schemas: the bridge carries these and no schema library. */
export const protocolVersion = 1;

/** `source` field of the one window message; everything after it runs on the transferred port. */
export const helloKind = 'latchkey:hello';

/** `source` of the bridge's own window message, where it came into a page that had loaded before. */
export const hereKind = 'latchkey:here';

/** Name of the runtime port between bridge and background. */
export const bridgePortName = 'latchkey:page';

/** The largest message that the bridge relays, in UTF-16 units of its JSON. */
export const maxMessageLength = 16_384;
