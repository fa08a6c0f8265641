import { spawnSync } from 'node:child_process';
import { afterAll, describe, expect, it } from 'vitest';
import type { Fault } from './faults/fault.ts';
import { hostFaults } from './faults/host-faults.ts';
import { observe } from './faults/observe.ts';
import { providerFaults } from './faults/provider-faults.ts';
import { proxyFaults } from './faults/proxy-faults.ts';
import { openScene } from './faults/scene.ts';
import { readRows, rowOf, writeRows } from './faults/table.ts';

/**
 * Each fault happens for real, and `docs/diagnosis.md` says what doctor, broker, page and log make of it. `npm run
 * docs:faults` writes the table anew.
 */

const isWriting = process.env.LATCHKEY_WRITE_DOCS === '1';
const faults: readonly Fault[] = [...providerFaults, ...proxyFaults, ...hostFaults];
const has = (program: string) => spawnSync(program, [program === 'nginx' ? '-v' : 'version']).error === undefined;
const documented = readRows();
const seen = new Map<string, string>();

afterAll(() => {
  if (isWriting) writeRows(faults.flatMap(({ name }) => seen.get(name) ?? documented.get(name) ?? []));
});

describe('a fault', () => {
  for (const fault of faults) {
    it.skipIf(fault.needs !== undefined && !has(fault.needs))(
      `is told as documented: ${fault.name}${fault.needs === undefined ? '' : ` (${fault.needs})`}`,
      async () => {
        const observation = await observe(fault);
        const row = rowOf(fault.name, observation);
        seen.set(fault.name, row);
        expect(observation.doctor.length > 0, observation.doctor.join('\n')).toBe(fault.unseen !== true);
        if (!isWriting) expect(row).toBe(documented.get(fault.name));
      },
    );
  }

  it.skipIf(isWriting)('has a row, and no row is without a fault', () => {
    expect(faults.length).toBeGreaterThanOrEqual(30);
    expect([...documented.keys()]).toEqual(faults.map(({ name }) => name));
  });
});

describe('no alarm', () => {
  it('is raised about a broker and a provider that are well', async () => {
    const scene = await openScene();
    try {
      await scene.startProvider();
      await scene.start();
      expect((await scene.doctor()).filter(({ level }) => level !== 'ok')).toEqual([]);
    } finally {
      await scene.close();
    }
  });
});
