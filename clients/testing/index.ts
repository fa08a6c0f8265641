export type { PageErrorBody, PageErrorCode } from '@latchkey/shared/errors.ts';
export { type FakeLatchkey, type FakeLatchkeyOptions, fakeLatchkey } from './fake-latchkey.ts';
export { initScript } from './init-script.ts';
