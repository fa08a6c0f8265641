/** One thing wrong with the configuration: where, what, and what would be right. */
export interface Fault {
  /** Keys from the top of the file down; empty for the file itself. (A key may hold dots: it can be a URL.) */
  path: readonly string[];
  message: string;
  /** 1-based, where it is known. */
  line?: number | undefined;
}

/** Every fault of the file at once, so that nobody has to mend them one start at a time. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly code = 'invalid_config';
  readonly faults: readonly Fault[];

  constructor(file: string, found: readonly Fault[]) {
    const faults = [...new Map(found.map((fault) => [JSON.stringify([fault.path, fault.message]), fault])).values()];
    const lines = faults.map(({ path, message, line }) => {
      const where = path.length === 0 ? '' : `${path.join('.')}: `;
      return `  - ${where}${message}${line === undefined ? '' : ` (line ${line})`}`;
    });
    super(`${file} has ${faults.length} ${faults.length === 1 ? 'fault' : 'faults'}:\n${lines.join('\n')}`);
    this.faults = faults;
  }
}
