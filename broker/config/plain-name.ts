import { isPlainText } from '@latchkey/shared/plain-text.ts';
import * as v from 'valibot';

/** Text that people read beside our own words: it must fit, and must not change how the words around it look. */
export const plainName = (max: number) =>
  v.pipe(
    v.string('must be text'),
    v.minLength(1, 'must not be empty'),
    v.maxLength(max, `must have at most ${max} characters`),
    v.check((value) => value === '' || isPlainText(value), 'must not have line breaks or invisible characters'),
  );
