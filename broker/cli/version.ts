import { builtFrom } from '../build-info.ts';
import { brokerVersion } from '../store/broker-version.ts';

/** The version and, in a built package, its commit: `0.1.0 (5dc4384…)`. Scripts can take the first word. */
export const versionAndCommit: string = builtFrom === undefined ? brokerVersion : `${brokerVersion} (${builtFrom})`;
