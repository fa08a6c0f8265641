export { type CredentialFile, type Credentials, credentialFile } from './credentials.ts';
export type { LockOptions } from './file-lock.ts';
export { type ProfileName, profilePath } from './profile-path.ts';
export { StoreError, type StoreErrorCode } from './store-error.ts';
