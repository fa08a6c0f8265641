import { createHash } from 'node:crypto';
import { extensionIds } from '@latchkey/shared/extension-ids.ts';

const ids = extensionIds((algorithm, data) => createHash(algorithm).update(data).digest('hex'));

/** The ID that Chrome derives from the manifest's `key`, which is SubjectPublicKeyInfo in base64. */
export const chromeExtensionId = (publicKey: string): string => ids.chromeId(Buffer.from(publicKey, 'base64'));

export const { chromeRedirectUri, firefoxRedirectUri } = ids;
