import * as v from 'valibot';

/** Schemas for what another version may write: a part that this one can't read counts as absent, and costs nobody the rest. */

/** A part that may be absent. */
export const orNothing = <Part extends v.GenericSchema>(part: Part) => v.fallback(v.optional(part), undefined);

/** A list without the items that can't be read. */
export const readable = <Item extends v.GenericSchema>(item: Item) =>
  v.pipe(
    v.array(orNothing(item)),
    v.transform((items) => items.filter((each): each is v.InferOutput<Item> => each !== undefined)),
  );
