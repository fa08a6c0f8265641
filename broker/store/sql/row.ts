type Column<T> = undefined extends T ? Exclude<T, undefined> | null : T;
type JsonColumn<T> = undefined extends T ? string | null : string;

/** `T` as a database row: optional fields are nullable, and the fields named by `Json` are JSON text. */
export type Row<T, Json extends keyof T = never> = {
  [K in keyof T]-?: K extends Json ? JsonColumn<T[K]> : Column<T[K]>;
};

/** Converts between model values and rows. */
export interface Codec<T, Json extends keyof T> {
  /** Encodes for an insert or update. Absent fields are omitted. */
  encode<V extends Partial<T>>(value: V): Pick<Row<T, Json>, keyof V & keyof T>;
  decode(row: Row<T, Json>): T;
}

/** @param json names of the fields stored as JSON text */
export function codec<T extends object, Json extends keyof T & string = never>(...json: Json[]): Codec<T, Json> {
  const isJson = new Set<string>(json);
  const convert = (from: object, one: (value: unknown) => unknown) => {
    const to: Record<string, unknown> = {};
    for (const [key, value] of Object.entries(from)) {
      if (value !== null && value !== undefined) to[key] = isJson.has(key) ? one(value) : value;
    }
    return to;
  };
  // Cast: TypeScript can't infer the field-by-field mapping from `T` to `Row`.
  return {
    encode: (value) => convert(value, JSON.stringify) as ReturnType<Codec<T, Json>['encode']>,
    decode: (row) => convert(row, (text) => JSON.parse(String(text))) as T,
  };
}
