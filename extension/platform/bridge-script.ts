/** Path of the bridge in every build. Either the manifest or the background injects it into pages. */
export const bridgeScript = 'bridge/bridge.iife.js';
