/** The parts of a request that the verifier reads. A fetch `Request` is a `Call`; adapters convert their framework's requests. */
export interface Call {
  method: string;
  /** The URL that the client called. Used only to verify DPoP proofs. */
  url: string;
  headers: { get(name: string): string | null };
}
