/** A configuration error: its location, the problem, and how to fix it. */
export interface Fault {
  /** Keys from the root of the file; empty for the file itself. A key may contain dots because it can be a URL. */
  path: readonly string[];
  message: string;
  /** 1-based line number, if known. */
  line?: number | undefined;
}

/** Lists every fault in the file at once, so they can all be fixed before the next start. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly code = 'invalid_config';
  readonly faults: readonly Fault[];

  constructor(file: string, found: readonly Fault[], options?: ErrorOptions) {
    const faults = [...new Map(found.map((fault) => [JSON.stringify([fault.path, fault.message]), fault])).values()];
    const lines = faults.map(({ path, message, line }) => {
      const where = path.length === 0 ? '' : `${path.join('.')}: `;
      return `  - ${where}${message}${line === undefined ? '' : ` (line ${line})`}`;
    });
    const [first] = faults;
    const ofFile = faults.length === 1 && first?.path.length === 0 && first.line === undefined;
    super(
      ofFile
        ? `${file} ${first.message}`
        : `${file} has ${faults.length} ${faults.length === 1 ? 'fault' : 'faults'}:\n${lines.join('\n')}`,
      options,
    );
    this.faults = faults;
  }
}
