import { alarmsOf, runDoctor } from '../run-doctor.ts';
import type { Stack } from '../stack.ts';

/** `latchkey doctor` has nothing to say of a provider and a broker that are in order. */
export async function doctor({ configFile }: Stack): Promise<void> {
  const alarms = alarmsOf(await runDoctor(configFile));
  if (alarms.length > 0)
    throw new Error(`false alarms: ${alarms.map(({ check, level, what }) => `${level} ${check}: ${what}`).join('; ')}`);
}
