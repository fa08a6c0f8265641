type Column<T> = undefined extends T ? Exclude<T, undefined> | null : T;
type JsonColumn<T> = undefined extends T ? string | null : string;

/** `T` as a row: what may be absent is NULL, and the fields of `Json` are JSON text. */
export type Row<T, Json extends keyof T = never> = {
  [K in keyof T]-?: K extends Json ? JsonColumn<T[K]> : Column<T[K]>;
};

/** Between values of the model and their rows. */
export interface Codec<T, Json extends keyof T> {
  /** For an insert or an update: fields that are absent are left out. */
  encode<V extends Partial<T>>(value: V): Pick<Row<T, Json>, keyof V & keyof T>;
  decode(row: Row<T, Json>): T;
}

/** @param json the fields that are JSON text in the database */
export function codec<T extends object, Json extends keyof T & string = never>(...json: Json[]): Codec<T, Json> {
  const isJson = new Set<string>(json);
  const convert = (from: object, one: (value: unknown) => unknown) =>
    Object.fromEntries(
      Object.entries(from)
        .filter(([, value]) => value !== null && value !== undefined)
        .map(([key, value]) => [key, isJson.has(key) ? one(value) : value]),
    );
  // `Row` is made from `T` field by field, and so is this: the compiler can't follow through `fromEntries`.
  return {
    encode: (value) => convert(value, JSON.stringify) as ReturnType<Codec<T, Json>['encode']>,
    decode: (row) => convert(row, (text) => JSON.parse(String(text))) as T,
  };
}
