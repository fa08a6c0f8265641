/** A request's parameters, each at most once (RFC 6749 §3.2). A parameter without a value counts as absent. */
export type Form = Readonly<Record<string, string | undefined>>;
