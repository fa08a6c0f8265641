/** What the verifier reads of a call. A fetch `Request` is one; the adapters make one of what their framework has. */
export interface Call {
  method: string;
  /** As the client called it; only a proof of possession is held against it. */
  url: string;
  headers: { get(name: string): string | null };
}
