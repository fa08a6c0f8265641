import type { Clock } from '@latchkey/shared/time.ts';
import { sectionDigests } from '../config/section-digests.ts';
import type { Config } from '../config/types.ts';
import type { KeyRing } from '../keys/ring.ts';
import { errorSummary, type Log } from '../log.ts';
import type { ConfigDigests, ConfigStore, Operator, Report } from '../store/store.ts';

interface Parts {
  config: Config;
  store: ConfigStore;
  ring: KeyRing;
  now: Clock;
  log: Log;
  /** Who runs the broker. */
  operator: Operator;
}

/** Writes changes of the configuration to the audit log. Neither method throws: the configuration is in use by then. */
export interface ConfigAudit {
  /** Call it after a start. Writes an entry if brokers last ran with another configuration. */
  started(): Promise<void>;
  /** Call it after a reload. @param changed the sections */
  reloaded(changed: readonly string[]): Promise<void>;
}

/** @param parts `config` is the live configuration */
export function createConfigAudit({ config, store, ring, now, log, operator }: Parts): ConfigAudit {
  async function record(type: string, changedSince: (before: ConfigDigests | undefined) => readonly string[]) {
    try {
      await store.replaceConfigDigests((before) => {
        // Read once: the key file may be replaced at any time.
        const key = ring.current;
        const digests = { ringKid: key.kid, sections: sectionDigests(config, key) };
        const changed = changedSince(before);
        const report: Report = { at: now(), audit: [{ type, detail: { changed, operator } }] };
        return { digests, report: changed.length > 0 ? report : undefined };
      });
    } catch (error) {
      log.error({ event: 'config_unaudited', cause: errorSummary(error) });
    }
  }

  /** All sections, if the key of the digests is gone: then nobody can tell. */
  function changedSections(before: ConfigDigests | undefined): string[] {
    if (!before) return [];
    const key = ring.all.find(({ kid }) => kid === before.ringKid);
    const current = sectionDigests(config, key ?? ring.current);
    // A section that the broker of then didn't know has no digest.
    const known = Object.keys(current).filter((section) => before.sections[section] !== undefined);
    return key ? known.filter((section) => current[section] !== before.sections[section]) : known;
  }

  return {
    started: () => record('config.started', changedSections),
    reloaded: (changed) => record('config.reloaded', () => changed),
  };
}
