import * as v from 'valibot';

const text = v.pipe(v.string(), v.minLength(1), v.maxLength(512));

/** Subject identifiers (RFC 9493 §3.2) that a provider may use for a person. */
export const subjectId = v.variant('format', [
  v.object({ format: v.literal('iss_sub'), iss: text, sub: text }),
  v.object({ format: v.literal('opaque'), id: text }),
  v.object({ format: v.literal('email'), email: text }),
]);

/** The first drafts, which providers still send, call the member `subject`. */
export const revocationRequest = v.pipe(
  v.looseObject({}),
  v.transform(({ subject, sub_id = subject }) => ({ sub_id })),
  v.object({ sub_id: subjectId }),
);

export type SubjectId = v.InferOutput<typeof subjectId>;
