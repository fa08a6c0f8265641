import * as v from 'valibot';

const text = v.pipe(v.string(), v.maxLength(512));

/** Unusable values are ignored: they must not cost the other people of the same call their hint. */
const lenient = v.fallback(v.nullish(text), undefined);
const party = v.object({ type: lenient, id: lenient, alternateId: lenient });

/** What Okta sends to an event hook: the members that are read. */
export const oktaEvents = v.object({
  eventId: v.pipe(text, v.minLength(1)),
  data: v.object({
    events: v.array(v.object({ eventType: text, actor: v.nullish(party), target: v.nullish(v.array(party)) })),
  }),
});

export type OktaEvent = v.InferOutput<typeof oktaEvents>['data']['events'][number];
