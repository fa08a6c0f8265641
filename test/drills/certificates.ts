import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const openssl = (cwd: string, ...args: string[]) => promisify(execFile)('openssl', args, { cwd });

/** @returns why there can be no certificates */
export async function missingOpenssl(): Promise<string | undefined> {
  try {
    await openssl('.', 'version');
    return undefined;
  } catch {
    return 'openssl is not installed';
  }
}

/** A private certificate authority, and certificates of localhost: one that is valid, and one that has expired. */
export async function makeCertificates(folder: string) {
  await mkdir(join(folder, 'issued'), { recursive: true });
  await writeFile(join(folder, 'index'), '');
  await writeFile(join(folder, 'serial'), '01');
  await writeFile(
    join(folder, 'ca.cnf'),
    `[ca]
default_ca = own
[own]
dir = .
database = index
serial = serial
new_certs_dir = issued
default_md = sha256
policy = any
unique_subject = no
x509_extensions = leaf
[any]
commonName = supplied
[leaf]
subjectAltName = DNS:localhost
`,
  );
  const ca = ['-x509', '-keyout', 'ca-key.pem', '-out', 'ca.pem', '-days', '2', '-subj', '/CN=Drill CA'];
  await openssl(folder, 'req', '-newkey', 'rsa:2048', '-nodes', ...ca);
  await openssl(
    folder,
    'req',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-keyout',
    'key.pem',
    '-out',
    'csr.pem',
    '-subj',
    '/CN=localhost',
  );
  const sign = async (name: string, from: string, to: string): Promise<string> => {
    const dates = ['-startdate', from, '-enddate', to];
    const files = ['-cert', 'ca.pem', '-keyfile', 'ca-key.pem', '-in', 'csr.pem', '-out', name];
    await openssl(folder, 'ca', '-config', 'ca.cnf', '-batch', '-notext', ...dates, ...files);
    return readFile(join(folder, name), 'utf8');
  };
  const day = (offset: number) => {
    const [date = ''] = new Date(Date.now() + offset * 86_400_000).toISOString().split('T');
    return `${date.slice(2).replaceAll('-', '')}000000Z`;
  };
  const key = await readFile(join(folder, 'key.pem'), 'utf8');
  return {
    caFile: join(folder, 'ca.pem'),
    ca: await readFile(join(folder, 'ca.pem'), 'utf8'),
    valid: { key, cert: await sign('valid.pem', day(-1), day(2)) },
    expired: { key, cert: await sign('expired.pem', day(-30), day(-1)) },
  };
}
