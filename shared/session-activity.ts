import * as v from 'valibot';

/** What happened to a person's sign-ins, devices and sites: responses of `/session/activity`. */
export const activityKinds = [
  'browser_signed_in',
  'page_signed_in',
  'device_signed_in',
  'device_denied',
  'device_reported',
  'browser_signed_out',
  'device_signed_out',
  'signed_out_everywhere',
  'site_allowed',
  'site_removed',
  'site_blocked',
  'site_unblocked',
  'code_failed',
  'session_misused',
] as const;
export type ActivityKind = (typeof activityKinds)[number];

/** A sign-in that the person can end. */
export const endable = v.object({
  of: v.picklist(['browser', 'device']),
  /** It opens nothing. */
  id: v.pipe(v.string(), v.minLength(1), v.maxLength(64)),
});

export const activityEntry = v.object({
  /** Grows with time. */
  id: v.number(),
  /** NumericDate. */
  at: v.number(),
  /** One of `activityKinds`, or one that only a newer broker has. */
  kind: v.string(),
  /** Of the browser, device or site. */
  name: v.optional(v.string()),
  /** The IP address that it came from. */
  from: v.optional(v.string()),
  /**
   * Who signed a browser or device out. `protection`: the broker, because a token was used twice. One that only a newer
   * broker has counts as absent.
   */
  by: v.fallback(v.optional(v.picklist(['person', 'organization', 'protection'])), undefined),
  /** It happened in the browser that asks. */
  here: v.boolean(),
  /** The sign-in is of a browser or device that had none before. */
  is_new: v.boolean(),
  /** The sign-in that began then, while it lasts. One of a kind that can't be ended from here counts as absent. */
  sign_in: v.fallback(v.optional(endable), undefined),
});

/** Response to `GET /session/activity`, the newest entries first. */
export const activityAnswer = v.object({
  entries: v.array(activityEntry),
  /** `before` of the next page. Absent on the last one. */
  next: v.optional(v.number()),
});

export type ActivityEntry = v.InferOutput<typeof activityEntry>;
export type ActivityAnswer = v.InferOutput<typeof activityAnswer>;
export type Endable = v.InferOutput<typeof endable>;
