/** The names of form parameters that code has read, by method and path. */
export const readParameters = new Map<string, Set<string>>();

/**
 * Notes which parameters of a form are read.
 *
 * @param endpoint method and path
 */
export function noteReads<Form extends object>(form: Form, endpoint: string): Form {
  const names = readParameters.get(endpoint) ?? new Set<string>();
  readParameters.set(endpoint, names);
  return new Proxy(form, {
    get(target, name, receiver) {
      // Whoever awaits the form looks for `then`.
      if (typeof name === 'string' && name !== 'then') names.add(name);
      return Reflect.get(target, name, receiver);
    },
  });
}
