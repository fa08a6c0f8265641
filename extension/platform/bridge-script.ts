/** Where the bridge is in every build, whether the manifest or the background puts it into pages. */
export const bridgeScript = 'bridge/bridge.iife.js';
