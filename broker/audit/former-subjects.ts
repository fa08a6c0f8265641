import type { AuditStore } from '../store/store.ts';

const page = 1_000;

/**
 * Returns the other subjects that a person had, the oldest first: those of people whom `latchkey migrate-issuer` found
 * to be the same person. Only the audit log knows them.
 */
export async function formerSubjects({ auditAfter }: Pick<AuditStore, 'auditAfter'>, sub: string): Promise<string[]> {
  const merges = new Map<string, string[]>();
  for (let after = 0; ; ) {
    const entries = await auditAfter(after, page);
    for (const { type, sub: into, detail } of entries) {
      const { merged } = detail;
      if (type !== 'person.moved' || into === undefined || typeof merged !== 'string') continue;
      merges.set(into, [...(merges.get(into) ?? []), merged]);
    }
    if (entries.length < page) break;
    after = entries.at(-1)?.seq ?? after;
  }
  const found = new Set([sub]);
  for (const each of found) for (const former of merges.get(each) ?? []) found.add(former);
  return [...found].slice(1).reverse();
}
