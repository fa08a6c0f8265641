import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import type { LogLine } from '../log.ts';
import { openReloadableRing, openRingOf } from './reloadable-ring.ts';
import { initRing, loadRing } from './ring.ts';
import { dropRingKeys, rotateRing } from './rotate-ring.ts';

const folderAt = (at: string) => {
  rmSync(at);
  mkdirSync(at);
};
const fileAt = (at: string) => {
  rmSync(at, { recursive: true });
  writeFileSync(at, '');
};

let path: string;
let lines: LogLine[];
const note = (line: LogLine) => void lines.push(line);
const log = { info: note, warn: note, error: note };

beforeEach(() => {
  path = join(mkdtempSync(join(tmpdir(), 'latchkey-live-ring-')), 'keys');
  lines = [];
  initRing(path, 0);
});

describe('a rotation of the sealing keys', () => {
  it('puts a fresh key first and keeps the others and the file’s mode', () => {
    const old = loadRing(path);
    const kid = rotateRing(path, 0);
    const rotated = loadRing(path);
    expect(rotated.current.kid).toBe(kid);
    expect(rotated.all.slice(1)).toEqual(old.all);
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('is refused where the file is not as it must be, and leaves it so', () => {
    chmodSync(path, 0o644);
    const before = readFileSync(path, 'utf8');
    expect(() => rotateRing(path, 0)).toThrow('chmod 600');
    expect(readFileSync(path, 'utf8')).toBe(before);
  });

  it.runIf(process.platform !== 'win32')('changes nothing if the disk takes only a part of the file', () => {
    writeFileSync(path, `${readFileSync(path, 'utf8')}${'# kept\n'.repeat(3_000)}`);
    const before = readFileSync(path, 'utf8');
    const script = `import { rotateRing } from '${new URL('./rotate-ring.ts', import.meta.url)}'; rotateRing(process.env.RING, 0);`;
    // A limit of 8 or 16 kB, depending on the shell, does to one process what a quota does: a write ends early.
    const command = ['-c', 'ulimit -f 16; exec "$@"', 'sh', process.execPath, '--input-type=module', '-e', script];
    const { status, stderr } = spawnSync('sh', command, { env: { ...process.env, RING: path }, encoding: 'utf8' });
    expect(status).toBe(1);
    expect(stderr).toContain('EFBIG');
    expect(readFileSync(path, 'utf8')).toBe(before);
    expect(existsSync(`${path}.next`)).toBe(false);
  });

  it('gives way to another that is under way', () => {
    writeFileSync(`${path}.next`, '');
    expect(() => rotateRing(path, 0)).toThrow('another rotation');
  });
});

it('follows a secret that Kubernetes replaces: the file is the same link, to another folder', () => {
  const mounted = dirname(path);
  const put = (version: string) => {
    mkdirSync(join(mounted, version));
    const kid = initRing(join(mounted, version, 'keys'), 0);
    symlinkSync(version, join(mounted, '..next'));
    renameSync(join(mounted, '..next'), join(mounted, '..data'));
    return kid;
  };
  rmSync(path);
  symlinkSync('..data/keys', path);
  const first = put('..1');
  const ring = openReloadableRing(path, log);
  expect(ring.current.kid).toBe(first);
  const second = put('..2');
  expect(ring.current.kid).toBe(second);
  expect(lines).toEqual([{ event: 'keys_reloaded', current: second, keys: 1 }]);
});

describe('keys that are removed', () => {
  it('are gone from the file, and all else in it stays', () => {
    const [old] = loadRing(path).all;
    const kid = rotateRing(path, 0);
    writeFileSync(path, `# a note\n${readFileSync(path, 'utf8')}`);
    dropRingKeys(path, [old?.kid ?? '']);
    expect(loadRing(path).all.map((key) => key.kid)).toEqual([kid]);
    expect(readFileSync(path, 'utf8')).toMatch(/^# a note\n/);
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('leave at least one', () => {
    const [only] = loadRing(path).all;
    const before = readFileSync(path, 'utf8');
    expect(() => dropRingKeys(path, [only?.kid ?? ''])).toThrow('no key left');
    expect(readFileSync(path, 'utf8')).toBe(before);
  });
});

describe('a ring that follows its file', () => {
  it('seals with the new key as soon as it is in the file', () => {
    const ring = openReloadableRing(path, log);
    const kid = rotateRing(path, 0);
    expect(ring.current.kid).toBe(kid);
    expect(lines).toEqual([{ event: 'keys_reloaded', current: kid, keys: 2 }]);
    ring.reload();
    expect(lines).toHaveLength(1);
  });

  it('looks by itself for a key that another replica has used already', () => {
    const ring = openReloadableRing(path, log);
    const kid = rotateRing(path, 0);
    expect(ring.get(kid).kid).toBe(kid);
    expect(() => ring.get('nobody')).toThrow('Restore the key');
  });

  it('has among all keys one that another replica has used already', () => {
    const ring = openReloadableRing(path, log);
    const kid = rotateRing(path, 0);
    expect(ring.all.map((key) => key.kid)).toContain(kid);
  });

  it('keeps what it has where the new file is no good, and says so', () => {
    const ring = openReloadableRing(path, log);
    const { kid } = ring.current;
    writeFileSync(path, 'half a li');
    ring.reload();
    expect(ring.current.kid).toBe(kid);
    expect(lines.map(({ event }) => event)).toEqual(['keys_not_reloaded']);
  });

  it('takes a file that it refused for its mode when the mode is right', () => {
    const ring = openReloadableRing(path, log);
    const kid = rotateRing(path, 0);
    chmodSync(path, 0o644);
    expect(ring.current.kid).not.toBe(kid);
    chmodSync(path, 0o600);
    expect(ring.current.kid).toBe(kid);
  });

  it.each([
    ['vanishes', () => rmSync(path)],
    ['becomes a folder', () => folderAt(path)],
    ['can no longer be reached', () => fileAt(dirname(path))],
  ])('goes on with what it has if the file %s, and suggests no new one', (_what, happens) => {
    const ring = openReloadableRing(path, log);
    const { kid } = ring.current;
    happens();
    ring.reload();
    expect(() => ring.get('nobody')).toThrow('Restore the key');
    expect(ring.current.kid).toBe(kid);
    expect(lines.map(({ event }) => event)).toEqual(['keys_not_reloaded']);
    expect(JSON.stringify(lines)).not.toContain('keys init');
  });
});

describe('a missing key file', () => {
  const openWith = async (rows: ReadonlyMap<string, number>) => {
    rmSync(path);
    return openRingOf({ countRingKeys: async () => rows }, path, log);
  };

  it('is to be made for a database without a row that names a key', async () => {
    await expect(openWith(new Map())).rejects.toThrow(
      `If this is a new installation, create it: latchkey keys init --file ${path}. If not, check "store"`,
    );
  });

  it('is to be put back for any other, and never to be made anew', async () => {
    const refused = openWith(new Map([['k1', 2]]));
    await expect(refused).rejects.toThrow('Put it back from your backup');
    await expect(refused).rejects.not.toThrow('keys init');
  });
});
