/** Request parameters, each at most once (RFC 6749 §3.2). An empty value counts as absent. */
export type Form = Readonly<Record<string, string | undefined>>;
