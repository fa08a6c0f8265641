import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { initRing, loadRing } from './ring.ts';

const folder = mkdtempSync(join(tmpdir(), 'latchkey-ring-'));
const line = (kid: string, byte: number) => `${kid} ${Buffer.alloc(32, byte).toString('base64url')}\n`;
function file(name: string, text: string, mode = 0o600): string {
  const path = join(folder, name);
  writeFileSync(path, text, { mode });
  chmodSync(path, mode);
  return path;
}

function link(name: string, target: string): string {
  const path = join(folder, name);
  symlinkSync(target, path);
  return path;
}

describe('the key file', () => {
  it('is made once, for its owner only', () => {
    const path = join(folder, 'made');
    initRing(path, 0);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const before = readFileSync(path, 'utf8');
    expect(() => initRing(path, 0)).toThrow('already exists');
    expect(readFileSync(path, 'utf8')).toBe(before);
    expect(loadRing(path).all).toHaveLength(1);
  });

  it('seals with the first key and opens with all', () => {
    const ring = loadRing(file('two', `# kept until no row names it\n${line('b', 2)}\n${line('a', 1)}`));
    expect(ring.current.kid).toBe('b');
    expect(ring.get('a').key).toEqual(Buffer.alloc(32, 1));
  });

  it.each([
    ['others may read it', file('open', line('a', 1), 0o644), 'chmod 600'],
    ['it is empty', file('empty', '\n# nothing\n'), 'has no key. Put it back'],
    ['a key is short', file('short', 'a c2hvcnQ\n'), 'key 1'],
    ['a name is there twice', file('twice', line('a', 1) + line('a', 2)), 'twice'],
    ['it is not there', join(folder, 'absent'), 'does not exist. Put it back'],
    ['it is a folder', folder, 'EISDIR'],
    ['it is a link to nothing', link('dangling', join(folder, 'gone')), 'leads nowhere'],
    ['a part of its path is a file', join(file('file', ''), 'keys'), 'ENOTDIR'],
    ['links go in a circle', link('circle', join(folder, 'circle')), 'ELOOP'],
  ])('is refused where %s', (_, path, cure) => {
    expect(() => loadRing(path)).toThrow(cure);
    expect(() => loadRing(path)).not.toThrow('keys init');
  });

  it.runIf(process.getuid?.() === 0)('names the cure if its user may not read it', () => {
    const path = file('locked', line('a', 1), 0o600);
    chmodSync(folder, 0o711);
    process.seteuid?.(65_534);
    try {
      expect(() => loadRing(path)).toThrow(/EACCES.*Let the broker's user/);
      expect(() => loadRing(path)).not.toThrow('keys init');
    } finally {
      process.seteuid?.(0);
    }
  });

  it.runIf(process.getuid?.() === 0)(
    "is read as Kubernetes mounts a secret: root's, behind links, for one group",
    () => {
      const [user, mounted] = [10_001, join(folder, 'mounted')];
      mkdirSync(join(mounted, '..2027'), { recursive: true });
      chmodSync(folder, 0o711);
      const path = file('mounted/..2027/keys', line('a', 1), 0o440);
      chownSync(path, 0, user);
      symlinkSync('..2027', join(mounted, '..data'));
      symlinkSync('..data/keys', join(mounted, 'keys'));
      const getuid = vi.spyOn(process, 'getuid').mockReturnValue(user);
      process.setegid?.(user);
      process.seteuid?.(user);
      try {
        expect(loadRing(join(mounted, 'keys')).current.kid).toBe('a');
      } finally {
        process.seteuid?.(0);
        process.setegid?.(0);
        getuid.mockRestore();
      }
    },
  );
});
