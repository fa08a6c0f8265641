import { shellWord } from '@latchkey/shared/shell-word.ts';
import { privateFile } from '../device/store/private-file.ts';
import { type ProfileName, profilePath } from '../device/store/profile-path.ts';
import { type Io, UsageError } from './io.ts';
import { type SessionFile, sessionFile } from './session/session-file.ts';

/** Options of every command. */
export const commonOptions = {
  profile: { type: 'string', short: 'p' },
  file: { type: 'string' },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

/** @throws {UsageError} if the profile's name is invalid */
export function openProfile(values: ProfileName, io: Io): SessionFile {
  const path = profilePath({ profile: values.profile ?? io.env.LATCHKEY_PROFILE, file: values.file }, io.env);
  if (path === undefined) {
    throw new UsageError('invalid profile name: use up to 64 letters, digits, ".", "_" or "-"');
  }
  const file = privateFile(path, { now: io.now, sleep: io.sleep, signal: io.signal });
  return sessionFile(file, io.keyring, loginCommand(values));
}

/** What signs in to the same profile, for people to copy. The environment says the rest. */
function loginCommand({ profile, file }: ProfileName): string {
  if (file !== undefined) return `latchkey login --file ${shellWord(file)}`;
  return profile === undefined ? 'latchkey login' : `latchkey login --profile ${profile}`;
}
