import type { StepName } from '../provider.ts';
import type { Stack } from '../stack.ts';
import { account } from './account.ts';
import { device } from './device.ts';
import { deviceApart } from './device-apart.ts';
import { disabled } from './disabled.ts';
import { doctor } from './doctor.ts';
import { groups } from './groups.ts';
import { longIdle } from './long-idle.ts';
import { lostAnswer } from './lost-answer.ts';
import { newKeys } from './new-keys.ts';
import { newSecret } from './new-secret.ts';
import { refresh } from './refresh.ts';
import { restart } from './restart.ts';
import { reuse } from './reuse.ts';
import { sessionsEnded } from './sessions-ended.ts';
import { signIn } from './sign-in.ts';
import { signOutHere } from './sign-out-here.ts';
import { signOutThere } from './sign-out-there.ts';
import { stepUp } from './step-up.ts';
import { token } from './token.ts';

/** What is done with each provider, by the name in the table. Each step throws an error that says what was wrong. */
export const steps: Readonly<Record<StepName, (stack: Stack) => Promise<void>>> = {
  doctor,
  'sign-in': signIn,
  groups,
  'sign-out here': signOutHere,
  token,
  refresh,
  'lost answer': lostAnswer,
  reuse,
  'long idle': longIdle,
  'step-up': stepUp,
  device,
  'device apart': deviceApart,
  account,
  restart,
  'new keys': newKeys,
  'new secret': newSecret,
  'sign-out there': signOutThere,
  'sessions ended': sessionsEnded,
  disabled,
};
