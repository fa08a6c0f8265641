/** Names and limits of the page protocol, separate from its schemas so that the bridge doesn't bundle a schema library. */
export const protocolVersion = 1;

/** `source` field of the one window message; everything after it runs on the transferred port. */
export const helloKind = 'latchkey:hello';

/** `source` of the message that the bridge posts when it is injected into a page that has already loaded. */
export const hereKind = 'latchkey:here';

/** Name of the runtime port between bridge and background. */
export const bridgePortName = 'latchkey:page';

/** Begin of the name of the port that pages of sites with `attach_tokens` open. The rest names the document in its tab. */
export const attachPortName = 'latchkey-attach';

/** End of such a name, after `document.prerendering`: the browser has loaded the document before anybody opened it. */
export const prerenderedMark = ' true';

/**
 * In `Server-Timing` of a page if a GET has opened it. The extension puts it there (opened-by-get.json), because browsers
 * tell a page no method.
 */
export const openedByGet = 'latchkey-get';

/** How many resources a page can ask for at once. */
export const maxResources = 8;

/** Maximum size of a message that the bridge relays, in UTF-16 units of its JSON. */
export const maxMessageLength = 16_384;
