/** Request parameters, each at most once (RFC 6749 §3.2) except `resource`, whose values are joined by spaces (RFC 8707 §2). An empty value counts as absent. */
export type Form = Readonly<Record<string, string | undefined>>;
