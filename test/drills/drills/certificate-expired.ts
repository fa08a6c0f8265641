import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import tls from 'node:tls';
import { freePorts } from '../../e2e/kit/ports.ts';
import { makeCertificates, missingOpenssl } from '../certificates.ts';
import type { Drill } from '../drill.ts';
import { startProvider } from '../provider.ts';
import { inScene } from '../scene.ts';

const freshMs = 2_000;

export const certificateExpired: Drill = {
  name: 'certificate-expired',
  about: 'The certificate of the identity provider has expired',
  missing: missingOpenssl,
  async run({ step, check, eventually }) {
    const folder = await mkdtemp(join(tmpdir(), 'latchkey-drill-tls-'));
    const trusted = tls.getCACertificates('default');
    const { idp: port } = await freePorts();
    let broker = '';
    try {
      const { ca, caFile, valid, expired } = await makeCertificates(folder);
      tls.setDefaultCACertificates([...trusted, ca]);
      const options = {
        lifetime: '2s',
        fresh: '2s',
        env: { NODE_EXTRA_CA_CERTS: caFile },
        adjust(config: Record<string, unknown>) {
          broker = String(config.issuer);
          for (const upstream of Object.values(config.upstreams as object))
            upstream.issuer = `https://localhost:${port}`;
        },
      };
      await inScene(options, async ({ browser, latchkey, logged }) => {
        const provider = await startProvider({ port, broker, tls: valid });
        try {
          step('Ada signs in. The provider has a certificate of a private authority, which the broker trusts.');
          const ada = await browser(undefined, provider.issuer);
          check('she gets tokens', await ada.status(), 200);

          step('The certificate expires.');
          provider.present(expired);
          await sleep(freshMs + 100);
          check('she is told to try again, and stays signed in', await ada.status(), 503);
          const [line] = (await logged('upstream_unavailable')) as { cause?: string }[];
          check('the log names the cause', /CERT_HAS_EXPIRED|certificate has expired/.test(line?.cause ?? ''), true);
          const doctor = await latchkey('doctor');
          check(
            'latchkey doctor names it, too',
            [doctor.code, /CERT_HAS_EXPIRED|certificate has expired/i.test(doctor.out)],
            [1, true],
          );

          step('The certificate is renewed.');
          provider.present(valid);
          await eventually('she gets tokens, and did not have to sign in', () => ada.status(), 200);
          check('no sign-in was lost', await logged('reauth_required'), []);
        } finally {
          await provider.close();
        }
      });
    } finally {
      tls.setDefaultCACertificates(trusted);
      await rm(folder, { recursive: true, force: true });
    }
  },
};
