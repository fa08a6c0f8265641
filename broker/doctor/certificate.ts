import { connect, type PeerCertificate } from 'node:tls';
import { patienceMs } from './no-answer.ts';
import { quoted } from './seen-answer.ts';

/** The certificate that a server shows, trusted or not. */
export interface SeenCertificate {
  /** Epoch milliseconds. */
  validFrom: number;
  validTo: number;
  /** `a certificate for latchkey.example.com, from "Example CA", valid from … to …`. */
  words: string;
}

/** @returns `undefined` if the server can't be reached directly, as where requests go through a proxy */
export function certificateOf({ hostname, port }: URL): Promise<SeenCertificate | undefined> {
  const host = hostname.replace(/^\[|\]$/g, '');
  return new Promise((resolve) => {
    // Nothing is sent. The certificate is looked at because it was not accepted.
    const socket = connect({ host, port: Number(port || 443), servername: host, rejectUnauthorized: false }, () => {
      const certificate = socket.getPeerCertificate();
      socket.destroy();
      resolve(describe(certificate));
    });
    socket.setTimeout(patienceMs, () => socket.destroy());
    socket.on('error', () => resolve(undefined));
    socket.on('close', () => resolve(undefined));
  });
}

function describe(certificate: Partial<PeerCertificate>): SeenCertificate | undefined {
  const { subject, issuer, subjectaltname, valid_from: from, valid_to: to } = certificate;
  if (from === undefined || to === undefined) return undefined;
  const names = (subjectaltname ?? '').replace(/(DNS|IP Address):/g, '') || first(subject?.CN) || 'nobody';
  const authority = first(issuer?.CN) ?? first(issuer?.O) ?? 'nobody';
  const [validFrom, validTo] = [Date.parse(from), Date.parse(to)];
  const words = `a certificate for ${quoted(names)} from ${quoted(authority)}, valid from ${day(validFrom)} to ${day(validTo)}`;
  return { validFrom, validTo, words };
}

const first = (value: string | string[] | undefined): string | undefined => (Array.isArray(value) ? value[0] : value);

const day = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
