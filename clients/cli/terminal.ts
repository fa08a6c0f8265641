type Env = Readonly<Record<string, string | undefined>>;

/** A terminal on which a line can be written over. A dumb one, such as an editor's, shows escape codes as text. */
export const canOverwrite = ({ isTTY }: { isTTY?: boolean }, { TERM }: Env): boolean =>
  isTTY === true && TERM !== 'dumb';

/** @see https://no-color.org */
export const hasColors = (stream: { isTTY?: boolean }, env: Env): boolean => canOverwrite(stream, env) && !env.NO_COLOR;
