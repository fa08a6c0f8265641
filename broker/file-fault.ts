import { dirname } from 'node:path';

/** The error code of a failed file operation, such as `ENOENT`. */
const codeOf = (error: unknown): string => String((error as NodeJS.ErrnoException).code);

/** Why a file can't be created or written, and what to do about it. Neither ends with a period. */
export function fileFault(error: unknown, path: string): { reason: string; cure: string } {
  const code = codeOf(error);
  const user = `the user with ID ${process.getuid?.()}`;
  switch (code) {
    case 'ENOENT':
      return {
        reason: 'its folder does not exist',
        cure: `Create the folder ${dirname(path)}, and let ${user} write to it, or correct the path`,
      };
    case 'EACCES':
    case 'EPERM':
      return {
        reason: `${user} may not write it (${code})`,
        cure: `Give it and its folder ${dirname(path)} to that user`,
      };
    case 'EROFS':
      return { reason: 'the file system is read-only', cure: 'Use a path on a volume that can be written' };
    case 'EISDIR':
      return { reason: 'it is a folder', cure: `Name a file in it, such as ${path.replace(/\/$/, '')}/latchkey` };
    case 'ENOTDIR':
      return { reason: 'a part of its path is a file, not a folder', cure: 'Correct the path' };
    case 'ENOSPC':
    case 'EDQUOT':
      return { reason: `the disk is full (${code})`, cure: 'Free disk space' };
    default:
      return { reason: code, cure: 'Check the path and the disk' };
  }
}

/** Why a file can't be read, and what to do about it. Neither ends with a period. */
export function readFault(error: unknown): { reason: string; cure: string } {
  const code = codeOf(error);
  switch (code) {
    case 'ENOENT':
      return { reason: 'it does not exist', cure: 'Create it, or correct the path' };
    case 'EACCES':
    case 'EPERM':
      return {
        reason: `the user with ID ${process.getuid?.()} may not read it (${code})`,
        cure: 'Let this user read the file, and open its folder',
      };
    case 'EISDIR':
      return {
        reason: 'it is a folder',
        cure: 'Name a file in it. Container runtimes make a folder where the file to mount is missing',
      };
    default:
      return { reason: code, cure: 'Check the path and the disk' };
  }
}
