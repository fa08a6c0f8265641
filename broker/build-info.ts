/** Inserted when the package is built (`packaging/bundle.ts`). Absent in a clone, which runs the source. */
declare const __LATCHKEY_COMMIT__: string | undefined;

/**
 * The Git commit that this build was made from: 40 hexadecimal digits, with `-modified` if the files differed from it.
 * `undefined` in a clone, and in a build of a source archive without Git.
 */
export const builtFrom: string | undefined =
  typeof __LATCHKEY_COMMIT__ === 'undefined' ? undefined : __LATCHKEY_COMMIT__;
