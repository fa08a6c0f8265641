import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { deadLinksIn, targetsOf } from '../test/packages/dead-links.ts';
import { packages, root } from './packages.ts';
import { shipDocs, withoutDeadLinks } from './shipped-docs.ts';

const shipped = new Set(['operations.md', 'providers/okta.md']);

it.each([
  ['[Okta](providers/okta.md#groups) and [here](#here)', '[Okta](providers/okta.md#groups) and [here](#here)'],
  ['See [the site](https://example.com).', 'See [the site](https://example.com).'],
  ['([D180](decisions.md#d180))', '(D180 (`docs/decisions.md` in the repository))'],
  ['[`Dockerfile`](../deploy/Dockerfile)', '`Dockerfile` (`deploy/Dockerfile` in the repository)'],
  ['[`deploy/a.sh`](../deploy/a.sh)', '`deploy/a.sh`'],
  ['| <img src="images/a.webp" width="9" alt="A page"> |', '| A page |'],
  ['```\n[x](gone.md)\n```\n[y](gone.md)', '```\n[x](gone.md)\n```\ny (`docs/gone.md` in the repository)'],
])('ships %j as %j', (text, expected) => {
  expect(withoutDeadLinks(text, 'operations.md', shipped)).toBe(expected);
});

it('knows where a page in a folder is', () => {
  const page = '[a](../operations.md), [b](okta.md), [c](../../deploy/a.sh)';
  expect(withoutDeadLinks(page, 'providers/okta.md', shipped)).toBe(
    '[a](../operations.md), [b](okta.md), c (`deploy/a.sh` in the repository)',
  );
});

it('ships pages without a dead link', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'latchkey-docs-'));
  await shipDocs(root, join(dir, 'docs'));
  expect(await readFile(join(dir, 'docs/rollout.md'), 'utf8')).toContain('# ');
  expect(deadLinksIn(dir)).toEqual([]);
  await rm(dir, { recursive: true });
});

it('has no dead link in the repository', () => {
  expect(deadLinksIn(join(root, 'docs'), root)).toEqual([]);
});

it.each(packages)('has no relative link in the README of $name, which a registry shows alone', async ({ dir }) => {
  expect(targetsOf(await readFile(join(root, dir, 'README.md'), 'utf8'))).toEqual([]);
});
