import { explainNoAnswer } from '../../../broker/doctor/no-answer.ts';

/**
 * A name that no server knows has no address (`ENOTFOUND`). On a machine without DNS, the lookup fails instead
 * (`EAI_AGAIN`), and the doctor says so. Tables have the former, wherever they are written.
 *
 * @param asked where the request went
 */
export function asWithDns(text: string, asked: string): string {
  const explained = (code: string) => explainNoAnswer(Object.assign(new Error(), { code }), new URL(asked));
  const [failed, absent] = [explained('EAI_AGAIN'), explained('ENOTFOUND')];
  return text
    .replaceAll(failed.what, absent.what)
    .replaceAll(failed.cure, absent.cure)
    .replaceAll('EAI_AGAIN', 'ENOTFOUND');
}
