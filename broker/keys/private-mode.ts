/**
 * Whether only the broker can read a file: nobody but its owner may. A file of root's may also be readable by its group, as
 * Kubernetes mounts secrets for a pod with `fsGroup`. (PostgreSQL has the same rule for its private key.)
 *
 * @param file mode and owner of the file
 * @param user the ID of the process's user; `undefined` on Windows, which has no such modes
 */
export function isPrivateMode({ mode, uid }: { mode: number; uid: number }, user: number | undefined): boolean {
  if (user === undefined) return true;
  const ofOthers = uid === 0 && user !== 0 ? 0o037 : 0o077;
  return (mode & ofOthers) === 0;
}
